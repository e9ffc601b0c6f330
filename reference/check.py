"""What a circuit must be before anything else looks at it (docs/spec/keys.md). The numbers are `where`."""
from .circuit import (DUMMY, INPUTS, MAX_DIMS, MULTIPLICITY, NO_RUN, OUTPUTS, PAD, STATEMENT, VALUE, Affine, Committed,
                      Constant, Contract, Cubic, Map, Packing, Public, Shift, Sparse, Term, product, sources)
from .errors import require
from .work import MAX_WORK, verifier_work

MAX_INTEGER = 2**62 - 1
MAX_CELLS = 2**40
ONE, INFINITY_KEY = (1, 0), 0x7F800000
SBOXES, SPONGE_INPUTS, RATE = 118, 130, 8


def rule(number, condition):
    require(condition, "V_KEY", number)


def in_range(x):
    return -MAX_INTEGER <= x <= MAX_INTEGER


def is_operand(circuit, tensor):
    r = circuit.rule(tensor)
    return not isinstance(r, Committed) or r.role == VALUE


def check_circuit(c):
    rule(1, 1 <= c.segments <= 256 and len(c.tensors) <= 2**20 and len(c.tables) <= 1024 and
         max(len(c.lookups), len(c.zeros)) <= 2**20 and max(len(c.inputs), len(c.outputs), len(c.digests)) <= 1024)
    for i in range(len(c.tensors)):
        check_tensor(c, i)
    for table in c.tables:
        check_table(c, table)
    for lookup in c.lookups:
        rule(14, lookup.table < len(c.tables) and lookup.segment < c.segments)
        rule(14, len(lookup.columns) == c.tables[lookup.table].width())
        rule(14, all(x < len(c.tensors) and is_operand(c, x) and c.dims(x) == c.dims(lookup.columns[0])
                     for x in lookup.columns))
    for zero in c.zeros:
        rule(15, zero.tensor < len(c.tensors) and is_operand(c, zero.tensor) and zero.segment < c.segments)
    c.find_private()
    check_totals(c)
    for i in range(len(c.tensors)):
        check_public_operands(c, c.rule(i))
    check_multiplicities(c)
    check_depths(c)
    rule(18, verifier_work(c) <= MAX_WORK)
    check_constrained(c)
    check_argument(c)
    PortCheck(c).run()


def check_tensor(c, number):
    dims, r = c.dims(number), c.rule(number)
    rule(2, all(1 <= n <= 2**31 for n in dims) and product(dims) < MAX_CELLS)
    rule(5, all(s < number and is_operand(c, s) for s in sources(r)))
    if isinstance(r, Committed):
        rule(4, r.segment < c.segments)
        if r.role >= PAD:
            rule(4, len(dims) == 2 and dims[1] in (2, 3) and (r.role != DUMMY or dims[0] == 1))
    elif isinstance(r, Affine):
        rule(6, in_range(r.constant) and 1 <= r.divisor <= MAX_INTEGER)
        for term in r.terms:
            check_term(c.dims(term.source), dims, term)
    elif isinstance(r, Contract):
        check_contract(c, dims, r)
    elif isinstance(r, Cubic):
        rule(8, all(c.dims(s) == dims for s in r.operands))
    elif isinstance(r, Map):
        check_map(c.dims(r.source), dims, r)
    elif isinstance(r, Constant):
        if r.poseidon:
            rule(10, dims == [SBOXES])
        else:
            rule(10, len(r.values) == product(dims) and all(map(in_range, r.values)))
    elif isinstance(r, Packing):
        check_packing(c, dims, r)


def check_term(source, dims, term):
    rule(6, in_range(term.coef) and term.coef != 0)
    rule(7, len(term.dims) == len(source))
    used = set()
    for extent, (fixed, value) in zip(source, term.dims):
        if fixed:
            rule(7, value < extent)
        else:
            rule(7, value < len(dims) and dims[value] == extent and value not in used)
            used.add(value)


def check_contract(c, dims, r):
    sides = []
    for d, labels in ((c.dims(r.a), r.a_labels), (c.dims(r.b), r.b_labels), (dims, r.y_labels)):
        rule(8, len(labels) == len(d) and len(set(labels)) == len(labels))
        sides.append(dict(zip(labels, d)))
    for label in set().union(*sides):
        extents = [side[label] for side in sides if label in side]
        rule(8, len(extents) > 1 and len(set(extents)) == 1)


def check_map(source, dims, r):
    rule(9, len(dims) == len(source) and r.dim < len(dims))
    rule(9, all(d == r.dim or dims[d] == source[d] for d in range(len(dims))))
    rows, cols = dims[r.dim], source[r.dim]
    if isinstance(r.matrix, Sparse):
        m = r.matrix
        rule(9, all(x < rows for x in m.rows) and all(x < cols for x in m.cols) and
             all(x != 0 and in_range(x) for x in m.coefs))
        at = list(zip(m.rows, m.cols))
        rule(9, all(x < y for x, y in zip(at, at[1:])))
    elif isinstance(r.matrix, Shift):
        rule(9, -cols < r.matrix.offset < rows)
    else:
        rule(9, rows == SBOXES and cols == SPONGE_INPUTS)


