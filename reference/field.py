"""F = Z/p, p = 2^64 - 2^32 + 1, and its extensions E of degree 2 and 3 (docs/spec/notation.md).

Single elements of E are objects of one of two classes; an element of F is an int in [0, p). Vectors are NumPy arrays of
64-bit words: [n] over F, [n, D] over E.
"""
from functools import reduce
from itertools import accumulate, repeat
from math import prod

import numpy as np

P = 2**64 - 2**32 + 1
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
P64 = np.uint64(P)
TWO_ADIC_ROOT = pow(7, (P - 1) >> 32, P)


def root_of_unity(k):
    """An element of order 2^k, k <= 32."""
    return pow(TWO_ADIC_ROOT, 1 << (32 - k), P)


def log2_ceil(n):
    return (n - 1).bit_length()


# ---- vectors over F


def add(a, b):
    s = a + b
    s = s + np.where(s < a, LOW, np.uint64(0))  # 2^64 = 2^32 - 1; of two canonical operands this does not wrap again
    return np.where(s >= P64, s - P64, s)


def sub(a, b):
    return np.where(a >= b, a - b, a + (P64 - b))


def mul(a, b):
    """Products of 32-bit limbs, then 2^64 = 2^32 - 1 and 2^96 = -1."""
    a0, a1, b0, b1 = a & LOW, a >> HALF, b & LOW, b >> HALF
    low, mid0, mid1, high = a0 * b0, a0 * b1, a1 * b0, a1 * b1
    mid = (low >> HALF) + (mid0 & LOW) + (mid1 & LOW)
    low = (low & LOW) | (mid << HALF)
    high = high + (mid0 >> HALF) + (mid1 >> HALF) + (mid >> HALF)
    top = high >> HALF
    t = low - top
    t = np.where(low < top, t - LOW, t)
    u = t + (high & LOW) * LOW
    u = np.where(u < t, u + LOW, u)
    return np.where(u >= P64, u - P64, u)


def total(a):
    """The sums over the first axis of an array, mod p: an int of [n], ints of [n, D]."""
    low, high = (half.sum(axis=0, dtype=np.uint64).astype(object) for half in (a & LOW, a >> HALF))
    return (low + high * 2**32) % P


def vector(values):
    """A vector over F of any ints."""
    return np.array([v % P for v in values], dtype=np.uint64)


# ---- E


class Ext:
    """An element of E: c[d] is the coefficient of X^d. Operands may be ints."""
    __slots__ = ("c",)

    def __init__(self, c):
        self.c = c

    @classmethod
    def of(cls, x):
        return x if isinstance(x, cls) else cls((x % P,) + (0,) * (cls.D - 1))

    def __add__(self, other):
        return type(self)(tuple((x + y) % P for x, y in zip(self.c, self.of(other).c)))

    def __sub__(self, other):
        return type(self)(tuple((x - y) % P for x, y in zip(self.c, self.of(other).c)))

    def __rsub__(self, other):
        return self.of(other) - self

    def __neg__(self):
        return type(self)(tuple(-x % P for x in self.c))

    def __mul__(self, other):
        if isinstance(other, int):
            return type(self)(tuple(x * other % P for x in self.c))
        return self.product(other)

    def __pow__(self, n):
        out = self.of(1)
        for bit in f"{n:b}":
            out = out * out * (self if bit == "1" else 1)
        return out

    def __eq__(self, other):
        return self.c == self.of(other).c

    def __hash__(self):
        return hash(self.c)

    def __bool__(self):
        return any(self.c)

    __radd__ = __add__
    __rmul__ = __mul__


class Ext2(Ext):
    """F[X]/(X^2 - 7)."""
    __slots__ = ()
    D = 2

    def product(self, other):
        (a, b), (c, d) = self.c, other.c
        return Ext2(((a * c + 7 * b * d) % P, (a * d + b * c) % P))

    def inverse(self):
        a, b = self.c
        n = pow(a * a - 7 * b * b, -1, P)
        return Ext2((a * n % P, -b * n % P))


