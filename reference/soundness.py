"""Every error term of a proof, recomputed from the parameters and the circuit's counts (docs/spec/soundness.md).

Bits are integers in units of 2^-32; every rounding is to the side of less security.
"""
from .errors import require
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
    field = params.degree * (64 * ONE - 2)
    weight = sum(leaves * (width + 2) for leaves, width in counts.buses)
    terms = []

    def add(name, numerator, work=0):
        terms.append((name, field - up(numerator) + work * ONE))

    if weight:
        add("lookup", weight, params.lookup_work)
        add("gkr round", 3)
        add("gkr merge", 1)
    if counts.point_variables:
        add("fresh point", counts.point_variables)
    if counts.equations > 1:
        add("equation batch", counts.equations - 1)
    if counts.product_degree:
        add("product round", counts.product_degree)
    if counts.triples:
        add("triple point", max(1, log2_ceil(counts.triples)))
        add("triple round", 3)
    if counts.constraints > 1:
        add("constraint batch", counts.constraints - 1)
    add("eps", 1)
    return terms


def opening_terms(params):
    p = params
    field = p.degree * (64 * ONE - 2)
    code, work = p.log_rows + p.log_inv_rate, p.fold_work * ONE
    terms = []
    if p.kappa:
        terms.append(("column fold", field - up(2**(code + p.kappa - 1) + 3) + work))
    terms.append(("gamma", field - up(2**code + 1) + work))
    terms.append(("queries 0", p.queries * unique(p.log_inv_rate) + p.query_work * ONE))
    before, message = p.queries, p.log_rows
    for i, r in enumerate(p.rounds, 1):
        size = list_size(r.log_inv_rate, r.radius)
        if r.radius:
            terms.append((f"out of domain {i}", r.samples * (field - message * ONE) + ONE - 2 * size))
        terms.append((f"combination {i}", field - size - up(before + r.samples + 1)))
        loss = fold_loss(message + r.log_inv_rate - 1, r.log_inv_rate, r.radius)
        terms.append((f"fold {i}", field - loss + r.fold_work * ONE))
        query = johnson(r.log_inv_rate, r.radius) if r.radius else unique(r.log_inv_rate)
        terms.append((f"queries {i}", r.queries * query + r.query_work * ONE))
        before, message = r.queries, message - r.fold
    if p.final_log:
        terms.append(("final round", field - up(2)))
    terms.append(("hash", 128 * ONE))
    return terms


def check(params, counts):
    """The least term; V_KEY if the set is not covered or a term is below security_bits."""
    require(100 <= params.security_bits <= 128, "V_KEY", 20)
    require(1 << params.log_rows >= 2 * params.reserved_rows(), "V_KEY", 21)
    require(all(r.radius not in (1, 2) for r in params.rounds), "V_KEY", 22)
    require(params.final_log > 0, "V_KEY", 23)
    require(all(1 <= width <= 16 for _, width in counts.buses) and
            sum(leaves * (width + 2) for leaves, width in counts.buses) <= 2**56, "V_KEY", 24)
    terms = circuit_terms(params, counts) + opening_terms(params)
    for j, (_, bits) in enumerate(terms):
        require(bits >= params.security_bits * ONE, "V_KEY", 100 + j)
    return min(bits for _, bits in terms)