def check_packing(c, dims, r):
    rule(22, len(dims) == 2 and dims[0] == RATE)
    used = []  # (lane, first block, end)
    for p in r.parts:
        source = c.dims(p.source)
        rule(22, 1 <= p.bits <= 62 and in_range(p.lo) and p.lo + 2**p.bits - 1 <= MAX_INTEGER)
        rule(22, len(p.at) == len(source) and p.along < len(source) and p.count >= 1)
        for d, extent in enumerate(source):
            rule(22, p.at[d] + (p.count - 1 if d == p.along else 0) < extent and (d != p.run or p.at[d] == 0))
        runs = p.run != NO_RUN
        rule(22, not runs or (p.run < len(source) and p.run != p.along))
        end = p.lane + -(-p.count // (62 // p.bits))
        rule(22, p.lane < RATE and (end <= RATE or (not runs and p.lane == 0)))
        rule(22, p.block + (source[p.run] if runs else -(-end // RATE)) <= dims[1])
        for lane in range(p.lane, min(end, RATE)):
            used.append((lane, p.block, p.block + (source[p.run] if runs else -(-(end - lane) // RATE))))
    used.sort()
    rule(22, all(x[0] != y[0] or x[2] <= y[1] for x, y in zip(used, used[1:])))


def are_rows(dims, rows):
    """[rows], or [2^a, rows / 2^a], whose cells in order are the rows."""
    return dims == [rows] or len(dims) == 2 and dims[0].bit_count() == 1 and product(dims) == rows


def check_table(c, table):
    rule(12, 1 <= table.rows <= (2**20 if table.tensors else 2**16) and bool(table.columns) and table.width() <= 8)
    rule(12, all(x < len(c.tensors) and is_operand(c, x) and are_rows(c.dims(x), table.rows) for x in table.tensors))
    for column in table.columns:
        if column.values is not None:
            rule(12, len(column.values) == table.rows and all(map(in_range, column.values)))
        else:
            rule(12, in_range(column.start) and in_range(column.at(table.rows - 1)))
    rule(13, table.multiplicity < len(c.tensors))
    r = c.rule(table.multiplicity)
    rule(13, isinstance(r, Committed) and r.role == MULTIPLICITY and c.dims(table.multiplicity) == [table.rows])


def check_totals(c):
    rule(3, sum(t.cells() for t in c.tensors if isinstance(t.rule, Committed)) < MAX_CELLS)
    rule(3, sum(product(c.dims(lookup.columns[0])) for lookup in c.lookups) < MAX_CELLS)
    rule(3, sum(t.cells() for t in c.tensors if isinstance(t.rule, (Constant, Public))) < 2**21)


def check_public_operands(c, r):
    if isinstance(r, (Map, Cubic)):
        rule(11, all(c.private[s] for s in sources(r)))
    elif isinstance(r, Contract):
        rule(11, c.private[r.a] or c.private[r.b])
        for known, labels, other in ((r.a, r.a_labels, r.b_labels), (r.b, r.b_labels, r.a_labels)):
            if not c.private[known]:
                long = [label for label, n in zip(labels, c.dims(known)) if n > 1]
                rule(11, isinstance(c.rule(known), (Constant, Public)) and len(long) <= 1 and set(long) <= set(other))


def check_multiplicities(c):
    taken = [t.multiplicity for t in c.tables]
    rule(13, len(set(taken)) == len(taken))
    taken = set(taken)
    rule(13, all(not isinstance(t.rule, Committed) or t.rule.role != MULTIPLICITY or i in taken
                 for i, t in enumerate(c.tensors)))


def check_depths(c):
    depth, nesting = [], []
    for i, tensor in enumerate(c.tensors):
        below = sources(tensor.rule)
        depth.append(max((depth[s] for s in below), default=0) + c.is_product(i))
        nesting.append(max((nesting[s] + 1 for s in below), default=0))
    rule(16, max(depth, default=0) <= 2)
    rule(17, max(nesting, default=0) <= 256)


def check_constrained(c):
    reached = {x for lookup in c.lookups for x in lookup.columns} | {x for table in c.tables for x in table.tensors} | \
        {z.tensor for z in c.zeros}
    for i in reversed(range(len(c.tensors))):
        r = c.rule(i)
        if i in reached:
            reached.update(sources(r))
        else:
            rule(19, not isinstance(r, Committed) or r.role != VALUE)


def check_argument(c):
    """The argument's tensors, by segment: c.argument[s][role]."""
    c.argument = [{} for _ in range(c.segments)]
    degrees = set()
    for i, tensor in enumerate(c.tensors):
        r = tensor.rule
        if isinstance(r, Committed) and r.role >= PAD:
            rule(20, r.role not in c.argument[r.segment])
            c.argument[r.segment][r.role] = i
            degrees.add(tensor.dims[1])
    rule(20, len(degrees) == 1)
    for found in c.argument:
        rule(20, len(found) == 5)
        rule(20, c.dims(found[PAD + 1]) == c.dims(found[PAD + 2]) == c.dims(found[PAD + 3]))


UNSEEN = ((0, 0x1F), (0x7F, 0x9F), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x2069), (0xFEFF, 0xFEFF),
          (0xE0000, 0xE007F))


def printable(word):
    """Whether bytes are UTF-8 without characters that are not seen, or control how others are."""
    try:
        return not any(first <= ord(c) <= last for c in word.decode() for first, last in UNSEEN)
    except UnicodeDecodeError:
        return False


class PortCheck:
    def __init__(self, circuit):
        self.c, self.named = circuit, set()

    def run(self):
        c = self.c
        taken, differences = set(), self.differences()
        for i, port in enumerate(c.inputs):
            self.common(port, c.inputs[:i])
            r, n = c.rule(port.tensor), port.cells()
            rule(21, isinstance(r, Committed) and r.role == VALUE and port.tensor not in taken)
            taken.add(port.tensor)
            rule(21, len(port.scales) in (1, n))
            rule(21, not port.float_keys or
                 port.scales == [ONE] and port.lo >= -INFINITY_KEY and port.hi <= INFINITY_KEY + 1)
            words = port.categories
            rule(21, not words or
                 port.scales == [ONE] and port.lo <= 0 and port.hi >= len(words) == len(set(words)) and
                 all(len(w) <= 256 and printable(w) for w in words))
            if port.disclosed:
                self.name(port.pub, STATEMENT, n)
                rule(23, (port.tensor, port.pub) in differences)
        for i, port in enumerate(c.outputs):
            self.common(port, c.outputs[:i])
            n = port.cells()
            rule(21, is_operand(c, port.tensor))
            for tensor in (port.pub_lo, port.pub_hi, port.pub_outside):
                self.name(tensor, STATEMENT, n)
            if port.has_argmax:
                rule(21, n > 1)
                for tensor, size in ((port.pub_onehot, n), (port.pub_on, 1), (port.pub_tie, n)):
                    self.name(tensor, STATEMENT, size)
        ranges, used = [(p.tensor, p.lo, p.hi) for p in c.inputs], set()
        for i, port in enumerate(c.digests):
            rule(21, i == 0 or c.digests[i - 1].group < port.group or c.digests[i - 1].group == port.group == INPUTS)
            self.name(port.tensor, port.source(), 4)
            rule(21, bool(port.bound))
            rule(21, all(x < len(c.tensors) and is_operand(c, x) and in_range(lo) and in_range(hi) and lo <= hi
                         for x, lo, hi in port.bound))
            if port.group == OUTPUTS:
                rule(23, port.bound == [(p.tensor, p.lo, p.hi) for p in c.outputs])
            if port.group == INPUTS:
                places = [ranges.index(b) if b in ranges else -1 for b in port.bound]
                rule(23, -1 not in places and all(x < y for x, y in zip(places, places[1:])) and
                     not used.intersection(places))
                used.update(places)
        rule(21, all(i in self.named for i, t in enumerate(c.tensors) if isinstance(t.rule, Public)))

    def common(self, port, before):
        rule(21, 1 <= len(port.name) <= 256 and all(" " <= x <= "~" for x in port.name))
        rule(21, all(p.name != port.name for p in before))
        rule(21, len(port.dims) <= MAX_DIMS and port.tensor < len(self.c.tensors))
        rule(21, self.c.dims(port.tensor) == [port.cells()])
        rule(21, in_range(port.lo) and in_range(port.hi) and port.lo <= port.hi)
        rule(21, all(mantissa != 0 and -4096 <= exponent <= 4096 for mantissa, exponent in port.scales))

    def name(self, tensor, source, n):
        """A public tensor [n] of that source which no port named before."""
        rule(21, tensor < len(self.c.tensors) and tensor not in self.named)
        self.named.add(tensor)
        r = self.c.rule(tensor)
        rule(21, isinstance(r, Public) and r.source == source and self.c.dims(tensor) == [n])

    def differences(self):
        """{(x, y)}: `zeros` has x - y."""
        c, out = self.c, set()
        for zero in c.zeros:
            r = c.rule(zero.tensor)
            if isinstance(r, Affine) and len(r.terms) == 2 and r.constant == 0:
                x, y = (t.source for t in r.terms)
                each = [(False, 0)]
                if r.terms == [Term(1, x, each), Term(-1, y, each)] and c.dims(zero.tensor) == c.dims(x):
                    out.add((x, y))
        return out
