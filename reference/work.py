"""How much a verifier has to do for a circuit, counted before it does it (docs/spec/keys.md, "Work"); and the layout of
committed cells, whose blocks count too.
"""
from collections import namedtuple
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod

from .circuit import (MAX_DIMS, NO_RUN, Affine, Committed, Constant, Contract, Cubic, Map, Packing, Public, Shift,
                      Sparse)
from .errors import rule
from .reader import many, u8, u16, u32

MAX_WORK = 2**24
RELATION, CLAIM, BLOCK, ENTRY, VALUE_STEPS, POSEIDON = 256, 16, 64, 4, 2, 118 * 130
KEPT, SHIFTED, NEW = range(3)


def pieces_of(n):
    """The binary pieces (offset, log) of [0, n): aligned, largest first."""
    return [(n >> log + 1 << log + 1, log) for log in reversed(range(n.bit_length())) if n >> log & 1]


def choices(lists):
    """One item of each list, in all ways: that of list 0 changes fastest."""
    for chosen in product(*reversed(lists)):
        yield chosen[::-1]


def num_products(dims):
    return prod(n.bit_count() for n in dims)


def is_exact(c, lookup):
    """Cut in every dimension: no leaf is padding."""
    return not c.rows(lookup) or all(c.is_committed(x) for x in lookup.columns)


def cut_dimension(dims):
    """The one dimension in which the blocks of another lookup are cut: the last of extent above 1."""
    return max((d for d, n in enumerate(dims) if n > 1), default=0)


def num_blocks(c, lookup):
    dims = c.rows(lookup)
    return num_products(dims) if is_exact(c, lookup) else dims[cut_dimension(dims)].bit_count()


@dataclass
class Claims:
    """Bounds on the claims on one tensor; by dimension: those in pieces, the entries of weights that are vectors."""
    all: int
    pieces: list
    vectors: list

    def add(self, n, pieces):
        """n claims that are in pieces in these dimensions."""
        self.all += n
        for d in pieces:
            self.pieces[d] += n


def claim_counts(c):
    """Python's integers do not saturate: numbers are capped before they are handed down."""
    counts = [Claims(0, [0] * MAX_DIMS, [0] * MAX_DIMS) for _ in c.tensors]
    for lookup in c.lookups:
        dims, exact = c.rows(lookup), is_exact(c, lookup)
        for x in lookup.columns:
            counts[x].add(num_products(dims) if exact else 1, range(0 if exact else cut_dimension(dims), len(dims)))
    for table in c.tables:
        counts[table.multiplicity].add(table.rows.bit_count(), [0])
        for x in table.tensors:
            counts[x].add(1, [len(c.dims(x)) - 1])
    for zero in c.zeros:
        counts[zero.tensor].add(1, [])
    for i, here in reversed(list(enumerate(counts))):
        here.all, *rest = (min(n, 2**62) for n in (here.all, *here.pieces, *here.vectors))
        here.pieces, here.vectors = rest[:MAX_DIMS], rest[MAX_DIMS:]
        for source, ways in handed_down(c, i):
            there = counts[source]
            there.all += here.all
            for e, (way, d) in ways.items():
                if way == KEPT:
                    there.pieces[e] += here.pieces[d]
                    there.vectors[e] += here.vectors[d]
                elif way == SHIFTED:
                    there.vectors[e] += here.pieces[d] * c.dims(source)[e] + here.vectors[d]
                else:
                    there.vectors[e] += here.all * d
    return counts


def handed_down(c, i):
    """What a claim on tensor i becomes: (source, {its dimension: where the weight there comes from}): KEPT or SHIFTED
    of a dimension of i, or a NEW vector of so many entries; others are points, indices or sums."""
    match c.rule(i):
        case Affine(terms):
            for term in terms:
                yield term.source, {e: (KEPT, d) for e, (fixed, d) in enumerate(term.dims) if not fixed}
        case Cubic(operands):
            yield from ((x, {}) for x in operands)
        case Contract(y_labels=y_labels) as r:
            for x, labels, other, shared in r.each_way():
                ways = {e: (KEPT, y_labels.index(label)) for e, label in enumerate(labels) if label not in shared}
                if not c.private[other]:
                    ways |= {e: (NEW, n) for e, n in enumerate(c.dims(x)) if labels[e] in shared and n > 1}
                yield x, ways if c.private[x] else {}
        case Map(source, dim, matrix):
            way = (SHIFTED, dim) if isinstance(matrix, Shift) else (NEW, c.dims(source)[dim])
            yield source, {d: (KEPT, d) for d in range(len(c.dims(i)))} | {dim: way}
        case Packing(parts):
            for p in parts:
                yield p.source, {p.along: (NEW, p.count)} | ({} if p.run == NO_RUN else {p.run: (SHIFTED, 1)})


