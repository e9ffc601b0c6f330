"""From a claim coef <w_0 x w_1 x .., T> to claims on committed tensors, products and a number (docs/spec/relations.md,
"Claims").
"""
from dataclasses import dataclass

import numpy as np

from .circuit import NO_RUN, Affine, Committed, Constant, Cubic, Map, Packing, Public, Shift, Sparse
from .digest import linear_layers
from .field import P, element, from_elements, lift, log2_ceil, mul, scatter, sum_axis, vector, vmul
from .weights import Index, Point, Vector, first_entry


@dataclass
class Claim:
    coef: object
    tensor: int
    weights: list


class Merged:
    """Claims in the order of their first appearance; one that is there already adds its coefficient."""

    def __init__(self):
        self.list, self.places = [], {}

    def add(self, claim):
        key = (claim.tensor, tuple(w.key for w in claim.weights))
        if key in self.places:
            self.places[key].coef = self.places[key].coef + claim.coef
        else:
            self.places[key] = Claim(claim.coef, claim.tensor, claim.weights)
            self.list.append(self.places[key])


def point_weights(E, dims, point):
    """Weights of the extension of a tensor at the first coordinates of a point."""
    out, at = [], 0
    for n in dims:
        out.append(Point(E, point[at:at + log2_ceil(n)]))
        at += log2_ceil(n)
    return out


