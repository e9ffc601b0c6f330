"""From a claim coef <w_0 x w_1 x .., T> to claims on committed tensors, products and a number (docs/spec/relations.md,
"Claims").
"""
from collections import namedtuple
from itertools import accumulate
from math import prod

import numpy as np

from .circuit import NO_RUN, Affine, Committed, Constant, Cubic, Map, Packing, Public, Shift, Sparse
from .digest import linear_layers
from .field import P, element, from_elements, lift, log2_ceil, mul, scatter, sum_axis, vector, vmul
from .weights import Index, Point, Vector, first_entry


Claim = namedtuple("Claim", "coef tensor weights")


class Merged(dict):
    """Its values: claims in the order of their first appearance; one that is there already adds its coefficient."""

    def add(self, claim):
        key = (claim.tensor, *(w.key for w in claim.weights))
        before = self.get(key)
        self[key] = Claim(before.coef + claim.coef, claim.tensor, before.weights) if before else claim


def split(point, sizes):
    """The coordinates of each of some variables, of so many bits each, the first ones lowest."""
    return [point[end - size:end] for size, end in zip(sizes, accumulate(sizes))]


def point_weights(E, dims, point):
    """Weights of the extension of a tensor at the first coordinates of a point."""
    return [Point(E, z) for z in split(point, [log2_ceil(n) for n in dims])]


