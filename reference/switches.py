"""Whether the public tensors of an output mean what they are called (docs/spec/keys.md, "Switches").

Forms are sums of products of at most two tensors [n], cell by cell: {(tensor, tensor): coefficient mod p}, smaller id
first; ONE stands for no factor.
"""
from .circuit import STATEMENT, Affine, Contract, Public, Term, sources
from .errors import require
from .field import P

ONE = 2**32
MOST_TERMS = 8
EACH = [(False, 0)]


def add(form, more, coef=1):
    for m, c in more.items():
        c = (form.get(m, 0) + c * coef) % P
        form.pop(m, None)
        if c:
            form[m] = c
    return form


def times(a, b):
    """Of two linear forms."""
    out = {}
    for (x, _), c in a.items():
        for (y, _), d in b.items():
            add(out, {(min(x, y), max(x, y)): c * d})
    return out


def is_linear(form):
    return all(y == ONE for _, y in form)


class Switches:
    def __init__(self, circuit, bounds):
        self.c, self.bounds = circuit, bounds
        outputs = circuit.outputs
        names = {x for p in outputs for x in (p.tensor, p.pub_lo, p.pub_hi, p.pub_outside)}
        self.by_lo = {p.pub_lo: i for i, p in enumerate(outputs)}
        self.by_hi = {p.pub_hi: i for i, p in enumerate(outputs)}
        self.by_tie = {p.pub_tie: i for i, p in enumerate(outputs) if p.has_argmax}
        self.low, self.high = [set() for _ in outputs], [set() for _ in outputs]  # sides that fit
        self.argmax = [False] * len(outputs)
        self.forms = {}
        for i, x in enumerate(bounds):
            if i not in names:
                self.define(i)
            if x is not None and x[0] >= 0:
                self.visit(i)

    def enforced(self, i):
        return bool(self.low[i] & self.high[i]) and (self.argmax[i] or not self.c.outputs[i].has_argmax)

    def form(self, i):
        if i in self.forms:
            return self.forms[i]
        return {} if self.bounds[i] == (0, 0) else {(i, ONE): 1}

    def define(self, i):
        """Keeps the form of a tensor that is affine in others, or a product of two, cell by cell."""
        r = self.c.rule(i)
        if len(self.c.dims(i)) != 1:
            return
        if isinstance(r, Affine) and r.divisor == 1:
            out = add({}, {(ONE, ONE): r.constant})
            for term in r.terms:
                if term.dims != EACH:
                    return
                add(out, self.form(term.source), term.coef)
                if len(out) > MOST_TERMS:
                    return
            self.forms[i] = out
        elif isinstance(r, Contract) and r.a_labels == r.b_labels == r.y_labels:
            a, b = self.form(r.a), self.form(r.b)
            if is_linear(a) and is_linear(b):
                out = times(a, b)
                if len(out) <= MOST_TERMS:
                    self.forms[i] = out

    def visit(self, i):
        """What a tensor that is never negative shows of the ports."""
        self.visit_argmax(i)
        for x, y in self.forms.get(i, {}):
            if y == ONE and x in self.by_lo:
                self.visit_side(dict(self.forms[i]), self.by_lo[x], True)
            if y == ONE and x in self.by_hi:
                self.visit_side(dict(self.forms[i]), self.by_hi[x], False)

    def visit_side(self, rest, i, low):
        port = self.c.outputs[i]
        sign = 1 if low else -1
        u = add(add({}, self.form(port.tensor), sign), self.form(port.pub_lo if low else port.pub_hi), -sign)
        turned = add(add({}, u, 2), {(ONE, ONE): 1})
        outside = self.form(port.pub_outside)
        add(add(rest, u, -1), times(outside, turned))
        # What is left: outside * N s, or outside * N (1 - s).
        sides = self.low[i] if low else self.high[i]
        if not outside:
            if not rest:
                sides.add(ONE)
            return
        n = 0
        if not low:
            n = rest.pop((port.pub_outside, ONE), None)
            if n is None:
                return
        if len(rest) != 1:
            return
        ((x, y), coef), = rest.items()
        if y == ONE or port.pub_outside not in (x, y):
            return
        s = y if x == port.pub_outside else x
        interval = self.bounds[s]
        if interval is not None and 0 <= interval[0] and interval[1] <= 1 and (low or (coef + n) % P == 0):
            sides.add(s)

    def is_product(self, i, x, y, summed):
        """sum_j x_j y_j; or x_0 y_j with the labels (j, that of x)."""
        r = self.c.rule(i)
        if not isinstance(r, Contract):
            return False
        sides = [(r.a, r.a_labels), (r.b, r.b_labels)]
        if r.a == y:
            sides.reverse()
        (a, a_labels), (b, b_labels) = sides
        return (a, b) == (x, y) and r.y_labels == ([] if summed else [b_labels[0], a_labels[0]])

    def visit_argmax(self, i):
        """sum_j onehot_j y_j - on y_i - tie_i"""
        r = self.c.rule(i)
        if not isinstance(r, Affine) or len(r.terms) != 3 or (r.constant, r.divisor) != (0, 1):
            return
        for number in {self.by_tie[t.source] for t in r.terms if t.source in self.by_tie}:
            port = self.c.outputs[number]
            tie = Term(-1, port.pub_tie, EACH) in r.terms
            chosen = any(t.coef == 1 and self.is_product(t.source, port.pub_onehot, port.tensor, True) for t in r.terms)
            each = any(t.coef == -1 and t.dims == [(False, 0), (True, 0)] and
                       self.is_product(t.source, port.pub_on, port.tensor, False) for t in r.terms)
            self.argmax[number] |= tie and chosen and each


def check_switches(circuit, bounds):
    switches, stated = Switches(circuit, bounds), []
    for tensor in circuit.tensors:
        r = tensor.rule
        stated.append(isinstance(r, Public) and r.source == STATEMENT or any(stated[s] for s in sources(r)))
    for i, port in enumerate(circuit.outputs):
        require(switches.enforced(i) and not stated[port.tensor], "V_KEY", 1000 + i)
