"""Statements about outputs: their text, and the public values that they stand for (docs/spec/statement.md)."""
import re
from collections import namedtuple

from .circuit import KEY, cells
from .errors import require
from .field import vector

MOST_DIGITS, MOST_PLACES, MOST_BYTES, MOST_INDEX = 10**18 - 1, 18, 4096, 2**32 - 1
LIMIT = 2**62

# In these patterns a blank is any number of blanks, and # is no character of a name.
PARTS = {" ": r"[ \t\n\v\f\r]*", "#": "(?![a-zA-Z0-9_.:/])", "NAME": "(?P<name>[a-zA-Z0-9_.:/]+)#",
         "NUMBER": r"(?=[+-]?[.]?[0-9])[+-]?[0-9]*(?:[.][0-9]*)?"}
CELL = r"NAME (?:\[ (?P<index>NUMBER) \] )?"
FORMS = (r"argmax \( NAME \) == (?P<a>NUMBER) ", "NAME argmax == (?P<a>NUMBER) ", "argmax == (?P<a>NUMBER) ",
         CELL + "(?P<kind>>=|<=|==|>|<) (?P<a>NUMBER) ",
         CELL + r"(?P<kind>(?:not# )?in)# \[ (?P<a>NUMBER) , (?P<b>NUMBER) \] ")


def pattern(form):
    for part in ("NAME", "NUMBER", "#", " "):
        form = form.replace(part, PARTS[part])
    return re.compile(form)


START, AND, PREDICATES = pattern(" "), pattern("(?:&&|and#) "), tuple(map(pattern, FORMS))


class Malformed(Exception):
    """Text that is no statement."""


def need(condition):
    if not condition:
        raise Malformed("not a statement")


class Decimal(namedtuple("Decimal", "digits places")):
    """digits * 10^-places."""

    @classmethod
    def read(cls, text):
        whole, _, fraction = text.partition(".")
        digits, places = int(whole + fraction), len(fraction.rstrip("0"))
        need(len(fraction) <= MOST_PLACES and abs(digits) <= MOST_DIGITS)
        return cls(digits // 10**(len(fraction) - places), places)

    def __str__(self):
        text = str(abs(self.digits)).rjust(self.places + 1, "0")
        if self.places:
            text = text[:-self.places] + "." + text[-self.places:]
        return "-" + text if self.digits < 0 else text

    def divided(self, scale):
        """(floor, ceiling) of the number / (mantissa 2^exponent), within +-2^62."""
        mantissa, exponent = scale
        top, bottom = self.digits << max(0, -exponent), mantissa * 10**self.places << max(0, exponent)
        return tuple(max(-LIMIT, min(LIMIT, x)) for x in (top // bottom, -(-top // bottom)))


class Predicate(namedtuple("Predicate", "output kind a b index")):
    """kind: an operator, "in", "not in" or "argmax"."""

    def __str__(self):
        if self.kind == "argmax":
            return (f"argmax({self.output})" if self.output else "argmax") + f" == {self.a}"
        name = self.output + ("" if self.index is None else f"[{self.index}]")
        return f"{name} {self.kind} " + (f"[{self.a}, {self.b}]" if self.b else str(self.a))


def text_of(predicates):
    return " and ".join(map(str, predicates))


def predicate(name="", kind="argmax", a=None, b=None, index=None):
    """Of the texts of its parts."""
    kind = "not in" if kind.startswith("not") else kind
    a, b, index = (text and Decimal.read(text) for text in (a, b, index))
    for natural, most in ((a if kind == "argmax" else None, MOST_DIGITS), (index, MOST_INDEX)):
        need(natural is None or natural.places == 0 and 0 <= natural.digits <= most)
    return Predicate(name, kind, a, b, index and index.digits)


def parse(text):
    """Predicates; Malformed."""
    need(len(text) <= MOST_BYTES)
    out, at = [], START.match(text).end()
    while at < len(text):
        if out:
            joined = AND.match(text, at)
            need(joined)
            at = joined.end()
        found = next(filter(None, (form.match(text, at) for form in PREDICATES)), None)
        need(found)
        out.append(predicate(**found.groupdict()))
        at = found.end()
    need(len(text_of(out)) <= MOST_BYTES)
    return out


def refuse_unless(condition):
    require(condition, "V_STATEMENT")


def ask(p, port):
    """(lo, hi, outside) that a predicate asks of an integer."""
    low, high = p.a.divided(port.scales[0])
    if p.b:
        return high, p.b.divided(port.scales[0])[0], p.kind == "not in"
    refuse_unless(p.kind != "==" or low == high)
    return {">=": (high, port.hi), ">": (low + 1, port.hi), "<=": (port.lo, low), "<": (port.lo, high - 1),
            "==": (low, low)}[p.kind] + (False,)


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
        n = cells(port)
        self.port, self.inside, self.cut, self.argmax = port, [(port.lo, port.hi)] * n, [(0, -1)] * n, None

    def add(self, p):
        n = cells(self.port)
        if p.kind == "argmax":
            refuse_unless(self.port.argmax and p.a.digits < n and self.argmax in (None, p.a.digits))
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

    def values(self, shown):
        """(tensor, values) of the port's public tensors; shown: the output's values, if they are revealed."""
        port, out = self.port, []
        require(shown is not None or not port.disclosed, "V_PUBLIC")
        if shown is not None:
            check_shown(shown, port)
        for i, (inside, cut) in enumerate(zip(self.inside, self.cut)):
            lo, hi, outside = merge(inside, cut, port)
            if shown is not None:
                refuse_unless((lo <= shown[i] <= hi) != outside)
                lo, hi, outside = shown[i], shown[i], False
            out.append((lo, hi, outside))
        yield from zip((port.pub_lo, port.pub_hi, port.pub_outside), zip(*out))
        if port.argmax:
            k, each = self.argmax, range(cells(port))
            shown_class = [c == k for c in each], [k is not None], [k is not None and c < k for c in each]
            yield from zip(port.argmax, shown_class)


def check_shown(values, port):
    require(len(values) == cells(port) and all(port.lo <= v <= port.hi for v in values), "V_PUBLIC")


def public_values(circuit, predicates, proof):
    """{tensor: values} of all of the statement's public tensors."""
    asked, out = {port.name: Asked(port) for port in circuit.outputs}, {}
    refuse_unless(set(proof.outputs) <= set(asked))
    for p in predicates:
        name = next(iter(asked)) if p.output == "" and len(asked) == 1 else p.output
        refuse_unless(name in asked)
        asked[name].add(p)
    told = {port.name: port for port in circuit.inputs if port.pub is not None}
    require(set(proof.inputs) == set(told), "V_PUBLIC")
    for name, port in told.items():
        check_shown(proof.inputs[name], port)
        out[port.pub] = proof.inputs[name]
    ports = [port for port in circuit.digests if port.source() != KEY]
    require([port.group for port in ports] == [group for group, _ in proof.digests], "V_PUBLIC")
    out.update((port.tensor, words) for port, (_, words) in zip(ports, proof.digests))
    for name, a in asked.items():
        out.update(a.values(proof.outputs.get(name)))
    return {tensor: vector(values) for tensor, values in out.items()}
