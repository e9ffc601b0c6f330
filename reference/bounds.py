"""Which integers a circuit's tensors can hold, from enforced facts only; no identity can wrap (docs/spec/keys.md,
"Intervals").
"""
from collections import defaultdict
from itertools import chain
from math import prod

from .circuit import (Affine, Committed, Constant, Contract, Cubic, Map, Packing, Poseidon, Public, Shift, Sparse,
                      sources)
from .errors import rule

TENSOR, IDENTITY, HUGE = 2**62, 2**63, 2**100
PASSES = 64

# A sum is exact, (lo, hi), or None once it is beyond 2^100.


def is_empty(x):
    return x[0] > x[1]


def hull(*ends):
    lo, hi = min(ends), max(ends)
    return None if lo < -HUGE or hi > HUGE else (lo, hi)


def plus(*sums):
    lo = hi = 0
    for s in sums:
        if s is None or not -HUGE <= lo + s[0] or not hi + s[1] <= HUGE:
            return None
        lo, hi = lo + s[0], hi + s[1]
    return lo, hi


def scaled(coef, x):
    return hull(coef * x[0], coef * x[1])


def minus(s):
    return None if s is None else (-s[1], -s[0])


def below(s, limit):
    return s is not None and -limit < s[0] and s[1] < limit


def square(x):
    s = hull(x[0] * x[0], x[0] * x[1], x[1] * x[1])
    return s and (0 if x[0] <= 0 <= x[1] else min(x[0] * x[0], x[1] * x[1]), s[1])


def times(s, n):
    return plus((s[0] * n, s[1] * n)) if below(s, IDENTITY) else None


def reads_all(circuit, term):
    return all(not fixed or n == 1 for (fixed, _), n in zip(term.dims, circuit.dims(term.source)))


