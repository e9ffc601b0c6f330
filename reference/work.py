"""How much a verifier has to do for a circuit, counted before it does it (docs/spec/keys.md, "Work"); and the layout of
committed cells, whose blocks count too.
"""
from dataclasses import dataclass

from .circuit import (MAX_DIMS, NO_RUN, Affine, Committed, Constant, Contract, Cubic, Map, Packing, Poseidon, Public,
                      Shift, Sparse, product)
from .errors import require

MAX_WORK = 2**24
RELATION, CLAIM, BLOCK, ENTRY, VALUE_STEPS = 256, 16, 64, 4, 2


def pieces_of(n):
    """The binary pieces (offset, log) of [0, n): aligned, largest first."""
    out, offset = [], 0
    for log in reversed(range(n.bit_length())):
        if n >> log & 1:
            out.append((offset, log))
            offset += 1 << log
    return out


def num_products(dims):
    return product(n.bit_count() for n in dims)


def cut_dimension(dims):
    """The dimension in which the blocks of a lookup with a virtual column are cut: the last of extent above 1."""
    return max((d for d, n in enumerate(dims) if n > 1), default=0)


def all_committed(circuit, lookup):
    return all(circuit.is_committed(x) for x in lookup.columns)


@dataclass
class Claims:
    """Bounds on the claims on one tensor; by dimension: those in pieces, the entries of weights that are vectors."""
    all: int
    pieces: list
    vectors: list


def claim_counts(c):
    """Python's integers do not saturate: numbers are capped where they are added up."""
    counts = [Claims(0, [0] * MAX_DIMS, [0] * MAX_DIMS) for _ in c.tensors]
    for lookup in c.lookups:
        dims = c.dims(lookup.columns[0])
        committed = all_committed(c, lookup)
        for x in lookup.columns:
            n = num_products(dims) if committed else 1
            counts[x].all += n
            for d in range(0 if committed else cut_dimension(dims), len(dims)):
                counts[x].pieces[d] += n
    for table in c.tables:
        counts[table.multiplicity].all += table.rows.bit_count()
        counts[table.multiplicity].pieces[0] += table.rows.bit_count()
        for x in table.tensors:
            counts[x].all += 1
            counts[x].pieces[len(c.dims(x)) - 1] += 1
    for zero in c.zeros:
        counts[zero.tensor].all += 1
    for i in reversed(range(len(c.tensors))):
        cap(counts[i])
        hand_down(c, i, counts)
    return counts


def cap(claims):
    most = 2**62
    claims.all = min(claims.all, most)
    claims.pieces = [min(n, most) for n in claims.pieces]
    claims.vectors = [min(n, most) for n in claims.vectors]


def hand_down(c, i, counts):
    """From the claims on tensor i to those on what its definition names."""
    here, r, dims = counts[i], c.rule(i), c.dims(i)

    def keep(d, source, to):
        counts[source].pieces[to] += here.pieces[d]
        counts[source].vectors[to] += here.vectors[d]

    if isinstance(r, Affine):
        for term in r.terms:
            counts[term.source].all += here.all
            for to, (fixed, value) in enumerate(term.dims):
                if not fixed:
                    keep(value, term.source, to)
    elif isinstance(r, Contract):
        both = c.private[r.a] and c.private[r.b]
        for x, labels, other in ((r.a, r.a_labels, r.b_labels), (r.b, r.b_labels, r.a_labels)):
            counts[x].all += here.all
            if not c.private[x]:
                continue
            for to, label in enumerate(labels):
                if label in other:
                    if not both and c.dims(x)[to] > 1:
                        counts[x].vectors[to] += here.all * c.dims(x)[to]
                elif label in r.y_labels:
                    keep(r.y_labels.index(label), x, to)
    elif isinstance(r, Cubic):
        for x in r.operands:
            counts[x].all += here.all
    elif isinstance(r, Map):
        counts[r.source].all += here.all
        for d in range(len(dims)):
            if d != r.dim:
                keep(d, r.source, d)
        extent = c.dims(r.source)[r.dim]
        if isinstance(r.matrix, Shift):
            counts[r.source].vectors[r.dim] += here.pieces[r.dim] * extent + here.vectors[r.dim]
        else:
            counts[r.source].vectors[r.dim] += here.all * extent
    elif isinstance(r, Packing):
        for p in r.parts:
            counts[p.source].all += here.all
            counts[p.source].vectors[p.along] += here.all * p.count
            if p.run != NO_RUN:
                counts[p.source].vectors[p.run] += here.pieces[1] * c.dims(p.source)[p.run] + here.vectors[1]


def steps_of_claim(c, i):
    r, dims, both = c.rule(i), c.dims(i), c.is_product(i)
    n = CLAIM
    if isinstance(r, (Constant, Public)):
        n += VALUE_STEPS * product(dims)
    if isinstance(r, Committed):
        n += BLOCK * num_products(dims)
    if both:
        n += RELATION * (2 if isinstance(r, Cubic) else 1)
    elif isinstance(r, Contract):
        n += ENTRY * min(product(c.dims(r.a)), product(c.dims(r.b)))
    if isinstance(r, Packing):
        n += sum(ENTRY * (p.count + 16) for p in r.parts)
    if isinstance(r, Map) and not isinstance(r.matrix, Shift):
        n += ENTRY * (dims[r.dim] + c.dims(r.source)[r.dim])
        if isinstance(r.matrix, Sparse):
            n += ENTRY * len(r.matrix.rows)
        if isinstance(r.matrix, Poseidon):
            n += 118 * 130
    return n


