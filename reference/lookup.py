"""Which fraction stands at which leaf of a segment's lookup tree, and the two equations at its end
(docs/spec/relations.md, "The lookup tree of a segment").
"""
from dataclasses import dataclass, field
from itertools import product as all_of

from .claims import Claim
from .field import eq_bits, log2_ceil, mle, vector
from .weights import Pieces, Point, sum_below
from .work import all_committed, cut_dimension, pieces_of

LOOKUP, TABLE, DUMMY = range(3)


@dataclass
class LeafBlock:
    kind: int
    number: int
    pieces: list  # (offset, log) of each dimension
    offset: int = 0

    def log(self):
        return sum(log for _, log in self.pieces)


@dataclass
class LeafClaims:
    """p = p_constant + claims; q = q_constant + dummy * r + claims."""
    p_constant: object
    q_constant: object
    dummy: object = None
    p_claims: list = field(default_factory=list)
    q_claims: list = field(default_factory=list)


def is_exact(circuit, lookup):
    """Cut in every dimension: no leaf is padding."""
    return all_committed(circuit, lookup) or not circuit.dims(lookup.columns[0])


def plan_leaves(circuit, segment):
    """(blocks, log of the number of leaves)."""
    blocks = []
    for number, lookup in enumerate(circuit.lookups):
        if lookup.segment == segment:
            dims = circuit.dims(lookup.columns[0])
            cut = range(len(dims)) if is_exact(circuit, lookup) else [cut_dimension(dims)]
            pieces = [pieces_of(n) if d in cut else [(0, log2_ceil(n))] for d, n in enumerate(dims)]
            blocks += [LeafBlock(LOOKUP, number, list(reversed(p))) for p in all_of(*reversed(pieces))]
    for number, table in enumerate(circuit.tables):
        if circuit.rule(table.multiplicity).segment == segment:
            blocks += [LeafBlock(TABLE, number, [piece]) for piece in pieces_of(table.rows)]
    blocks.append(LeafBlock(DUMMY, 0, []))
    blocks.sort(key=lambda b: -b.log())  # stable
    offset = 0
    for b in blocks:
        b.offset = offset
        offset += 1 << b.log()
    return blocks, log2_ceil(offset)


def column_at(E, column, piece, z):
    """The extension of a table column's piece at z."""
    offset, log = piece
    if column.values is not None:
        return mle(E, vector(column.values[offset:offset + (1 << log)]), z)
    index = E.of(offset)
    for t, x in enumerate(z):
        index = index + x * (1 << t)
    return index * column.step + column.start


def leaf_claims(E, circuit, blocks, z, alpha, beta):
    out = LeafClaims(E.of(0), E.of(0))
    used = E.of(0)  # sum of eq(z, leaf) over the leaves that are not 0/1
    rows_of = {}  # by table with private columns: pieces
    padded = {}  # by lookup, in order of first appearance: pieces of the dimension that is cut
    for block in blocks:
        log = block.log()
        e = E.of(1) * eq_bits(z[log:], block.offset >> log)
        low = z[:log]
        if block.kind == DUMMY:
            out.dummy = e
            used = used + e
        elif block.kind == TABLE:
            table = circuit.tables[block.number]
            used = used + e
            piece = block.pieces[0]
            out.p_claims.append(Claim(E.of(1), table.multiplicity, [Pieces(E, [(e, piece[0], tuple(low))])]))
            fingerprint, power = E.of(block.number + 1), beta
            for column in table.columns:
                fingerprint = fingerprint + power * column_at(E, column, piece, low)
                power = power * beta
            out.q_constant = out.q_constant + e * (alpha - fingerprint)
            if table.tensors:
                rows_of.setdefault(block.number, []).append((e, piece[0], tuple(low)))
        else:
            lookup = circuit.lookups[block.number]
            dims = circuit.dims(lookup.columns[0])
            rows, weights, rest = e, [], low
            for n, (offset, size) in zip(dims, block.pieces):
                here, rest = tuple(rest[:size]), rest[size:]
                weights.append((offset, here))
                if not is_exact(circuit, lookup) and size == log2_ceil(n):
                    rows = rows * sum_below(E, here, n)
            used = used + rows
            out.p_constant = out.p_constant - rows
            out.q_constant = out.q_constant + rows * (alpha - (lookup.table + 1))
            if is_exact(circuit, lookup):
                power = -(e * beta)
                for x in lookup.columns:
                    out.q_claims.append(Claim(power, x, [Pieces(E, [(E.of(1), *w)]) for w in weights]))
                    power = power * beta
            else:
                cut = cut_dimension(dims)
                padded.setdefault(block.number, (weights, []))[1].append((e, *weights[cut]))
    for number, (weights, pieces) in padded.items():
        lookup = circuit.lookups[number]
        cut = cut_dimension(circuit.dims(lookup.columns[0]))
        power = -beta
        for x in lookup.columns:
            out.q_claims.append(Claim(power, x, [Pieces(E, pieces) if d == cut else Point(E, z)
                                                 for d, (_, z) in enumerate(weights)]))
            power = power * beta
    for number, pieces in sorted(rows_of.items()):
        table = circuit.tables[number]
        power = -beta
        for _ in table.columns:
            power = power * beta
        for x in table.tensors:
            dims = circuit.dims(x)
            a = log2_ceil(dims[0]) if len(dims) == 2 else 0  # a table's blocks begin with the same coordinates
            high = Pieces(E, [(e, offset >> a, w[a:]) for e, offset, w in pieces])
            out.q_claims.append(Claim(power, x, [Point(E, z[:a]), high] if len(dims) == 2 else [high]))
            power = power * beta
    out.q_constant = out.q_constant + 1 - used
    return out
