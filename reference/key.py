"""A verifying key: its bytes (docs/spec/format.md), and what it must be before it judges a proof (keys.md)."""
from collections import Counter, namedtuple
from math import prod

from . import soundness
from .blake3 import derive_key
from .bounds import derive_bounds
from .check import check_argument, check_circuit
from .circuit import KEY, PAD, Circuit, KeyBytes
from .determined import determined
from .digest import check_digests
from .errors import rule
from .field import extension, log2_ceil, vector
from .reader import exactly, few, many, record, u8, u16, u32, word
from .relations import count_messages
from .switches import check_switches
from .transcript import hash_parts, packed
from .work import check_layout, read_layout

MAGIC, VERSION = b"nescio verifying key", packed("H", 3)

Round = record("Round", log_inv_rate=u8, fold=u8, queries=u16, samples=u8, query_work=u8, fold_work=u8, radius=u8)


class Params(record("Params", degree=u8, security_bits=u8, log_rows=u8, kappa=u8, columns=u16, log_inv_rate=u8,
                    queries=u16, query_work=u8, fold_work=u8, lookup_work=u8, rounds=few(12, Round.read),
                    final_log=u8)):
    def reserved_rows(self):
        return self.queries + 2 * self.degree

    def log_code(self, i=None):
        """Of oracle 0, or of oracle i + 1."""
        if i is None:
            return self.log_rows + self.log_inv_rate
        return self.log_rows - sum(r.fold for r in self.rounds[:i]) + self.rounds[i].log_inv_rate


def check_params(p):
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


# Of all segments: what the error terms depend on. buses: [(rows, columns)].
Counts = namedtuple("Counts", "buses constraints equations triples point_variables product_degree")


def total_counts(circuit, segments):
    rows = Counter()
    for table in circuit.tables:
        rows[table.width()] += table.rows
    for lookup in circuit.lookups:
        rows[len(lookup.columns)] += prod(circuit.rows(lookup))
    return Counts([(n, width) for width, n in sorted(rows.items())], 1 + sum(c.constraints for c in segments),
                  max(c.equations for c in segments), 1 + max(c.triples for c in segments),
                  max(c.point_variables for c in segments), max(c.product_degree for c in segments))


class Key:
    """A checked key. Raises V_KEY for anything else. sound=False: for tests, keys whose circuit may not be sound."""

    def __init__(self, data, sound=True):
        r = KeyBytes(data)
        r.expect(MAGIC + VERSION)
        begin = r.at
        self.params = Params.read(r)
        check_params(self.params)
        self.params_bytes = data[begin:r.at]
        self.circuit = Circuit.read(r)
        circuit_bytes = data[begin + len(self.params_bytes):r.at]
        (check_circuit if sound else check_argument)(self.circuit)
        self.layout = read_layout(self.circuit, r)
        listed = [port for port in self.circuit.digests if port.source() == KEY]
        r.check(u32(r) == len(listed))
        self.bindings = [vector(words) for words in exactly(len(listed), many(8, word))(r)]
        r.end()
        self.E = extension(self.params.degree)
        if sound:
            self.check()
        self.id = hash_parts("nescio key id", data)
        digest = derive_key("nescio 2026 v1 circuit", circuit_bytes)[:32]
        self.model = hash_parts("nescio model id", digest, *(packed("Q", x) for b in self.bindings[:1] for x in b))

    def check(self):
        c, p = self.circuit, self.params
        bounds = derive_bounds(c)
        check_switches(c, bounds)
        check_digests(c)
        rule(200, all(len(b) == 4 for b in self.bindings))
        known = determined(c, bounds)
        self.one_model = bool(c.outputs) and all(known[port.tensor] for port in c.outputs)
        messages = [count_messages(self.E, c, s) for s in range(c.segments)]
        for found, counts in zip(c.argument, messages):
            sizes = [counts.pads] + [counts.triples + 1] * 3 + [1]
            rule(201, all(c.dims(found[PAD + i]) == [n, p.degree] for i, n in enumerate(sizes)))
        check_layout(c, self.layout)
        rule(202, self.layout.log_rows == p.log_rows and self.layout.reserved_rows == p.reserved_rows() and
             len(self.layout.column_segments) == p.columns and p.kappa == log2_ceil(p.columns))
        self.bits = soundness.check(p, total_counts(c, messages))

    def column_groups(self):
        """(begin, end) of the columns of each segment; last, the mask columns."""
        segments = self.layout.column_segments
        starts = [j for j, s in enumerate(segments) if j == 0 or s != segments[j - 1]] + [len(segments)]
        return list(zip(starts, starts[1:] + [len(segments) + self.params.degree]))
