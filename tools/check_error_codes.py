#!/usr/bin/env python3
"""check_error_codes.py -- every code of base/error.h is produced by some source, and asserted to be exactly the outcome
by some test: it stands in an EXPECT_EQ or ASSERT_EQ of a *_test.cc, tests of the list of codes itself apart.
"""
import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIST = "src/nescio/base/error"  # error.h, error.cc, error_test.cc say nothing about who produces a code


def read(path):
    with open(path, encoding="ascii") as f:
        return re.sub(r"//[^\n]*", "", f.read())


def asserted(text):
    """The arguments of each EXPECT_EQ and ASSERT_EQ, and of onnx/model_fixture.h's expect_error."""
    for m in re.finditer(r"\b(?:(?:EXPECT|ASSERT)_EQ|expect_error)\(", text):
        depth, end = 1, m.end()
        while depth and end < len(text):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        yield text[m.end():end]


def main():
    codes = re.findall(r"^  (k\w+) = \d+,", read(os.path.join(ROOT, LIST + ".h")), re.M)
    with open(os.path.join(ROOT, "tools", "layers.txt"), encoding="ascii") as f:
        fixtures = {name for line in f if line.startswith("tests ") for name in line.split()[1:]}
    produced, tested = set(), set()
    for path in glob.glob(os.path.join(ROOT, "src", "nescio", "**", "*.*"), recursive=True) + \
            glob.glob(os.path.join(ROOT, "cli", "*.*")):
        if not path.endswith((".h", ".cc")) or os.path.relpath(path, ROOT).startswith(LIST):
            continue
        named = lambda text: set(re.findall(r"\bErrorCode::(k\w+)", text))
        if path.endswith("_test.cc"):
            for arguments in asserted(read(path)):
                tested |= named(arguments)
        elif os.path.relpath(path, os.path.join(ROOT, "src", "nescio")) not in fixtures:
            produced |= named(read(path))
    found = [f"{c}: no source produces it" for c in codes if c not in produced] + \
            [f"{c}: no test asserts it" for c in codes if c not in tested]
    print("\n".join(found) if found else f"error codes: ok, {len(codes)}")
    return 1 if found or not codes else 0


if __name__ == "__main__":
    sys.exit(main())
