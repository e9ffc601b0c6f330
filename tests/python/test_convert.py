"""Models of other libraries, from fit to verdict; agreement with what they predict themselves."""
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
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


def test_trees_are_converted():
    x, y = classes(2)
    forest = RandomForestClassifier(5, max_depth=3, random_state=0).fit(x, y)
    try:
        model = nescio.compile(forest, x)
    except nescio.UnsupportedOperator as error:  # the conversion is done; the compiler has the last word
        assert any("TreeEnsemble" in e.reason for e in error.problems)
    else:
        run = model.mock(x)
        assert (list(run.outputs.values())[-1].argmax(1) == forest.predict(x)).mean() > 0.98


def test_what_the_converter_does_not_know_is_a_model_error():
    from sklearn.base import BaseEstimator

    class Strange(BaseEstimator):
        n_features_in_ = 2

    with pytest.raises(nescio.ModelError, match="skl2onnx"):
        nescio.compile(Strange(), np.ones((3, 2)))


def test_lightgbm():
    lightgbm = pytest.importorskip("lightgbm")
    pytest.importorskip("onnxmltools")
    x, y = classes(2)
    booster = lightgbm.LGBMClassifier(n_estimators=3, num_leaves=4, verbose=-1).fit(x, y)
    try:
        assert nescio.compile(booster, x).mock(x).in_range.all()
    except nescio.UnsupportedOperator as error:
        assert any("TreeEnsemble" in e.reason for e in error.problems)


def test_xgboost():
    xgboost = pytest.importorskip("xgboost")
    pytest.importorskip("onnxmltools")
    x, y = classes(2)
    booster = xgboost.XGBClassifier(n_estimators=3, max_depth=2).fit(x, y)
    try:
        assert nescio.compile(booster, x).mock(x).in_range.all()
    except nescio.UnsupportedOperator as error:
        assert any("TreeEnsemble" in e.reason for e in error.problems)


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
