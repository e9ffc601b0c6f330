"""The circuit of a key: relations over tensors (docs/spec/relations.md), and its bytes (docs/spec/format.md)."""
from functools import cached_property
from math import prod

import numpy as np

from .reader import (Reader, below, exactly, few, i32, i64, many, nothing, one_of, optional, record, string,
                     tagged, together, u8, u16, u32, u64)

MAX_DIMS, MOST_LISTED = 6, 2**24
VALUE, MULTIPLICITY, PAD, TRIPLE_A, TRIPLE_B, TRIPLE_C, DUMMY = range(7)  # roles
KEY, STATEMENT = 0, 1  # sources of public tensors
WEIGHTS, INPUTS, OUTPUTS = range(3)  # groups of digests
PLAIN, FLOAT_KEYS, CATEGORIES, MISSING = range(4)  # kinds of inputs
NO_RUN = 255


class KeyBytes(Reader):
    """Of a key: the lists of integers in all of it are bounded."""

    def __init__(self, data):
        super().__init__(data, "V_KEY")
        self.listed_left = MOST_LISTED


def integers(r):
    """A list of signed integers in the one encoding that they have."""
    n = u32(r)
    r.check(n <= r.listed_left)
    r.listed_left -= n
    form = u8(r)
    width, differences = form % 128, form > 128
    r.check(1 <= width <= 64 and not (differences and n == 0))
    first = [i64(r)] if differences else []
    count = n - len(first)
    data = np.frombuffer(r.take((count * width + 7) // 8), dtype=np.uint8)
    bits = np.unpackbits(data, bitorder="little")
    r.check(not bits[count * width:].any())
    words = np.zeros(count, dtype=np.uint64)
    for j in range(width):
        words |= bits[j:count * width:width].astype(np.uint64) << np.uint64(j)
    values = (words >> np.uint64(1) ^ (np.uint64(0) - (words & np.uint64(1)))).astype(np.int64)
    if differences:
        values = np.cumsum(np.concatenate([np.array(first, dtype=np.int64), values]))
    r.check(form == form_of(values))
    return values.tolist()


def form_of(values):
    """The one form in which an array of signed 64-bit integers is written."""
    def width(v):
        folded = v.view(np.uint64) << np.uint64(1) ^ np.where(v < 0, ~np.uint64(0), np.uint64(0))
        return max(1, int(np.bitwise_or.reduce(folded)).bit_length()) if len(v) else 1
    n, plain, differences = len(values), width(values), width(values[1:] - values[:-1])
    return 128 + differences if n and 64 + (n - 1) * differences < n * plain else plain


def reference(r):
    """What a dimension of a term's source runs with: (False, dimension of y) or (True, fixed index)."""
    byte = u8(r)
    r.check(byte < MAX_DIMS or byte == 255)
    return (True, u32(r)) if byte == 255 else (False, byte)


def sparse(r):
    m = Sparse(integers(r), integers(r), integers(r))
    r.check(len(m.rows) == len(m.cols) == len(m.coefs) and all(0 <= x < 2**32 for x in m.rows + m.cols))
    return m


def name(r):
    return string(u16)(r).decode("latin-1")


def categories(r):
    n = u32(r)
    r.check(0 < n <= 1024)
    return exactly(n, string(u16))(r)


dims, labels = few(MAX_DIMS, u32), few(MAX_DIMS, u8)
scale = together(u64, i32)  # mantissa, exponent

# ---- definitions of tensors


class Contract(record("Contract", a=u32, b=u32, a_labels=labels, b_labels=labels, y_labels=labels)):
    def each_way(self):
        """(operand, its labels, the other operand, the other's labels), both ways."""
        a, b = (self.a, self.a_labels), (self.b, self.b_labels)
        return (*a, *b), (*b, *a)


Committed = record("Committed", role=below(7), segment=u32)
Term = record("Term", coef=i64, source=u32, dims=few(MAX_DIMS, reference))
Affine = record("Affine", terms=many(13, Term.read), constant=i64, divisor=u64)
Sparse = record("Sparse", rows=integers, cols=integers, coefs=integers)
Shift = record("Shift", offset=i64)
Poseidon = record("Poseidon")
Map = record("Map", source=u32, dim=u32, matrix=one_of(sparse, Shift.read, Poseidon.read))
Constant = record("Constant", values=one_of(integers, nothing))  # None: Poseidon's
Public = record("Public", source=below(2))
Part = record("Part", source=u32, lo=i64, bits=u8, along=u8, run=u8, lane=u8, at=dims, count=u32, block=u32)
Packing = record("Packing", parts=many(25, Part.read))
Cubic = record("Cubic", operands=exactly(3, u32))
RULES = (Committed, Affine, Contract, Map, Constant, Public, Packing, Cubic)
Tensor = record("Tensor", dims=dims, rule=one_of(*(rule.read for rule in RULES)))

# ---- the rest of a circuit

Progression = record("Progression", start=i64, step=i64)
Lookup = record("Lookup", table=u32, segment=u32, columns=few(8, u32))
Zero = record("Zero", tensor=u32, segment=u32)
Input = record("Input", name=name, dims=dims, tensor=u32, scales=many(12, scale), lo=i64, hi=i64, pub=optional(u32),
               kind=tagged(nothing, nothing, categories, nothing))
Output = record("Output", name=name, dims=dims, tensor=u32, scales=exactly(1, scale), lo=i64, hi=i64, pub_lo=u32,
                pub_hi=u32, pub_outside=u32, argmax=optional(together(u32, u32, u32)), disclosed=below(2))


class Table(record("Table", rows=u32, columns=few(8, one_of(Progression.read, integers)), multiplicity=u32,
                   tensors=few(8, u32))):
    """Its columns: public ones, each a progression or a list; then private ones, tensors."""

    def width(self):
        return len(self.columns) + len(self.tensors)

    def range(self, column):
        """The least and the greatest value of a public column."""
        ends = column if isinstance(column, list) else (column.start, column.start + column.step * (self.rows - 1))
        return min(ends), max(ends)


class Digest(record("Digest", group=below(3), tensor=u32, bound=many(20, together(u32, i64, i64)))):
    """bound: [(tensor, lo, hi)]."""

    def source(self):
        return KEY if self.group == WEIGHTS else STATEMENT


def cells(shaped):
    """The number of cells of a tensor, an input or an output."""
    return prod(shaped.dims)


def sources(rule):
    """The tensors that a definition names; twice if it is named twice."""
    match rule:
        case Affine(terms=named) | Packing(parts=named):
            return [x.source for x in named]
        case Contract():
            return [rule.a, rule.b]
        case Cubic():
            return rule.operands
        case Map():
            return [rule.source]
    return []


class Circuit(record("Circuit", segments=u32, tensors=many(3, Tensor.read), tables=many(10, Table.read),
                     lookups=many(9, Lookup.read), zeros=many(8, Zero.read), inputs=many(29, Input.read),
                     outputs=many(49, Output.read), digests=many(9, Digest.read))):
    def rule(self, tensor):
        return self.tensors[tensor].rule

    def dims(self, tensor):
        return self.tensors[tensor].dims

    def below(self, is_one, closed=()):
        """[tensors], whether each is_one(its rule, its number) or has one below it; closed ones are not entered."""
        out = []
        for i, tensor in enumerate(self.tensors):
            entered = [] if i in closed else sources(tensor.rule)
            out.append(is_one(tensor.rule, i) or any(out[s] for s in entered))
        return out

    def rows(self, lookup):
        """The dims of a lookup's columns."""
        return self.dims(lookup.columns[0])

    def is_committed(self, tensor):
        return isinstance(self.rule(tensor), Committed)

    def is_product(self, tensor):
        """A contraction of two private operands, or a cubic."""
        rule = self.rule(tensor)
        return isinstance(rule, Cubic) or isinstance(rule, Contract) and self.private[rule.a] and self.private[rule.b]

    @cached_property
    def private(self):
        return self.below(lambda rule, _: isinstance(rule, Committed))
