"""The circuit of a key: relations over tensors (docs/spec/relations.md), and its bytes (docs/spec/format.md)."""
from dataclasses import dataclass, field, make_dataclass

import numpy as np

from .reader import Reader

MAX_DIMS, MOST_LISTED = 6, 2**24
VALUE, MULTIPLICITY, PAD, TRIPLE_A, TRIPLE_B, TRIPLE_C, DUMMY = range(7)  # roles
KEY, STATEMENT = 0, 1  # sources of public tensors
WEIGHTS, INPUTS, OUTPUTS = range(3)  # groups of digests
NO_RUN = 255


def record(name, fields):
    """A class with these fields; instances are equal if they are of one class and equal in all fields."""
    return make_dataclass(name, fields.split())


Committed = record("Committed", "role segment")
# dims: for each dimension of the source (False, dimension of the result) or (True, index).
Term = record("Term", "coef source dims")
Affine = record("Affine", "terms constant divisor")
Contract = record("Contract", "a b a_labels b_labels y_labels")
Cubic = record("Cubic", "operands")
Sparse = record("Sparse", "rows cols coefs")
Shift = record("Shift", "offset")
Poseidon = record("Poseidon", "")
Map = record("Map", "source dim matrix")
Part = record("Part", "source lo bits along run lane at count block")
Packing = record("Packing", "parts")
Constant = record("Constant", "poseidon values")
Public = record("Public", "source")
Lookup = record("Lookup", "table segment columns")
Zero = record("Zero", "tensor segment")


@dataclass
class Tensor:
    dims: list
    rule: object

    def cells(self):
        return product(self.dims)


@dataclass
class Column:
    values: list = None  # listed; or else a progression:
    start: int = 0
    step: int = 1

    def at(self, i):
        return self.start + self.step * i if self.values is None else self.values[i]


@dataclass
class Table:
    """A table: public columns, then private ones, tensors."""
    rows: int
    columns: list
    multiplicity: int
    tensors: list

    def width(self):
        return len(self.columns) + len(self.tensors)


@dataclass
class Port:
    """An input or output; pub_* are public tensors, None if there are none."""
    name: str
    dims: list
    tensor: int
    scales: list = field(default_factory=list)  # (mantissa, exponent)
    lo: int = 0
    hi: int = 0
    disclosed: bool = False
    pub: int = None  # of an input
    float_keys: bool = False  # of an input: its integers are keys of float32 numbers
    categories: list = field(default_factory=list)  # of an input: bytes that its integers stand for
    pub_lo: int = None
    pub_hi: int = None
    pub_outside: int = None
    has_argmax: bool = False
    pub_onehot: int = None
    pub_on: int = None
    pub_tie: int = None

    def cells(self):
        return product(self.dims)


@dataclass
class DigestPort:
    group: int
    tensor: int
    bound: list  # (tensor, lo, hi)

    def source(self):
        return KEY if self.group == WEIGHTS else STATEMENT


def product(numbers):
    out = 1
    for n in numbers:
        out *= n
    return out


@dataclass
class Circuit:
    segments: int
    tensors: list
    tables: list
    lookups: list
    zeros: list
    inputs: list
    outputs: list
    digests: list

    def rule(self, tensor):
        return self.tensors[tensor].rule

    def dims(self, tensor):
        return self.tensors[tensor].dims

    def is_committed(self, tensor):
        return isinstance(self.rule(tensor), Committed)

    def is_product(self, tensor):
        """A contraction of two private operands, or a cubic."""
        rule = self.rule(tensor)
        return isinstance(rule, Cubic) or isinstance(rule, Contract) and self.private[rule.a] and self.private[rule.b]

    def find_private(self):
        """private: [tensors], those that depend on a committed one. Sources are earlier tensors."""
        self.private = []
        for tensor in self.tensors:
            self.private.append(isinstance(tensor.rule, Committed) or
                                any(self.private[s] for s in sources(tensor.rule)))


def sources(rule):
    """The tensors that a definition names; twice if it is named twice."""
    if isinstance(rule, Affine):
        return [t.source for t in rule.terms]
    if isinstance(rule, Contract):
        return [rule.a, rule.b]
    if isinstance(rule, Cubic):
        return rule.operands
    if isinstance(rule, Map):
        return [rule.source]
    if isinstance(rule, Packing):
        return [p.source for p in rule.parts]
    return []