class Expansion:
    """constant + atoms + instances = the claims that were expanded."""

    def __init__(self, E, circuit, publics):
        self.E, self.circuit, self.publics = E, circuit, publics
        self.constant, self.atoms, self.instances = E.of(0), Merged(), Merged()

    def expand(self, claim):
        match self.circuit.rule(claim.tensor):
            case Committed():
                self.atoms.add(claim)
            case Constant() | Public():
                self.constant += self.known(claim)
            case Affine() as r:
                self.affine(claim, r)
            case Map() as r:
                weights = list(claim.weights)
                weights[r.dim] = self.transposed(r, weights[r.dim], self.circuit.dims(claim.tensor)[r.dim])
                self.expand(Claim(claim.coef, r.source, weights))
            case Packing(parts):
                lanes, blocks = claim.weights[0].table(0, 8), self.circuit.dims(claim.tensor)[1]
                for p in parts:
                    self.part(claim, p, lanes, blocks)
            case _ if self.circuit.is_product(claim.tensor):
                self.instances.add(claim)
            case r:
                self.expand(self.known_factor(claim, r))

    def values(self, tensor):
        """[cells], over F."""
        match self.circuit.rule(tensor):
            case Public():
                return self.publics[tensor]
            case Constant(None):
                return linear_layers()[1]
            case Constant(values):
                return vector(values)

    def known(self, claim):
        """Sums out one dimension after the other."""
        values = lift(self.E, self.values(claim.tensor))
        for n, weight in zip(self.circuit.dims(claim.tensor), claim.weights):
            values = sum_axis(vmul(values.reshape(-1, n, self.E.D), weight.table(0, n)), 1)
        return claim.coef * element(self.E, values[0])

    def affine(self, claim, r):
        sums = [w.sum(n) for w, n in zip(claim.weights, self.circuit.dims(claim.tensor))]
        coef = claim.coef * pow(r.divisor, -1, P)
        self.constant += prod(sums, start=coef * r.constant)
        for term in r.terms:
            used = [value for fixed, value in term.dims if not fixed]
            unused = [s for d, s in enumerate(sums) if d not in used]
            weights = [Index(self.E, v) if fixed else claim.weights[v] for fixed, v in term.dims]
            self.expand(Claim(prod(unused, start=coef * term.coef), term.source, weights))

    def transposed(self, r, weight, rows):
        """M^T w."""
        E, cols = self.E, self.circuit.dims(r.source)[r.dim]
        match r.matrix:
            case Shift(offset):
                return weight.shifted(offset, rows, cols)
            case Sparse(at_rows, at_cols, coefs):
                entries = mul(weight.table(0, rows)[np.array(at_rows, dtype=int)], vector(coefs)[:, None])
                return Vector(E, scatter(entries, np.array(at_cols, dtype=int), cols))
        return Vector(E, sum_axis(mul(weight.table(0, rows)[:, None, :], linear_layers()[0][:, :, None]), 0))

    def part(self, claim, p, lanes, blocks):
        """Of a packing."""
        E, block, k = self.E, claim.weights[1], 62 // p.bits
        cell = p.lane + np.arange(p.count) // k
        powers = np.array([1 << p.bits * j for j in range(k)], dtype=np.uint64)[np.arange(p.count) % k]
        digits = mul(lanes[cell % 8], powers[:, None])
        if p.run == NO_RUN:
            digits = vmul(digits, block.table(p.block, p.block + int(cell[-1]) // 8 + 1)[cell // 8])
        weights = [Index(E, at) for at in p.at]
        weights[p.along] = Vector(E, digits, p.at[p.along])
        sums = weights[p.along].sum(None)
        if p.run != NO_RUN:
            n = self.circuit.dims(p.source)[p.run]
            weights[p.run] = block.shifted(p.block, blocks, n)
            sums *= weights[p.run].sum(n)
        self.constant -= claim.coef * sums * p.lo
        self.expand(Claim(claim.coef, p.source, weights))

    def known_factor(self, claim, r):
        """A contraction with one known operand K: a claim on the other."""
        E, c = self.E, self.circuit
        (k, k_labels, x, x_labels), = (way for way in r.each_way() if not c.private[way[0]])
        of_y = dict(zip(r.y_labels, claim.weights))
        values = self.values(k)
        coef = claim.coef * int(values[0]) if len(values) == 1 else claim.coef
        coef = prod((first_entry(of_y[label]) for label in k_labels if label not in x_labels), start=coef)
        weights = []
        for label, n in zip(x_labels, c.dims(x)):
            weight = of_y.get(label)
            if label in k_labels and n > 1:
                table = weight.table(0, n) if weight else from_elements(E, [E.of(1)] * n)
                weight = Vector(E, mul(table, values[:, None]))
            weights.append(weight or Index(E, 0))
        return Claim(coef, x, weights)


class Instance:
    """coef sum_x W(x) A(x) B(x) (C(x)): variables (bits, weight of y or None) in the order of A's labels."""

    def __init__(self, circuit, claim):
        r = circuit.rule(claim.tensor)
        self.coef, self.variables, self.cubic, labels = claim.coef, [], isinstance(r, Cubic), []
        if self.cubic:
            each = range(len(claim.weights))
            self.operands, sides, y_labels = r.operands, [each] * 3, each
        else:
            self.operands, sides, y_labels = [r.a, r.b], [r.a_labels, r.b_labels], r.y_labels
        of_y = dict(zip(y_labels, claim.weights))
        for label, n in zip(sides[0], circuit.dims(self.operands[0])):
            if label in sides[1]:
                weight = of_y.get(label)
                if weight is not None and n == 1:
                    self.coef, weight = self.coef * first_entry(weight), None
                labels.append(label)
                self.variables.append((log2_ceil(n), weight))
        self.bits = sum(bits for bits, _ in self.variables)
        self.degree = 2 + self.cubic + any(weight is not None for _, weight in self.variables)
        # Of each dimension of each operand: the number of its variable, or its weight.
        self.sides = [[labels.index(x) if x in labels else of_y[x] for x in side] for side in sides]

    def points(self, r):
        """The coordinates of each variable."""
        return split(r, [bits for bits, _ in self.variables])

    def weight(self, r):
        return prod(weight.extension(z) for (_, weight), z in zip(self.variables, self.points(r)) if weight is not None)

    def operand_claims(self, E, r):
        """(tensor, weights) of A(r), B(r) (C(r))."""
        points = [Point(E, z) for z in self.points(r)]
        return [(x, [points[s] if isinstance(s, int) else s for s in side])
                for x, side in zip(self.operands, self.sides)]
