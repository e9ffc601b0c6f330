"""One segment of a proof (docs/spec/relations.md): its lookup tree, its relations, its product triples.

The prover sends values minus pads. What the verifier knows of a value is an affine form in committed cells: a node of a
tape. Claims that forms vanish are collected, and all of them are opened at once at the end.
"""
from collections import defaultdict, namedtuple
from types import SimpleNamespace

from .circuit import DUMMY, PAD, TRIPLE_A, TRIPLE_B, TRIPLE_C, Public, cells
from .claims import Claim, Expansion, Instance, Merged, point_weights
from .errors import require
from .field import P, batch_powers, from_elements, log2_ceil, vector
from .lookup import leaf_claims, plan_leaves
from .transcript import Transcript
from .weights import Point, Vector, basis

ATOM = -1  # besides the roles of the argument


class Form:
    """constant + sum of coef * form: a node of a tape."""

    def __init__(self, segment, constant, parts=(), leaf=None):
        self.segment, self.constant, self.parts, self.leaf = segment, constant, parts, leaf
        self.number = len(segment.tape)
        segment.tape.append(self)

    def __add__(self, other):
        if isinstance(other, Form):
            return Form(self.segment, 0, ((1, self), (1, other)))
        return Form(self.segment, other, ((1, self),))

    def __sub__(self, other):
        return self + other * -1

    def __mul__(self, x):
        return Form(self.segment, 0, ((x, self),))

    __radd__ = __add__
    __rmul__ = __mul__


Equation = namedtuple("Equation", "form claims")  # form = sum of claims


