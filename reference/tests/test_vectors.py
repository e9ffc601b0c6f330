"""The test vectors of tests/vectors (README.md there has the format): each result again, from the inputs beside it.

One function for each operation; what it takes of the reference is imported here.
"""
import json
import os
import unittest
from functools import lru_cache
from unittest import mock

import numpy as np

from reference import relations, soundness
from reference.blake3 import blake3, derive_key
from reference.circuit import Circuit, KeyBytes
from reference.digest import MDS, WIDTH, Bound, initial_value, plan, round_constants
from reference.errors import Refused
from reference.field import P, eq_bits, extension, from_elements, mle, mul, root_of_unity, total, vector
from reference.key import Counts, Params, check_params
from reference.lookup import LeafClaims, leaf_claims, plan_leaves
from reference.merkle import check_multiproof, coset_leaves, salted_leaves, tagged_hashes
from reference.pcs import Opening, domain_point
from reference.proof import ProofFile
from reference.reader import Reader
from reference.relations import Segment
from reference.transcript import Messages, Transcript, hash_parts
from reference.verify import Key, verify

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, "tests", "vectors")
GOLDEN = os.path.join(ROOT, "tests", "golden")
FILES = ("transcript", "field", "hashing", "merkle", "sumcheck", "lookup", "commitment", "digests", "proofs", "soundness")

unhex = bytes.fromhex


# ---- elements and their bytes


def word(text):
    data = unhex(text)
    x = int.from_bytes(data, "little")
    assert len(data) == 8 and x < P
    return x


def words(texts):
    return [word(t) for t in texts]


def hex_word(x):
    return (int(x) % P).to_bytes(8, "little").hex()


def hex_words(xs):
    return [hex_word(x) for x in xs]


def element(E, text):
    assert len(text) == 16 * E.D
    return E(tuple(word(text[k:k + 16]) for k in range(0, len(text), 16)))


def elements(E, texts):
    return [element(E, t) for t in texts]


def show(x):
    return "".join(hex_words(x.c))


def shown(xs):
    return [show(x) for x in xs]


def values_at(E, values, point):
    return mle(E, from_elements(E, values), point)


def code_of(check):
    """(code, result)."""
    try:
        return None, check()
    except Refused as refused:
        return refused.code, None


# ---- transcript.json


def run_steps(transcript, steps):
    out = []
    for s in steps:
        if s["do"] == "absorb":
            transcript.absorb(s["kind"], s["label"], unhex(s["payload"]))
            out.append(transcript.digest().hex())
        elif s["do"] == "challenge":
            out.append(show(transcript.challenge(extension(s["degree"]), s["label"])))
        elif s["do"] == "indices":
            out.append(transcript.indices(s["label"], s["count"], s["log"]))
        elif s["do"] == "fork":
            out.append(run_steps(transcript.fork(s["label"], s["index"], s["count"]), s["steps"]))
        elif s["do"] == "work":
            out.append(transcript.work(s["label"], s["bits"], word(s["nonce"])))
        else:
            out.append(transcript.digest().hex())
    return out


def steps(v):
    return {"results": run_steps(Transcript.start(unhex(v["domain"])), v["steps"])}


# ---- field.json


def base(v):
    a, b = word(v["a"]), word(v["b"])
    return {"sum": hex_word(a + b), "difference": hex_word(a - b), "product": hex_word(a * b),
            "inverse of a": hex_word(pow(a, -1, P)) if a else None, "a to the n": hex_word(pow(a, v["n"], P))}


def of_extension(v):
    E = extension(v["degree"])
    a, b = element(E, v["a"]), element(E, v["b"])
    return {"sum": show(a + b), "difference": show(a - b), "product": show(a * b),
            "inverse of a": show(a.inverse()) if a else None, "a to the n": show(a**v["n"])}


def read(v):
    reader = Messages(unhex(v["bytes"]))
    code, x = code_of(lambda: reader.element(extension(v["degree"]), "x", Transcript.start(b"")))
    return {"code": code} if code else {"code": None, "element": show(x)}


def root(v):
    return {"root": hex_word(root_of_unity(v["log"]))}


def encoded(v):
    """Position j is f(w^rev(j)), by Horner's rule."""
    if v["degree"] == 1:
        message, out, show_one = words(v["message"]), 0, hex_word
    else:
        E = extension(v["degree"])
        message, out, show_one = elements(E, v["message"]), E.of(0), show
    log = (len(message) - 1).bit_length() + v["log_inv_rate"]
    code = []
    for j in range(1 << log):
        x, y = domain_point(log, j), out
        for c in message[::-1]:
            y = y * x + c
        code.append(show_one(y))
    return {"code_word": code}


