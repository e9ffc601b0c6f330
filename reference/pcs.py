"""The opening of one linear functional of the committed matrix (docs/spec/pcs.md, section 3; WHIR, ePrint 2024/1586,
after a masked fold of columns).

Soundness terms: eps, column fold, gamma, queries, combination, fold, out of domain, final round (soundness.py).
"""
from functools import partial, reduce

import numpy as np

from .errors import require
from .field import (P, add, batch_powers, dot, element, eq_bits, eq_vector, from_elements, mle, mul, root_of_unity,
                    scale, sub, sum_axis)
from .merkle import check_multiproof, coset_leaves, salted_leaves


def domain_point(log, index):
    return pow(root_of_unity(log), int(f"{index:0{log}b}"[::-1], 2), P)


class Opening:
    """Verifies <w_main, F> = sigma. groups: (begin, end) of the stored columns, mask columns last; column j is at
    position j; weight(r, q) is the extension of w_main at column point r and row point q."""

    def __init__(self, E, params, groups, root, weight, sigma, transcript, reader):
        self.E, self.params, self.groups, self.root = E, params, groups, root
        self.weight, self.claim, self.transcript, self.reader = weight, sigma, transcript, reader
        self.point = []  # row challenges
        self.pairs = []  # (z, xi^s, number of row challenges before it)

    def message(self, label):
        return self.reader.element(self.E, label, self.transcript)

    def challenge(self, label):
        return self.transcript.challenge(self.E, label)

    def rounds(self, count, label, work):
        out = []
        for _ in range(count):
            c0, c2 = self.message(label + ".c0"), self.message(label + ".c2")
            self.reader.work(label + ".pow", self.transcript, work)
            r = self.challenge(label + ".r")
            self.claim = c0 + (self.claim - c0 - c0 - c2) * r + c2 * r * r
            out.append(r)
        return out

    def draw(self, count, work, log):
        self.reader.work("query.pow", self.transcript, work)
        return sorted(set(self.transcript.indices("query.idx", count, log)))

    def cells(self, rows, words, salt=0):
        """[rows, words] below p and [rows, salt] bytes, row by row; the transcript does not absorb them."""
        data = np.frombuffer(self.reader.take(rows * (8 * words + salt)), dtype=np.uint8).reshape(rows, -1)
        cells = np.ascontiguousarray(data[:, :8 * words]).view("<u8").astype(np.uint64)
        self.reader.check(not (cells >= np.uint64(P)).any())
        return cells, data[:, 8 * words:]

    def open_matrix(self):
        """Oracle 0: [(x, y)] of its draws, the values of g + gamma F(r)."""
        p, log = self.params, self.params.log_code()
        leaves = self.draw(p.queries, p.query_work, log)
        cells, salts = self.cells(len(leaves), p.columns + self.E.D, 32)
        check_multiproof(self.reader, self.root, leaves, salted_leaves(cells, self.groups, salts), log)
        folded = sum_axis(mul(cells[:, :p.columns, None], self.column_weights), 1)
        values = add(cells[:, p.columns:], scale(folded, self.gamma))
        return [(domain_point(log, leaf), element(self.E, y)) for leaf, y in zip(leaves, values)]

    def open_oracle(self, i, root, challenges):
        """Oracle i + 1: [(x, y)] of its draws, folded by its own challenges."""
        E, code, r = self.E, self.params.log_code(i), self.params.rounds[i]
        log = code - r.fold
        leaves = self.draw(r.queries, r.query_work, log)
        values = self.cells(len(leaves), E.D << r.fold)[0].reshape(len(leaves), -1, E.D)
        check_multiproof(self.reader, root, leaves, coset_leaves(values), log)
        for t, s in enumerate(challenges):  # [leaves, 2^(fold - t), D]
            even, odd = values[:, 0::2], values[:, 1::2]
            half = [[pow(2 * domain_point(code - t, (leaf << r.fold - t) + 2 * j), -1, P) for j in range(even.shape[1])]
                    for leaf in leaves]
            mean = mul(add(even, odd), np.uint64((P + 1) // 2))
            slope = mul(sub(even, odd), np.array(half, dtype=np.uint64)[:, :, None])
            values = add(mean, scale(sub(slope, mean), s))
        return [(domain_point(log, leaf), element(E, y[0])) for leaf, y in zip(leaves, values)]

    def combine(self, pairs):
        powers = batch_powers(self.E, self.challenge("whir.xi"), len(pairs) + 1)
        for (z, y), power in zip(pairs, powers[1:]):
            self.claim += power * y
            self.pairs.append((z, power, len(self.point)))

    def verify(self):
        E, p = self.E, self.params
        w_res = [[self.challenge("open.w_res") for _ in range(2 * E.D)] for _ in range(p.columns)]
        sigma_res = self.message("open.sigma_res")
        eps = self.challenge("open.eps")
        self.claim = eps * self.claim + sigma_res
        self.column_point = self.rounds(p.kappa, "open.col", p.fold_work)
        self.column_weights = eq_vector(E, self.column_point)[:p.columns]
        mu = self.message("open.mu_g")
        self.reader.work("open.gamma.pow", self.transcript, p.fold_work)
        self.gamma = self.challenge("open.gamma")
        self.claim = mu + self.gamma * self.claim

        open_last = self.open_matrix
        for i, round_ in enumerate(p.rounds):
            root = self.reader.digest("whir.root", self.transcript)
            samples = [(self.challenge("whir.ood.z"), self.message("whir.ood.y")) for _ in range(round_.samples)]
            self.combine(samples + open_last())
            challenges = self.rounds(round_.fold, "whir.fold", round_.fold_work)
            self.point += challenges
            open_last = partial(self.open_oracle, i, root, challenges)
        final = [self.message("whir.final") for _ in range(1 << p.final_log)]
        for x, y in open_last():
            value = reduce(lambda value, f, x=x: value * x + f, reversed(final), E.of(0))
            require(value == y, "V_OPENING", self.reader.at)
        last = self.rounds(p.final_log, "whir.last", 0)
        self.point += last
        value = self.functional(eps, w_res) * mle(E, from_elements(E, final), last)
        require(self.claim == value, "V_OPENING", self.reader.at)

    def functional(self, eps, w_res):
        """v(q): section 4."""
        E, p, q = self.E, self.params, self.point
        v = eps * self.weight(self.column_point, q)
        for y, w in enumerate(zip(*w_res), (1 << p.log_rows) - p.reserved_rows()):
            v += dot(E, self.column_weights, from_elements(E, w)) * eq_bits(q, y)
        for z, power, bound in self.pairs:
            term = E.of(z) if isinstance(z, int) else z
            for t in range(bound, len(q)):
                power = power * (1 - q[t] + q[t] * term)
                term = term * term
            v += power
        return v
