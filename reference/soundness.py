"""Every error term of a proof, recomputed from the parameters and the circuit's counts (docs/spec/soundness.md).

Bits are integers in units of 2^-32; every rounding is to the side of less security.
"""
from .errors import rule
from .field import log2_ceil

ONE = 2**32


def down(x):
    e = x.bit_length() - 1
    y, f = x << (63 - e), 0
    for _ in range(32):
        s = y * y
        c = s >> 127
        y, f = s >> (64 if c else 63), 2 * f + c
    return e * ONE + f


def up(x):
    return (x.bit_length() - 1) * ONE if x & (x - 1) == 0 else down(x) + 2


def field(params):
    return params.degree * (64 * ONE - 2)


def unique(r):
    return (r + 1) * ONE - up(2**r + 1)


def johnson(r, m):
    return r * ONE // 2 + ONE + down(m) - up(2 * m + 1)


def list_size(r, m):
    return 0 if m == 0 else up(2 * m + 1) - ONE + r * ONE // 2


def fold_loss(log_n, r, m):
    """log_n: of the length after the fold."""
    if m == 0:
        return up(2**log_n + 3)
    b = 2 * m + 1
    return log_n * ONE + r * ONE // 2 + up((b**5 << r) + 24 * b + -(-96 * b >> log_n)) - down(48)


def circuit_terms(params, counts):
    """[(name, bits)]"""
    leaves, triples = sum(n * (width + 2) for n, width in counts.buses), counts.triples
    numerators = (("lookup", leaves, leaves), ("gkr round", 3, leaves), ("gkr merge", 1, leaves),
                  ("fresh point", counts.point_variables, counts.point_variables),
                  ("equation batch", counts.equations - 1, counts.equations > 1),
                  ("product round", counts.product_degree, counts.product_degree),
                  ("triple point", max(1, log2_ceil(triples)), triples), ("triple round", 3, triples),
                  ("constraint batch", counts.constraints - 1, counts.constraints > 1), ("eps", 1, True))
    work = {"lookup": params.lookup_work * ONE}
    return [(name, field(params) - up(numerator) + work.get(name, 0)) for name, numerator, there in numerators if there]


def opening_terms(p):
    """[(name, bits)]"""
    whole, work, code, terms = field(p), p.fold_work * ONE, p.log_code(), []
    if p.kappa:
        terms.append(("column fold", whole - up(2**(code + p.kappa - 1) + 3) + work))
    terms.append(("gamma", whole - up(2**code + 1) + work))
    terms.append(("queries 0", p.queries * unique(p.log_inv_rate) + p.query_work * ONE))
    before, message = p.queries, p.log_rows
    for i, r in enumerate(p.rounds, 1):
        rate, radius = r.log_inv_rate, r.radius
        size = list_size(rate, radius)
        if radius:
            terms.append((f"out of domain {i}", r.samples * (whole - message * ONE) + ONE - 2 * size))
        query = johnson(rate, radius) if radius else unique(rate)
        terms += [(f"combination {i}", whole - size - up(before + r.samples + 1)),
                  (f"fold {i}", whole - fold_loss(message + rate - 1, rate, radius) + r.fold_work * ONE),
                  (f"queries {i}", r.queries * query + r.query_work * ONE)]
        before, message = r.queries, message - r.fold
    if p.final_log:
        terms.append(("final round", whole - up(2)))
    return terms + [("hash", 128 * ONE)]


def check(params, counts):
    """The least term; V_KEY if the set is not covered or a term is below security_bits."""
    rule(20, 100 <= params.security_bits <= 128)
    rule(21, 1 << params.log_rows >= 2 * params.reserved_rows())
    rule(22, all(r.radius not in (1, 2) for r in params.rounds))
    rule(23, params.final_log > 0)
    rule(24, all(1 <= width <= 16 for _, width in counts.buses) and
         sum(leaves * (width + 2) for leaves, width in counts.buses) <= 2**56)
    terms = circuit_terms(params, counts) + opening_terms(params)
    for j, (_, bits) in enumerate(terms):
        rule(100 + j, bits >= params.security_bits * ONE)
    return min(bits for _, bits in terms)
