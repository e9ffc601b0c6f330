"""Little-endian bytes that may come from an enemy (docs/spec/format.md)."""
from .errors import require


class Reader:
    """data: bytes; at: what is read next. Whatever goes wrong is refused with `code` and the offset."""

    def __init__(self, data, code):
        self.data, self.at, self.code = data, 0, code

    def check(self, condition):
        require(condition, self.code, self.at)

    def take(self, n):
        self.check(n <= len(self.data) - self.at)
        self.at += n
        return self.data[self.at - n:self.at]

    def unsigned(self, size):
        return int.from_bytes(self.take(size), "little")

    def signed(self, size):
        return int.from_bytes(self.take(size), "little", signed=True)

    def count(self, item_bytes):
        """Of items of at least so many bytes: what is left has room for them."""
        n = self.unsigned(4)
        self.check(n <= (len(self.data) - self.at) // item_bytes)
        return n
