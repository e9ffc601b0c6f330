"""Models of other libraries, from fit to verdict; agreement with what they predict themselves."""
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import (HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier,
                              RandomForestRegressor)
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

import nescio


def classes(n):
    return make_classification(400, 8, n_informative=5, n_classes=n, random_state=0)


def fitted(estimator, x, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make_pipeline(StandardScaler(), estimator).fit(x, y)


@pytest.mark.parametrize("estimator", [LogisticRegression(), MLPClassifier((16,), max_iter=60, random_state=0)],
                         ids=["logistic", "mlp"])
def test_two_classes(estimator):
    x, y = classes(2)
    pipeline = fitted(estimator, x, y)
    model = nescio.compile(pipeline, x, output="chance")
    run = model.mock(x)
    assert run.in_range.all()
    assert np.abs(run["chance"] - pipeline.predict_proba(x)).max() < 5e-3
    assert (run["chance"].argmax(1) == pipeline.predict(x)).mean() > 0.99
    proof = model.prove(x[0], f"argmax(chance) == {pipeline.predict(x[:1])[0]}")
    assert nescio.verify(proof, model.verifying_key, statement=proof.statement)
    with pytest.raises(nescio.StatementFalse):
        model.prove(x[0], f"argmax(chance) == {1 - pipeline.predict(x[:1])[0]}")


@pytest.mark.parametrize("estimator", [LogisticRegression(), MLPClassifier((16,), max_iter=60, random_state=0)],
                         ids=["logistic", "mlp"])
def test_of_three_classes_the_scores_are_proven(estimator):
    x, y = classes(3)
    pipeline = fitted(estimator, x, y)
    model = nescio.compile(pipeline, x)
    run = model.mock(x)
    assert run["scores"].shape == (400, 3) and any("scores" in note for note in model.notes)
    assert (run["scores"].argmax(1) == pipeline.predict(x)).mean() > 0.99
    verdict = nescio.verify(model.prove(x[7], reveal="scores"), model.verifying_key)
    assert verdict.revealed["scores"].ravel().tolist() == run["scores"][7].tolist()


@pytest.mark.parametrize("estimator", [LinearRegression(), Ridge(),
                                       MLPRegressor(hidden_layer_sizes=(16,), max_iter=60, random_state=0)],
                         ids=["linear", "ridge", "mlp"])
def test_regression(estimator):
    x, y = make_regression(300, 6, random_state=0)
    pipeline = fitted(estimator, x, y)
    model = nescio.compile(pipeline, x, output="price")
    predicted = pipeline.predict(x)
    assert np.abs(model.mock(x)["price"] - predicted).max() < 1e-3 * np.ptp(predicted)
    proof = model.prove(x[0], f"price > {predicted[0] - 5:.0f}")
    assert nescio.verify(proof, model.verifying_key)


def test_a_linear_svm():
    x, y = classes(2)
    pipeline = fitted(LinearSVC(), x, y)
    run = nescio.compile(pipeline, x).mock(x)
    assert (run["label"] == pipeline.predict(x)).mean() > 0.99


def test_classes_with_names():
    x, y = classes(2)
    names = np.where(y == 1, "good", "bad")
    pipeline = fitted(LogisticRegression(), x, names)
    model = nescio.compile(pipeline, x)
    assert model.labels["label"] == ["bad", "good"]
    labels = np.array(model.labels["label"])[model.mock(x)["label"].astype(int)]
    assert (labels == pipeline.predict(x)).mean() > 0.99


def test_columns_by_name():
    x, y = classes(2)
    frame = pd.DataFrame(x, columns=list("abcdefgh"))
    steps = ColumnTransformer([("s", StandardScaler(), ["c", "a"]), ("m", MinMaxScaler(), ["b", "h"])])
    pipeline = make_pipeline(steps, LogisticRegression()).fit(frame, y)
    model = nescio.compile(pipeline, frame)
    shuffled = frame[list("hgfedcba")]
    assert np.abs(model.mock(shuffled)["probabilities"] - pipeline.predict_proba(frame)).max() < 5e-3
    assert nescio.verify(model.prove(frame.iloc[3], "probabilities[1] >= 0"), model.verifying_key)


@pytest.mark.parametrize("named", [True, False])
def test_scaled_numbers_beside_one_hot_codes(named):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"rate": rng.normal(12, 4, 600), "income": rng.lognormal(11, 1, 600),
                          "grade": rng.integers(0, 20, 600).astype(float), "term": rng.choice([36.0, 60.0], 600)})
    y = (frame["rate"] + frame["grade"] + rng.normal(0, 5, 600) > 22).astype(int)
    x = frame if named else frame.to_numpy(dtype=np.float32)
    at = [["rate", "income"], ["grade", "term"]] if named else [[0, 1], [2, 3]]
    steps = ColumnTransformer([("numbers", StandardScaler(), at[0]), ("codes", OneHotEncoder(), at[1])])
    pipeline = make_pipeline(steps, LogisticRegression(C=100, max_iter=2000)).fit(x, y)
    model = nescio.compile(pipeline, x, output="chance")
    assert np.abs(model.mock(x)["chance"] - pipeline.predict_proba(x)).max() < 5e-3
    row = frame.iloc[3] if named else x[3]
    assert nescio.verify(model.prove(row, "chance[1] >= 0"), model.verifying_key)


