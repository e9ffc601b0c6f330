"""Which tensors are functions of the inputs and of what the key's digests bind (docs/spec/relations.md)."""
from .bounds import reads_all
from .circuit import KEY, Affine, Committed, Constant, Contract, Map, Public, Shift, Term, sources

MOST_UNKNOWN = 64
EACH = [(False, 0)]


class Determination:
    def __init__(self, circuit, bounds):
        self.c, self.bounds = circuit, bounds
        n = len(circuit.tensors)
        self.known, self.todo = [False] * n, []
        self.users, self.lookups = [[] for _ in range(n)], [[] for _ in range(n)]
        for i, tensor in enumerate(circuit.tensors):
            for s in sources(tensor.rule):
                self.users[s].append(i)
        for lookup in circuit.lookups:
            for x in lookup.columns + circuit.tables[lookup.table].tensors:
                self.lookups[x].append(lookup)
        self.end_in_one = {t.rule.terms[0].source for i, t in enumerate(circuit.tensors) if self.says_last_is_one(i)}
        self.unknown = [len(sources(t.rule)) for t in circuit.tensors]
        for port in circuit.inputs:
            self.learn(port.tensor)
        for port in circuit.digests:
            if port.source() == KEY:
                for x, _, _ in port.bound:
                    self.learn(x)
        for i, x in enumerate(bounds):
            if isinstance(circuit.rule(i), Constant) or x is not None and x[0] == x[1]:
                self.learn(i)
        for i in range(n):
            self.examine(i)
        while self.todo:
            i = self.todo.pop()
            for user in self.users[i]:
                self.unknown[user] -= 1
            for j in dict.fromkeys([i] + self.users[i]):
                self.examine(j)
            for lookup in self.lookups[i]:
                self.look(lookup)

    def learn(self, i):
        if not self.known[i]:
            self.known[i] = True
            self.todo.append(i)

    def look(self, lookup):
        table = self.c.tables[lookup.table]
        if not all(self.known[x] for x in table.tensors):
            return
        for x, column in zip(lookup.columns, table.columns):
            if self.known[x] and column.values is None and column.step != 0:
                for y in lookup.columns:
                    self.learn(y)

    def examine(self, i):
        r = self.c.rule(i)
        if isinstance(r, (Committed, Public)):
            return
        if self.unknown[i] == 0:
            self.learn(i)
        elif isinstance(r, Affine) and self.unknown[i] <= MOST_UNKNOWN and not self.identity(i, r):
            self.argmax(i, r)

    def identity(self, i, r):
        named = [(i, r.divisor)] + [(t.source, t.coef) for t in r.terms]
        if any(self.bounds[x] is None for x, _ in named):
            return False
        below = 0
        unknown = [(abs(a), *self.bounds[x]) for x, a in named if not self.known[x]]
        for size, lo, hi in sorted(unknown):
            if size <= below:
                return False
            below += size * (hi - lo)
        self.learn(i)
        for term in r.terms:
            if reads_all(self.c, term):
                self.learn(term.source)
        return True

    def says_last_is_one(self, i):
        """i = x_(n-1) - 1 = 0, for some x [n]."""
        r = self.c.rule(i)
        if not isinstance(r, Affine) or len(r.terms) != 1 or self.bounds[i] != (0, 0):
            return False
        x = r.terms[0].source
        dims = self.c.dims(x)
        return len(dims) == 1 and r == Affine([Term(1, x, [(True, dims[0] - 1)])], -1, 1)

    def argmax(self, i, lead):
        """i = sum_j here_j y_j - y_i + c_i - 1, here_i = c_i - c_(i-1), c in [0, 1], its last cell 1."""
        c, at = self.c, self.bounds
        if len(lead.terms) != 3 or (lead.constant, lead.divisor) != (-1, 1) or at[i] is None or at[i][0] < 0:
            return
        most, y, step = (t.source for t in lead.terms)
        if lead.terms != [Term(1, most, []), Term(-1, y, EACH), Term(1, step, EACH)] or not self.known[y] or \
                len(c.dims(step)) != 1:
            return
        r = c.rule(most)
        if not isinstance(r, Contract) or r != Contract(r.a, y, [0], [0], []):
            return
        here = c.rule(r.a)
        if not isinstance(here, Affine) or len(here.terms) != 2:
            return
        before = here.terms[1].source
        if here != Affine([Term(1, step, EACH), Term(-1, before, EACH)], 0, 1) or \
                c.rule(before) != Map(step, 0, Shift(1)) or c.dims(before) != c.dims(step):
            return
        if step in self.end_in_one and all(at[x] is not None and at[x][0] >= 0 and at[x][1] <= 1 for x in (step, r.a)):
            self.learn(step)


def determined(circuit, bounds):
    return Determination(circuit, bounds).known
