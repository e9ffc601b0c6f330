"""Each row reaches the leaves that it reaches in the library: of every tree, on all rows of a data set, on values that
equal thresholds, their neighbours, NaN, infinities, -0.0 and denormals.

Leaves are told apart by their values: a copy of the model has the number of the leaf in place of its score, and each
tree has an output of its own.
"""
import json
import pathlib
import re
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets, ensemble

import nescio

warnings.simplefilter("ignore")
EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES / "lending_club"))
import loans  # noqa: E402


def credit():
    table = pd.read_csv(EXAMPLES / "credit" / "credit_data.csv")
    y = (table.pop("Status") == "good").astype(int).to_numpy()
    categories = [c for c in table if not pd.api.types.is_numeric_dtype(table[c])]
    for column in categories:
        table[column] = table[column].astype("category").cat.codes.replace(-1, np.nan)
    return table.to_numpy(dtype=np.float32), y, [list(table).index(c) for c in categories]


def sklearn_set(name):
    x, y = getattr(datasets, "load_" + name)(return_X_y=True)
    x = x.astype(np.float32)
    x[np.random.default_rng(1).random(x.shape) < 0.05] = np.nan
    return x, (y >= np.median(y)).astype(int), []


def lending_club():
    x, y, names = loans.load()
    return x, y, [names.index(n) for n in ("addr_state", "verification_status")]


SETS = {"credit": credit, "lending_club": lending_club} | {n: lambda n=n: sklearn_set(n)
                             for n in ("iris", "wine", "breast_cancer", "diabetes", "digits")}


@pytest.fixture(scope="module", params=SETS)
def rows(request):
    return SETS[request.param]()


def with_edges(x, thresholds, infinite=True):
    """The rows, and rows of values at which a comparison may go wrong."""
    rng = np.random.default_rng(0)
    t = np.array(sorted({np.float32(v) for v in thresholds}), dtype=np.float32)
    t = t[np.isfinite(t)]
    tiny = np.finfo(np.float32).smallest_subnormal
    odd = np.array([np.nan, 0.0, -0.0, tiny, -tiny, 1e-35, -1e-35, 1e-30, 3e38, -3e38, -0.5, 0.5] +
                   ([np.inf, -np.inf] if infinite else []), dtype=np.float32)
    at = np.concatenate([t, np.nextafter(t, np.float32(np.inf)), np.nextafter(t, np.float32(-np.inf)), odd])
    edges = x[rng.integers(len(x), size=1000)]
    mixed = np.where(rng.random(edges.shape) < 0.5, rng.choice(at, edges.shape), edges)
    return np.concatenate([x, mixed.astype(np.float32), np.tile(odd[:, None], x.shape[1])])


def numbers(model, x):
    """What a copy whose leaves have numbers says of all rows."""
    run = nescio.compile(model, x[:50]).mock(x)
    assert run.in_range.all(), run.problems
    (out,) = (run[name] for name in run.outputs)
    out = np.asarray(out).reshape(len(x), -1)
    assert np.abs(out - np.rint(out)).max() < 0.2
    return np.rint(out).astype(int)


# ---- XGBoost


def numbered_xgboost(booster, form):
    model = json.loads(booster.save_raw("json"))
    learner = model["learner"]
    inside = learner["gradient_booster"]["model"]
    for tree in inside["trees"]:
        leaf = [i for i, child in enumerate(tree["left_children"]) if child == -1]
        for i in leaf:
            tree["split_conditions"][i] = float(i)
    n = len(inside["trees"])
    inside["tree_info"] = list(range(n))
    inside.pop("iteration_indptr", None)
    learner["learner_model_param"] |= {"num_class": str(n), "base_score": "0E0"}
    learner["objective"] = {"name": "multi:softmax", "softmax_multiclass_param": {"num_class": str(n)}}
    text = json.dumps(model).encode()
    if form == "json":
        return text, model
    import xgboost
    again = xgboost.Booster()
    again.load_model(bytearray(text))
    return bytes(again.save_raw("ubj")), model


