"""Which integers a circuit's tensors can hold, from enforced facts only; no identity can wrap (docs/spec/keys.md,
"Intervals").
"""
from .circuit import Affine, Committed, Constant, Contract, Cubic, Map, Packing, Poseidon, Public, Shift, sources
from .errors import require

TENSOR, IDENTITY, HUGE = 2**62, 2**63, 2**100
PASSES = 64


def is_empty(x):
    return x[0] > x[1]


# An exact sum is (lo, hi), or None once it is beyond 2^100.


def plus(*sums):
    lo = hi = 0
    for s in sums:
        if s is None:
            return None
        lo, hi = lo + s[0], hi + s[1]
        if lo < -HUGE or hi > HUGE:
            return None
    return lo, hi


def below(s, limit):
    return s is not None and -limit < s[0] and s[1] < limit


def scaled(coef, x):
    a, b = coef * x[0], coef * x[1]
    return plus((min(a, b), max(a, b)))


def multiplied(x, y):
    a, b = scaled(y[0], x), scaled(y[1], x)
    return None if a is None or b is None else plus((min(a[0], b[0]), max(a[1], b[1])))


def square(x):
    s = multiplied(x, x)
    if s is None:
        return None
    return (0 if x[0] <= 0 <= x[1] else min(x[0] * x[0], x[1] * x[1])), s[1]


def times(s, n):
    return plus((s[0] * n, s[1] * n)) if below(s, IDENTITY) else None


def hull(parts):
    return None if None in parts else (min(s[0] for s in parts), max(s[1] for s in parts))


def reads_all(circuit, term):
    return all(not fixed or n == 1 for (fixed, _), n in zip(term.dims, circuit.dims(term.source)))


