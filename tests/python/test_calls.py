"""The three calls, and what their objects say."""
import copy
import logging
import pickle
import stat

import numpy as np
import pandas as pd
import pytest
from conftest import random_dense

import nescio


def test_a_proof_is_valid_and_says_what_it_says(model, proof):
    verdict = nescio.verify(proof, model.verifying_key, statement="score >= 700", context="loan 7")
    assert verdict and verdict.statement == "score >= 700"
    assert verdict.revealed == {} and verdict.context == b"loan 7"
    assert verdict.model_id == model.verifying_key.model_id
    assert verdict.security_bits == 128 and verdict.weakest_bits >= 128 and verdict.one_model
    assert "weights" in verdict.hidden and "applicant" in verdict.hidden and "score" in verdict.hidden
    assert sum(proof.phases_ms.values()) > 0 and proof.prove_ms > 0 and len(proof) == len(bytes(proof))


def test_a_revealed_value_is_that_of_the_mock_run_and_near_the_float_model(model, rows):
    proof = model.prove(rows[3], reveal="score")
    told = nescio.verify(proof, model.verifying_key).revealed["score"]
    run = model.mock(rows[3])
    assert told == float(run) and run.in_range.all()
    assert told == pytest.approx(model.report(rows)["float_values"]["score"][3, 0], abs=0.1)
    assert "score beyond" not in nescio.verify(proof, model.verifying_key).hidden


def test_the_same_row_in_any_form_gives_the_same_run(model, rows, credit):
    frame = pd.read_csv(credit / "calibrate.csv")
    forms = [rows[5], rows[5:6], rows[5].tolist(), {"applicant": rows[5]}, frame.iloc[5], frame.iloc[5:6],
             np.asfortranarray(rows)[5], rows.astype(">f8")[5], np.ma.array(rows[5])]
    assert {float(model.mock(x)) for x in forms} == {float(model.mock(rows[5]))}


def test_a_table_is_read_by_its_columns_names_if_they_are_known(credit):
    frame = pd.read_csv(credit / "calibrate.csv")
    model = nescio.compile(credit / "model.onnx", frame)
    assert (model.mock(frame[frame.columns[::-1]])["score"] == model.mock(frame)["score"]).all()
    assert float(model.mock(frame.iloc[2][::-1])) == float(model.mock(frame.iloc[2]))
    with pytest.raises(nescio.InputError, match="'Age'"):
        model.mock(frame.drop(columns="Age"))
    frame.loc[1, "Income"] = 1e9
    with pytest.raises(nescio.OutOfRange, match="'Income'") as caught:
        model.prove(frame.iloc[1])
    assert caught.value.feature == "Income"
    assert model.mock(frame).problems[1].feature == "Income"


def test_mock_tells_statements_and_rows_that_are_out_of_range(model, rows):
    some = rows[:4].copy()
    some[2] *= 1e7
    run = model.mock(some, "score >= 700")
    assert run.in_range.tolist() == [True, True, False, True] and np.isnan(run["score"][2])
    assert isinstance(run.problems[2], nescio.OutOfRange) and set(run.problems) == {2}
    assert run.holds.tolist() == [s >= 700 for s in run["score"]]


def test_several_inputs_come_by_name_or_side_by_side():
    from onnx import TensorProto, helper, numpy_helper
    info = helper.make_tensor_value_info
    graph = helper.make_graph([helper.make_node("Concat", ["a", "b"], ["ab"], axis=1),
                               helper.make_node("Gemm", ["ab", "w"], ["c"])], "two",
                              [info("a", TensorProto.FLOAT, [1, 2]), info("b", TensorProto.FLOAT, [1, 1])],
                              [info("c", TensorProto.FLOAT, [1, 3])],
                              [numpy_helper.from_array(np.eye(3, dtype=np.float32), "w")])
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    x = np.arange(12.0).reshape(4, 3)
    by_name = {"a": x[:, :2], "b": x[:, 2]}
    model = nescio.compile(proto, by_name)
    assert model.inputs == {"a": (1, 2), "b": (1, 1)} and model.outputs == {"c": (1, 3)}
    assert np.allclose(model.mock(by_name)["c"], x, atol=1e-2)
    assert (model.mock(x)["c"] == model.mock(by_name)["c"]).all()
    revealed = nescio.verify(model.prove({"a": x[1, :2], "b": x[1, 2]}, reveal=["c"]), model.verifying_key).revealed["c"]
    assert revealed.shape == (1, 3) and np.allclose(revealed, x[1:2], atol=1e-2)


def test_prove_commits_once_and_commit_makes_new_keys(credit, rows):
    model = nescio.compile(credit / "model.onnx", rows)
    assert not model.committed
    first = model.prove(rows[0], "score > 0")
    assert model.committed
    key = model.verifying_key
    model.prove(rows[1], "score > 0")
    assert model.verifying_key == key
    assert model.commit() != key  # a fresh salt
    assert nescio.verify(first, key)
    with pytest.raises(nescio.InvalidProof):
        nescio.verify(first, model.verifying_key)


def test_several_inputs_in_one_proof(credit, rows, model):
    batch = nescio.compile(credit / "model.onnx", calibration=rows, dimensions={"applicant:0": 4})
    assert batch.inputs == {"applicant": (4, 27)} and batch.outputs == {"score": (4, 1)}
    alone = model.mock(rows[:4])["score"]
    low = np.floor(alone).astype(int)
    statement = " and ".join(f"score[{i}] >= {low[i] - 1}" for i in range(4))
    proof = batch.prove(rows[:4], statement)
    assert nescio.verify(proof, batch.verifying_key, statement).statement == statement
    with pytest.raises(nescio.StatementFalse):
        batch.prove(rows[:4], f"score[2] >= {low[2] + 2}")


