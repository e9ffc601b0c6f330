"""Missing values that a model fills in: imputers before layers and before trees, attested records, values told."""
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import nescio

NAMES = ["age", "income", "months", "ratio", "loans", "limit"]


@pytest.fixture(scope="module")
def records():
    """Of features of very different sizes, the first four with gaps."""
    rng = np.random.default_rng(1)
    x = (rng.normal(size=(400, 6)) * [1, 10000, 5, 0.01, 2, 3]).astype(np.float32)
    good = (x[:, 0] + x[:, 1] / 10000 - x[:, 3] * 100 > 0).astype(int)
    gaps = rng.random(x.shape) < 0.2
    gaps[:, 4:] = False
    x[gaps] = np.nan
    return x, good


def linear(strategy, first=slice(0, 4), rest=slice(4, 6)):
    return make_pipeline(ColumnTransformer([
        ("gaps", make_pipeline(SimpleImputer(strategy=strategy), StandardScaler()), first),
        ("whole", StandardScaler(), rest)]), LogisticRegression())


@pytest.fixture(scope="module")
def scorecard(records):
    fitted = linear("median").fit(*records)
    model = nescio.compile(fitted, records[0][:300], output="chance")
    model.commit(disclose=["X"], bind=[["X"]])
    return fitted, model


@pytest.mark.parametrize("strategy", ["mean", "median", "most_frequent"])
def test_layers_after_an_imputer_agree_with_scikit_learn(records, strategy):
    x, good = records
    fitted = linear(strategy).fit(x, good)
    run = nescio.compile(fitted, x[:300], output="chance").mock(x)
    assert run.in_range.all()
    assert np.abs(run["chance"] - fitted.predict_proba(x)).max() < 2e-3


def test_columns_as_inputs(records):
    frame = pd.DataFrame(records[0], columns=NAMES)
    fitted = linear("mean", NAMES[:4], NAMES[4:]).fit(frame, records[1])
    model = nescio.compile(fitted, frame, output="chance")
    assert np.abs(model.mock(frame)["chance"] - fitted.predict_proba(frame)).max() < 2e-3
    model.commit()
    nescio.verify(model.prove(frame.iloc[[7]], "chance[1] in [0, 1]"), model.verifying_key)


def test_trees_after_an_imputer_reach_the_same_leaves(records):
    x, good = records
    fitted = make_pipeline(SimpleImputer(), RandomForestClassifier(20, max_depth=4, random_state=0)).fit(x, good)
    model = nescio.compile(fitted, x[:50], output="chance")
    whole = np.concatenate([x, np.full((1, 6), np.nan, np.float32)])
    assert np.abs(model.mock(whole)["chance"] - fitted.predict_proba(whole)).max() < 1e-5
    model.commit()
    proof = model.prove(whole[-1:], "chance[1] >= 0")
    assert nescio.verify(proof, model.verifying_key, "chance[1] >= 0")


def test_only_what_an_imputer_fills_may_be_missing(records, scorecard):
    row = records[0][:1].copy()
    row[0, 4] = np.nan
    with pytest.raises(nescio.InputError, match="cell 4 of the input 'X' is missing"):
        scorecard[1].prove(row)
    with pytest.raises(nescio.CalibrationError, match="example 1, number 5 is missing"):
        nescio.compile(scorecard[0], row)
    row[0, 4] = np.inf
    with pytest.raises(nescio.InputError):
        scorecard[1].prove(row)


def test_a_missing_value_is_told_and_vouched_for(records, scorecard):
    bank, row = nescio.IssuerKey.generate(), records[0][1:2].copy()
    row[0, 2] = np.nan
    model = scorecard[1]
    record = nescio.attest(model.verifying_key, row, bank, "2099-01-01")
    proof = model.prove(records=[record])
    told = nescio.verify(proof, model.verifying_key, issuers=[bank.public_key]).inputs["X"]
    assert (np.isnan(told) == np.isnan(row)).all()
    # No number becomes the integer that stands for a missing one.
    least = row.copy()
    least[0, 2] = -1e9
    with pytest.raises(nescio.InputError, match="range"):
        nescio.attest(model.verifying_key, least, bank, "2099-01-01")


def test_an_imputer_behind_a_calculation_has_nothing_to_do(records):
    x, good = records
    fitted = make_pipeline(StandardScaler(), SimpleImputer(), LogisticRegression()).fit(x, good)
    whole = x[~np.isnan(x).any(axis=1)]
    model = nescio.compile(fitted, whole, output="chance")
    assert any("has nothing to do" in note for note in model.notes)
    with pytest.raises(nescio.InputError):
        model.prove(x[np.isnan(x).any(axis=1)][:1])
