"""Statements about outputs: their text, and the public values that they stand for (docs/spec/statement.md)."""
from dataclasses import dataclass

from .circuit import KEY
from .errors import require
from .field import vector

OPERATORS = (">=", "<=", "==", ">", "<")
NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:/")
MOST_DIGITS, MOST_PLACES, MOST_BYTES = 10**18 - 1, 18, 4096
LIMIT = 2**62


class Malformed(Exception):
    pass


@dataclass
class Decimal:
    """digits * 10^-places."""
    digits: int
    places: int

    def __str__(self):
        text = str(abs(self.digits)).rjust(self.places + 1, "0")
        if self.places:
            text = text[:-self.places] + "." + text[-self.places:]
        return "-" + text if self.digits < 0 else text

    def divided(self, scale):
        """(floor, ceiling) of the number / (mantissa 2^exponent), within +-2^62."""
        mantissa, exponent = scale
        top, bottom = self.digits, mantissa * 10**self.places
        if exponent < 0:
            top <<= -exponent
        else:
            bottom <<= exponent
        return tuple(max(-LIMIT, min(LIMIT, x)) for x in (top // bottom, -(-top // bottom)))


@dataclass
class Predicate:
    output: str
    kind: str  # an operator, "in", "not in" or "argmax"
    a: Decimal
    b: Decimal = None
    index: int = None

    def __str__(self):
        if self.kind == "argmax":
            return (f"argmax({self.output})" if self.output else "argmax") + f" == {self.a}"
        name = self.output + ("" if self.index is None else f"[{self.index}]")
        return f"{name} {self.kind} " + (f"[{self.a}, {self.b}]" if self.b else str(self.a))


def text_of(predicates):
    return " and ".join(map(str, predicates))


class Parser:
    def __init__(self, text):
        self.text, self.at = text, 0

    def need(self, condition):
        if not condition:
            raise Malformed()

    def skip(self):
        while self.at < len(self.text) and self.text[self.at] in " \t\n\v\f\r":
            self.at += 1

    def accept(self, token):
        if not self.text.startswith(token, self.at):
            return False
        self.at += len(token)
        self.skip()
        return True

    def accept_word(self, word):
        return self.text[self.at + len(word):][:1] not in NAME and self.accept(word)

    def statement(self):
        out = []
        self.skip()
        while self.at < len(self.text):
            out.append(self.predicate())
            if self.at == len(self.text):
                break
            self.need(self.accept("&&") or self.accept_word("and"))
            self.need(self.at < len(self.text))
        return out

    def name(self):
        begin = self.at
        while self.at < len(self.text) and self.text[self.at] in NAME:
            self.at += 1
        self.need(self.at > begin)
        name = self.text[begin:self.at]
        self.skip()
        return name

    def number(self):
        negative = self.text.startswith("-", self.at)
        self.at += self.text[self.at:self.at + 1] in ("-", "+")
        digits = places = count = 0
        point = False
        for c in self.text[self.at:]:
            if c == "." and not point:
                point = True
            elif c in "0123456789":
                digits, count, places = 10 * digits + int(c), count + 1, places + point
                self.need(digits <= MOST_DIGITS and places <= MOST_PLACES)
            else:
                break
            self.at += 1
        self.need(count)
        while places and digits % 10 == 0:
            digits, places = digits // 10, places - 1
        self.skip()
        return Decimal(-digits if negative else digits, places)

    def natural(self, end):
        d = self.number()
        self.need(d.places == 0 and 0 <= d.digits < end)
        return d

    def argmax(self, output):
        self.need(self.accept("=="))
        return Predicate(output, "argmax", self.natural(10**18))

    def predicate(self):
        output, index = self.name(), None
        if output == "argmax" and self.accept("("):
            output = self.name()
            self.need(self.accept(")"))
            return self.argmax(output)
        if self.accept_word("argmax"):
            return self.argmax(output)
        if output == "argmax" and self.text.startswith("==", self.at):
            return self.argmax("")
        if self.accept("["):
            index = self.natural(2**32).digits
            self.need(self.accept("]"))
        for kind in OPERATORS:
            if self.accept(kind):
                return Predicate(output, kind, self.number(), None, index)
        kind = "not in" if self.accept_word("not") else "in"
        self.need(self.accept_word("in") and self.accept("["))
        a = self.number()
        self.need(self.accept(","))
        b = self.number()
        self.need(self.accept("]"))
        return Predicate(output, kind, a, b, index)


def parse(text):
    """Predicates; Malformed."""
    if len(text) > MOST_BYTES:
        raise Malformed()
    out = Parser(text).statement()
    if len(text_of(out)) > MOST_BYTES:
        raise Malformed()
    return out


def refuse_unless(condition):
    require(condition, "V_STATEMENT", 0)


def ask(p, port):
    """(lo, hi, outside) that a predicate asks of an integer."""
    scale, (least, most) = port.scales[0], (port.lo, port.hi)
    low, high = p.a.divided(scale)
    if p.kind == ">=":
        return high, most, False
    if p.kind == ">":
        return low + 1, most, False
    if p.kind == "<=":
        return least, low, False
    if p.kind == "<":
        return least, high - 1, False
    if p.kind == "==":
        refuse_unless(low == high)
        return low, low, False
    return high, p.b.divided(scale)[0], p.kind == "not in"


def merge(inside, cut, port):
    """(lo, hi, outside) of one cell."""
    lo, hi = inside
    first, last = max(cut[0], lo), min(cut[1], hi)
    if lo <= hi and first <= last:
        if first == lo:
            lo = last + 1
        elif last == hi:
            hi = first - 1
        else:
            refuse_unless((lo, hi) == (port.lo, port.hi))
            return first, last, True
    refuse_unless(lo <= hi)
    return lo, hi, False


class Asked:
    """What the statement asks of one output."""

    def __init__(self, port):
        n = port.cells()
        self.port, self.inside, self.cut = port, [(port.lo, port.hi)] * n, [(0, -1)] * n
        self.argmax = None

    def add(self, p):
        n = self.port.cells()
        if p.kind == "argmax":
            refuse_unless(self.port.has_argmax and p.a.digits < n and self.argmax in (None, p.a.digits))
            self.argmax = p.a.digits
            return
        refuse_unless(n == 1 if p.index is None else p.index < n)
        cell = p.index or 0
        lo, hi, outside = ask(p, self.port)
        if not outside:
            self.inside[cell] = max(lo, self.inside[cell][0]), min(hi, self.inside[cell][1])
        elif lo <= hi:
            refuse_unless(self.cut[cell][0] > self.cut[cell][1])
            self.cut[cell] = lo, hi


def check_shown(values, port):
    require(len(values) == port.cells() and all(port.lo <= v <= port.hi for v in values), "V_PUBLIC", 0)


def public_values(circuit, predicates, proof):
    """{tensor: values} of all of the statement's public tensors."""
    refuse_unless(all(any(port.name == name for port in circuit.outputs) for name in proof.outputs))
    asked = [Asked(port) for port in circuit.outputs]
    for p in predicates:
        found = [a for a in asked if a.port.name == p.output]
        if p.output == "" and len(asked) == 1:
            found = asked
        refuse_unless(bool(found))
        found[0].add(p)
    out = {}
    told = [port for port in circuit.inputs if port.disclosed]
    for port in told:
        require(port.name in proof.inputs, "V_PUBLIC", 0)
        check_shown(proof.inputs[port.name], port)
        out[port.pub] = vector(proof.inputs[port.name])
    require(len(proof.inputs) == len(told), "V_PUBLIC", 0)
    ports = [port for port in circuit.digests if port.source() != KEY]
    require([port.group for port in ports] == [group for group, _ in proof.digests], "V_PUBLIC", 0)
    for port, (_, words) in zip(ports, proof.digests):
        out[port.tensor] = vector(words)
    for a in asked:
        output_values(a, proof.outputs.get(a.port.name), out)
    return out


def output_values(asked, shown, out):
    port = asked.port
    require(shown is not None or not port.disclosed, "V_PUBLIC", 0)
    if shown is not None:
        check_shown(shown, port)
    cells = []
    for i, (inside, cut) in enumerate(zip(asked.inside, asked.cut)):
        lo, hi, outside = merge(inside, cut, port)
        if shown is not None:
            refuse_unless((lo <= shown[i] <= hi) != outside)
            lo, hi, outside = shown[i], shown[i], False
        cells.append((lo, hi, int(outside)))
    out[port.pub_lo], out[port.pub_hi], out[port.pub_outside] = (vector(x) for x in zip(*cells))
    if port.has_argmax:
        k, n = asked.argmax, port.cells()
        out[port.pub_on] = vector([k is not None])
        out[port.pub_onehot] = vector([c == k for c in range(n)])
        out[port.pub_tie] = vector([k is not None and c < k for c in range(n)])