def test_a_disclosing_key_tells_inputs_outputs_and_digests(credit, rows):
    model = nescio.compile(credit / "model.onnx", rows)
    key = model.commit(disclose=["score"], bind=["inputs"])
    assert {p["name"]: p["told"] for p in key.ports} == {"applicant": "private, bound by a digest", "score": "public"}
    salt = "01" * 32
    proof = model.prove(rows[0], salts={"inputs": salt})
    verdict = nescio.verify(proof, key)
    assert verdict.revealed["score"] == float(model.mock(rows[0]))
    assert verdict.digests == {"inputs": nescio.digest(key, rows[0], salt)}
    assert proof.salts() == {"inputs": salt}
    with pytest.raises(nescio.UsageError):
        nescio.Proof(bytes(proof)).salts()


def test_what_is_saved_is_what_is_loaded(model, proof, rows, tmp_path):
    model.save(tmp_path / "m")
    model.save_keys(tmp_path / "pk", tmp_path / "vk")
    proof.save(tmp_path / "p")
    modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("m", "pk", "vk", "p")}
    assert modes == {"m": 0o600, "pk": 0o600, "vk": 0o644, "p": 0o644}
    assert sorted(f.name for f in tmp_path.iterdir()) == ["m", "p", "pk", "vk"]  # nothing temporary is left
    assert nescio.load(tmp_path / "vk") == model.verifying_key and nescio.load(tmp_path / "p") == proof
    again, fresh = nescio.load(tmp_path / "pk"), nescio.load(tmp_path / "m")
    assert again.committed and not fresh.committed
    assert nescio.verify(again.prove(rows[0], "score > 0"), model.verifying_key)
    assert float(fresh.mock(rows[0])) == float(model.mock(rows[0]))
    assert nescio.verify(tmp_path / "p", tmp_path / "vk") == nescio.verify(bytes(proof), bytes(model.verifying_key))


def test_public_things_are_pickled_and_private_ones_are_not(model, proof):
    assert pickle.loads(pickle.dumps(proof)) == proof and copy.copy(proof) == proof
    assert pickle.loads(pickle.dumps(model.verifying_key)) == model.verifying_key
    for private in (model, model._core, nescio._core.Arrays([])):
        with pytest.raises(TypeError):
            pickle.dumps(private)


def test_report_has_the_numbers_of_the_command_line(model, credit, cli, tmp_path):
    import json
    model.save(tmp_path / "m")
    report = model.report(credit / "test.csv", labels=credit / "test_labels.csv")
    told = json.loads(cli("report", tmp_path / "m", "--data", credit / "test.csv", "--labels",
                          credit / "test_labels.csv", "--json").stdout)
    assert told["auc"]["score"] == pytest.approx(report["auc"]["score"])
    for name in ("weights", "key_bytes", "proving_key_bytes", "expected_proof_bytes", "security_bits", "rows",
                 "out_of_range"):
        assert told[name] == report[name], name
    assert told["circuit"]["cells"] == report["cells"]
    assert [t["name"] for t in told["error_terms"]] == [t["name"] for t in report["error_terms"]]
    assert told["outputs"][0]["largest_error"] == report["outputs"][0]["largest_error"]


def test_representations_escape_what_strangers_chose(model, rows):
    proof = model.prove(rows[0], "score > 0", context="<script>alert(1)</script>")
    verdict = nescio.verify(proof, model.verifying_key)
    for thing in (proof, verdict, model, model.verifying_key, model.report()):
        html = thing._repr_html_()
        assert html.startswith("<div>") and "<script" not in html
        assert str(thing) and repr(thing)
    assert "&lt;script&gt;" in verdict._repr_html_() and "VALID: score &gt; 0" in verdict._repr_html_()


def test_plots(model, proof, rows):
    import matplotlib
    matplotlib.use("Agg")
    axes = model.report(rows).plot()
    assert axes.get_xlabel() == "score" and len(axes.get_legend().get_texts()) == 2
    assert len(proof.plot().patches) == len(proof.parts_ms)
    with pytest.raises(nescio.UsageError, match="rows"):
        model.report().plot()


def test_the_log_tells_what_was_done_and_no_number_of_the_input(credit, rows, caplog):
    with caplog.at_level(logging.DEBUG, logger="nescio"):
        model = nescio.compile(credit / "model.onnx", rows)
        odd = rows[0].copy()
        odd[1] = 0.0078125
        nescio.verify(model.prove(odd, "score > 1"), model.verifying_key)
    text = caplog.text
    assert "compiled" in text and "committed" in text and "proven: score > 1" in text and "valid: score > 1" in text
    assert "0.0078125" not in text and f"{float(model.mock(odd)):.2f}" not in text


def test_progress_is_told_in_order_and_an_exception_of_it_ends_the_work(model, rows):
    told = []
    model.prove(rows[0], progress=lambda phase, done: told.append((phase, done)))
    assert [d for _, d in told] == sorted(d for _, d in told) and told[-1] == ("proven", 1.0)

    def stop(phase, done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.prove(rows[0], progress=stop)
    assert model.prove(rows[0], progress=True)  # a bar


def test_threads_never_change_an_answer(rows):
    proto, x = random_dense(16, 32, 2)
    model = nescio.compile(proto, x)
    before = nescio.threads()
    try:
        nescio.set_threads(1)
        assert nescio.threads() == 1
        assert nescio.verify(model.prove(x[0], reveal="y"), model.verifying_key).revealed["y"].tolist() == \
            model.mock(x[0])["y"].tolist()
    finally:
        nescio.set_threads(0)
    assert nescio.threads() == before