def leaves(estimator, x, output="score"):
    """A model that is compiled, its run over all rows, and the values of one that a proof tells."""
    model = nescio.compile(estimator, x, output=output)
    run = model.mock(x)
    assert run.in_range.all(), run.problems
    told = nescio.verify(model.prove(x[5], reveal=output), model.verifying_key).revealed[output]
    assert np.ravel(told).tolist() == np.ravel(run[output][5]).tolist()
    return run[output]


def with_gaps(x):
    """Rows as float32, which is what tree libraries compare, some values missing."""
    x = x.astype(np.float32)
    x[np.random.default_rng(0).random(x.shape) < 0.1] = np.nan
    return x


@pytest.mark.parametrize("n", [2, 3])
def test_a_random_forest(n):
    x, y = classes(n)
    x = with_gaps(x)
    forest = RandomForestClassifier(5, max_depth=4, random_state=0).fit(x, y)
    chances = leaves(forest, x)
    assert np.abs(chances - forest.predict_proba(x)).max() < 1e-5
    certain = np.diff(np.sort(forest.predict_proba(x), axis=1)[:, -2:])[:, 0] > 1e-5
    assert certain.mean() > 0.9 and (chances.argmax(1) == forest.predict(x))[certain].all()


def test_trees_for_regression():
    x, y = make_regression(300, 6, random_state=0)
    x = with_gaps(x)
    forest = RandomForestRegressor(5, max_depth=4, random_state=0).fit(x, y)
    assert np.abs(leaves(forest, x) - forest.predict(x)).max() < 1e-5 * np.abs(y).max()


def test_a_model_that_is_not_of_trees_takes_no_gaps(model, rows):
    rows = rows[:2].copy()
    for bad in (np.nan, np.inf, -np.inf):
        rows[1, 3] = bad
        with pytest.raises(nescio.InputError) as caught:
            model.prove(rows[1])
        assert caught.value.code == "E_IN_NONFINITE"


def test_values_that_only_trees_read():
    x, y = classes(2)
    x = with_gaps(x)
    forest = RandomForestClassifier(3, max_depth=3, random_state=0).fit(x, y)
    model = nescio.compile(forest, x, output="score")
    key = model.commit(disclose=list(model.inputs))
    odd = x[:1].copy()
    odd[0, :4] = [np.inf, -np.inf, np.nan, 1e30]
    (told,) = nescio.verify(model.prove(odd, reveal="score"), key).inputs.values()
    assert np.array_equal(told.astype(np.float32), odd, equal_nan=True)


def test_what_the_converter_does_not_know_is_a_model_error():
    from sklearn.base import BaseEstimator

    class Strange(BaseEstimator):
        n_features_in_ = 2

    with pytest.raises(nescio.ModelError, match="skl2onnx"):
        nescio.compile(Strange(), np.ones((3, 2)))


def test_lightgbm():
    lightgbm = pytest.importorskip("lightgbm")
    x, y = classes(2)
    x = with_gaps(x)
    booster = lightgbm.LGBMClassifier(n_estimators=8, num_leaves=6, verbose=-1).fit(x, y)
    chances = leaves(booster, x)
    assert np.abs(chances - booster.predict_proba(x)).max() < 1e-3
    x, y = make_regression(300, 6, random_state=0)
    x = with_gaps(x)
    booster = lightgbm.LGBMRegressor(n_estimators=8, num_leaves=6, verbose=-1).fit(x, y)
    assert np.abs(leaves(booster, x) - booster.predict(x)).max() < 1e-5 * np.abs(y).max()


