"""The verdicts of tests/golden/cases.json: kept for ever, and the same from both verifiers (tests/golden/README.md)."""
import functools
import json
import os
import resource
import subprocess
import tempfile
import unittest
from unittest import mock

import reference.key
from reference import soundness, verify
from reference.tests import test_program

FOLDER = os.path.join(test_program.ROOT, "tests", "golden")


def golden(name):
    with open(os.path.join(FOLDER, name), "rb") as file:
        return file.read()


@unittest.skipUnless(test_program.PROGRAM, "NESCIO_PROGRAM is not set")
class Golden(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        patch = mock.patch.object(verify, "Key", functools.lru_cache(maxsize=8)(verify.Key))  # checks each key once
        patch.start()
        cls.addClassCleanup(patch.stop)

    def test_verdicts(self):
        cases = json.loads(golden("cases.json"))
        self.assertGreater(len(cases), 40)
        for i, case in enumerate(cases):
            with self.subTest(case=i, key=case["key"], proof=case["proof"]), tempfile.TemporaryDirectory() as folder:
                paths = {name: os.path.join(FOLDER, case[name]) for name in ("key", "proof")}
                if "change" in case:
                    paths[case["change"]["file"]] = self.changed(case, folder)
                theirs, ours = test_program.both(paths["key"], paths["proof"], *case["options"])
                self.assertEqual((theirs[0], theirs[1]["code"]), (case["exit"], case["code"]), "the program")
                self.assertEqual(ours, theirs, "the reference")

    def test_the_program_verifies_in_64_megabytes(self):
        """Of addresses; a sanitizer's program asks for terabytes."""
        with open(test_program.PROGRAM, "rb") as file:
            if b"__asan_init" in file.read():
                self.skipTest("sanitizers")
        def verified(key, proof, megabytes):
            limit = (megabytes << 20, megabytes << 20)
            return subprocess.run([test_program.PROGRAM, "verify", "--verifying-key", os.path.join(FOLDER, key),
                                   os.path.join(FOLDER, proof)], capture_output=True, timeout=60,
                                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit)).returncode == 0
        for key, proof in (("plain.vk", "plain0.proof"), ("bound.vk", "attested.proof"), ("trees.vk", "trees0.proof")):
            self.assertTrue(verified(key, proof, 64), key)
            self.assertFalse(verified(key, proof, 8), key)

    def test_error_terms(self):
        """`nescio report --soundness` counts and calculates as this verifier does."""
        for name in sorted(n for n in os.listdir(FOLDER) if n.endswith(".vk")):
            with self.subTest(name), mock.patch.object(soundness, "check", return_value=0) as check:
                reference.key.Key(golden(name))
                (params, counts), _ = check.call_args
                said = json.loads(test_program.program("report", "--soundness", "--json", os.path.join(FOLDER, name)).stdout)
                terms = soundness.circuit_terms(params, counts) + soundness.opening_terms(params)
                self.assertEqual([(t["name"], round(t["bits"] * 2**32)) for t in said["error_terms"]],
                                 [(n.rstrip("0123456789").rstrip(), bits) for n, bits in terms])
                self.assertEqual([[b["rows"], b["width"]] for b in said["counts"]["buses"]], [list(b) for b in counts.buses])
                self.assertEqual(said["counts"]["constraints"], counts.constraints)
                self.assertEqual(said["parameters"]["queries"], params.queries)

    def changed(self, case, folder):
        change = case["change"]
        data, at = golden(case[change["file"]]), change["at"]
        path = os.path.join(folder, "changed")
        with open(path, "wb") as file:
            file.write(data[:at] + bytes.fromhex(change["new"]) + data[at + change["removed"]:])
        return path


if __name__ == "__main__":
    unittest.main()
