#!/usr/bin/env python3
"""train.py -- trains the credit scorecard of this folder and writes every file that the demo reads.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python train.py

Not part of the demo: its results are kept in the repository. Seeds are fixed; with the versions of
requirements.txt a second run writes the same bytes on the same kind of processor.

The model: standardise (Sub, Div), 64 and 32 ReLU units, one logit, and the scorecard scale: 550 points at even
odds, 50 more for every doubling of the odds of being a good payer, so that 700 means odds of 8 to 1; clipped to
300..850. The affine map from logit to points is folded into the last Gemm.
Hyper-parameters were chosen by five-fold cross-validation within the training split.
"""
import csv
import json
import os
import warnings

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

import encode

HERE = os.path.dirname(os.path.abspath(__file__))
CATEGORIES = ("Home", "Marital", "Records", "Job")
SPLIT_SEED = 20240601
MODEL_SEED = 1
OTHER_SEED = 2  # the other lender of the demo: same data and shape, other weights
EVEN_ODDS, DOUBLING, LOWEST, HIGHEST = 550.0, 50.0, 300.0, 850.0
CALIBRATION_ROWS = 500


def make_encoder(rows, train):
    columns = []
    for name in rows[0]:
        if name == "Status":
            continue
        if name in CATEGORIES:
            values = sorted({row[name] for row in rows} - {""})
            columns.append({"name": name, "kind": "category", "values": values[1:] if len(values) == 2 else values})
            continue
        known = np.array([float(rows[i][name]) for i in train if rows[i][name]])
        columns.append({
            "name": name, "kind": "number", "fill": float(np.median(known)),
            "low": float(known.min()), "high": float(np.ceil(np.quantile(known, 0.99))),
            "flag": sum(not rows[i][name] for i in train) > 20,  # rarer gaps are not worth a feature
        })
    return columns


def fit(x, y, seed):
    model = MLPClassifier((64, 32), alpha=1.0, learning_rate_init=1e-3, batch_size=64, max_iter=40, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 40 passes are a choice, not a failure to converge
        return model.fit(x, y)


def to_onnx(model, scaler):
    points = DOUBLING / np.log(2)
    weights = [w.copy() for w in model.coefs_]
    biases = [b.copy() for b in model.intercepts_]
    weights[2] *= points
    biases[2] = biases[2] * points + EVEN_ODDS
    constants = {"mean": scaler.mean_, "deviation": scaler.scale_, "lowest": np.array(LOWEST),
                 "highest": np.array(HIGHEST)}
    for i in range(3):
        constants[f"weight{i}"], constants[f"bias{i}"] = weights[i], biases[i]
    nodes = [
        helper.make_node("Sub", ["applicant", "mean"], ["centred"], "centre"),
        helper.make_node("Div", ["centred", "deviation"], ["standardised"], "standardise"),
        helper.make_node("Gemm", ["standardised", "weight0", "bias0"], ["sum0"], "layer0"),
        helper.make_node("Relu", ["sum0"], ["hidden0"], "relu0"),
        helper.make_node("Gemm", ["hidden0", "weight1", "bias1"], ["sum1"], "layer1"),
        helper.make_node("Relu", ["sum1"], ["hidden1"], "relu1"),
        helper.make_node("Gemm", ["hidden1", "weight2", "bias2"], ["points"], "scorecard"),
        helper.make_node("Clip", ["points", "lowest", "highest"], ["score"], "scale"),
    ]
    graph = helper.make_graph(
        nodes, "credit_scorecard",
        [helper.make_tensor_value_info("applicant", TensorProto.FLOAT, [1, scaler.mean_.size])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, [1, 1])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()])
    proto = helper.make_model(graph, producer_name="examples/credit/train.py", ir_version=8,
                              opset_imports=[helper.make_opsetid("", 13)])
    onnx.checker.check_model(proto, full_check=True)
    return proto


