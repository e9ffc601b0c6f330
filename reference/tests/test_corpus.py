"""The inputs kept for fuzzing (tests/corpus) that are keys, proofs or attestations: both verifiers give the same code.

A program in C++ (corpus.cc, NESCIO_CORPUS) says what its verifier finds in each file, and what proofs are judged by.
"""
import json
import os
import subprocess
import unittest
from functools import partial
from unittest import mock

from reference import verify as verdicts
from reference.attestation import Attestation, signed
from reference.errors import Refused, require
from reference.field import vector
from reference.key import Key
from reference.verify import verify, verify_messages

PROGRAM = os.environ.get("NESCIO_CORPUS")
FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "tests", "corpus")
TARGETS = ("key_fuzz", "verify_fuzz", "proof_file_fuzz", "attestation_fuzz")
CODES = {None, "V_KEY", "V_FORMAT", "V_STATEMENT", "V_PUBLIC", "V_ATTEST", "V_POW", "V_LOOKUP", "V_MERKLE", "V_OPENING"}


class Judge:
    """What the fuzz targets judge by: a key without any security, and the values of a statement."""

    def __init__(self, setting):
        self.key_bytes = bytes.fromhex(setting["key"])
        self.key = Key(self.key_bytes, sound=False)
        self.publics = {i: vector(values) for i, values in enumerate(setting["publics"]) if values}

    def key_fuzz(self, data):
        Key(data)

    def verify_fuzz(self, data):
        verify_messages(self.key, self.publics, b"", b"", data)

    def proof_file_fuzz(self, data):
        with mock.patch.object(verdicts, "Key", partial(Key, sound=False)):
            verify(self.key_bytes, data)

    def attestation_fuzz(self, data):
        a = Attestation(data)
        require(signed(a.issuer, a.message, a.signature), "V_ATTEST")

    def code(self, target, data):
        try:
            getattr(self, target)(data)
        except Refused as refused:
            return refused.code
        return None


@unittest.skipUnless(PROGRAM, "NESCIO_CORPUS is not set")
class Corpus(unittest.TestCase):
    def test_same_codes(self):
        run = subprocess.run([PROGRAM, "say", FOLDER], capture_output=True, check=True, timeout=300)
        setting, *lines = map(json.loads, run.stdout.splitlines())
        judge, kept, codes = Judge(setting), {(t, f) for t in TARGETS for f in os.listdir(os.path.join(FOLDER, t))}, set()
        self.assertEqual({(x["target"], x["file"]) for x in lines}, kept)
        for line in lines:
            with self.subTest(target=line["target"], file=line["file"]):
                with open(os.path.join(FOLDER, line["target"], line["file"]), "rb") as file:
                    self.assertEqual(judge.code(line["target"], file.read()), line["code"])
            codes.add(line["code"])
        self.assertEqual(codes, CODES)  # the files reach every answer there is


if __name__ == "__main__":
    unittest.main()
