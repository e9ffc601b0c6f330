"""Little-endian bytes that may come from an enemy (docs/spec/format.md).

What stands in them is written as readers: functions of a Reader. `many`, `few`, .. make readers of readers, and
`record` makes a class of them that its `read` reads field by field.
"""
from dataclasses import make_dataclass

from .errors import require
from .field import P


class Reader:
    """data: bytes; at: what is read next. Whatever goes wrong is refused with `code` and the offset."""

    def __init__(self, data, code="V_FORMAT"):
        self.data, self.at, self.code = data, 0, code

    def check(self, condition):
        require(condition, self.code, self.at)

    def take(self, n):
        self.check(n <= len(self.data) - self.at)
        self.at += n
        return self.data[self.at - n:self.at]

    def expect(self, data):
        self.check(self.take(len(data)) == data)

    def end(self):
        self.check(self.at == len(self.data))

    def count(self, item_bytes, most=2**32):
        """Of items of at least so many bytes: what is left has room for them."""
        n = u32(self)
        self.check(n <= min(most, (len(self.data) - self.at) // item_bytes))
        return n


def number(size, signed=False):
    return lambda r: int.from_bytes(r.take(size), "little", signed=signed)


u8, u16, u32, u64, i32, i64 = *map(number, (1, 2, 4, 8)), number(4, True), number(8, True)


def nothing(_):
    return None


def word(r):
    """An element of F."""
    x = u64(r)
    r.check(x < P)
    return x


def below(end):
    def read(r):
        value = u8(r)
        r.check(value < end)
        return value
    return read


def exactly(n, item):
    return lambda r: [item(r) for _ in range(n)]


def together(*items):
    return lambda r: tuple(item(r) for item in items)


def few(most, item):
    """A list with a count of 1 byte."""
    return lambda r: exactly(below(most + 1)(r), item)(r)


def many(item_bytes, item, most=2**32):
    """A list with a count of 4 bytes, of items of at least item_bytes: so its length is bounded by what is left."""
    return lambda r: exactly(r.count(item_bytes, most), item)(r)


def string(count, most=2**32):
    """Bytes after their number."""
    def read(r):
        n = count(r)
        r.check(n <= most)
        return r.take(n)
    return read


def text(most):
    def read(r):
        data = string(u32, most)(r)
        r.check(all(0x20 <= c < 0x7F for c in data))
        return data.decode("ascii")
    return read


def tagged(*kinds):
    """(number, what the reader of this number reads) after the number, of 1 byte."""
    def read(r):
        kind = below(len(kinds))(r)
        return kind, kinds[kind](r)
    return read


def one_of(*kinds):
    return lambda r: tagged(*kinds)(r)[1]


def optional(item):
    return one_of(nothing, item)


def record(title, /, **fields):
    """A class with these fields, of these readers; instances are equal if they are of one class and equal in each."""
    def read(cls, r):
        return cls(*(item(r) for item in fields.values()))
    return make_dataclass(title, fields, namespace={"read": classmethod(read)})