def multilinear(v):
    E = extension(v["degree"])
    values, point = elements(E, v["values"]), elements(E, v["point"])
    return {"eq": [show(eq_bits(point, i)) for i in range(len(values))], "value": show(values_at(E, values, point))}


# ---- hashing.json


def parts(v):
    return {"digest": hash_parts(*map(unhex, v["parts"])).hex()}


def padded(v):
    return {"digest": bytes(tagged_hashes(v["name"], np.frombuffer(unhex(v["message"]), np.uint8)[None])[0]).hex()}


def derived(v):
    return {"bytes": derive_key(v["context"], unhex(v["message"])).hex()}


def constants(v):
    return {"constants": [hex_words(r) for r in round_constants()[:v["rounds"]]]}


def permute(state):
    for r, c in enumerate(round_constants()):
        state = [(x + y) % P for x, y in zip(state, c)]
        state = [pow(x, 7, P) if lane == 0 or not 4 <= r < 26 else x for lane, x in enumerate(state)]
        state = [total(mul(row, vector(state))) for row in MDS]
    return state


def absorbed(iv, blocks):
    state = [0] * 8 + iv
    for block in blocks:
        assert len(block) == 8
        state = permute([x + y for x, y in zip(state, block + [0] * 4)])
    return state[:4]


def permutation(v):
    state = words(v["state"])
    assert len(state) == WIDTH
    return {"state": hex_words(permute(state))}


def sponge(v):
    return {"digest": hex_words(absorbed(words(v["iv"]), [words(b) for b in v["blocks"]]))}


# ---- merkle.json


def row_leaf(v):
    salt = np.frombuffer(unhex(v["salt"]), np.uint8)[None]
    return {"leaf": bytes(salted_leaves(vector(words(v["cells"]))[None], v["groups"], salt)[0]).hex()}


def coset_leaf(v):
    E = extension(v["degree"])
    return {"leaf": bytes(coset_leaves(from_elements(E, elements(E, v["elements"]))[None])[0]).hex()}


def tree(v):
    nodes = [unhex(x) for x in v["leaves"]]
    while len(nodes) > 1:
        pairs = np.frombuffer(b"".join(nodes), np.uint8).reshape(-1, 64)
        nodes = [bytes(h) for h in tagged_hashes("node", pairs)]
    return {"root": nodes[0].hex()}


def multiproof(v):
    reader, found = Reader(unhex(v["siblings"]), "V_FORMAT"), []

    class Root(bytes):  # keeps what it is compared with
        def __eq__(self, other):
            found.append(bytes(other))
            return bytes.__eq__(self, other)
        __hash__ = bytes.__hash__

    hashes = [np.frombuffer(unhex(d), np.uint8) for _, d in v["opened"]]
    code, _ = code_of(lambda: check_multiproof(reader, Root(unhex(v["root"])), [i for i, _ in v["opened"]], hashes,
                                               v["log"]))
    return {"code": code, "root": found[0].hex(), "bytes_read": reader.at} if found else {"code": code}


# ---- sumcheck.json and lookup.json


class Hidden:
    """A segment of which only the messages are there; the pads are known, so every form has a value."""

    def __init__(self, v):
        self.E = extension(v["degree"])
        self.pads = {0: elements(self.E, v["pads"])}
        for role in range(3):
            self.pads[role + 1] = []
        for pair in v.get("triples", []):
            a, b = elements(self.E, pair)
            for role, x in enumerate((a, b, a * b)):
                self.pads[role + 1].append(x)
        self.segment = Segment(self.E, None, None, 0, Transcript.start(unhex(v["domain"])),
                               Messages(unhex(v["messages"])))

    def value(self, form):
        values = []
        for node in self.segment.tape:
            x = self.E.of(0) + node.constant
            for coef, part in node.parts:
                x = x + values[part.number] * coef
            if node.leaf and node.leaf[0] != relations.DUMMY:
                x = x + self.pads[node.leaf[0] - relations.PAD][node.leaf[1]]
            values.append(x)
        return values[form.number]


def sumcheck(v, rounds, reduce):
    E, claims = extension(v["degree"]), []
    for n in range(rounds + 1):
        hidden = Hidden(v)
        claim = relations.Form(hidden.segment, element(E, v["claim"]))
        code, reduced = code_of(lambda: reduce(hidden.segment, claim, n))
        if code:
            return {"code": code}
        claims.append(hidden.value(reduced[0]))
    value = E.of(1)
    for table in v["tables"]:
        value = value * values_at(E, elements(E, table), reduced[1])
    return {"code": None, "point": shown(reduced[1]), "claims": shown(claims), "value": show(value),
            "true": claims[-1] == value}