def steps(c, i, claims):
    """Of all claims on tensor i."""
    dims, all_vectors, each, once = c.dims(i), sum(claims.vectors), CLAIM, 0
    match c.rule(i):
        case Constant() | Public():
            each += VALUE_STEPS * prod(dims)
        case Committed():
            each += BLOCK * num_products(dims)
        case Cubic():
            each += 2 * RELATION
        case Contract(a, b):
            each += RELATION if c.is_product(i) else ENTRY * min(prod(c.dims(a)), prod(c.dims(b)))
        case Packing(parts):
            each += sum(ENTRY * (p.count + 16) for p in parts)
            once += ENTRY * claims.pieces[1] * len(parts) * dims[1]
        case Map(_, dim, Shift()):
            once += ENTRY * claims.pieces[dim] * dims[dim]
        case Map(source, dim, matrix):
            each += ENTRY * (dims[dim] + c.dims(source)[dim])
            each += ENTRY * len(matrix.rows) if isinstance(matrix, Sparse) else POSEIDON
    return claims.all * each + once + all_vectors * (ENTRY if c.is_committed(i) or c.is_product(i) else 1)


def verifier_work(c):
    work = RELATION * len(c.zeros)
    work += sum(RELATION * num_blocks(c, lookup) * len(lookup.columns) for lookup in c.lookups)
    for table in c.tables:
        work += RELATION * table.rows.bit_count() * (1 + len(table.tensors))
        work += sum(VALUE_STEPS * len(column) for column in table.columns if isinstance(column, list))
    return work + sum(steps(c, i, claims) for i, claims in enumerate(claim_counts(c)))


# ---- layout


Layout = namedtuple("Layout", "log_rows reserved_rows column_segments blocks")
Block = namedtuple("Block", "tensor pieces column row")


def log_of(pieces):
    """Of the number of cells of a product of pieces (offset, log)."""
    return sum(log for _, log in pieces)


def part_of(whole, position, log):
    """The pieces of the 2^log cells from `position` on of a product of pieces."""
    out = []
    for offset, width in whole:
        out.append((offset + (position & (1 << width) - 1), min(width, log)))
        position, log = position >> width, log - out[-1][1]
    return out


def read_layout(c, r):
    log_rows, reserved, segments, blocks = u8(r), u32(r), many(4, u32)(r), []
    count = r.count(7)
    for i in (i for i in range(len(c.tensors)) if c.is_committed(i)):
        for whole in choices([pieces_of(n) for n in c.dims(i)]):
            position, size = 0, log_of(whole)
            while position >> size == 0:
                r.check(len(blocks) < count)
                log, column, unit = u8(r), u16(r), u32(r)
                r.check(log <= min(31, size) and unit < 1 << 31 - log and position % (1 << log) == 0)
                blocks.append(Block(i, part_of(whole, position, log), column, unit << log))
                position += 1 << log
    r.check(len(blocks) == count)
    return Layout(log_rows, reserved, segments, blocks)


def disjoint(used):
    """used: (where, begin, end)."""
    return all(x[0] != y[0] or x[2] <= y[1] for x, y in pairwise(sorted(used)))


def check_layout(c, layout):
    """`where` 1 to 8. That the blocks are those of the walk, read_layout has seen to."""
    rule(1, layout.log_rows <= 31 and layout.reserved_rows < 1 << layout.log_rows)
    segments = layout.column_segments
    rule(2, 1 <= len(segments) <= 1024 and segments == sorted(segments) and segments[-1] < c.segments)
    used, claims, work = [], claim_counts(c), 0
    for block in layout.blocks:
        rule(5, block.column < len(segments) and segments[block.column] == c.rule(block.tensor).segment)
        used.append((block.column, block.row, block.row + (1 << log_of(block.pieces))))
        rule(6, used[-1][2] <= (1 << layout.log_rows) - layout.reserved_rows)
        here = claims[block.tensor]
        work += BLOCK * here.all
        work += sum(ENTRY * min(here.vectors[d], here.all << log) for d, (_, log) in enumerate(block.pieces))
    rule(8, work <= MAX_WORK)
    rule(7, disjoint(used))