@pytest.mark.parametrize("form", ["json", "ubj"])
def test_xgboost(rows, form):
    xgboost = pytest.importorskip("xgboost")
    x, y, categories = rows
    kinds = ["c" if i in categories else "q" for i in range(x.shape[1])]
    data = xgboost.DMatrix(x, y, feature_types=kinds, enable_categorical=True)
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": 6, "max_cat_to_onehot": 2}, data, 20)
    file, model = numbered_xgboost(booster, form)
    trees = model["learner"]["gradient_booster"]["model"]["trees"]
    assert not categories or any(1 in t["split_type"] for t in trees)
    x = with_edges(x, [t for tree in trees for t in tree["split_conditions"]], infinite=False)
    library = booster.predict(xgboost.DMatrix(x, feature_types=kinds, enable_categorical=True), pred_leaf=True)
    assert (numbers(file, x) == library).all()


# ---- LightGBM


def test_lightgbm(rows):
    lightgbm = pytest.importorskip("lightgbm")
    x, y, categories = rows
    for options in ({}, {"zero_as_missing": True}, {"use_missing": False}):
        data = lightgbm.Dataset(x.astype(np.float64), y, categorical_feature=categories, params={"verbose": -1} | options)
        booster = lightgbm.train({"objective": "binary", "num_leaves": 31, "verbose": -1, "min_data_in_leaf": 3,
                                  "min_data_per_group": 3} | options, data, 20)
        text = booster.model_to_string()
        n = booster.num_trees()
        numbered = re.sub(r"^leaf_value=(.*)$", lambda m: "leaf_value=" + " ".join(
            str(i) for i in range(len(m[1].split()))), text, flags=re.M)
        for name, value in (("objective", "regression"), ("num_class", n), ("num_tree_per_iteration", n)):
            numbered = re.sub(f"^{name}=.*$", f"{name}={value}", numbered, count=1, flags=re.M)
        thresholds = [float(t) for line in re.findall(r"^threshold=(.*)$", text, flags=re.M) for t in line.split()]
        both = with_edges(x, thresholds)
        library = booster.predict(both.astype(np.float64), pred_leaf=True).reshape(len(both), -1)
        assert (numbers(numbered.encode(), both) == library).all(), options


# ---- scikit-learn


@pytest.mark.parametrize("kind", [ensemble.RandomForestRegressor, ensemble.ExtraTreesRegressor,
                                  ensemble.GradientBoostingRegressor])
def test_scikit_learn(rows, kind):
    x, y, _ = rows
    if kind is ensemble.GradientBoostingRegressor:  # takes no missing values
        x = np.nan_to_num(x)
    forest = kind(n_estimators=3, max_depth=6, random_state=0).fit(x, y)
    for tree in np.ravel(forest.estimators_):
        tree.tree_.value[:, 0, 0] = np.arange(tree.tree_.node_count)
        both = with_edges(x, tree.tree_.threshold)
        both[np.isinf(both)] = 1e38  # which scikit-learn refuses
        if kind is ensemble.GradientBoostingRegressor:
            both = np.nan_to_num(both)
        assert (numbers(tree, both)[:, 0] == tree.apply(both)).all()


def test_histogram_gradient_boosting(rows):
    x, y, categories = rows
    model = ensemble.HistGradientBoostingRegressor(max_iter=1, min_samples_leaf=5,
                                                   categorical_features=categories or None).fit(x, y)
    predictor = model._predictors[0][0]
    nodes = predictor.nodes
    assert not categories or nodes["is_categorical"].any()
    nodes["value"] = np.arange(len(nodes))
    model._baseline_prediction[:] = 0
    both = with_edges(x, nodes["num_threshold"])
    both[np.isinf(both)] = 1e38
    assert (numbers(model, both)[:, 0] == np.rint(model.predict(both)).astype(int)).all()


def test_isolation_forest(rows):
    x, y, _ = rows
    forest = ensemble.IsolationForest(n_estimators=20, max_features=0.7, random_state=0).fit(x)
    both = with_edges(x, [t for e in forest.estimators_ for t in e.tree_.threshold])
    both[np.isinf(both)] = 1e38
    run = nescio.compile(forest, both[:50]).mock(both)
    assert np.abs(run["score"].ravel() - forest.score_samples(both)).max() < 1e-4