class KeyBytes(Reader):
    """The numbers and lists that a key is made of."""

    def __init__(self, data):
        super().__init__(data, "V_KEY")
        self.listed_left = MOST_LISTED

    def below(self, end):
        value = self.unsigned(1)
        self.check(value < end)
        return value

    def many(self, item_bytes, read):
        """A list with a count of 4 bytes, of items of at least item_bytes: so its length is bounded by what is left."""
        return [read() for _ in range(self.count(item_bytes))]

    def few(self, most, read):
        count = self.unsigned(1)
        self.check(count <= most)
        return [read() for _ in range(count)]

    def dims(self):
        return self.few(MAX_DIMS, lambda: self.unsigned(4))

    def integers(self):
        """A list of signed integers in the one encoding that they have."""
        n = self.unsigned(4)
        self.check(n <= self.listed_left)
        self.listed_left -= n
        form = self.unsigned(1)
        width, differences = form % 128, form > 128
        self.check(1 <= width <= 64 and not (differences and n == 0))
        first = [self.signed(8)] if differences else []
        count = n - len(first)
        data = np.frombuffer(self.take((count * width + 7) // 8), dtype=np.uint8)
        bits = np.unpackbits(data, bitorder="little")
        self.check(not bits[count * width:].any())
        words = np.zeros(count, dtype=np.uint64)
        for j in range(width):
            words |= bits[j:count * width:width].astype(np.uint64) << np.uint64(j)
        one = np.uint64(1)
        values = (words >> one ^ (np.uint64(0) - (words & one))).astype(np.int64)
        if differences:
            values = np.cumsum(np.concatenate([np.array(first, dtype=np.int64), values]))
        self.check(form == form_of(values))
        return values.tolist()

    # ---- parts of a circuit

    def term(self):
        coef, source = self.signed(8), self.unsigned(4)
        return Term(coef, source, self.few(MAX_DIMS, self.dim_ref))

    def dim_ref(self):
        byte = self.unsigned(1)
        if byte == 255:
            return (True, self.unsigned(4))
        self.check(byte < MAX_DIMS)
        return (False, byte)

    def labels(self):
        return self.few(MAX_DIMS, lambda: self.unsigned(1))

    def matrix(self):
        kind = self.below(3)
        if kind == 1:
            return Shift(self.signed(8))
        if kind == 2:
            return Poseidon()
        rows, cols, coefs = self.integers(), self.integers(), self.integers()
        self.check(len(rows) == len(cols) == len(coefs) and all(0 <= x < 2**32 for x in rows + cols))
        return Sparse(rows, cols, coefs)

    def part(self):
        source, lo = self.unsigned(4), self.signed(8)
        return Part(source, lo, *(self.unsigned(1) for _ in range(4)), self.dims(), self.unsigned(4), self.unsigned(4))

    def tensor(self):
        dims, kind = self.dims(), self.below(8)
        if kind == 0:
            rule = Committed(self.below(7), self.unsigned(4))
        elif kind == 1:
            rule = Affine(self.many(13, self.term), self.signed(8), self.unsigned(8))
        elif kind == 2:
            rule = Contract(self.unsigned(4), self.unsigned(4), self.labels(), self.labels(), self.labels())
        elif kind == 3:
            rule = Map(self.unsigned(4), self.unsigned(4), self.matrix())
        elif kind == 4:
            poseidon = bool(self.below(2))
            rule = Constant(poseidon, [] if poseidon else self.integers())
        elif kind == 5:
            rule = Public(self.below(2))
        elif kind == 6:
            rule = Packing(self.many(25, self.part))
        else:
            rule = Cubic([self.unsigned(4) for _ in range(3)])
        return Tensor(dims, rule)

    def column(self):
        if self.below(2):
            return Column(self.integers())
        return Column(None, self.signed(8), self.signed(8))

    def table(self):
        return Table(self.unsigned(4), self.few(8, self.column), self.unsigned(4),
                     self.few(8, lambda: self.unsigned(4)))

    def lookup(self):
        return Lookup(self.unsigned(4), self.unsigned(4), self.few(8, lambda: self.unsigned(4)))

    def scale(self):
        return (self.unsigned(8), self.signed(4))

    def name(self):
        return self.take(self.unsigned(2)).decode("latin-1")

    def input(self):
        port = Port(self.name(), self.dims(), self.unsigned(4), self.many(12, self.scale), self.signed(8),
                    self.signed(8), bool(self.below(2)))
        port.pub = self.unsigned(4) if port.disclosed else None
        kind = self.below(3)
        port.float_keys = kind == 1
        if kind == 2:
            n = self.unsigned(4)
            self.check(0 < n <= 1024)
            port.categories = [self.take(self.unsigned(2)) for _ in range(n)]
        return port

    def output(self):
        port = Port(self.name(), self.dims(), self.unsigned(4), [self.scale()], self.signed(8), self.signed(8))
        port.pub_lo, port.pub_hi, port.pub_outside = (self.unsigned(4) for _ in range(3))
        port.has_argmax = bool(self.below(2))
        if port.has_argmax:
            port.pub_onehot, port.pub_on, port.pub_tie = (self.unsigned(4) for _ in range(3))
        port.disclosed = bool(self.below(2))
        return port

    def digest(self):
        return DigestPort(self.below(3), self.unsigned(4),
                          self.many(20, lambda: (self.unsigned(4), self.signed(8), self.signed(8))))

    def circuit(self):
        return Circuit(self.unsigned(4), self.many(3, self.tensor), self.many(10, self.table),
                       self.many(9, self.lookup), self.many(8, lambda: Zero(self.unsigned(4), self.unsigned(4))),
                       self.many(29, self.input), self.many(49, self.output), self.many(9, self.digest))


def form_of(values):
    """The one form in which an array of signed 64-bit integers is written."""
    def width(v):
        folded = v.view(np.uint64) << np.uint64(1) ^ np.where(v < 0, ~np.uint64(0), np.uint64(0))
        return max(1, int(np.bitwise_or.reduce(folded)).bit_length()) if len(v) else 1
    n, plain, differences = len(values), width(values), width(values[1:] - values[:-1])
    return 128 + differences if n and 64 + (n - 1) * differences < n * plain else plain