class Expansion:
    """constant + atoms + instances = the claims that were expanded."""

    def __init__(self, E, circuit, publics):
        self.E, self.circuit, self.publics = E, circuit, publics
        self.constant, self.atoms, self.instances = E.of(0), Merged(), Merged()

    def expand(self, claim):
        r = self.circuit.rule(claim.tensor)
        if isinstance(r, Committed):
            self.atoms.add(claim)
        elif isinstance(r, (Constant, Public)):
            self.constant = self.constant + self.known(claim)
        elif isinstance(r, Affine):
            self.affine(claim, r)
        elif isinstance(r, Map):
            weights = list(claim.weights)
            weights[r.dim] = self.transposed(r, claim.weights[r.dim], self.circuit.dims(claim.tensor)[r.dim])
            self.expand(Claim(claim.coef, r.source, weights))
        elif isinstance(r, Packing):
            self.packing(claim, r)
        elif self.circuit.is_product(claim.tensor):
            self.instances.add(claim)
        else:
            self.expand(self.known_factor(claim, r))

    def values(self, tensor):
        """[cells], over F."""
        r = self.circuit.rule(tensor)
        if isinstance(r, Public):
            return self.publics[tensor]
        return linear_layers()[1] if r.poseidon else vector(r.values)

    def known(self, claim):
        """Sums out one dimension after the other."""
        E = self.E
        values = lift(E, self.values(claim.tensor))
        for n, weight in zip(self.circuit.dims(claim.tensor), claim.weights):
            values = sum_axis(vmul(values.reshape(-1, n, E.D), weight.table(0, n)), 1)
        return claim.coef * element(E, values[0])

    def affine(self, claim, r):
        sums = [w.sum(n) for w, n in zip(claim.weights, self.circuit.dims(claim.tensor))]
        coef = claim.coef * pow(r.divisor, -1, P)
        constant = coef * r.constant
        for s in sums:
            constant = constant * s
        self.constant = self.constant + constant
        for term in r.terms:
            used = [value for fixed, value in term.dims if not fixed]
            term_coef = coef * term.coef
            for d, s in enumerate(sums):
                if d not in used:
                    term_coef = term_coef * s
            self.expand(Claim(term_coef, term.source,
                              [Index(self.E, v) if fixed else claim.weights[v] for fixed, v in term.dims]))

    def transposed(self, r, weight, rows):
        """M^T w."""
        E, cols = self.E, self.circuit.dims(r.source)[r.dim]
        if isinstance(r.matrix, Shift):
            return weight.shifted(r.matrix.offset, rows, cols)
        table = weight.table(0, rows)
        if isinstance(r.matrix, Sparse):
            m = r.matrix
            if not m.rows:
                return Vector(E, np.zeros((cols, E.D), dtype=np.uint64))
            return Vector(E, scatter(mul(table[m.rows], vector(m.coefs)[:, None]), m.cols, cols))
        return Vector(E, sum_axis(mul(table[:, None, :], linear_layers()[0][:, :, None]), 0))

    def packing(self, claim, r):
        E = self.E
        blocks = self.circuit.dims(claim.tensor)[1]
        lanes, block = claim.weights[0].table(0, 8), claim.weights[1]
        for p in r.parts:
            k = 62 // p.bits
            cell = p.lane + np.arange(p.count) // k
            powers = np.array([1 << p.bits * j for j in range(k)], dtype=np.uint64)[np.arange(p.count) % k]
            digits = mul(lanes[cell % 8], powers[:, None])
            if p.run == NO_RUN:
                last = int(cell[-1]) // 8
                digits = vmul(digits, block.table(p.block, p.block + last + 1)[cell // 8])
            along = Vector(E, digits, p.at[p.along])
            coef, weights = along.sum(None), []
            for d, n in enumerate(self.circuit.dims(p.source)):
                if d == p.along:
                    weights.append(along)
                elif d == p.run:
                    weights.append(block.shifted(p.block, blocks, n))
                    coef = coef * weights[-1].sum(n)
                else:
                    weights.append(Index(E, p.at[d]))
            self.constant = self.constant - claim.coef * coef * p.lo
            self.expand(Claim(claim.coef, p.source, weights))

    def known_factor(self, claim, r):
        """A contraction with one known operand K: a claim on the other."""
        E, c = self.E, self.circuit
        k, k_labels, x, x_labels = r.a, r.a_labels, r.b, r.b_labels
        if c.private[k]:
            k, k_labels, x, x_labels = x, x_labels, k, k_labels
        of_y = dict(zip(r.y_labels, claim.weights))
        values = self.values(k)
        coef = claim.coef * int(values[0]) if len(values) == 1 else claim.coef
        for label in k_labels:
            if label in of_y and label not in x_labels:
                coef = coef * first_entry(of_y[label])
        weights = []
        for label, n in zip(x_labels, c.dims(x)):
            if label not in k_labels or n == 1 and label in of_y:
                weights.append(of_y[label])
            elif n == 1:
                weights.append(Index(E, 0))
            else:
                table = of_y[label].table(0, n) if label in of_y else from_elements(E, [E.of(1)] * n)
                weights.append(Vector(E, mul(table, values[:, None])))
        return Claim(coef, x, weights)


class Instance:
    """coef sum_x W(x) A(x) B(x) (C(x)): variables (bits, weight of y or None) in the order of A's labels."""

    def __init__(self, circuit, claim):
        r = circuit.rule(claim.tensor)
        self.coef, self.variables = claim.coef, []
        self.cubic, self.weighted = isinstance(r, Cubic), False
        labels = []
        if self.cubic:
            self.operands = r.operands
            each = range(len(claim.weights))
            sides, of_y, shared = [each] * 3, dict(zip(each, claim.weights)), set(each)
        else:
            self.operands, sides = [r.a, r.b], [r.a_labels, r.b_labels]
            of_y, shared = dict(zip(r.y_labels, claim.weights)), set(r.b_labels)
        for label, n in zip(sides[0], circuit.dims(self.operands[0])):
            if label not in shared:
                continue
            weight = of_y.get(label)
            if weight is not None and n == 1:
                self.coef = self.coef * first_entry(weight)
                weight = None
            self.weighted |= weight is not None
            labels.append(label)
            self.variables.append((log2_ceil(n), weight))
        self.bits = sum(bits for bits, _ in self.variables)
        # Of each dimension of each operand: the number of its variable, or its weight.
        self.sides = [[labels.index(x) if x in labels else of_y[x] for x in side] for side in sides]

    def degree(self):
        return 2 + self.cubic + self.weighted

    def points(self, r):
        """The coordinates of each variable."""
        out = []
        for bits, _ in self.variables:
            out.append(r[:bits])
            r = r[bits:]
        return out

    def weight(self, r):
        out = 1
        for (_, weight), point in zip(self.variables, self.points(r)):
            if weight is not None:
                out = out * weight.extension(point)
        return out

    def operand_claims(self, E, r):
        """(tensor, weights) of A(r), B(r) (C(r))."""
        points = [Point(E, z) for z in self.points(r)]
        return [(x, [points[s] if isinstance(s, int) else s for s in side])
                for x, side in zip(self.operands, self.sides)]
