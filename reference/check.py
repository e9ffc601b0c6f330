"""What a circuit must be before anything else looks at it (docs/spec/keys.md). The numbers are `where`."""
from itertools import pairwise
from math import prod

from .circuit import (CATEGORIES, DUMMY, FLOAT_KEYS, INPUTS, MISSING, MULTIPLICITY, NO_RUN, OUTPUTS, PAD, PLAIN,
                      STATEMENT, VALUE, WEIGHTS, Affine, Committed, Constant, Contract, Cubic, Map, Packing, Poseidon,
                      Progression, Public, Shift, Sparse, Tensor, Term, cells, sources)
from .errors import rule
from .work import MAX_WORK, disjoint, verifier_work

MAX_INTEGER = 2**62 - 1
MAX_CELLS = 2**40
ONE, INFINITY_KEY = (1, 0), 0x7F800000
SBOXES, SPONGE_INPUTS, RATE = 118, 130, 8


def in_range(*numbers):
    return all(-MAX_INTEGER <= x <= MAX_INTEGER for x in numbers)


def increasing(items):
    return all(x < y for x, y in pairwise(items))


def is_operand(c, tensor):
    """Whether it exists; of committed tensors, only such of role value."""
    return tensor < len(c.tensors) and getattr(c.rule(tensor), "role", VALUE) == VALUE


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
        rule(14, all(is_operand(c, x) and c.dims(x) == c.rows(lookup) for x in lookup.columns))
    for zero in c.zeros:
        rule(15, is_operand(c, zero.tensor) and zero.segment < c.segments)
    check_totals(c)
    for tensor in c.tensors:
        check_public_operands(c, tensor.rule)
    multiplicities = [i for i, t in enumerate(c.tensors) if getattr(t.rule, "role", VALUE) == MULTIPLICITY]
    rule(13, sorted(table.multiplicity for table in c.tables) == multiplicities)
    rule(13, all(c.dims(table.multiplicity) == [table.rows] for table in c.tables))
    check_depths(c)
    rule(18, verifier_work(c) <= MAX_WORK)
    check_constrained(c)
    check_argument(c)
    check_ports(c)


def check_tensor(c, number):
    dims, r = c.dims(number), c.rule(number)
    rule(2, all(1 <= n <= 2**31 for n in dims) and prod(dims) < MAX_CELLS)
    rule(5, all(s < number and is_operand(c, s) for s in sources(r)))
    match r:
        case Committed(role, segment):
            rule(4, segment < c.segments)
            rule(4, role < PAD or len(dims) == 2 and dims[1] in (2, 3) and (role != DUMMY or dims[0] == 1))
        case Affine(terms, constant, divisor):
            rule(6, in_range(constant) and 1 <= divisor <= MAX_INTEGER)
            for term in terms:
                check_term(c.dims(term.source), dims, term)
        case Contract():
            check_contract(c, dims, r)
        case Cubic(operands):
            rule(8, all(c.dims(s) == dims for s in operands))
        case Map():
            check_map(c.dims(r.source), dims, r)
        case Constant(None):
            rule(10, dims == [SBOXES])
        case Constant(values):
            rule(10, len(values) == prod(dims) and all(map(in_range, values)))
        case Packing():
            check_packing(c, dims, r)


def check_term(source, dims, term):
    rule(6, in_range(term.coef) and term.coef != 0)
    rule(7, len(term.dims) == len(source))
    rule(7, all(value < n if fixed else [n] == dims[value:value + 1] for n, (fixed, value) in zip(source, term.dims)))
    running = [value for fixed, value in term.dims if not fixed]
    rule(7, len(set(running)) == len(running))


def check_contract(c, dims, r):
    extents = {}
    for d, labels in ((c.dims(r.a), r.a_labels), (c.dims(r.b), r.b_labels), (dims, r.y_labels)):
        rule(8, len(labels) == len(d) and len(set(labels)) == len(labels))
        for label, n in zip(labels, d):
            extents.setdefault(label, []).append(n)
    rule(8, all(len(found) > 1 and len(set(found)) == 1 for found in extents.values()))


