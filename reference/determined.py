"""Which tensors are functions of the inputs and of what the key's digests bind (docs/spec/relations.md, One model)."""
from .bounds import reads_all
from .circuit import (KEY, Affine, Committed, Constant, Contract, Map, Progression, Public, Shift, Tensor, Term,
                      sources)

MOST_UNKNOWN = 64


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
        self.end_in_one = {self.last_is_one(i) for i in range(n)}
        self.unknown = [len(sources(t.rule)) for t in circuit.tensors]
        inputs = [port.tensor for port in circuit.inputs]
        listed = [x for port in circuit.digests if port.source() == KEY for x, _, _ in port.bound]
        points = [i for i, x in enumerate(bounds) if isinstance(circuit.rule(i), Constant) or x and x[0] == x[1]]
        for i in inputs + listed + points:
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
        steps = any(self.known[x] and isinstance(column, Progression) and column.step != 0
                    for x, column in zip(lookup.columns, table.columns))
        if steps and all(self.known[x] for x in table.tensors):
            for y in lookup.columns:
                self.learn(y)

    def examine(self, i):
        r = self.c.rule(i)
        if isinstance(r, (Committed, Public)):
            return
        if self.unknown[i] == 0:
            self.learn(i)
        elif isinstance(r, Affine) and self.unknown[i] <= MOST_UNKNOWN and not self.identity(i, r):
            self.argmax(i)
            if self.unknown[i] == 1:
                for user in self.users[i]:
                    self.quotient(i, user)

    def identity(self, i, r):
        named = [(i, r.divisor)] + [(t.source, t.coef) for t in r.terms]
        if any(self.bounds[x] is None for x, _ in named):
            return False
        below = 0
        for size, lo, hi in sorted((abs(a), *self.bounds[x]) for x, a in named if not self.known[x]):
            if size <= below:
                return False
            below += size * (hi - lo)
        self.learn(i)
        for term in r.terms:
            if reads_all(self.c, term):
                self.learn(term.source)
        return True

    def not_negative(self, x):
        return self.bounds[x] is not None and self.bounds[x][0] >= 0

    def named(self, i, n):
        """What the definition of i names, if these are n; else n times i, which no definition of i names."""
        found = sources(self.c.rule(i))
        return found if len(found) == n else [i] * n

    def cells(self, coef, x, skipped=0):
        """coef x, cell by cell; y has more dimensions below."""
        return Term(coef, x, [(False, d + skipped) for d in range(len(self.c.dims(x)))])

    def last_is_one(self, i):
        """x, if i = x_(n-1) - 1 = 0 in each row of x [n, ..]; else None."""
        match self.c.tensors[i]:
            case Tensor(rows, Affine([Term(1, x, [(True, last), *rest])], -1, 1)):
                each_row = self.c.dims(x) == [last + 1, *rows] and rest == [(False, d) for d in range(len(rows))]
                return x if each_row and self.bounds[i] == (0, 0) else None

    def argmax(self, i):
        """i = sum_j here_j y_j - y_i + c_i - 1, here_i = c_i - c_(i-1), c in [0, 1], its last cell 1; in each row."""
        dims = self.c.dims(i)
        if not dims or not self.not_negative(i):
            return
        most, y, c = self.named(i, 3)
        here, _ = self.named(most, 2)
        _, before = self.named(here, 2)
        labels = list(range(len(dims)))
        definitions = ((i, Affine([self.cells(1, most, 1), self.cells(-1, y), self.cells(1, c)], -1, 1)),
                       (most, Contract(here, y, labels, labels, labels[1:])),
                       (here, Affine([self.cells(1, c), self.cells(-1, before)], 0, 1)), (before, Map(c, 0, Shift(1))))
        found = all(self.c.rule(x) == r for x, r in definitions) and c in self.end_in_one and \
            all(self.c.dims(x) == dims for x in (y, c, before))
        bits = all(self.not_negative(x) and self.bounds[x][1] <= 1 for x in (c, here))
        if found and bits and self.known[y] and self.bounds[y] is not None:
            self.learn(c)

    def quotient(self, rest, room):
        """rest = .. - w b y >= 0, room = w b - 1 - rest >= 0, all but y known."""
        r, within = self.c.rule(rest), self.c.rule(room)
        product = r.terms[-1].source
        _, y = self.named(product, 2)
        labels = list(range(len(self.c.dims(product))))
        match within:
            case Affine([Term(width, b), _]) if width > 0 and self.known[b] and not self.known[product]:
                found = within == Affine([self.cells(width, b), self.cells(-1, rest)], -1, 1) and r.divisor == 1 and \
                    r.terms[-1] == self.cells(-width, product) and \
                    self.c.rule(product) == Contract(b, y, labels, labels, labels)
                integers = all(self.bounds[x] is not None for x in [b, y, *sources(r)])
                if found and integers and self.not_negative(rest) and self.not_negative(room):
                    self.learn(y)


def determined(circuit, bounds):
    return Determination(circuit, bounds).known