class Segment:
    """reader None: a dry run that only counts; its messages are 1."""

    def __init__(self, E, circuit, publics, number, transcript, reader):
        self.E, self.circuit, self.publics, self.number = E, circuit, publics, number
        self.transcript, self.reader = transcript, reader
        self.tape, self.zeros, self.atoms = [], [], []
        self.counts = SimpleNamespace(pads=0, triples=0, constraints=0, equations=0, product_degree=0,
                                      point_variables=0)

    # ---- messages

    def receive(self, label):
        return self.reader.element(self.E, label, self.transcript) if self.reader else self.E.of(1)

    def challenge(self, label):
        return self.transcript.challenge(self.E, label)

    def leaf(self, kind, number):
        return Form(self, 0, leaf=(kind, number))

    def hidden(self, label):
        self.counts.pads += 1
        return self.leaf(PAD, self.counts.pads - 1) + self.receive(label)

    def product(self, label_a, label_b):
        """(a, b, a b)."""
        a, b, i = self.receive(label_a), self.receive(label_b), self.counts.triples
        self.counts.triples += 1
        ta, tb, tc = (self.leaf(role, i) for role in (TRIPLE_A, TRIPLE_B, TRIPLE_C))
        return ta + a, tb + b, tb * a + ta * b + tc + a * b

    def zero(self, form):
        self.zeros.append(form)
        self.counts.constraints += 1

    def atom(self, tensor, weights):
        self.atoms.append((tensor, weights))
        return self.leaf(ATOM, len(self.atoms) - 1)

    # ---- sumchecks

    def eq_rounds(self, claim, z):
        """Of sum_i eq(z, i) f(i) = claim, f of degree 2: (f(r) as claimed, r)."""
        point = []
        for zi in z:
            h0, h2 = self.hidden("h0"), self.hidden("h2")
            r = self.challenge("r")
            t = r * zi.inverse()
            claim = claim * t + h0 * (1 - t) + h2 * (r * r - r)
            point.append(r)
        return claim, point

    def rounds(self, claim, count, degree):
        point = []
        for _ in range(count):
            c = [self.hidden(label) for label in ("c0", "c2", "c3", "c4")[:degree]]
            r = self.challenge("r")
            claim = claim * r + c[0] * (1 - r - r)
            claim = sum((ck * (r**k - r) for k, ck in enumerate(c[1:], 2)), claim)
            point.append(r)
        return claim, point

    # ---- steps

    def run(self, alpha, beta):
        plan, log = plan_leaves(self.circuit, self.number)
        equations = [self.tree(plan, log, alpha, beta)] + self.vanishing()
        while equations:
            self.counts.equations = max(self.counts.equations, len(equations))
            equations = self.wave(equations)
        self.triples()
        return self

    def tree(self, plan, log, alpha, beta):
        """LogUp-GKR (ePrint 2023/1284); returns the equation for the denominators."""
        self.root_q = self.receive("root.q")
        require(self.root_q, "V_LOOKUP")
        p = self.root_p = self.hidden("root.p")
        q, z = Form(self, self.root_q), []
        for _ in range(log):
            lam = self.challenge("lambda")
            claim, r = self.eq_rounds(p + q * lam, z)
            u, q1, uq1 = self.product("u", "q1")
            p1, q0, p1q0 = self.product("p1", "q0")
            self.zero(claim - uq1 - p1q0)
            mu = self.challenge("mu")
            p = (u - q0 * lam) * (1 - mu) + p1 * mu
            q = q0 * (1 - mu) + q1 * mu
            z = [mu] + r
        leaves = leaf_claims(self.E, self.circuit, plan, z, alpha, beta)
        self.zero(self.without(p, leaves.p_constant, leaves.p_claims))
        return Equation(q - leaves.q_constant - self.leaf(DUMMY, 0) * leaves.dummy, leaves.q_claims)

    def without(self, form, constant, claims):
        return sum((self.atom(c.tensor, c.weights) * -c.coef for c in claims), form - constant)

    def vanishing(self):
        tensors = [z.tensor for z in self.circuit.zeros if z.segment == self.number]
        dims = [self.circuit.dims(t) for t in tensors]
        bits = self.counts.point_variables = max((sum(map(log2_ceil, d)) for d in dims), default=0)
        point = [self.challenge("point") for _ in range(bits)]
        return [Equation(Form(self, 0), [Claim(self.E.of(1), t, point_weights(self.E, d, point))])
                for t, d in zip(tensors, dims)]

    def wave(self, equations):
        """One batched sumcheck of products; returns the equations that it leaves."""
        E = self.E
        zeta = self.challenge("zeta") if len(equations) > 1 else E.of(1)
        claim, merged = Form(self, 0), Merged()
        for power, equation in zip(batch_powers(E, zeta, len(equations)), equations):
            claim = claim + equation.form * power
            for c in equation.claims:
                merged.add(Claim(c.coef * power, c.tensor, c.weights))
        parts = Expansion(E, self.circuit, self.publics)
        for c in merged.values():
            parts.expand(c)
        claim = self.without(claim, parts.constant, parts.atoms.values())
        instances = [Instance(self.circuit, c) for c in parts.instances.values()]
        if not instances:
            self.zero(claim)
            return []
        rounds, degree = max(i.bits for i in instances), max(i.degree for i in instances)
        self.counts.product_degree = max(self.counts.product_degree, degree)
        claim, r = self.rounds(claim, rounds, degree)
        out = []
        for instance in instances:
            point = r[rounds - instance.bits:]
            *finals, ab = self.product("a", "b")
            whole = ab
            if instance.cubic:
                first, c, whole = self.product("ab", "c")
                self.zero(first - ab)
                finals.append(c)
            half = pow((P + 1) // 2, rounds - instance.bits, P)
            claim = claim - whole * (instance.coef * half * instance.weight(point))
            for form, (tensor, weights) in zip(finals, instance.operand_claims(E, point)):
                if self.circuit.is_committed(tensor):
                    self.zero(form - self.atom(tensor, weights))
                else:
                    out.append(Equation(form, [Claim(E.of(1), tensor, weights)]))
        self.zero(claim)
        return out

    def triples(self):
        """Zerocheck of TA TB - TC, with one blinding triple."""
        tau = [self.challenge("tau") for _ in range(log2_ceil(self.counts.triples + 1))]
        claim, r = self.eq_rounds(Form(self, 0), tau)
        a, b = self.receive("triple.a"), self.receive("triple.b")
        at = {role: self.atom(self.circuit.argument[self.number][role], [Point(self.E, r), basis(self.E)])
              for role in (TRIPLE_A, TRIPLE_B, TRIPLE_C)}
        self.zero(claim + at[TRIPLE_C] - a * b)
        self.zero(at[TRIPLE_A] - a)
        self.zero(at[TRIPLE_B] - b)

    # ---- opening

    def functional(self, powers):
        """sum of powers[i] zeros[i] + powers[-1] P / Q as (constant, claims on committed tensors)."""
        E, zero = self.E, self.E.of(0)
        weight, constant, leaves = [zero] * len(self.tape), zero, defaultdict(lambda: zero)
        for form, x in [*zip(self.zeros, powers), (self.root_p, powers[-1] * self.root_q.inverse())]:
            weight[form.number] += x
        for form in reversed(self.tape):
            w = weight[form.number]
            constant += w * form.constant
            for coef, part in form.parts:
                weight[part.number] += w * coef
            if form.leaf:
                leaves[form.leaf] += w
        claims = [Claim(leaves[ATOM, i], *atom) for i, atom in enumerate(self.atoms)]
        for role, tensor in self.circuit.argument[self.number].items():
            along = [leaves[role, i] for i in range(self.circuit.dims(tensor)[0])]
            claims.append(Claim(E.of(1), tensor, [Vector(E, from_elements(E, along)), basis(E)]))
        return constant, claims


def count_messages(E, circuit, number):
    """What segment `number` sends and claims: a function of the circuit, found by a dry run."""
    zeros = {i: vector([0] * cells(t)) for i, t in enumerate(circuit.tensors) if isinstance(t.rule, Public)}
    segment = Segment(E, circuit, zeros, number, Transcript.start(b""), None)
    return segment.run(segment.challenge("alpha"), segment.challenge("beta")).counts
