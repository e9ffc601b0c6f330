"""The verdict, the code and the names of the program, for honest files and for changed ones (NESCIO_PROGRAM).

NESCIO_MUTATIONS: how many changed proofs, and half as many changed keys (default 16), from the seed NESCIO_SEED.
"""
import contextlib
import functools
import io
import json
import os
import random
import subprocess
import tempfile
import unittest
from unittest import mock

from reference import verify
from reference.__main__ import main

PROGRAM = os.environ.get("NESCIO_PROGRAM")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CREDIT = os.path.join(ROOT, "examples", "credit")
MUTATIONS = int(os.environ.get("NESCIO_MUTATIONS", "16"))
SEED = int(os.environ.get("NESCIO_SEED", "1"))
SAME = ("valid", "code", "statement", "model_id", "key_id", "one_model", "security_bits", "weakest_term_bits")
P_BYTES = (2**64 - 2**32 + 1).to_bytes(8, "little")


def program(*args):
    return subprocess.run([PROGRAM, *args], capture_output=True, timeout=60)


def made(*args):
    run = program(*args)
    if run.returncode:
        raise AssertionError(run.stderr.decode())


def judged(exit_code, text):
    said = json.loads(text) if text.strip() else {}
    return exit_code, {name: said.get(name) for name in SAME}


def both(key, proof, *options):
    """The verdicts of the program and of the reference."""
    theirs = program("--json", "verify", "--verifying-key", key, proof, *options)
    ours = io.StringIO()
    with contextlib.redirect_stdout(ours), contextlib.redirect_stderr(io.StringIO()):
        code = main([key, proof, "--json", *options])
    return judged(theirs.returncode, theirs.stdout), judged(code, ours.getvalue())


def changed(data, rng):
    """Bytes that differ somehow, more often near the beginning."""
    data = bytearray(data)
    at = rng.randrange(min(len(data), rng.choice([300, 3000, len(data)])))
    kind = rng.randrange(10)
    if kind < 4:
        data[at] ^= 1 << rng.randrange(8)
    elif kind == 4:
        data[at] = rng.choice([0, 1, 2, 127, 128, 255])
    elif kind == 5:
        del data[at:]
    elif kind == 6:
        data += bytes(rng.randrange(1, 9))
    elif kind == 7:
        del data[at:at + rng.choice([1, 4, 8])]
    elif kind == 8:
        data[at:at + 8] = rng.choice([bytes(8), b"\xff" * 8, P_BYTES, (2**62).to_bytes(8, "little")])
    else:
        data[at:at] = bytes(rng.choice([1, 4, 8]))
    return bytes(data)


def network(path, calibration):
    """A network of three classes that is not the example's."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    rng = np.random.default_rng(5)
    weights = {"w1": rng.normal(size=(6, 7)), "b1": rng.normal(size=7), "w2": rng.normal(size=(7, 3))}
    nodes = [helper.make_node("Gemm", ["x", "w1", "b1"], ["h"]), helper.make_node("Sigmoid", ["h"], ["s"]),
             helper.make_node("MatMul", ["s", "w2"], ["m"]), helper.make_node("Mul", ["m", "m"], ["y"])]
    graph = helper.make_graph(nodes, "other", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 6])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3])],
                              [numpy_helper.from_array(v.astype(np.float32), k) for k, v in weights.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    np.save(calibration, rng.normal(size=(40, 6)).astype(np.float32))
    np.save(calibration.replace(".npy", "-one.npy"), rng.normal(size=(1, 6)).astype(np.float32))


def trees(path, calibration):
    """Three trees of a regressor with two targets; features are keys of float32 numbers, NaN among them."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper
    rng = np.random.default_rng(6)
    nodes, targets = {}, {}

    def row(columns, prefix, **fields):
        for name, value in fields.items():
            columns.setdefault(f"{prefix}_{name}", []).append(value)

    for tree in range(3):
        for i in range(7):  # a full tree of two levels
            leaf = i >= 3
            row(nodes, "nodes", treeids=tree, nodeids=i, modes="LEAF" if leaf else "BRANCH_LT" if i else "BRANCH_LEQ",
                featureids=0 if leaf else int(rng.integers(4)), values=0.0 if leaf else float(rng.normal()),
                truenodeids=0 if leaf else 2 * i + 1, falsenodeids=0 if leaf else 2 * i + 2,
                missing_value_tracks_true=int(rng.integers(2)))
            for target in range(2 if leaf else 0):
                row(targets, "target", treeids=tree, nodeids=i, ids=target, weights=float(rng.normal()))
    node = helper.make_node("TreeEnsembleRegressor", ["x"], ["y"], domain="ai.onnx.ml", n_targets=2, **nodes, **targets)
    graph = helper.make_graph([node], "trees", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2])])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    rows = rng.normal(size=(40, 4)).astype(np.float32)
    rows[0, 2] = np.nan
    np.save(calibration, rows)
    np.save(calibration.replace(".npy", "-one.npy"), rows[:1])


