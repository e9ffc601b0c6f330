"""Which fraction stands at which leaf of a segment's lookup tree, and the two equations at its end
(docs/spec/relations.md, "The lookup tree of a segment").
"""
from collections import namedtuple
from itertools import accumulate
from math import prod
from operator import mul

from .claims import Claim, split
from .field import batch_powers, eq_bits, log2_ceil, mle, vector
from .weights import Pieces, Point, sum_below
from .work import choices, cut_dimension, is_exact, log_of, pieces_of

LOOKUP, TABLE, DUMMY = range(3)

LeafBlock = namedtuple("LeafBlock", "kind number pieces offset")
# p = p_constant + p_claims; q = q_constant + dummy * r + q_claims.
LeafClaims = namedtuple("LeafClaims", "p_constant q_constant dummy p_claims q_claims")


def plan_leaves(circuit, segment):
    """(blocks, log of the number of leaves)."""
    blocks = []
    for number, lookup in enumerate(circuit.lookups):
        if lookup.segment == segment:
            dims, exact = circuit.rows(lookup), is_exact(circuit, lookup)
            pieces = [pieces_of(n) if exact or d == cut_dimension(dims) else [(0, log2_ceil(n))]
                      for d, n in enumerate(dims)]
            blocks += [(LOOKUP, number, chosen) for chosen in choices(pieces)]
    for number, table in enumerate(circuit.tables):
        if circuit.rule(table.multiplicity).segment == segment:
            blocks += [(TABLE, number, [piece]) for piece in pieces_of(table.rows)]
    blocks.append((DUMMY, 0, []))
    blocks.sort(key=lambda b: -log_of(b[2]))  # stable
    *offsets, end = accumulate((1 << log_of(b[2]) for b in blocks), initial=0)
    return [LeafBlock(*b, offset) for b, offset in zip(blocks, offsets)], log2_ceil(end)


def column_at(E, column, piece, z):
    """The extension of a table column's piece at z."""
    offset, log = piece
    if isinstance(column, list):
        return mle(E, vector(column[offset:offset + (1 << log)]), z)
    return sum((x * (1 << t) for t, x in enumerate(z)), E.of(offset)) * column.step + column.start


def leaf_claims(E, circuit, blocks, z, alpha, beta):
    one, powers = E.of(1), batch_powers(E, beta, 17)
    p, q, p_claims, q_claims = E.of(0), one, [], []
    cut_pieces = {}  # by lookup that is not exact: (places, pieces of the dimension that is cut)
    row_pieces = {}  # by table with private columns: pieces

    def claim_columns(coef, columns, weights):
        q_claims.extend(Claim(-coef * power, x, weights) for x, power in zip(columns, powers[1:]))

    for block in blocks:
        log = log_of(block.pieces)
        low, e = z[:log], one * eq_bits(z[log:], block.offset >> log)
        coordinates = split(low, [log for _, log in block.pieces])
        places = [(offset, tuple(x)) for (offset, _), x in zip(block.pieces, coordinates)]
        if block.kind == DUMMY:
            dummy = e
            q -= e
        elif block.kind == TABLE:
            table = circuit.tables[block.number]
            p_claims.append(Claim(one, table.multiplicity, [Pieces(E, [(e, *places[0])])]))
            columns = [column_at(E, column, block.pieces[0], low) for column in table.columns]
            fingerprint = sum(map(mul, columns, powers[1:]), E.of(block.number + 1))
            q += e * (alpha - fingerprint - 1)
            if table.tensors:
                row_pieces.setdefault(block.number, []).append((e, *places[0]))
        else:
            lookup = circuit.lookups[block.number]
            dims = circuit.rows(lookup)
            padded = [sum_below(E, x, n) for n, (_, x) in zip(dims, places) if len(x) == log2_ceil(n)]
            rows = prod(padded, start=e)
            p -= rows
            q += rows * (alpha - (lookup.table + 2))
            if is_exact(circuit, lookup):
                claim_columns(e, lookup.columns, [Pieces(E, [(one, *place)]) for place in places])
            else:
                cut_pieces.setdefault(block.number, (places, []))[1].append((e, *places[cut_dimension(dims)]))
    for number, (places, pieces) in cut_pieces.items():
        lookup = circuit.lookups[number]
        weights = [Point(E, x) for _, x in places]
        weights[cut_dimension(circuit.rows(lookup))] = Pieces(E, pieces)
        claim_columns(one, lookup.columns, weights)
    for number, pieces in sorted(row_pieces.items()):
        table = circuit.tables[number]
        for x, power in zip(table.tensors, powers[1 + len(table.columns):]):
            *first, _ = circuit.dims(x)
            a = sum(map(log2_ceil, first))  # a table's blocks begin with the same coordinates
            rest = Pieces(E, [(e, offset >> a, coordinates[a:]) for e, offset, coordinates in pieces])
            q_claims.append(Claim(-power, x, [Point(E, z[:a]) for _ in first] + [rest]))
    return LeafClaims(p, q, dummy, p_claims, q_claims)
