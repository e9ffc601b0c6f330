"""Weights of claims, one for each dimension of a tensor (docs/spec/relations.md, "Claims").

A weight w has: table(begin, end), its entries; sum(n), that of the first n, all that there are; on_piece(offset, log,
r), the extension of w restricted to [offset, offset + 2^log) at r[0 .. log); and a key: those with equal keys are the
same.
Points are never written out, so that a tensor's size costs nothing.
"""
import numpy as np

from .field import add, dot, element, eq_bits, eq_vector, from_elements, scale, total
from .work import pieces_of


def eq(x, y):
    out = 1
    for a, b in zip(x, y):
        out = out * (1 - a - b + 2 * (a * b))
    return out


def sum_below(E, z, n):
    """sum of eq(z, i) over i < n."""
    if n >> len(z):
        return E.of(1)
    out, prefix = E.of(0), E.of(1)
    for t in reversed(range(len(z))):
        if n >> t & 1:
            out = out + prefix * (1 - z[t])
            prefix = prefix * z[t]
        else:
            prefix = prefix * (1 - z[t])
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
    bits = max(len(z), len(r)) + 1
    states = {(0, False): E.of(1)}
    for t in range(bits):
        following = {}
        for (carry, less), value in states.items():
            for b in (0, 1):
                if b and t >= len(r):
                    continue
                s = b + (shift >> t & 1) + carry
                if s & 1 and t >= len(z):
                    continue
                x = value
                if t < len(r):
                    x = x * (r[t] if b else 1 - r[t])
                if t < len(z):
                    x = x * (z[t] if s & 1 else 1 - z[t])
                e = end >> t & 1
                state = (s >> 1, less if b == e else b < e)
                following[state] = following[state] + x if state in following else x
        states = following
    return sum((x for (_, less), x in states.items() if less), E.of(0))


class Point:
    """eq(z, i)."""

    def __init__(self, E, z):
        self.E, self.z = E, tuple(z)
        self.key = ("point", self.z)

    def table(self, begin, end):
        return eq_range(self.E, self.z, begin, end)

    def sum(self, n):
        return sum_below(self.E, self.z, n)

    def on_piece(self, offset, log, r):
        return eq_bits(self.z[log:], offset >> log) * eq(self.z[:log], r)

    def extension(self, r):
        return eq(self.z, r)

    def shifted(self, offset, rows, cols):
        return window(self.E, self.z, offset, max(0, -offset), min(cols, rows - offset))


class Weight:
    def extension(self, r):
        return self.on_piece(0, len(r), r)

    def shifted(self, offset, rows, cols):
        """The weights k -> w(k + offset), 0 <= k < cols, 0 <= k + offset < rows."""
        first, last = self.support(rows)
        begin, end = max(0, first - offset), min(cols, last - offset)
        if begin >= end:
            return nothing(self.E)
        return Vector(self.E, self.table(begin + offset, end + offset), begin)

    def support(self, rows):
        """Outside of it all entries are 0, and are not written down."""
        return 0, rows


class Index(Weight):
    """[i = index]."""

    def __init__(self, E, index):
        self.E, self.index = E, index
        self.key = ("index", index)

    def table(self, begin, end):
        out = np.zeros((end - begin, self.E.D), dtype=np.uint64)
        if begin <= self.index < end:
            out[self.index - begin, 0] = 1
        return out

    def sum(self, n):
        return self.E.of(1)

    def support(self, rows):
        return self.index, self.index + 1

    def on_piece(self, offset, log, r):
        return eq_bits(r, self.index - offset) if self.index >> log == offset >> log else 0


class Pieces(Weight):
    """coef eq(z, i - offset) on [offset, offset + 2^len(z)), for each (coef, offset, z)."""

    def __init__(self, E, pieces):
        self.E, self.pieces = E, pieces
        self.key = ("pieces", tuple(pieces))

    def table(self, begin, end):
        out = np.zeros((end - begin, self.E.D), dtype=np.uint64)
        for coef, offset, z in self.pieces:
            first, last = max(begin, offset), min(end, offset + (1 << len(z)))
            if first < last:
                part = scale(eq_range(self.E, z, first - offset, last - offset), coef)
                out[first - begin:last - begin] = add(out[first - begin:last - begin], part)
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
            wide = max(log, len(z))
            if at >> wide == offset >> wide:  # one contains the other
                low = min(log, len(z))
                out = out + coef * eq_bits(z[low:], offset - at >> low) * eq_bits(r[low:], at - offset >> low) \
                    * eq(z[:low], r[:low])
        return out


def window(E, z, offset, begin, end):
    return Window(E, z, offset, begin, end) if begin < end else nothing(E)


def nothing(E):
    return Vector(E, np.zeros((0, E.D), dtype=np.uint64))


class Window(Weight):
    """A point seen through shifts: eq(z, i + offset) for begin <= i < end."""

    def __init__(self, E, z, offset, begin, end):
        self.E, self.z, self.offset, self.begin, self.end = E, z, offset, begin, end
        self.key = ("window", z, offset, begin, end)

    def table(self, begin, end):
        out = np.zeros((end - begin, self.E.D), dtype=np.uint64)
        first, last = max(begin, self.begin), min(end, self.end)
        if first < last:
            out[first - begin:last - begin] = eq_range(self.E, self.z, first + self.offset, last + self.offset)
        return out

    def sum(self, n):
        return sum_below(self.E, self.z, self.end + self.offset) - sum_below(self.E, self.z, self.begin + self.offset)

    def on_piece(self, offset, log, r):
        begin, end = max(self.begin, offset), min(self.end, offset + (1 << log))
        if begin >= end:
            return self.E.of(0)
        shift = self.offset + offset
        return eq_shifted_below(self.E, self.z, r, shift, end - offset) - \
            eq_shifted_below(self.E, self.z, r, shift, begin - offset)

    def shifted(self, offset, rows, cols):
        begin = max(0, -offset, self.begin - offset)
        return window(self.E, self.z, self.offset + offset, begin, min(cols, rows - offset, self.end - offset))


class Vector(Weight):
    """values[i - begin]; the same as itself only."""

    def __init__(self, E, values, begin=0):
        self.E, self.values, self.begin = E, values, begin
        self.key = ("vector", id(self))

    def table(self, begin, end):
        out = np.zeros((end - begin, self.E.D), dtype=np.uint64)
        first, last = max(begin, self.begin), min(end, self.begin + len(self.values))
        if first < last:
            out[first - begin:last - begin] = self.values[first - self.begin:last - self.begin]
        return out

    def sum(self, n):
        return self.E(tuple(total(self.values)))

    def support(self, rows):
        return self.begin, self.begin + len(self.values)

    def on_piece(self, offset, log, r):
        begin, end = max(self.begin, offset), min(self.begin + len(self.values), offset + (1 << log))
        if begin >= end:
            return self.E.of(0)
        return dot(self.E, eq_range(self.E, r[:log], begin - offset, end - offset),
                   self.values[begin - self.begin:end - self.begin])


def basis(E):
    """(1, X, ..): the weight of the second dimension of the argument's tensors."""
    return Vector(E, from_elements(E, [E.power_of_x(d) for d in range(E.D)]))


def first_entry(weight):
    return element(weight.E, weight.table(0, 1)[0])
