#!/usr/bin/env python3
"""oracle.py NESCIO [--seed N] [--rounds N] [--model X.onnx DATA.npy]... -- tree ensembles against ONNX Runtime, end to end.

Random ensembles of the three operators of ai.onnx.ml are compiled, committed, proven and verified through the command
line; all rows of a batch are in one proof. Their leaves are distinct small integers, so equal scores mean equal leaves:
they must be exactly ONNX Runtime's. Rows hold the thresholds themselves, their neighbours among float32, NaN,
infinities, -0.0 and denormals. With --model: a given model on given rows, float outputs within a millionth of the
largest (1e-3 after a logistic function), labels equal.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper

F32 = np.float32
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-45, -1e-45, 1e-40, 3.4028235e38, -3.4028235e38], F32)
MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "BRANCH_MEMBER"]


class Tree:
    """Nodes in preorder: [mode, feature, value, missing, yes, no, members] or a leaf, its weights by target."""

    def __init__(self, rng, depth, features, values, modes, weights):
        self.nodes = []
        self.grow(rng, depth, features, values, modes, weights, True)

    def grow(self, rng, depth, features, values, modes, weights, root):
        at = len(self.nodes)
        if depth == 0 or (not root and rng.random() < 0.25):
            self.nodes.append(weights())
            return at
        mode = str(rng.choice(modes))
        # Integers from 1 to 9: with others among them ONNX Runtime may cut digits before it looks into the set.
        members = [F32(v) for v in rng.integers(1, 9, rng.integers(1, 5))] if mode == "BRANCH_MEMBER" else []
        node = [mode, int(rng.integers(features)), F32(rng.choice(values)), int(rng.integers(2)), 0, 0, members]
        self.nodes.append(node)
        node[4] = self.grow(rng, depth - 1, features, values, modes, weights, False)
        node[5] = self.grow(rng, depth - 1, features, values, modes, weights, False)
        return at


def older(op, trees, prefix, extra):
    """A TreeEnsembleRegressor or TreeEnsembleClassifier."""
    a = {f"nodes_{k}": [] for k in ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids",
                                    "falsenodeids", "missing_value_tracks_true")}
    w = {f"{prefix}_{k}": [] for k in ("treeids", "nodeids", "ids", "weights")}
    for t, tree in enumerate(trees):
        for i, n in enumerate(tree.nodes):
            leaf = isinstance(n, dict)
            row = ("LEAF", 0, F32(0), 0, 0, 0) if leaf else n[:6]
            for key, v in zip(("modes", "featureids", "values", "missing_value_tracks_true", "truenodeids",
                               "falsenodeids"), row):
                a["nodes_" + key].append(float(v) if key == "values" else v)
            a["nodes_treeids"].append(t)
            a["nodes_nodeids"].append(i)
            for target, weight in (n.items() if leaf else ()):
                for key, v in zip(("treeids", "nodeids", "ids", "weights"), (t, i, target, float(weight))):
                    w[f"{prefix}_{key}"].append(v)
    outputs = ["score"] if prefix == "target" else ["label", "score"]
    return helper.make_node(op, ["X"], outputs, domain="ai.onnx.ml", **a, **w, **extra)


def newer(trees, extra):
    """A TreeEnsemble of opset 5: inner nodes and leaves apart."""
    a = {k: [] for k in ("nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids", "nodes_trueleafs",
                         "nodes_falseleafs", "nodes_missing_value_tracks_true", "leaf_targetids", "tree_roots")}
    modes, splits, weights, members = [], [], [], []
    for tree in trees:
        number, first = {}, len(modes)
        for i, n in enumerate(tree.nodes):
            leaf = isinstance(n, dict)
            number[i] = len(weights) if leaf else len(modes)
            if leaf:
                (target, weight), = n.items()
                a["leaf_targetids"].append(target)
                weights.append(weight)
            else:
                modes.append(MODES.index(n[0]))
                splits.append(n[2])
                a["nodes_featureids"].append(n[1])
                a["nodes_missing_value_tracks_true"].append(n[3])
                if n[6]:
                    members.extend([*n[6], F32("nan")])
        a["tree_roots"].append(first)
        for n in tree.nodes:
            if not isinstance(n, dict):
                for side, child in (("true", n[4]), ("false", n[5])):
                    a[f"nodes_{side}nodeids"].append(number[child])
                    a[f"nodes_{side}leafs"].append(int(isinstance(tree.nodes[child], dict)))
    tensor = lambda kind, v: helper.make_tensor("t", kind, [len(v)], v)
    a["nodes_modes"] = tensor(TensorProto.UINT8, modes)
    a["nodes_splits"] = tensor(TensorProto.FLOAT, splits)
    a["leaf_weights"] = tensor(TensorProto.FLOAT, weights)
    if members:
        a["membership_values"] = tensor(TensorProto.FLOAT, members)
    return helper.make_node("TreeEnsemble", ["X"], ["score"], domain="ai.onnx.ml", **a, **extra)


def model_of(node, shape):
    outputs = [helper.make_tensor_value_info(n, TensorProto.INT64 if n == "label" else TensorProto.FLOAT, None)
               for n in node.output]
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("X", TensorProto.FLOAT, shape)], outputs)
    ml = 5 if node.op_type == "TreeEnsemble" else 3
    return helper.make_model(graph, ir_version=8,
                             opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", ml)])


class Program:
    def __init__(self, path, folder):
        self.path, self.folder = os.path.abspath(path), folder

    def __call__(self, *args):
        done = subprocess.run([self.path, *args, "--json"], cwd=self.folder, capture_output=True, text=True,
                              timeout=300)
        if done.returncode:
            raise SystemExit(f"nescio {' '.join(args)}: {done.returncode}\n{done.stdout[:800]}{done.stderr[:800]}")
        return json.loads(done.stdout)


def proven(program, model, batches):
    """[batch][output name] -> numbers that verified proofs reveal."""
    folder = program.folder
    with open(os.path.join(folder, "m.onnx"), "wb") as f:
        f.write(model.SerializeToString())
    np.save(os.path.join(folder, "cal.npy"), np.stack(batches).reshape(len(batches), -1))
    program("compile", "m.onnx", "--calibrate", "cal.npy", "-o", "m.nescio")
    program("commit", "m.nescio")
    outputs = [o.name for o in model.graph.output]
    reveal = [word for o in outputs for word in ("--reveal", o)]
    for i, x in enumerate(batches):
        np.save(os.path.join(folder, "x.npy"), x.reshape(1, -1))
        program("prove", "--proving-key", "pk.key", "--input", "x.npy", *reveal, "-o", "p.proof")
        verdict = program("verify", "--verifying-key", "vk.key", "p.proof")
        if not verdict["valid"] or not verdict["one_model"]:
            raise SystemExit(f"batch {i}: valid {verdict['valid']}, one model {verdict['one_model']}")
        yield {o: np.array(verdict["revealed"][o], float) for o in outputs}


def wanted(model, x):
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    out = session.run(None, {model.graph.input[0].name: x})
    return {o.name: np.asarray(v).ravel().astype(float) for o, v in zip(model.graph.output, out)}


def random_model(rng, round_number, rows):
    features, targets = int(rng.integers(1, 6)), int(rng.integers(1, 4))
    values = np.concatenate([rng.normal(size=6).astype(F32), SPECIAL[1:] if round_number % 2 else SPECIAL[3:5]])
    kind = ["regressor", "ensemble", "classifier", "classifier2"][round_number % 4]
    modes = MODES if kind == "ensemble" else MODES[:6] if round_number % 3 else MODES[:2]
    count = int(rng.integers(1, 9))
    aggregate = ["SUM", "AVERAGE", "MIN", "MAX"][int(rng.integers(4))]
    if aggregate == "AVERAGE":
        count = int(rng.choice([1, 2, 4, 8]))
    serial = iter(rng.permutation(4000)[:1000] + 1)
    one = lambda target: lambda: {target: int(next(serial))}
    grow = lambda weights: Tree(rng, int(rng.integers(1, 5)), features, values, modes, weights)
    if kind == "ensemble":
        trees = [grow(one(t % targets)) for t in range(count)]
        number = ["AVERAGE", "SUM", "MIN", "MAX"].index(aggregate)
        node = newer(trees, {"n_targets": targets, "aggregate_function": number, "post_transform": 0})
    elif kind == "regressor":
        every = lambda: {t: int(next(serial)) for t in range(targets)}
        for_all = round_number % 8 < 4
        trees = [grow(every if for_all else one(t % targets)) for t in range(count)]
        extra = {"base_values": [float(v) for v in rng.integers(-50, 50, targets)]} if rng.random() < 0.5 else {}
        if not for_all and count < targets:  # ONNX Runtime forgets the base value of a target without trees
            extra = {}
        node = older("TreeEnsembleRegressor", trees, "target",
                     {"n_targets": targets, "aggregate_function": aggregate, **extra})
    elif kind == "classifier":
        every = lambda: {t: int(next(serial)) for t in range(targets + 2)}
        trees = [grow(every) for _ in range(count)]
        extra = {"base_values": [float(v) for v in rng.integers(-50, 50, targets + 2)]} if rng.random() < 0.5 else {}
        node = older("TreeEnsembleClassifier", trees, "class",
                     {"classlabels_int64s": list(range(targets + 2)), "post_transform": "NONE", **extra})
    else:
        sign = 2000 if rng.random() < 0.5 else 0
        trees = [grow(lambda: {0: int(next(serial)) - sign}) for _ in range(count)]
        extra = {"base_values": [float(rng.integers(-50, 50))]} if rng.random() < 0.5 else {}
        node = older("TreeEnsembleClassifier", trees, "class",
                     {"classlabels_int64s": [0, 1], "post_transform": "NONE", **extra})
    with np.errstate(all="ignore"):
        near = [np.nextafter(values, F32(to)) for to in (np.inf, -np.inf)]
    x = rng.choice(np.concatenate([values, *near, SPECIAL, rng.normal(size=8).astype(F32), np.arange(9, dtype=F32)]),
                   (rows, features)).astype(F32)
    batch = rows
    if kind == "classifier":  # the label of several classes is for one row
        batch, x = 1, x[:8]
    elif aggregate in ("MIN", "MAX") and not kind.startswith("classifier"):  # at most 64 of them in one model
        batch, x = 10, x[:20]
    x = x.reshape(-1, batch, features)
    return model_of(node, [batch, features]), x, f"{kind} {aggregate} {count} trees {features} features"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("nescio")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=16)
    parser.add_argument("--rows", type=int, default=40)
    parser.add_argument("--model", nargs=2, action="append", default=[])
    args = parser.parse_args()
    ort.set_default_logger_severity(4)
    failures = checked = 0
    with tempfile.TemporaryDirectory() as folder:
        program = Program(args.nescio, folder)
        for round_number in range(args.rounds):
            rng = np.random.default_rng([args.seed, round_number])
            model, x, what = random_model(rng, round_number, args.rows)
            bad = {}
            for part, got in zip(x, proven(program, model, list(x))):
                for o, want in wanted(model, part).items():
                    if not np.array_equal(got[o], want):
                        bad[o] = bad.get(o, 0) + int(np.sum(got[o] != want))
            checked += x.shape[0] * x.shape[1]
            failures += bool(bad)
            print(f"{round_number:3} {what}: {bad or 'equal'}", flush=True)
        for path, data in args.model:
            model, rows = onnx.load(path), np.load(data).astype(F32)
            batch = model.graph.input[0].type.tensor_type.shape.dim[0].dim_value
            rows = rows[:len(rows) // batch * batch].reshape(-1, batch, rows.shape[1])
            smooth = any(a.s == b"LOGISTIC" for n in model.graph.node for a in n.attribute)
            worst = wrong = 0
            for x, got in zip(rows, proven(program, model, list(rows))):
                want = wanted(model, x)
                for o in want:
                    error = np.abs(got[o] - want[o])
                    if o in ("label", "output_label"):
                        wrong += int(np.sum(error != 0))
                    else:
                        worst = max(worst, float(error.max() / max(1e-9, np.abs(want[o]).max())))
            checked += rows.shape[0] * batch
            bad = wrong > 0 or worst > (1e-3 if smooth else 1e-6)
            failures += bad
            print(f"{os.path.basename(path)}: {len(rows) * batch} rows, labels wrong {wrong}, largest error {worst:.2e}"
                  f"{' FAILED' if bad else ''}", flush=True)
    print(f"{checked} rows, {failures} models differ")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