def steps_of_weights(c, i, claims):
    r, dims = c.rule(i), c.dims(i)
    n = sum(claims.vectors) * (ENTRY if c.is_product(i) or isinstance(r, Committed) else 1)
    if isinstance(r, Map) and isinstance(r.matrix, Shift):
        n += ENTRY * claims.pieces[r.dim] * dims[r.dim]
    if isinstance(r, Packing):
        n += ENTRY * claims.pieces[1] * len(r.parts) * dims[1]
    return n


def verifier_work(c):
    work = RELATION * len(c.zeros)
    for lookup in c.lookups:
        dims = c.dims(lookup.columns[0])
        blocks = num_products(dims) if all_committed(c, lookup) else \
            (dims[cut_dimension(dims)].bit_count() if dims else 1)
        work += RELATION * blocks * len(lookup.columns)
    for table in c.tables:
        work += RELATION * table.rows.bit_count() * (1 + len(table.tensors))
        work += sum(VALUE_STEPS * len(column.values) for column in table.columns if column.values is not None)
    for i, claims in enumerate(claim_counts(c)):
        work += claims.all * steps_of_claim(c, i) + steps_of_weights(c, i, claims)
    return work


# ---- layout


@dataclass
class Block:
    tensor: int
    pieces: list  # (offset, log) of each dimension
    column: int
    row: int

    def log(self):
        return sum(log for _, log in self.pieces)


@dataclass
class Layout:
    log_rows: int
    reserved_rows: int
    column_segments: list
    blocks: list


class Cursor:
    """Walks the blocks of a tensor in their one order: products of binary pieces, dimension 0 fastest, each cut into
    aligned runs of its cells."""

    def __init__(self, dims):
        self.pieces = [pieces_of(n) for n in dims]
        self.choice, self.position, self.done = [0] * len(dims), 0, False

    def next(self, log):
        """The pieces of the next 2^log cells; None if no such block begins here."""
        whole = [pieces[i] for pieces, i in zip(self.pieces, self.choice)]
        size = sum(w for _, w in whole)
        if self.done or log > size or self.position % (1 << log):
            return None
        out, below, left = [], 0, log
        for offset, w in whole:
            out.append((offset + (self.position >> below & (1 << w) - 1), min(w, left)))
            below += w
            left -= min(w, left)
        self.position += 1 << log
        if self.position >> size:
            self.position = 0
            self.done = True
            for d, pieces in enumerate(self.pieces):
                self.choice[d] = (self.choice[d] + 1) % len(pieces)
                if self.choice[d]:
                    self.done = False
                    break
        return out


def read_layout(c, data):
    log_rows, reserved = data.unsigned(1), data.unsigned(4)
    segments = data.many(4, lambda: data.unsigned(4))
    count = data.unsigned(4)
    data.check(count <= (len(data.data) - data.at) // 7)
    blocks = []
    for i, tensor in enumerate(c.tensors):
        if not isinstance(tensor.rule, Committed):
            continue
        cursor = Cursor(tensor.dims)
        while not cursor.done:
            data.check(len(blocks) < count)
            log, column, unit = data.unsigned(1), data.unsigned(2), data.unsigned(4)
            data.check(log <= 31 and unit < 1 << 31 - log)
            pieces = cursor.next(log)
            data.check(pieces is not None)
            blocks.append(Block(i, pieces, column, unit << log))
    data.check(len(blocks) == count)
    return Layout(log_rows, reserved, segments, blocks)


def check_layout(c, layout):
    """`where` 1 to 8. That the blocks are those of the walk, read_layout has seen to."""
    require(layout.log_rows <= 31 and layout.reserved_rows < 1 << layout.log_rows, "V_KEY", 1)
    segments = layout.column_segments
    require(1 <= len(segments) <= 1024 and segments == sorted(segments) and segments[-1] < c.segments, "V_KEY", 2)
    used, claims, work = [], claim_counts(c), 0
    for block in layout.blocks:
        require(block.column < len(segments), "V_KEY", 5)
        require(segments[block.column] == c.rule(block.tensor).segment, "V_KEY", 5)
        end = block.row + (1 << block.log())
        require(end <= (1 << layout.log_rows) - layout.reserved_rows, "V_KEY", 6)
        used.append((block.column, block.row, end))
        here = claims[block.tensor]
        work += BLOCK * here.all
        for d, (_, log) in enumerate(block.pieces):
            work += ENTRY * min(here.vectors[d], here.all << log)
    require(work <= MAX_WORK, "V_KEY", 8)
    used.sort()
    require(all(x[0] != y[0] or x[2] <= y[1] for x, y in zip(used, used[1:])), "V_KEY", 7)
