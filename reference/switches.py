"""Whether the public tensors of an output mean what they are called (docs/spec/keys.md, "Switches").

Forms are sums of products of at most two tensors [n], cell by cell: {(tensor, tensor): coefficient mod p}, smaller id
first; ONE stands for no factor.
"""
from .circuit import STATEMENT, Affine, Contract, Public, Term
from .errors import rule
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


class Switches:
    def __init__(self, circuit, bounds):
        self.c, self.bounds, self.forms = circuit, bounds, {}
        outputs = circuit.outputs
        self.port_of = {x: port for port in outputs for x in (port.pub_lo, port.pub_hi)}
        self.fits = {x: set() for x in self.port_of}  # by pub_lo, pub_hi: each s
        self.ties = {port.argmax[2]: port for port in outputs if port.argmax}
        self.chosen = set()  # those of ties whose port's argmax is enforced
        own = set(self.port_of) | {x for port in outputs for x in (port.tensor, port.pub_outside)}
        for i, x in enumerate(bounds):
            if i not in own and len(circuit.dims(i)) == 1:
                self.define(i)
            if x is not None and x[0] >= 0:
                self.visit_argmax(i)
                self.visit_sides(i)

    def enforced(self, port):
        return self.fits[port.pub_lo] & self.fits[port.pub_hi] and (not port.argmax or port.argmax[2] in self.chosen)

    def form(self, i):
        return self.forms.get(i, {} if self.bounds[i] == (0, 0) else {(i, ONE): 1})

    def define(self, i):
        """Keeps the form of a tensor that is affine in others, or a product of two, cell by cell."""
        match self.c.rule(i):
            case Affine(terms, constant, 1) if all(term.dims == EACH for term in terms):
                out = add({}, {(ONE, ONE): constant})
                for term in terms:
                    add(out, self.form(term.source), term.coef)
                    if len(out) > MOST_TERMS:
                        return
                self.forms[i] = out
            case Contract(a, b, a_labels, b_labels, y_labels) if a_labels == b_labels == y_labels:
                a, b = self.form(a), self.form(b)
                if all(y == ONE for _, y in (*a, *b)) and len(times(a, b)) <= MOST_TERMS:
                    self.forms[i] = times(a, b)

    def visit_sides(self, i):
        """i is never negative, with a form that has a side linearly: u - outside (2u + 1 - N s)?"""
        for pub in [x for x, y in self.forms.get(i, ()) if y == ONE and x in self.fits]:
            port = self.port_of[pub]
            low, outside = pub == port.pub_lo, self.form(port.pub_outside)
            sign = 1 if low else -1
            u = add(add({}, self.form(port.tensor), sign), self.form(pub), -sign)
            rest = add(dict(self.forms[i]), u, -1)
            add(rest, times(outside, add(add({}, u, 2), {(ONE, ONE): 1})))
            # What is left: outside * N s, or outside * N (1 - s).
            n = 0 if low or not outside else rest.pop((port.pub_outside, ONE), None)
            match list(rest.items()):
                case [] if not outside:
                    self.fits[pub].add(ONE)
                case [((x, y), coef)] if outside and y != ONE and port.pub_outside in (x, y) and n is not None:
                    s = y if x == port.pub_outside else x
                    bit = self.bounds[s]
                    if bit is not None and 0 <= bit[0] and bit[1] <= 1 and (low or (coef + n) % P == 0):
                        self.fits[pub].add(s)

    def is_product(self, i, x, y, summed):
        """sum_j x_j y_j; or x_0 y_j with the labels (j, that of x)."""
        r = self.c.rule(i)
        ways = r.each_way() if isinstance(r, Contract) else ()
        return any((a, b) == (x, y) and r.y_labels == ([] if summed else b_labels + a_labels)
                   for a, a_labels, b, b_labels in ways)

    def visit_argmax(self, i):
        """sum_j onehot_j y_j - on y_i - tie_i"""
        match self.c.rule(i):
            case Affine([_, _, _] as terms, 0, 1):
                for tie in {t.source for t in terms if t.source in self.ties}:
                    y, (onehot, on, _) = self.ties[tie].tensor, self.ties[tie].argmax
                    if Term(-1, tie, EACH) in terms and \
                            any(t.coef == 1 and self.is_product(t.source, onehot, y, True) for t in terms) and \
                            any(t.coef == -1 and t.dims == [(False, 0), (True, 0)] and
                                self.is_product(t.source, on, y, False) for t in terms):
                        self.chosen.add(tie)


def check_switches(circuit, bounds):
    switches, stated = Switches(circuit, bounds), circuit.below(lambda r, _: r == Public(STATEMENT))
    for i, port in enumerate(circuit.outputs):
        rule(1000 + i, switches.enforced(port) and not stated[port.tensor])
