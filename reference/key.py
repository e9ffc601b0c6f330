"""A verifying key: its bytes (docs/spec/format.md), and what it must be before it judges a proof (keys.md)."""
from dataclasses import dataclass

from . import soundness
from .blake3 import derive_key
from .bounds import derive_bounds
from .check import check_argument, check_circuit
from .circuit import KEY, PAD, KeyBytes, product
from .determined import determined
from .digest import check_digests
from .errors import require
from .field import P, extension, log2_ceil, vector
from .relations import count_messages
from .switches import check_switches
from .transcript import hash_parts, u64
from .work import check_layout, read_layout

MAGIC, VERSION = b"nescio verifying key", 3


@dataclass
class Round:
    log_inv_rate: int
    fold: int
    queries: int
    samples: int
    query_work: int
    fold_work: int
    radius: int


@dataclass
class Params:
    degree: int
    security_bits: int
    log_rows: int
    kappa: int
    columns: int
    log_inv_rate: int
    queries: int
    query_work: int
    fold_work: int
    lookup_work: int
    rounds: list
    final_log: int = 0

    def reserved_rows(self):
        return self.queries + 2 * self.degree

    def log_code(self, i=None):
        """Of oracle 0, or of oracle i + 1."""
        if i is None:
            return self.log_rows + self.log_inv_rate
        return self.log_rows - sum(r.fold for r in self.rounds[:i]) + self.rounds[i].log_inv_rate


def read_params(data):
    sizes = (1, 1, 1, 1, 2, 1, 2, 1, 1, 1)
    p = Params(*(data.unsigned(size) for size in sizes), [])
    count = data.unsigned(1)
    require(count <= 12, "V_KEY", 8)
    p.rounds = [Round(*(data.unsigned(size) for size in (1, 1, 2, 1, 1, 1, 1))) for _ in range(count)]
    p.final_log = data.unsigned(1)
    check_params(p)
    return p


def check_params(p):
    def rule(number, condition):
        require(condition, "V_KEY", number)

    rule(1, p.degree in (2, 3))
    rule(2, 1 <= p.security_bits <= 128)
    rule(3, p.kappa <= 10 and p.kappa < p.columns <= 1 << p.kappa)
    rule(4, 1 <= p.log_inv_rate <= 16 and p.log_code() <= 32)
    rule(5, 1 <= p.queries <= min(1024, 1 << p.log_code()))
    rule(6, p.reserved_rows() < 1 << p.log_rows)
    rule(7, max(p.query_work, p.fold_work, p.lookup_work) <= 32)
    message, rate = p.log_rows, p.log_inv_rate
    for r in p.rounds:
        rule(9, 1 <= r.fold <= min(6, message))
        rule(10, rate <= r.log_inv_rate <= 16 and message + r.log_inv_rate <= 32)
        rule(11, 1 <= r.queries <= min(1024, 1 << message + r.log_inv_rate - r.fold))
        rule(12, r.samples <= 4 and r.query_work <= 32 and r.fold_work <= 32)
        message, rate = message - r.fold, r.log_inv_rate
    rule(13, p.final_log == message <= 12)


@dataclass
class Counts:
    """Of all segments: what the error terms depend on."""
    buses: list
    constraints: int = 1
    equations: int = 0
    triples: int = 0
    point_variables: int = 0
    product_degree: int = 0


def total_counts(circuit, segments):
    leaves = {}
    for table in circuit.tables:
        leaves[table.width()] = leaves.get(table.width(), 0) + table.rows
    for lookup in circuit.lookups:
        leaves[len(lookup.columns)] = leaves.get(len(lookup.columns), 0) + product(circuit.dims(lookup.columns[0]))
    out = Counts([(n, width) for width, n in sorted(leaves.items())])
    for c in segments:
        out.constraints += c.constraints
        out.equations = max(out.equations, c.equations)
        out.triples = max(out.triples, c.triples + 1)
        out.point_variables = max(out.point_variables, c.point_variables)
        out.product_degree = max(out.product_degree, c.product_degree)
    return out


class Key:
    """A checked key. Raises V_KEY for anything else. sound=False: for tests, keys whose circuit may not be sound."""

    def __init__(self, data, sound=True):
        reader = KeyBytes(data)
        require(reader.take(len(MAGIC)) == MAGIC, "V_KEY", 0)
        require(reader.unsigned(2) == VERSION, "V_KEY", reader.at)
        begin = reader.at
        self.params = read_params(reader)
        self.params_bytes = data[begin:reader.at]
        begin = reader.at
        self.circuit = reader.circuit()
        circuit_bytes = data[begin:reader.at]
        if sound:
            check_circuit(self.circuit)
        else:
            self.circuit.find_private()
            check_argument(self.circuit)
        self.layout = read_layout(self.circuit, reader)
        self.read_bindings(reader)
        require(reader.at == len(data), "V_KEY", reader.at)
        self.E = extension(self.params.degree)
        if sound:
            self.check()
        self.id = hash_parts("nescio key id", data)
        digest = derive_key("nescio 2026 v1 circuit", circuit_bytes)[:32]
        self.model = hash_parts("nescio model id", digest, *(u64(int(x)) for b in self.bindings[:1] for x in b))

    def read_bindings(self, reader):
        self.bindings = []
        ports = [port for port in self.circuit.digests if port.source() == KEY]
        require(reader.unsigned(4) == len(ports), "V_KEY", reader.at)
        for _ in ports:
            words = reader.many(8, lambda: reader.unsigned(8))
            require(all(w < P for w in words), "V_KEY", reader.at)
            self.bindings.append(vector(words))

    def check(self):
        c, p = self.circuit, self.params
        bounds = derive_bounds(c)
        check_switches(c, bounds)
        check_digests(c)
        require(all(len(b) == 4 for b in self.bindings), "V_KEY", 200)
        known = determined(c, bounds)
        self.one_model = bool(c.outputs) and all(known[port.tensor] for port in c.outputs)
        messages = [count_messages(self.E, c, s) for s in range(c.segments)]
        for found, counts in zip(c.argument, messages):
            sizes = [counts.pads] + [counts.triples + 1] * 3 + [1]
            require(all(c.dims(found[PAD + i]) == [n, p.degree] for i, n in enumerate(sizes)), "V_KEY", 201)
        check_layout(c, self.layout)
        require((self.layout.log_rows, self.layout.reserved_rows, len(self.layout.column_segments)) ==
                (p.log_rows, p.reserved_rows(), p.columns) and p.kappa == log2_ceil(p.columns), "V_KEY", 202)
        self.bits = soundness.check(p, total_counts(c, messages))

    def column_groups(self):
        """(begin, end) of the columns of each segment; last, the mask columns."""
        segments = self.layout.column_segments
        starts = [j for j in range(len(segments)) if j == 0 or segments[j] != segments[j - 1]]
        groups = list(zip(starts, starts[1:] + [len(segments)]))
        return groups + [(len(segments), len(segments) + self.params.degree)]
