#!/usr/bin/env python3
"""trees.py NAME FOLDER -- FOLDER/model.onnx: an ensemble of trees of the shapes that boosting libraries make.

Each tree splits on random features of 13 (those of LendingClub's loans in the usual benchmark), at float32 thresholds
drawn like the data; leaves are normal. A path is as long as its tree makes it.
  trees-100x6   100 trees, full to depth 6 (XGBoost's default depth): 64 leaves each
  trees-500x31  500 trees of 31 leaves each, grown leaf by leaf (LightGBM's default): a random leaf is split
  trees-128x9   128 trees, full to depth 9, and 128 inputs in one proof (the case that Remainder is measured with)
Also written: calibrate.csv and input.json (standard normal inputs) and statement.txt, which is true of input.json.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper

import scenario

SEED = 20161101
FEATURES, CALIBRATION_ROWS = 13, 200
ENSEMBLES = {"trees-100x6": (100, 64, "full"), "trees-500x31": (500, 31, "leaves"),
             "trees-128x9": (128, 512, "full")}
BATCHES = {"trees-128x9": 128}


def grow(rng, leaves, how):
    """[(feature, threshold, yes, no)] with None for a leaf; node 0 is the root."""
    nodes, open_leaves = [None], [0]
    while len(open_leaves) < leaves:
        at = open_leaves.pop(0 if how == "full" else int(rng.integers(len(open_leaves))))
        nodes[at] = (int(rng.integers(FEATURES)), float(np.float32(rng.normal())), len(nodes), len(nodes) + 1)
        open_leaves += [len(nodes), len(nodes) + 1]
        nodes += [None, None]
    return nodes


def to_onnx(name, rng):
    trees, leaves, how = ENSEMBLES[name]
    node = {key: [] for key in ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids")}
    target = {key: [] for key in ("treeids", "nodeids", "ids", "weights")}
    for t in range(trees):
        for i, split in enumerate(grow(rng, leaves, how)):
            feature, threshold, yes, no = split or (0, 0.0, 0, 0)
            for key, value in zip(node, (t, i, feature, "BRANCH_LEQ" if split else "LEAF", threshold, yes, no)):
                node[key].append(value)
            if split is None:
                for key, value in zip(target, (t, i, 0, float(np.float32(rng.normal(scale=0.1))))):
                    target[key].append(value)
    attributes = {**{f"nodes_{k}": v for k, v in node.items()}, **{f"target_{k}": v for k, v in target.items()}}
    graph = helper.make_graph(
        [helper.make_node("TreeEnsembleRegressor", ["x"], ["score"], "trees", domain="ai.onnx.ml", n_targets=1,
                          aggregate_function="SUM", **attributes)],
        name.replace("-", "_"), [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, FEATURES])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, 1])])
    return helper.make_model(graph, producer_name="bench/trees.py", ir_version=8,
                             opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)])


def options(name):
    """Of `nescio compile`."""
    return ["--dimension", f"x:0={BATCHES[name]}"] if name in BATCHES else []


def write(name, folder):
    import onnxruntime
    rng = np.random.default_rng(SEED)
    model = to_onnx(name, rng)
    x = rng.normal(size=(CALIBRATION_ROWS, FEATURES)).astype(np.float32)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    scores = [float(session.run(None, {"x": row[None]})[0][0, 0]) for row in x]
    row = int(np.argmax(scores))
    rows = np.argsort(scores)[::-1][:BATCHES.get(name, 1)]
    return scenario.save(folder, model, x, rows if name in BATCHES else row,
                  f"score{'[0]' if name in BATCHES else ''} >= {scores[row] - 0.01:.4f}")


if __name__ == "__main__":
    scenario.main(__doc__, ENSEMBLES, write)
