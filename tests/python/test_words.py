"""Inputs of words: a pipeline of categories from fit to verdict; the dictionary that a key makes public."""
import json

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

import nescio

HOMES, PURPOSES = ["RENT", "OWN", "MORTGAGE", "\u00d6ther, \"own\""], ["car", "1", "2"]


@pytest.fixture(scope="module")
def loans():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"home": rng.choice(HOMES, 400), "purpose": rng.choice(PURPOSES, 400),
                          "income": rng.normal(50, 10, 400), "age": rng.normal(40, 10, 400)})
    good = frame.income + 10 * (frame.home == "OWN") - 5 * (frame.purpose == "1") + rng.normal(size=400) > 52
    return frame, good.astype(int)


def pipeline_of(encoder):
    return make_pipeline(ColumnTransformer([("words", encoder, ["home", "purpose"]),
                                            ("numbers", StandardScaler(), ["income", "age"])]), LogisticRegression())


@pytest.fixture(scope="module")
def fitted(loans):
    return pipeline_of(OneHotEncoder(handle_unknown="ignore")).fit(*loans)


@pytest.fixture(scope="module")
def model(fitted, loans):
    made = nescio.compile(fitted, loans[0], output="chance")
    made.commit(disclose=["home"], bind=[["home", "purpose", "income", "age"]])
    return made


@pytest.mark.parametrize("encoder", [OneHotEncoder(), OneHotEncoder(drop="first"), OrdinalEncoder()],
                         ids=["one-hot", "one-hot without the first", "ordinal"])
def test_pipelines_agree_with_scikit_learn(loans, encoder):
    frame, y = loans
    pipeline = pipeline_of(encoder).fit(frame, y)
    run = nescio.compile(pipeline, frame, output="chance").mock(frame)
    assert run.in_range.all()
    assert np.abs(run["chance"] - pipeline.predict_proba(frame)).max() < 5e-3


def test_a_word_that_is_no_category_is_none_of_them(fitted, model, loans):
    strange = loans[0].iloc[:5].copy()
    strange["home"] = ["CASTLE", "", "rent", "RENT ", "OWN"]
    assert np.abs(model.mock(strange)["chance"] - fitted.predict_proba(strange)).max() < 5e-3


def test_a_public_word_is_told_and_another_model_sees_the_key(model, loans, tmp_path):
    row = loans[0].iloc[[3]]
    proof = model.prove(row, "chance[1] >= 0")
    told = nescio.verify(proof, model.verifying_key, "chance[1] >= 0").inputs
    assert told == {"home": row.home.iloc[0]}
    strange = row.assign(home="CASTLE")
    assert nescio.verify(model.prove(strange), model.verifying_key).inputs == {"home": None}


def test_what_is_no_word_or_no_number_is_refused(model, loans):
    row = loans[0].iloc[[3]].to_dict("list")
    with pytest.raises(nescio.InputError, match="word"):
        model.prove({**row, "income": ["50"]})
    for strange in ([1], [100000], [float("nan")], [None], [1, "car"]):
        with pytest.raises(nescio.InputError):
            model.mock({**row, "purpose": strange})


def test_missing_words_are_refused_where_scikit_learn_knows_them(loans):
    gaps = loans[0].copy()
    gaps.loc[::4, "home"] = None
    with pytest.raises(nescio.InputError, match="value 0 is no word"):
        nescio.compile(pipeline_of(OneHotEncoder()).fit(gaps, loans[1]), gaps)


def test_a_row_as_a_series(model, loans):
    row = loans[0].iloc[3]
    assert (model.mock(row)["chance"] == model.mock(loans[0].iloc[[3]])["chance"]).all()
    for words in (pd.Series({"home": "SECRET", "purpose": "car"}), np.ma.array(["SECRET"])):
        with pytest.raises(nescio.InputError) as caught:
            model.mock(words)
        assert "SECRET" not in str(caught.value)


def test_words_from_files(model, loans, tmp_path):
    row = loans[0].iloc[3]
    file = tmp_path / "row.json"
    file.write_text(json.dumps({c: [v] for c, v in row.items()}))
    assert (model.mock(file)["chance"] == model.mock(loans[0].iloc[[3]])["chance"]).all()
    table = tmp_path / "rows.csv"
    loans[0].to_csv(table, index=False)
    assert (model.mock(table)["chance"] == model.mock(loans[0])["chance"]).all()


def test_words_that_somebody_vouches_for(model, loans, tmp_path):
    bank = nescio.IssuerKey.generate()
    row = loans[0].iloc[[5]].to_dict("list")
    record = nescio.attest(model.verifying_key, row, bank, "2099-12-31")
    record.save(tmp_path / "record")
    again = nescio.AttestedRecord.load(tmp_path / "record")
    verdict = nescio.verify(model.prove(records=[again]), model.verifying_key, issuers=[bank.public_key])
    assert verdict.inputs == {"home": row["home"][0]}


def test_another_dictionary_is_another_schema(loans):
    frame, y = loans
    few = frame[frame.home != "OWN"]
    keys = []
    for rows in (frame, few):
        made = nescio.compile(pipeline_of(OneHotEncoder()).fit(rows, y[rows.index]), rows)
        keys.append(made.commit(bind=[["home"]]))
    bank = nescio.IssuerKey.generate()
    schemas = [nescio.attest(k, {"home": ["RENT"]}, bank, "2099-12-31").attestation.schema for k in keys]
    assert schemas[0] != schemas[1]
