"""Which tensors are functions of the inputs and of what the key's digests bind (docs/spec/relations.md)."""
from .bounds import reads_all
from .circuit import KEY, Affine, Committed, Constant, Contract, Map, Public, Shift, Term, sources

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
            if self.unknown[i] == 1:
                for user in self.users[i]:
                    self.quotient(i, r, user)

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

    def cells(self, coef, x, skipped=0):
        return Term(coef, x, [(False, d + skipped) for d in range(len(self.c.dims(x)))])

    def not_negative(self, x):
        return self.bounds[x] is not None and self.bounds[x][0] >= 0

    def says_last_is_one(self, i):
        """i = x_(n-1) - 1 = 0 in each row, for some x [n, ..]."""
        r = self.c.rule(i)
        if not isinstance(r, Affine) or len(r.terms) != 1 or self.bounds[i] != (0, 0):
            return False
        x = r.terms[0].source
        dims = list(self.c.dims(x))
        last = [(True, dims[0] - 1)] + [(False, d) for d in range(len(dims) - 1)] if dims else []
        return bool(dims) and list(self.c.dims(i)) == dims[1:] and r == Affine([Term(1, x, last)], -1, 1)

    def argmax(self, i, lead):
        """i = sum_j here_j y_j - y_i + c_i - 1, here_i = c_i - c_(i-1), c in [0, 1], its last cell 1; in each row."""
        c, at = self.c, self.bounds
        if len(lead.terms) != 3 or not self.not_negative(i):
            return
        most, y, step = (t.source for t in lead.terms)
        dims = list(c.dims(i))
        if not dims or list(c.dims(y)) != dims or list(c.dims(step)) != dims or not self.known[y] or \
                at[y] is None or lead != Affine([self.cells(1, most, 1), self.cells(-1, y), self.cells(1, step)], -1, 1):
            return
        each = list(range(len(dims)))
        r = c.rule(most)
        if not isinstance(r, Contract) or r != Contract(r.a, y, each, each, each[1:]):
            return
        here = c.rule(r.a)
        if not isinstance(here, Affine) or len(here.terms) != 2:
            return
        before = here.terms[1].source
        if here != Affine([self.cells(1, step), self.cells(-1, before)], 0, 1) or \
                c.rule(before) != Map(step, 0, Shift(1)) or list(c.dims(before)) != dims:
            return
        if step in self.end_in_one and all(self.not_negative(x) and at[x][1] <= 1 for x in (step, r.a)):
            self.learn(step)

    def quotient(self, rest, remainder, room):
        """rest = .. - w b y >= 0, room = w b - 1 - rest >= 0, all but y known."""
        c, within = self.c, self.c.rule(room)
        if not isinstance(within, Affine) or len(within.terms) != 2 or not remainder.terms or \
                not self.not_negative(rest) or not self.not_negative(room):
            return
        (width, b), back = (within.terms[0].coef, within.terms[0].source), remainder.terms[-1].source
        if any(self.bounds[x] is None for x in [b] + [t.source for t in remainder.terms]):
            return
        if not self.known[b] or self.known[back] or width <= 0 or remainder.divisor != 1 or \
                within != Affine([self.cells(width, b), self.cells(-1, rest)], -1, 1) or \
                remainder.terms[-1] != self.cells(-width, back):
            return
        product, each = c.rule(back), list(range(len(c.dims(back))))
        if isinstance(product, Contract) and product == Contract(b, product.b, each, each, each) and \
                self.bounds[product.b] is not None:
            self.learn(product.b)


def determined(circuit, bounds):
    return Determination(circuit, bounds).known