def check_map(source, dims, r):
    rule(9, len(dims) == len(source) and r.dim < len(dims))
    rule(9, all(d == r.dim or dims[d] == source[d] for d in range(len(dims))))
    rows, cols = dims[r.dim], source[r.dim]
    match r.matrix:
        case Sparse(at_rows, at_cols, coefs):
            rule(9, all(x < rows for x in at_rows) and all(x < cols for x in at_cols))
            rule(9, 0 not in coefs and all(map(in_range, coefs)) and increasing(zip(at_rows, at_cols)))
        case Shift(offset):
            rule(9, -cols < offset < rows)
        case Poseidon():
            rule(9, rows == SBOXES and cols == SPONGE_INPUTS)


def check_packing(c, dims, r):
    rule(22, len(dims) == 2 and dims[0] == RATE)
    used = []  # (lane, first block, end)
    for p in r.parts:
        source, runs = c.dims(p.source), p.run != NO_RUN
        rule(22, 1 <= p.bits <= 62 and in_range(p.lo, p.lo + 2**p.bits - 1))
        rule(22, len(p.at) == len(source) and p.along < len(source) and p.count >= 1)
        rule(22, all(at + (p.count - 1) * (d == p.along) < n for d, (at, n) in enumerate(zip(p.at, source))))
        rule(22, not runs or p.run < len(source) and p.run != p.along and p.at[p.run] == 0)
        end = p.lane + -(-p.count // (62 // p.bits))
        rule(22, p.lane < RATE and (end <= RATE or not runs and p.lane == 0))
        here = [(lane, p.block, p.block + (source[p.run] if runs else -(-(end - lane) // RATE)))
                for lane in range(p.lane, min(end, RATE))]
        rule(22, all(last <= dims[1] for _, _, last in here))
        used += here
    rule(22, disjoint(used))


def check_table(c, table):
    def are_rows(dims):
        return dims == [table.rows] or len(dims) == 2 and dims[0].bit_count() == 1 and prod(dims) == table.rows

    rule(12, 1 <= table.rows <= (2**20 if table.tensors else 2**16) and table.columns and table.width() <= 8)
    rule(12, all(is_operand(c, x) and are_rows(c.dims(x)) for x in table.tensors))
    for column in table.columns:
        rule(12, isinstance(column, Progression) or len(column) == table.rows)
        rule(12, in_range(*table.range(column)))


def check_totals(c):
    rule(3, sum(cells(t) for t in c.tensors if isinstance(t.rule, Committed)) < MAX_CELLS)
    rule(3, sum(prod(c.rows(lookup)) for lookup in c.lookups) < MAX_CELLS)
    rule(3, sum(cells(t) for t in c.tensors if isinstance(t.rule, (Constant, Public))) < 2**21)


def check_public_operands(c, r):
    match r:
        case Map() | Cubic():
            rule(11, all(c.private[s] for s in sources(r)))
        case Contract():
            rule(11, c.private[r.a] or c.private[r.b])
            for x, labels, _, others in r.each_way():
                long = [label for label, n in zip(labels, c.dims(x)) if n > 1]
                rule(11, c.private[x] or isinstance(c.rule(x), (Constant, Public)) and len(long) <= 1 and
                     set(long) <= set(others))


def check_depths(c):
    depth, nesting = [], []
    for i, tensor in enumerate(c.tensors):
        below = sources(tensor.rule)
        depth.append(max((depth[s] for s in below), default=0) + c.is_product(i))
        nesting.append(max((nesting[s] + 1 for s in below), default=0))
    rule(16, max(depth, default=0) <= 2)
    rule(17, max(nesting, default=0) <= 256)


def check_constrained(c):
    reached = {zero.tensor for zero in c.zeros}.union(*(x.columns for x in c.lookups), *(x.tensors for x in c.tables))
    for i in reversed(range(len(c.tensors))):
        r = c.rule(i)
        rule(19, i in reached or not isinstance(r, Committed) or r.role != VALUE)
        if i in reached:
            reached.update(sources(r))


def check_argument(c):
    """The argument's tensors, by segment: c.argument[s][role]."""
    c.argument = [{} for _ in range(c.segments)]
    for i, tensor in enumerate(c.tensors):
        r = tensor.rule
        if isinstance(r, Committed) and r.role >= PAD:
            rule(20, r.role not in c.argument[r.segment])
            c.argument[r.segment][r.role] = i
    for found in c.argument:
        rule(20, len(found) == 5)
        rule(20, c.dims(found[PAD + 1]) == c.dims(found[PAD + 2]) == c.dims(found[PAD + 3]))
    rule(20, len({c.dims(tensor)[1] for found in c.argument for tensor in found.values()}) == 1)


# ---- ports


UNSEEN = ((0, 0x1F), (0x7F, 0x9F), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x2069), (0xFEFF, 0xFEFF),
          (0xE0000, 0xE007F))


def printable(word):
    """Whether bytes are UTF-8 without characters that are not seen, or control how others are."""
    try:
        return not any(first <= ord(c) <= last for c in word.decode() for first, last in UNSEEN)
    except UnicodeDecodeError:
        return False


def check_ports(c):
    differences = set()  # {(x, pub)}: some zero is their difference
    for zero in c.zeros:
        match c.tensors[zero.tensor]:
            case Tensor(dims, Affine([Term(1, x, each), Term(-1, y, also)], 0)):
                if dims == c.dims(x) and each == also == [(False, d) for d in range(len(dims))]:
                    differences.add((x, y))
    for ports in (c.inputs, c.outputs):
        rule(21, len({port.name for port in ports}) == len(ports))
        for port in ports:
            rule(21, 1 <= len(port.name) <= 256 and all(" " <= x <= "~" for x in port.name))
            rule(21, is_operand(c, port.tensor) and cells(c.tensors[port.tensor]) == cells(port))
            rule(21, in_range(port.lo, port.hi) and port.lo <= port.hi)
            rule(21, all(mantissa != 0 and -4096 <= exponent <= 4096 for mantissa, exponent in port.scales))
    rule(21, len({port.tensor for port in c.inputs}) == len(c.inputs))
    for port in c.inputs:
        kind, words = port.kind
        rule(21, c.is_committed(port.tensor) and len(port.scales) in (1, cells(port)))
        rule(21, kind in (PLAIN, MISSING) or port.scales == [ONE])
        rule(21, kind != FLOAT_KEYS or port.lo >= -INFINITY_KEY and port.hi <= INFINITY_KEY + 1)
        rule(21, kind != CATEGORIES or port.lo <= 0 and port.hi >= len(words) == len(set(words)) and
             all(len(w) <= 256 and printable(w) for w in words))
        rule(23, port.pub is None or (port.tensor, port.pub) in differences)
    rule(21, all(c.dims(port.tensor) == [cells(port)] and cells(port) > bool(port.argmax) for port in c.outputs))
    check_digest_ports(c)
    named = list(public_tensors(c))
    rule(21, sorted(x for x, _, _ in named) == [i for i, t in enumerate(c.tensors) if isinstance(t.rule, Public)])
    rule(21, all(c.tensors[x] == Tensor(dims, Public(source)) for x, source, dims in named))


def check_digest_ports(c):
    groups = [port.group for port in c.digests]
    rule(21, groups == sorted(groups) and groups.count(WEIGHTS) <= 1 and groups.count(OUTPUTS) <= 1)
    inputs, outputs = ([(p.tensor, p.lo, p.hi) for p in ports] for ports in (c.inputs, c.outputs))
    number, taken = {bound: i for i, bound in enumerate(inputs)}, set()
    for port in c.digests:
        rule(21, port.bound and all(is_operand(c, x) and in_range(lo, hi) and lo <= hi for x, lo, hi in port.bound))
        rule(23, port.group != OUTPUTS or port.bound == outputs)
        if port.group == INPUTS:
            places = [number.get(bound, -1) for bound in port.bound]
            rule(23, -1 not in places and increasing(places) and taken.isdisjoint(places))
            taken.update(places)


def public_tensors(c):
    """(tensor, source, dims) wherever a port names one."""
    for port in c.inputs:
        if port.pub is not None:
            yield port.pub, STATEMENT, c.dims(port.tensor)
    for port in c.outputs:
        named, n = (port.pub_lo, port.pub_hi, port.pub_outside, *(port.argmax or ())), c.dims(port.tensor)
        yield from zip(named, [STATEMENT] * 6, (n, n, n, n, [1], n))
    for port in c.digests:
        yield port.tensor, port.source(), [4]