@unittest.skipUnless(PROGRAM, "NESCIO_PROGRAM is not set")
class Program(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        patch = mock.patch.object(verify, "Key", functools.lru_cache(maxsize=8)(verify.Key))  # checks each key once
        patch.start()
        cls.addClassCleanup(patch.stop)
        made("compile", f"{CREDIT}/model.onnx", "--calibrate", f"{CREDIT}/calibrate.csv", "-o", cls.path("credit"))
        network(cls.path("other.onnx"), cls.path("rows.npy"))
        trees(cls.path("trees.onnx"), cls.path("leaves.npy"))
        for model, calibration in (("other", "rows.npy"), ("trees", "leaves.npy")):
            made("compile", cls.path(model + ".onnx"), "--calibrate", cls.path(calibration), "-o", cls.path(model))
        cls.pairs = []
        for name, model, given, options, proofs in (
                ("plain", "credit", "applicant_good.json", [], [["--statement", "score >= 700"], [],
                                                                 ["--statement", "score not in [0, 100.5]"]]),
                ("bound", "credit", "applicant_good.json", ["--bind", "inputs", "--bind", "outputs"],
                 [["--statement", "score in [600, 900]", "--context", "loan 17"]]),
                ("open", "credit", "applicant_good.json", ["--public", "applicant", "--public", "score"],
                 [["--statement", "score > 0 and score < 9999"]]),
                ("other", "other", "rows-one.npy", ["--bind", "inputs"],
                 [["--statement", "y[1] >= -1", "--reveal", "y"]]),
                ("trees", "trees", "leaves-one.npy", ["--public", "x"],
                 [["--statement", "y[0] >= -9", "--reveal", "y"]])):
            private, public = cls.path(name + ".pk"), cls.path(name + ".vk")
            made("commit", cls.path(model), "--proving-key", private, "--verifying-key", public, *options)
            given = f"{CREDIT}/{given}" if given.endswith(".json") else cls.path(given)
            for i, statement in enumerate(proofs):
                proof = cls.path(f"{name}{i}.proof")
                made("prove", "--proving-key", private, "--input", given, "-o", proof, *statement)
                cls.pairs.append((public, proof))
        made("issuer-key", "--secret-key", cls.path("issuer.key"), "--public-key", cls.path("issuer.pub"))
        made("attest", "--issuer-key", cls.path("issuer.key"), "--verifying-key", cls.path("bound.vk"), "--input",
             f"{CREDIT}/applicant_good.json", "--issued", "2026-01-01", "--expires", "2026-12-31", "--name", "A bank",
             "-o", cls.path("record"))
        made("prove", "--proving-key", cls.path("bound.pk"), "--attestation", cls.path("record"), "--statement",
             "score >= 700", "-o", cls.path("attested.proof"))
        cls.pairs.append((cls.path("bound.vk"), cls.path("attested.proof")))

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder.name, name)

    def same(self, key, proof, *options):
        theirs, ours = both(key, proof, *options)
        self.assertEqual(theirs, ours)
        return ours

    def test_honest(self):
        for key, proof in self.pairs:
            with self.subTest(proof):
                self.assertEqual(self.same(key, proof)[0], 0)

    def test_asked_for(self):
        key, proof = self.pairs[0]
        for options, code in ((["--statement", "score >= 700"], 0), (["--statement", " score>=700.0 "], 0),
                              (["--statement", "score >= 800"], 1), (["--statement", "score"], 2),
                              (["--context", "x"], 1), (["--statement", ""], 1), (["--context", ""], 0)):
            self.assertEqual(self.same(key, proof, *options)[0], code)

    def test_swapped(self):
        for key, _ in self.pairs[2:]:
            self.same(key, self.pairs[0][1])
        self.same(self.pairs[0][1], self.pairs[0][0])
        self.same(self.path("absent"), self.pairs[0][1])

    def test_relabelled(self):
        key, proof = self.pairs[0]
        data = open(proof, "rb").read()
        for text in (b"score >= 701", b"score > 699.", b"score >= 7e1", b"score <= 700", b"other >= 700",
                     b"score[1] >=7",
                     b"score == 0.1", b"score >= 1e9", b"score >= 70\n"):
            with self.subTest(text):
                self.changed_file(data.replace(b"score >= 700", text), lambda path: self.same(key, path))

    def test_issuers(self):
        key, proof = self.pairs[-1]
        with open(self.path("issuer.pub"), encoding="ascii") as file:
            issuer = file.read().strip()
        first, last = 1767225600, 1798761599  # of 2026
        for options, code in (([issuer, "--at", str(first)], 0), ([issuer, "--at", str(last)], 0),
                              ([issuer, "--at", str(first - 1)], 1), ([issuer, "--at", str(last + 1)], 1),
                              (["0" * 64, "--at", str(last)], 1)):
            self.assertEqual(self.same(key, proof, "--issuer", *options)[0], code)
        self.assertEqual(self.same(*self.pairs[3], "--issuer", issuer)[0], 1)
        data = open(proof, "rb").read()
        at = data.index(b"nescio attestation")
        for changed_at in (at + 21, at + 53, at + 85, data.index(b"A bank"), data.index(bytes.fromhex(issuer)),
                           data.index(bytes.fromhex(issuer)) + 32, data.index(bytes.fromhex(issuer)) + 95):
            other = bytearray(data)
            other[changed_at] ^= 1
            self.changed_file(bytes(other), lambda path: self.assertEqual(self.same(key, path)[1]["code"], "V_ATTEST"))

    def test_changed_proofs(self):
        rng = random.Random(SEED)
        for i in range(MUTATIONS):
            key, proof = rng.choice(self.pairs)
            with self.subTest(f"seed {SEED}, proof {i}"):
                self.changed_file(changed(open(proof, "rb").read(), rng), lambda path: self.same(key, path))

    def test_changed_keys(self):
        rng = random.Random(SEED)
        for i in range(MUTATIONS // 2):
            key, proof = rng.choice(self.pairs)
            with self.subTest(f"seed {SEED}, key {i}"):
                self.changed_file(changed(open(key, "rb").read(), rng), lambda path: self.same(path, proof))

    def changed_file(self, data, check):
        path = self.path("changed")
        with open(path, "wb") as file:
            file.write(data)
        check(path)


if __name__ == "__main__":
    unittest.main()