def test_xgboost():
    xgboost = pytest.importorskip("xgboost")
    x, y = classes(2)
    x = with_gaps(x)
    booster = xgboost.XGBClassifier(n_estimators=8, max_depth=3).fit(x, y)
    chances = leaves(booster, x)
    assert np.abs(chances - booster.predict_proba(x)).max() < 1e-3
    x, y = make_regression(300, 6, random_state=0)
    x = with_gaps(x)
    booster = xgboost.XGBRegressor(n_estimators=8, max_depth=3).fit(x, y)
    assert np.abs(leaves(booster, x) - booster.predict(x)).max() < 1e-5 * np.abs(y).max()


@pytest.mark.parametrize("n", [2, 3])
def test_histogram_gradient_boosting(n):
    x, y = classes(n)
    x = with_gaps(x)
    booster = HistGradientBoostingClassifier(max_iter=8, max_leaf_nodes=6).fit(x, y)
    assert np.abs(leaves(booster, x) - booster.predict_proba(x)).max() < 1e-3
    counts = HistGradientBoostingRegressor(max_iter=8, max_leaf_nodes=6, loss="poisson").fit(x, y)
    assert np.abs(leaves(counts, x).ravel() - counts.predict(x)).max() < 1e-3


def test_categories_that_are_text_are_refused():
    frame = pd.DataFrame({"a": list("xyz") * 20, "b": range(60)}).astype({"a": "category"})
    booster = HistGradientBoostingRegressor(max_iter=2).fit(frame, range(60))
    with pytest.raises(nescio.UnsupportedOperator, match="text"):
        nescio.compile(booster, np.zeros((3, 2)))


def test_an_estimator_that_stopped_early_predicts_up_to_its_best_round():
    xgboost = pytest.importorskip("xgboost")
    x, y = classes(2)
    booster = xgboost.XGBClassifier(n_estimators=60, max_depth=4, learning_rate=1.0, early_stopping_rounds=3)
    booster.fit(x[:300], y[:300], eval_set=[(x[300:], y[300:])], verbose=False)
    assert booster.best_iteration + 1 < booster.get_booster().num_boosted_rounds()
    assert np.abs(leaves(booster, x) - booster.predict_proba(x)).max() < 1e-3


def test_tree_models_from_files(tmp_path):
    xgboost, lightgbm = pytest.importorskip("xgboost"), pytest.importorskip("lightgbm")
    x, y = classes(2)
    x = with_gaps(x)
    data = xgboost.DMatrix(x, y)
    for booster in ("gbtree", "dart"):
        for objective in ("binary:logistic", "count:poisson", "reg:squarederror", "reg:logistic", "binary:logitraw"):
            kind = {"booster": booster, "rate_drop": 0.3} if booster == "dart" else {"booster": booster}
            trained = xgboost.train({"objective": objective, "max_depth": 3} | kind, data, 5)
            for name in ("m.json", "m.ubj"):
                trained.save_model(tmp_path / name)
                run = nescio.compile(tmp_path / name, x, output="told").mock(x)
                predicted = trained.predict(data)
                assert np.abs(run["told"].reshape(len(x), -1)[:, -1] - predicted).max() < 1e-3
    for options in ({"objective": "regression"}, {"objective": "binary", "sigmoid": 2.0}, {"objective": "poisson"},
                    {"objective": "cross_entropy"}, {"objective": "regression", "reg_sqrt": True},
                    {"objective": "quantile"}, {"objective": "cross_entropy_lambda"},
                    {"objective": "binary", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}):
        trained = lightgbm.train({"verbose": -1, "num_leaves": 6} | options, lightgbm.Dataset(x, y), 5)
        trained.save_model(tmp_path / "m.txt")
        run = nescio.compile(tmp_path / "m.txt", x, output="told").mock(x)
        assert np.abs(run["told"].reshape(len(x), -1)[:, -1] - trained.predict(x)).max() < 1e-3, options


def test_torch():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
    net.train()
    x = torch.randn(100, 6)
    model = nescio.compile(net, x, output="score")
    assert net.training
    assert np.abs(model.mock(x)["score"] - net(x).detach().numpy()[:, 0]).max() < 1e-2
    assert nescio.verify(model.prove(x[0], reveal="score"), model.verifying_key)


def test_nothing_optional_is_imported_by_itself():
    import subprocess
    code = ("import nescio, sys; print([m for m in ('torch', 'sklearn', 'skl2onnx', 'onnx', 'pandas', 'matplotlib', "
            "'tqdm', 'xgboost', 'lightgbm') if m in sys.modules])")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
