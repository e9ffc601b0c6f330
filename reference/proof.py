"""A proof file: what it says, and the bytes that show it (docs/spec/format.md)."""
from itertools import pairwise

from .attestation import Attestation
from .circuit import INPUTS, OUTPUTS
from .key import VERSION
from .reader import Reader, below, exactly, i64, many, string, text, together, u32, word

MAGIC = b"nescio proof"


def revealed(r):
    """{name: values}"""
    pairs = many(8, together(text(256), many(8, i64)))(r)
    r.check(all(x < y for (x, _), (y, _) in pairwise(pairs)))
    return dict(pairs)


def digests(r):
    """[(group, words)]"""
    out = many(33, together(below(OUTPUTS + 1), exactly(4, word)))(r)
    r.check(all(group in (INPUTS, OUTPUTS) for group, _ in out) and all(group == INPUTS for group, _ in out[:-1]))
    return out


class ProofFile:
    """Its parts; bound: the bytes of those from statement to attestations."""

    def __init__(self, data):
        r = Reader(data)
        r.expect(MAGIC + VERSION)
        begin = r.at
        self.statement = text(4096)(r)
        self.outputs, self.inputs = revealed(r), revealed(r)
        self.digests = digests(r)
        self.attestations = many(4, lambda r: Attestation(string(u32)(r)), 64)(r)
        self.bound = data[begin:r.at]
        self.context = string(u32, 2**16)(r)
        self.proof = data[r.at:]