class Derivation:
    """at: [tensors], (lo, hi) of an integer tensor, else None."""

    def __init__(self, circuit):
        self.c = circuit
        self.at, self.changed = [None] * len(circuit.tensors), True
        for fact in self.first_facts():
            self.meet(*fact)
        for _ in range(PASSES):
            if not self.changed:
                break
            self.changed = False
            for i in range(len(self.at)):
                self.step(i)
            for lookup in circuit.lookups:
                table = circuit.tables[lookup.table]
                for x, column in zip(lookup.columns[len(table.columns):], table.tensors):
                    if self.at[column] is not None and not is_empty(self.at[column]):
                        self.meet(x, *self.at[column])

    def first_facts(self):
        c = self.c
        self.signed_sums = {}  # of constants: sums of their negative and of their positive values
        for i, tensor in enumerate(c.tensors):
            match tensor.rule:
                case Constant(list(values)):
                    yield i, min(values), max(values)
                    self.signed_sums[i] = sum(min(v, 0) for v in values), sum(max(v, 0) for v in values)
        for port in c.inputs:
            if port.pub is not None:
                yield port.pub, port.lo, port.hi
        for port in c.outputs:
            yield from ((x, port.lo, port.hi) for x in (port.pub_lo, port.pub_hi))
            yield from ((x, 0, 1) for x in (port.pub_outside, *(port.argmax or ())))
        ranges = [[table.range(column) for column in table.columns] for table in c.tables]
        for lookup in c.lookups:
            for x, (lo, hi) in zip(lookup.columns, ranges[lookup.table]):
                yield x, lo, hi
        for zero in c.zeros:
            yield zero.tensor, 0, 0

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
        return getattr(self.c.rule(i), "divisor", 1)

    def has_interval(self, i):
        """Whether its definition gives an interval."""
        match self.c.rule(i):
            case Affine() | Contract() | Map(matrix=Sparse() | Shift()) as r:
                return all(self.at[s] is not None for s in sources(r))
        return False

    def forward(self, i):
        """divisor * y as its definition says."""
        rows = self.c.dims(i)
        match self.c.rule(i):
            case Affine(terms, constant):
                return plus((constant, constant), *(scaled(t.coef, self.at[t.source]) for t in terms))
            case Contract() as r:
                return self.contract(r)
            case Map(x, dim, Shift(offset)):
                zeros = [0] * (offset > 0 or rows[dim] > self.c.dims(x)[dim] + offset)
                return hull(*self.at[x], *zeros)
            case Map(x, dim, Sparse() as m):
                sums = defaultdict(list)
                for row, coef in zip(m.rows, m.coefs):
                    sums[row].append(scaled(coef, self.at[x]))
                found = [plus(*parts) for parts in sums.values()] + [(0, 0)] * (len(sums) < rows[dim])
                return None if None in found else hull(*chain(*found))

    def contract(self, r):
        c, a, b = self.c, self.at[r.a], self.at[r.b]
        terms = prod(n for label, n in zip(r.a_labels, c.dims(r.a)) if label not in r.y_labels)
        for k, labels, x, _ in r.each_way():
            summed = [n for label, n in zip(labels, c.dims(k)) if n > 1 and label not in r.y_labels]
            if k in self.signed_sums and summed:
                (neg, pos), (lo, hi) = self.signed_sums[k], self.at[x]
                known = below((neg, pos), IDENTITY)
                return times(plus((pos * lo + neg * hi, pos * hi + neg * lo)), terms // summed[0]) if known else None
        if r.a == r.b and r.a_labels == r.b_labels:
            return times(square(a), terms)
        return times(hull(*(x * y for x in a for y in b)), terms)

    def difference(self, i, s):
        """[q y] - S"""
        return plus(scaled(self.divisor(i), self.at[i]), minus(s))

    def step(self, i):
        q, r, known = self.divisor(i), self.c.rule(i), self.has_interval(i)
        s = self.forward(i) if known else None
        if known and self.at[i] is None:
            if q == 1 and below(s, TENSOR):
                self.meet(i, *s)
        elif known:
            if below(self.difference(i, s), IDENTITY):
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
            if left is None or not reads_all(self.c, term) or is_empty(x) or is_empty(self.at[i]):
                continue
            own = scaled(a, x)
            lo, hi = left[0] - (s[1] - own[1]), left[1] - (s[0] - own[0])
            if a < 0:
                lo, hi, a = -hi, -lo, -a
            self.meet(term.source, -(-lo // a), hi // a)

    def determine_source(self, i, r):
        """+-x = q y - rest, x the only source that is not yet an integer."""
        unknown = [t for t in r.terms if self.at[t.source] is None]
        if len(unknown) == 1 and unknown[0].coef in (1, -1) and reads_all(self.c, unknown[0]):
            others = (scaled(t.coef, self.at[t.source]) for t in r.terms if t is not unknown[0])
            x = self.difference(i, plus((r.constant, r.constant), *others))
            if below(x, TENSOR):
                self.meet(unknown[0].source, *(x if unknown[0].coef == 1 else minus(x)))

    def check(self):
        """`where`: the tensor."""
        c, (integer, element) = self.c, self.kinds_below()
        for i, x in enumerate(self.at):
            rule(i, x is None or not is_empty(x))
            if self.has_interval(i):
                rule(i, x is not None and below(self.difference(i, self.forward(i)), IDENTITY))
        for x in chain(*(lookup.columns for lookup in c.lookups), *(table.tensors for table in c.tables)):
            rule(x, not element[x])
        for zero in c.zeros:
            rule(zero.tensor, not (element[zero.tensor] and integer[zero.tensor]))
        for i, tensor in enumerate(c.tensors):
            match tensor.rule:
                case Map(source, _, Poseidon()):
                    rule(i, not integer[source])
                case Packing(parts):
                    for p in parts:
                        rule(p.source, self.within(p.source, p.lo, p.lo + 2**p.bits - 1))
        for port in c.inputs + c.outputs:
            rule(port.tensor, not element[port.tensor] and self.within(port.tensor, port.lo, port.hi))

    def within(self, i, lo, hi):
        return self.at[i] is not None and lo <= self.at[i][0] and self.at[i][1] <= hi

    def kinds_below(self):
        """[tensors]: whether integers, elements of the field are below; Poseidon maps and packings are not entered."""
        states = {i for i, t in enumerate(self.c.tensors)
                  if isinstance(t.rule, Packing) or isinstance(t.rule, Map) and isinstance(t.rule.matrix, Poseidon)}

        def is_integer(r, i):
            return isinstance(r, (Committed, Public)) and self.at[i] is not None

        def is_element(r, i):
            return i in states or isinstance(r, Cubic) or r == Constant(None) or \
                isinstance(r, (Committed, Public)) and self.at[i] is None

        return self.c.below(is_integer, states), self.c.below(is_element)


def derive_bounds(circuit):
    derivation = Derivation(circuit)
    derivation.check()
    return derivation.at