def run(proto, x):
    """The model in float32, as written."""
    c = {t.name: numpy_helper.to_array(t) for t in proto.graph.initializer}
    h = (x.astype(np.float32) - c["mean"]) / c["deviation"]
    for i in range(2):
        h = np.maximum(h @ c[f"weight{i}"] + c[f"bias{i}"], 0)
    return np.clip(h @ c["weight2"] + c["bias2"], c["lowest"], c["highest"])[:, 0]


def write_table(name, header, rows):
    with open(os.path.join(HERE, name), "w", newline="", encoding="ascii") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([[f"{value:.9g}" for value in row] for row in rows])


def write_json(name, value, indent=None):
    with open(os.path.join(HERE, name), "w", encoding="ascii") as f:
        json.dump(value, f, indent=indent)
        f.write("\n")


def calibration_rows(x, train):
    """A fixed sample of the training rows, and for every feature the rows that reach its least and greatest value."""
    extremes = np.concatenate([train[np.argmin(x[train], axis=0)], train[np.argmax(x[train], axis=0)]])
    chosen = list(dict.fromkeys(extremes))
    rest = np.random.default_rng(SPLIT_SEED).permutation(np.setdiff1d(train, chosen))
    return np.sort(np.concatenate([chosen, rest[:CALIBRATION_ROWS - len(chosen)]]))


def main():
    rows = encode.read_rows(os.path.join(HERE, "credit_data.csv"))
    good = np.array([row["Status"] == "good" for row in rows])
    train, test = train_test_split(np.arange(len(rows)), test_size=0.25, stratify=good, random_state=SPLIT_SEED)
    columns = make_encoder(rows, train)
    names = encode.feature_names(columns)
    x = np.array([encode.encode(columns, row) for row in rows])
    scaler = StandardScaler().fit(x[train])
    z = scaler.transform(x)

    models = {seed: to_onnx(fit(z[train], good[train], seed), scaler) for seed in (MODEL_SEED, OTHER_SEED)}
    onnx.save(models[MODEL_SEED], os.path.join(HERE, "model.onnx"))
    onnx.save(models[OTHER_SEED], os.path.join(HERE, "other_model.onnx"))

    score = run(models[MODEL_SEED], x)
    test = np.sort(test)
    # Below 800, so that a proof relabelled "score >= 800" would be a lie.
    accepted = next(i for i in test if good[i] and 730 <= score[i] < 780)
    refused = next(i for i in test if not good[i] and 500 <= score[i] < 600)

    write_json("encoder.json", {"columns": columns, "features": names}, indent=1)
    write_json("applicant_good.json", {"applicant": x[accepted].tolist()})
    write_json("applicant_bad.json", {"applicant": x[refused].tolist()})
    write_table("calibrate.csv", names, x[calibration_rows(x, train)])
    write_table("test.csv", names, x[test])
    write_table("test_labels.csv", ["good"], good[test][:, None])

    linear = LogisticRegression(max_iter=1000).fit(z[train], good[train]).decision_function(z[test])
    weights = sum(t.dims[0] * t.dims[1] for t in models[MODEL_SEED].graph.initializer if len(t.dims) == 2)
    print(f"applicants {len(rows)}: {good.sum()} good, {(~good).sum()} bad; train {len(train)}, test {len(test)}")
    print(f"features {len(names)}, weights {weights}")
    print(f"test AUC {roc_auc_score(good[test], score[test]):.4f}"
          f" (train {roc_auc_score(good[train], score[train]):.4f};"
          f" other model {roc_auc_score(good[test], run(models[OTHER_SEED], x)[test]):.4f};"
          f" logistic regression {roc_auc_score(good[test], linear):.4f})")
    top = score[test] >= 700
    print(f"test scores {score[test].min():.1f} to {score[test].max():.1f}; at least 700: {100 * top.mean():.1f} %,"
          f" of whom {100 * good[test][top].mean():.1f} % are good")
    for name, i in (("applicant_good", accepted), ("applicant_bad", refused)):
        print(f"{name}.json: row {i + 1} of credit_data.csv, score {score[i]:.2f}")


if __name__ == "__main__":
    main()
