"""Weights of claims, one for each dimension of a tensor (docs/spec/relations.md, "Claims").

A weight w has: table(begin, end), its entries; sum(n), that of the first n, all that there are; on_piece(offset, log,
r), the extension of w restricted to [offset, offset + 2^log) at r[0 .. log); and a key: those with equal keys are the
same.
Points are never written out, so that a tensor's size costs nothing.
"""
from collections import defaultdict
from math import prod

import numpy as np

from .field import add, dot, element, eq_bit, eq_bits, eq_vector, scale, total
from .work import pieces_of


def eq(x, y):
    return prod(1 - a - b + 2 * (a * b) for a, b in zip(x, y))


def sum_below(E, z, n):
    """sum of eq(z, i) over i < n."""
    if n >> len(z):
        return E.of(1)
    out, prefix = E.of(0), E.of(1)
    for t in reversed(range(len(z))):
        if n >> t & 1:
            out += prefix * (1 - z[t])
        prefix *= eq_bit(z, t, n >> t & 1)
    return out


def eq_range(E, z, begin, end):
    """[end - begin, D]: eq(z, i) for begin <= i < end, in time and memory of their number."""
    k = min(len(z), (end - begin - 1).bit_length())
    low = eq_vector(E, z[:k])
    first = begin >> k
    windows = [scale(low, E.of(eq_bits(z[k:], w))) for w in range(first, (end - 1 >> k) + 1)]
    return np.concatenate(windows)[begin - (first << k):end - (first << k)]


def eq_shifted_below(E, z, r, shift, end):
    """sum of eq(r, i) eq(z, i + shift) over i < end; bit by bit, by the carry of the sum and whether i < end so far."""
    states = {(0, False): E.of(1)}
    for t in range(max(len(z), len(r)) + 1):
        following = defaultdict(lambda: E.of(0))
        for (carry, less), value in states.items():
            for b in (0, 1):
                s, limit = b + (shift >> t & 1) + carry, end >> t & 1
                following[s >> 1, less if b == limit else b < limit] += value * eq_bit(r, t, b) * eq_bit(z, t, s & 1)
        states = following
    return sum((x for (_, less), x in states.items() if less), E.of(0))


class Weight:
    """Zero outside of [begin, end); entries(first, last) are those within."""

    def __init__(self, E, begin, end, *key):
        self.E, self.begin, self.end, self.key = E, begin, end, (type(self).__name__, *key)

    def table(self, begin, end):
        out = np.zeros((end - begin, self.E.D), dtype=np.uint64)
        first, last = max(begin, self.begin), min(end, self.end)
        if first < last:
            out[first - begin:last - begin] = self.entries(first, last)
        return out

    def extension(self, r):
        return self.on_piece(0, len(r), r)

    def shifted(self, offset, rows, cols):
        """The weights k -> w(k + offset), 0 <= k < cols, 0 <= k + offset < rows."""
        begin = max(0, self.begin - offset)
        end = max(begin, min(cols, self.end - offset, rows - offset))
        return Vector(self.E, self.table(begin + offset, end + offset), begin)


class Window(Weight):
    """A point seen through shifts: eq(z, i + offset) for begin <= i < end."""

    def __init__(self, E, z, offset, begin, end):
        self.z, self.offset = z, offset
        super().__init__(E, begin, end, z, offset, begin, end)

    def entries(self, first, last):
        return eq_range(self.E, self.z, first + self.offset, last + self.offset)

    def sum(self, n):
        return sum_below(self.E, self.z, self.end + self.offset) - sum_below(self.E, self.z, self.begin + self.offset)

    def on_piece(self, offset, log, r):
        begin, end = (min(max(i - offset, 0), 1 << log) for i in (self.begin, self.end))
        below = [eq_shifted_below(self.E, self.z, r, self.offset + offset, i) for i in (begin, end) if begin < end]
        return below[1] - below[0] if below else self.E.of(0)

    def shifted(self, offset, rows, cols):
        begin = max(0, -offset, self.begin - offset)
        return window(self.E, self.z, self.offset + offset, begin, min(cols, rows - offset, self.end - offset))


class Point(Window):
    """eq(z, i)."""

    def __init__(self, E, z):
        super().__init__(E, tuple(z), 0, 0, 1 << len(z))

    def sum(self, n):
        return sum_below(self.E, self.z, n)

    def on_piece(self, offset, log, r):
        return eq_bits(self.z[log:], offset >> log) * eq(self.z[:log], r)

    def extension(self, r):
        return eq(self.z, r)


class Pieces(Weight):
    """coef eq(z, i - offset) on [offset, offset + 2^len(z)), for each (coef, offset, z)."""

    def __init__(self, E, pieces):
        self.pieces = tuple(pieces)
        ends = [offset + (1 << len(z)) for _, offset, z in self.pieces]
        super().__init__(E, min((offset for _, offset, _ in self.pieces), default=0), max(ends, default=0), self.pieces)

    def entries(self, first, last):
        out = np.zeros((last - first, self.E.D), dtype=np.uint64)
        for coef, offset, z in self.pieces:
            begin, end = max(first, offset), min(last, offset + (1 << len(z)))
            if begin < end:
                part = scale(eq_range(self.E, z, begin - offset, end - offset), coef)
                out[begin - first:end - first] = add(out[begin - first:end - first], part)
        return out

    def sum(self, n):
        return sum((coef for coef, _, _ in self.pieces), self.E.of(0))

    def shifted(self, offset, rows, cols):
        """By 0: pieces again, each cut at the end into its binary pieces."""
        if offset != 0:
            return super().shifted(offset, rows, cols)
        return Pieces(self.E, [(coef * eq_bits(z[log:], part >> log), at + part, z[:log])
                               for coef, at, z in self.pieces
                               for part, log in pieces_of(min(1 << len(z), max(0, cols - at)))])

    def on_piece(self, offset, log, r):
        out = self.E.of(0)
        for coef, at, z in self.pieces:
            low, wide = sorted((log, len(z)))
            if at >> wide == offset >> wide:  # one contains the other
                out += coef * eq_bits(z[low:], offset - at >> low) * eq_bits(r[low:], at - offset >> low) * \
                    eq(z[:low], r[:low])
        return out


class Index(Pieces):
    """[i = index]."""

    def __init__(self, E, index):
        super().__init__(E, [(E.of(1), index, ())])

    shifted = Weight.shifted


class Vector(Weight):
    """values[i - begin]; the same as itself only."""

    def __init__(self, E, values, begin=0):
        self.values = values
        super().__init__(E, begin, begin + len(values), id(self))

    def entries(self, first, last):
        return self.values[first - self.begin:last - self.begin]

    def sum(self, n):
        return self.E(tuple(total(self.values)))

    def on_piece(self, offset, log, r):
        begin, end = max(self.begin, offset), min(self.end, offset + (1 << log))
        if begin >= end:
            return self.E.of(0)
        return dot(self.E, eq_range(self.E, r[:log], begin - offset, end - offset), self.entries(begin, end))


def window(E, z, offset, begin, end):
    return Window(E, z, offset, begin, end) if begin < end else Vector(E, np.zeros((0, E.D), dtype=np.uint64))


def basis(E):
    """(1, X, ..): the weight of the second dimension of the argument's tensors."""
    return Vector(E, np.eye(E.D, dtype=np.uint64))


def first_entry(weight):
    return element(weight.E, weight.table(0, 1)[0])
