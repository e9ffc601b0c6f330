"""Circuits and proofs that a program in C++ makes up (cases.cc): both verifiers say the same, at each step.

vectors.jsonl is what it said of cases 1 and 2 when the format was fixed: `nescio_reference_cases 1 2`.
"""
import json
import os
import subprocess
import unittest

from reference import soundness
from reference.bounds import derive_bounds
from reference.check import check_circuit
from reference.determined import determined
from reference.digest import check_digests
from reference.errors import Refused
from reference.field import vector
from reference.key import Key, total_counts
from reference.relations import count_messages
from reference.switches import check_switches
from reference.verify import verify_messages
from reference.work import check_layout, verifier_work

PROGRAM = os.environ.get("NESCIO_CASES")
VECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors.jsonl")
RANGE = os.environ.get("NESCIO_CASE_RANGE", "0 1").split()


def outcome(check, *args):
    try:
        check(*args)
    except Refused as refused:
        return [refused.code, refused.where]
    return [0, 0]


def made(*args):
    return subprocess.run([PROGRAM, *args], capture_output=True, check=True, timeout=300).stdout


class Cases(unittest.TestCase):
    @unittest.skipUnless(PROGRAM, "NESCIO_CASES is not set")
    def test_made(self):
        lines = made(*RANGE).splitlines()
        self.assertTrue(lines)
        self.check(lines)

    def test_vectors(self):
        with open(VECTORS, "rb") as file:
            text = file.read()
        self.check(text.splitlines())
        if PROGRAM:
            self.assertEqual(made("1", "2"), text)

    def check(self, lines):
        for line in lines:
            case = json.loads(line)
            with self.subTest(case["name"]):
                self.check_key(case)
                if "proof" in case:
                    self.check_proofs(case)

    def check_key(self, case):
        key = Key(bytes.fromhex(case["key"]), sound=False)
        c = key.circuit
        self.assertEqual(verifier_work(c), case["work"])
        self.assertEqual(outcome(check_circuit, c), case["circuit"])
        self.assertEqual(outcome(check_layout, c, key.layout), case["layout"])
        self.assertEqual(outcome(derive_bounds, c), case["bounds"])
        if "intervals" in case:
            bounds = derive_bounds(c)
            self.assertEqual([x and list(x) for x in bounds], case["intervals"])
            self.assertEqual(determined(c, bounds), case["determined"])
            self.assertEqual(outcome(check_switches, c, bounds), case["switches"])
            self.assertEqual(outcome(check_digests, c), case["digests"])
        counts = [count_messages(key.E, c, s) for s in range(c.segments)]
        self.assertEqual([[n.pads, n.triples, n.constraints, n.equations, n.product_degree, n.point_variables]
                          for n in counts], case["counts"])
        total = total_counts(c, counts)
        terms = soundness.circuit_terms(key.params, total) + soundness.opening_terms(key.params)
        self.assertEqual([bits for _, bits in terms], case["terms"])

    def check_proofs(self, case):
        key = Key(bytes.fromhex(case["key"]), sound=False)
        publics = {i: vector(map(int, values)) for i, values in enumerate(case["publics"]) if values}
        for port, values in zip(key.circuit.digests, key.bindings):
            publics[port.tensor] = values
        proof = bytes.fromhex(case["proof"])
        self.assertEqual(outcome(verify_messages, key, publics, b"s", b"ctx", proof), case["verdict"])
        for at, new, size, verdict in case["changed"]:
            data = (proof[:at] + bytes.fromhex(new) + proof[at + len(new) // 2:] + b"\0")[:size]
            self.assertEqual(outcome(verify_messages, key, publics, b"s", b"ctx", data)[0], verdict[0], (at, new, size))


if __name__ == "__main__":
    unittest.main()