def weighted(v):
    z = elements(extension(v["degree"]), v["z"])
    return sumcheck(v, len(z), lambda segment, claim, n: segment.eq_rounds(claim, z[:n]))


def plain(v):
    return sumcheck(v, v["rounds"], lambda segment, claim, n: segment.rounds(claim, n, v["factors"]))


def layers(v, n):
    """(hidden, p, q, z) after n layers: the leaves of a tree of which nothing else is known."""
    hidden, points = Hidden(v), []

    def no_claims(E, _circuit, _blocks, z, _alpha, _beta):
        points.append(z)
        return LeafClaims(E.of(0), E.of(0), E.of(0), [], [])

    with mock.patch.object(relations, "leaf_claims", no_claims):
        equation = hidden.segment.tree(None, n, None, None)
    return hidden, hidden.value(hidden.segment.zeros[n]), hidden.value(equation.form), points[0]


def lookup_tree(v):
    E, shown_layers = extension(v["degree"]), []
    for n in range(v["log"] + 1):
        code, found = code_of(lambda: layers(v, n))
        if code:
            return {"code": code}
        hidden, p, q, z = found
        layer = {"p": show(p), "q": show(q), "z": shown(z)}
        zeros = [hidden.value(form) for form in hidden.segment.zeros[:n]]
        if n:
            layer["zero"] = show(zeros[-1])
        shown_layers.append(layer)
    at_p, at_q = (values_at(E, elements(E, v[name]), z) for name in "pq")
    return {"code": None, "layers": shown_layers, "p": show(at_p), "q": show(at_q),
            "true": p == at_p and q == at_q and not any(zeros)}


def leaves(v):
    E, data = extension(v["degree"]), unhex(v["circuit"])
    circuit = Circuit.read(KeyBytes(data))
    blocks, log = plan_leaves(circuit, 0)
    z = elements(E, v["z"])
    assert len(z) == log
    c = leaf_claims(E, circuit, blocks, z, element(E, v["alpha"]), element(E, v["beta"]))
    return {"circuit": derive_key("nescio 2026 v1 circuit", data)[:32].hex(),
            "blocks": [{"kind": b.kind, "number": b.number, "pieces": [list(p) for p in b.pieces], "offset": b.offset}
                       for b in blocks],
            "p_constant": show(c.p_constant), "q_constant": show(c.q_constant), "dummy": show(c.dummy),
            "p_claims": [[show(x.coef), x.tensor] for x in c.p_claims],
            "q_claims": [[show(x.coef), x.tensor] for x in c.q_claims]}


# ---- commitment.json


def opening(v):
    params = Params.read(Reader(unhex(v["params"]), "V_KEY"))
    check_params(params)
    E, root_digest = extension(params.degree), unhex(v["root"])
    weights = [elements(E, column) for column in v["weights"]]

    def weight(columns, rows):
        return sum((values_at(E, w, rows) * eq_bits(columns, j) for j, w in enumerate(weights)), E.of(0))

    transcript, reader = Transcript.start(unhex(v["domain"])), Messages(unhex(v["proof"]))
    transcript.absorb("digest", "root", root_digest)

    def check():
        Opening(E, params, v["groups"], root_digest, weight, element(E, v["sigma"]), transcript, reader).verify()
        reader.end()

    return {"code": code_of(check)[0], "transcript": transcript.digest().hex()}


# ---- soundness.json


def terms(v):
    params = Params.read(Reader(unhex(v["params"]), "V_KEY"))
    counts = Counts([tuple(bus) for bus in v["buses"]], *(v[name] for name in (
        "constraints", "equations", "triples", "point_variables", "product_degree")))
    out = {"code": None}
    try:
        out["weakest"] = soundness.check(params, counts)
    except Refused as e:
        out.update(code=e.code, rule=e.where)
        if e.where < 100:
            return out
    listed = soundness.circuit_terms(params, counts) + soundness.opening_terms(params)
    return {**out, "terms": [[name.rstrip("0123456789").rstrip(), bits] for name, bits in listed]}


# ---- digests.json


def index_of(dims, at):
    out = 0
    for n, i in zip(dims[::-1], at[::-1]):
        out = out * n + i
    return out