class Derivation:
    """at: [tensors], (lo, hi) of an integer tensor, else None."""

    def __init__(self, circuit):
        self.c = circuit
        self.at, self.changed = [None] * len(circuit.tensors), False
        self.seed()
        for _ in range(PASSES):
            self.changed = False
            for i in range(len(self.at)):
                self.step(i)
            for lookup in circuit.lookups:
                self.private_columns(lookup)
            if not self.changed:
                break

    def seed(self):
        c = self.c
        self.signed_sums = {}  # of constants: sums of their negative and of their positive values
        for i, tensor in enumerate(c.tensors):
            if isinstance(tensor.rule, Constant) and not tensor.rule.poseidon:
                values = tensor.rule.values
                self.meet(i, min(values), max(values))
                self.signed_sums[i] = sum(min(v, 0) for v in values), sum(max(v, 0) for v in values)
        for port in c.inputs:
            if port.disclosed:
                self.meet(port.pub, port.lo, port.hi)
        for port in c.outputs:
            self.meet(port.pub_lo, port.lo, port.hi)
            self.meet(port.pub_hi, port.lo, port.hi)
            self.meet(port.pub_outside, 0, 1)
            if port.has_argmax:
                for x in (port.pub_onehot, port.pub_on, port.pub_tie):
                    self.meet(x, 0, 1)
        ranges = []
        for table in c.tables:
            ends = [(col.at(0), col.at(table.rows - 1)) if col.values is None else col.values for col in table.columns]
            ranges.append([(min(e), max(e)) for e in ends])
        for lookup in c.lookups:
            for x, (lo, hi) in zip(lookup.columns, ranges[lookup.table]):
                self.meet(x, lo, hi)
        for zero in c.zeros:
            self.meet(zero.tensor, 0, 0)

    def private_columns(self, lookup):
        """What a lookup finds in a private column is one of its cells."""
        table = self.c.tables[lookup.table]
        for x, column in zip(lookup.columns[len(table.columns):], table.tensors):
            at = self.at[column]
            if at is not None and not is_empty(at):
                self.meet(x, *at)

    def meet(self, i, lo, hi):
        """A new fact about a tensor; an empty interval stays."""
        lo, hi = (max(-TENSOR, min(TENSOR, v)) for v in (lo, hi))
        before = self.at[i]
        if before is None:
            self.at[i] = (lo, hi)
        elif not is_empty(before):
            self.at[i] = (max(lo, before[0]), min(hi, before[1]))
        self.changed |= self.at[i] != before

    def divisor(self, i):
        r = self.c.rule(i)
        return r.divisor if isinstance(r, Affine) else 1

    def forward(self, i):
        """(True, divisor * y as its definition says) if all sources are integers; else (False, None)."""
        c, r = self.c, self.c.rule(i)
        if any(self.at[s] is None for s in sources(r)):
            return False, None
        if isinstance(r, Affine):
            return True, plus((r.constant, r.constant), *(scaled(t.coef, self.at[t.source]) for t in r.terms))
        if isinstance(r, Contract):
            return True, self.forward_contract(r)
        if isinstance(r, Map) and not isinstance(r.matrix, Poseidon):
            x, rows, cols = self.at[r.source], c.dims(i)[r.dim], c.dims(r.source)[r.dim]
            if isinstance(r.matrix, Shift):
                offset = r.matrix.offset
                nothing = offset > 0 or rows > cols + offset
                return True, hull([scaled(1, x)] + [(0, 0)] * nothing)
            by_row = {}
            for row, coef in zip(r.matrix.rows, r.matrix.coefs):
                by_row.setdefault(row, []).append(scaled(coef, x))
            return True, hull([plus(*terms) for terms in by_row.values()] + [(0, 0)] * (len(by_row) < rows))
        return False, None

    def forward_contract(self, r):
        c = self.c
        terms = 1
        for label, n in zip(r.a_labels, c.dims(r.a)):
            if label not in r.y_labels:
                terms *= n
        for k, labels, other in ((r.a, r.a_labels, r.b), (r.b, r.b_labels, r.a)):
            if not isinstance(c.rule(k), Constant):
                continue
            for label, n in zip(labels, c.dims(k)):
                if n > 1 and label not in r.y_labels:
                    (neg, pos), (lo, hi) = self.signed_sums[k], self.at[other]
                    if not below((neg, pos), IDENTITY):
                        return None
                    return times(plus((pos * lo + neg * hi, pos * hi + neg * lo)), terms // n)
        if r.a == r.b and r.a_labels == r.b_labels:
            return times(square(self.at[r.a]), terms)
        return times(multiplied(self.at[r.a], self.at[r.b]), terms)

    def difference(self, q, y, s):
        return plus(scaled(q, y), None if s is None else (-s[1], -s[0]))

    def step(self, i):
        q, r = self.divisor(i), self.c.rule(i)
        known, s = self.forward(i)
        if known and self.at[i] is None:
            if q == 1 and below(s, TENSOR):
                self.meet(i, *s)
        elif known:
            if below(self.difference(q, self.at[i], s), IDENTITY):
                self.meet(i, -(-s[0] // q), s[1] // q)
                if isinstance(r, Affine):
                    self.shrink_sources(i, r, s)
        elif isinstance(r, Affine) and self.at[i] is not None:
            self.determine_source(i, r)

    def shrink_sources(self, i, r, s):
        """a x = q y - (S - a x), for each source x."""
        left = scaled(r.divisor, self.at[i])
        for term in r.terms:
            x, a = self.at[term.source], term.coef
            if not reads_all(self.c, term) or left is None or is_empty(x) or is_empty(self.at[i]):
                continue
            own = scaled(a, x)
            lo, hi = left[0] - (s[1] - own[1]), left[1] - (s[0] - own[0])
            if a < 0:
                lo, hi, a = -hi, -lo, -a
            self.meet(term.source, -(-lo // a), hi // a)

    def determine_source(self, i, r):
        """+-x = q y - rest, x the only source that is not yet an integer."""
        unknown = [t for t in r.terms if self.at[t.source] is None]
        if len(unknown) != 1 or unknown[0].coef not in (1, -1) or not reads_all(self.c, unknown[0]):
            return
        rest = plus((r.constant, r.constant),
                    *(scaled(t.coef, self.at[t.source]) for t in r.terms if t is not unknown[0]))
        x = self.difference(r.divisor, self.at[i], rest)
        if below(x, TENSOR):
            self.meet(unknown[0].source, *(x if unknown[0].coef == 1 else (-x[1], -x[0])))

    def check(self):
        """`where`: the tensor."""
        c = self.c
        integer, element = self.below()

        def rule(condition, tensor):
            require(condition, "V_KEY", tensor)

        for i, x in enumerate(self.at):
            rule(x is None or not is_empty(x), i)
            known, s = self.forward(i)
            if known:
                rule(x is not None and below(self.difference(self.divisor(i), x, s), IDENTITY), i)
        for lookup in c.lookups:
            for x in lookup.columns:
                rule(not element[x], x)
        for table in c.tables:
            for x in table.tensors:
                rule(not element[x], x)
        for zero in c.zeros:
            rule(not (element[zero.tensor] and integer[zero.tensor]), zero.tensor)
        for i, tensor in enumerate(c.tensors):
            r = tensor.rule
            if isinstance(r, Map) and isinstance(r.matrix, Poseidon):
                rule(not integer[r.source], i)
            if isinstance(r, Packing):
                for p in r.parts:
                    x = self.at[p.source]
                    rule(x is not None and p.lo <= x[0] and x[1] <= p.lo + 2**p.bits - 1, p.source)
        for port in c.inputs + c.outputs:
            x = self.at[port.tensor]
            rule(x is not None and not element[port.tensor] and port.lo <= x[0] and x[1] <= port.hi, port.tensor)

    def below(self):
        """[tensors]: whether integers, elements of the field are below; Poseidon maps and packings are not entered."""
        integer, element = [], []
        for i, tensor in enumerate(self.c.tensors):
            r = tensor.rule
            if isinstance(r, Packing) or isinstance(r, Map) and isinstance(r.matrix, Poseidon):
                integer.append(False)
                element.append(True)
                continue
            leaf = isinstance(r, (Committed, Public))
            integer.append(leaf and self.at[i] is not None or any(integer[s] for s in sources(r)))
            element.append(leaf and self.at[i] is None or isinstance(r, Constant) and r.poseidon or
                           isinstance(r, Cubic) or any(element[s] for s in sources(r)))
        return integer, element


def derive_bounds(circuit):
    derivation = Derivation(circuit)
    derivation.check()
    return derivation.at
