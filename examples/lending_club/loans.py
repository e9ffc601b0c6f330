#!/usr/bin/env python3
"""loans.py -- the loans as numbers: what tree models are trained on, and what their private inputs look like.

Categories become codes: term and sub-grade in their natural order, employment in years (unknown is a gap), the others by
the alphabet. What a code means is public; a proof is about the codes.
"""
import csv
import gzip
import os

import numpy as np

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lending_club.csv.gz")
OUTCOME = "Class"
EMPLOYED = {"emp_lt_1": 0, **{f"emp_{n}": n for n in range(1, 10)}, "emp_ge_10": 10, "emp_unk": None}
BY_ALPHABET = ("addr_state", "verification_status")


def load():
    """(x, y, names): x [9857, 22] of float32 with NaN for gaps; y is 1 for a loan that went bad."""
    with gzip.open(DATA, "rt", encoding="ascii", newline="") as f:
        records = list(csv.DictReader(f))
    names = [n for n in records[0] if n != OUTCOME]
    codes = {n: {v: i for i, v in enumerate(sorted({r[n] for r in records}))} for n in (*BY_ALPHABET, "sub_grade")}
    codes |= {"emp_length": EMPLOYED, "term": {"term_36": 36, "term_60": 60}}

    def number(name, text):
        value = codes[name][text] if name in codes else text
        return np.nan if value in (None, "") else float(value)

    x = np.array([[number(n, r[n]) for n in names] for r in records], dtype=np.float32)
    return x, np.array([r[OUTCOME] == "bad" for r in records], dtype=int), names


def split(x, y, seed=0):
    """Three quarters to train, the rest to test."""
    order = np.random.default_rng(seed).permutation(len(x))
    cut = len(x) * 3 // 4
    train, test = order[:cut], order[cut:]
    return x[train], y[train], x[test], y[test]