def salted(v):
    bound = [Bound(i, t["dims"], t["lo"], t["hi"]) for i, t in enumerate(v["tensors"])]
    count, placed = plan(bound)
    blocks = [[0] * 8 for _ in range(count)]
    blocks[0][:4] = words(v["salt"][k:k + 16] for k in range(0, 64, 16))
    for p in placed:
        t, k = v["tensors"][p.source], 62 // p.bits
        for o in range(1 if p.run == 255 else t["dims"][p.run]):
            for i in range(p.count):
                at = [o if d == p.run else x + (i if d == p.along else 0) for d, x in enumerate(p.at)]
                cell = p.lane + i // k
                blocks[p.block + o + cell // 8][cell % 8] += t["values"][index_of(t["dims"], at)] - t["lo"] << p.bits * (i % k)
    iv = initial_value(v["role"], bound, count)
    return {"iv": hex_words(iv), "blocks": [hex_words(b) for b in blocks],
            "digest": "".join(hex_words(absorbed(iv, blocks)))}


# ---- proofs.json


def golden(name):
    with open(os.path.join(GOLDEN, name), "rb") as file:
        return file.read()


@lru_cache(maxsize=None)
def judged(key_name, proof_name):
    key_bytes, proof_bytes = golden(key_name), golden(proof_name)
    key = Key(key_bytes)
    code, _ = code_of(lambda: verify(key_bytes, proof_bytes))
    out = {"key": blake3(key_bytes).hex(), "proof": blake3(proof_bytes).hex(), "degree": key.params.degree,
           "security_bits": key.params.security_bits, "params": key.params_bytes.hex(), "weakest_term": key.bits,
           "key_id": key.id.hex(), "model_id": key.model.hex(), "one_model": key.one_model, "code": code}
    if not code:
        out["statement"] = ProofFile(proof_bytes).statement
    return out


def proof(v):
    return judged(v["key"], v["proof"])


OPERATIONS = {
    "transcript": {"steps": steps},
    "field": {"base": base, "extension": of_extension, "read": read, "root": root, "encoded": encoded,
              "multilinear": multilinear},
    "hashing": {"parts": parts, "padded": padded, "derived": derived, "constants": constants,
                "permutation": permutation, "sponge": sponge},
    "merkle": {"row_leaf": row_leaf, "coset_leaf": coset_leaf, "tree": tree, "opening": multiproof},
    "sumcheck": {"weighted": weighted, "plain": plain},
    "lookup": {"tree": lookup_tree, "leaves": leaves},
    "commitment": {"opening": opening},
    "digests": {"digest": salted},
    "proofs": {"proof": proof},
    "soundness": {"terms": terms},
}


def vectors(name):
    with open(os.path.join(FOLDER, name + ".json"), encoding="ascii") as file:
        return json.load(file)["vectors"]


def results(name, v):
    """None if the inputs have not the form that the operation needs."""
    try:
        return OPERATIONS[name][v["op"]](v["in"])
    except Exception:
        return None


def places_of_bytes(value, found):
    """(container, key) of each string of at least 8 bytes."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(item, str) and len(item) >= 16 and not set(item) - set("0123456789abcdef"):
            found.append((value, key))
        elif isinstance(item, (dict, list)):
            places_of_bytes(item, found)
    return found


class Vectors(unittest.TestCase):
    def test_results_follow_from_inputs(self):
        files = sorted(f[:-5] for f in os.listdir(FOLDER) if f.endswith(".json"))
        self.assertEqual(files, sorted(FILES))
        for name in FILES:
            self.assertTrue(vectors(name))
            for v in vectors(name):
                with self.subTest(file=name, vector=v["name"]):
                    self.assertEqual(OPERATIONS[name][v["op"]](v["in"]), v["out"])

    def test_a_changed_digit_is_noticed(self):
        for name in FILES:
            changes = 0
            for v in vectors(name):
                before = results(name, v)
                holds = v["out"].get("code") is None and v["out"].get("true", True)
                for part in ("out", "in") if holds else ("out",):
                    found = places_of_bytes(v[part], [])
                    for where, key in found[::1 + len(found) // 3]:
                        text = where[key]
                        where[key] = ("1" if text[0] == "0" else "0") + text[1:]
                        with self.subTest(file=name, vector=v["name"], part=part, value=text[:64]):
                            self.assertNotEqual(before if part == "out" else results(name, v), v["out"])
                        where[key] = text
                        changes += 1
            self.assertGreater(changes, 5, name)

    def test_a_changed_code_is_noticed(self):
        for name in FILES:
            for v in vectors(name):
                if "code" in v["out"]:
                    before = results(name, v)
                    v["out"]["code"] = None if v["out"]["code"] else "V_FORMAT"
                    with self.subTest(file=name, vector=v["name"]):
                        self.assertNotEqual(before, v["out"])


if __name__ == "__main__":
    unittest.main()