class Ext3(Ext):
    """F[X]/(X^3 - X - 1): X^3 = X + 1, X^4 = X^2 + X."""
    __slots__ = ()
    D = 3

    def product(self, other):
        (a, b, c), (d, e, f) = self.c, other.c
        x3, x4 = b * f + c * e, c * f
        return Ext3(((a * d + x3) % P, (a * e + b * d + x3 + x4) % P, (a * f + b * e + c * d + x4) % P))

    def inverse(self):
        """Cramer's rule for y -> self * y = 1, with the rows (a, c, b), (b, a + c, b + c), (c, b, a + c)."""
        a, b, c = self.c
        m = a + c
        y = (m * m - b * (b + c), c * (b + c) - b * m, b * b - c * m)
        n = pow(a * y[0] + c * y[1] + b * y[2], -1, P)
        return Ext3(tuple(x * n % P for x in y))


def extension(degree):
    return Ext2 if degree == 2 else Ext3


# ---- vectors over E


def vmul(a, b):
    """Products of vectors over E, [.., D] each; a single element is an array [D]."""
    D = a.shape[-1]
    p = [reduce(add, (mul(a[..., i], b[..., k - i]) for i in range(D) if 0 <= k - i < D)) for k in range(2 * D - 1)]
    if D == 2:
        return np.stack([add(p[0], mul(p[2], np.uint64(7))), p[1]], axis=-1)
    return np.stack([add(p[0], p[3]), add(p[1], add(p[3], p[4])), add(p[2], p[4])], axis=-1)


def lift(E, a):
    """A vector over F as one over E."""
    return np.pad(a[:, None], ((0, 0), (0, E.D - 1)))


def from_elements(E, elements):
    return np.array([e.c for e in elements], dtype=np.uint64).reshape(-1, E.D)


def element(E, row):
    return E(tuple(int(x) for x in row))


def dot(E, a, b):
    """sum_i a[i] b[i]"""
    return E(tuple(total(vmul(a, b))))


def scale(a, x):
    return vmul(a, np.array(x.c, dtype=np.uint64))


def eq_vector(E, point):
    """eq(point, i) for all i below 2^len(point)."""
    out = from_elements(E, [E.of(1)])
    for x in point:  # variable by variable: the new one is the highest so far
        high = scale(out, x)
        out = np.concatenate([sub(out, high), high])
    return out


def mle(E, values, point):
    """The multilinear extension of a vector over F or E, zero beyond its end, at a point."""
    if values.ndim == 1:
        values = lift(E, values)
    for x in point:
        values = np.pad(values, ((0, len(values) & 1), (0, 0)))
        values = add(values[0::2], scale(sub(values[1::2], values[0::2]), x))  # binds variable 0
    return element(E, values[0])


def eq_bit(point, t, bit):
    """eq of coordinate t of a point and a bit; further coordinates are 0."""
    if t >= len(point):
        return 1 - bit
    return point[t] if bit else 1 - point[t]


def eq_bits(point, index):
    """eq(point, index) for one index."""
    return prod(x if index >> t & 1 else 1 - x for t, x in enumerate(point))


def batch_powers(E, x, n):
    """1, x, .., x^(n-1), as elements."""
    return list(accumulate(repeat(x, n - 1), initial=E.of(1), func=E.__mul__))


def reduce_halves(low, high):
    """low + 2^32 high, for arrays of sums of 32-bit words."""
    return add(low, mul(high, np.uint64(1 << 32)))


def sum_axis(a, axis):
    return reduce_halves((a & LOW).sum(axis=axis, dtype=np.uint64), (a >> HALF).sum(axis=axis, dtype=np.uint64))


def scatter(a, places, n):
    """out[k] = sum of a[i] over places[i] = k; a: [m, D]."""
    halves = np.zeros((2, n, a.shape[1]), dtype=np.uint64)
    np.add.at(halves[0], places, a & LOW)
    np.add.at(halves[1], places, a >> HALF)
    return reduce_halves(*halves)
