"""Proofs of accuracy: of real rows and labels, of any kind of model, refused when anything else is meant."""
import json

import numpy as np
import pytest

import nescio


@pytest.fixture(scope="module")
def labelled(credit):
    rows = np.loadtxt(credit / "test.csv", delimiter=",", skiprows=1)[:200]
    return rows, np.loadtxt(credit / "test_labels.csv", skiprows=1)[:200].astype(int)


@pytest.fixture(scope="module")
def made(model, labelled):
    return model.prove_accuracy(*labelled, "score >= 650", context="tender 4")


def plain(model, rows, labels):
    return int(np.sum((model.mock(rows).outputs["score"] >= 650) == labels))


def test_it_counts_what_plain_runs_count(model, labelled, made):
    rows, labels = labelled
    assert made.rows == 200 and made.correct == made.at_least == plain(model, rows, labels)
    verdict = nescio.verify_accuracy(made, model.verifying_key, rows, labels, "score >= 650", context="tender 4")
    assert verdict and verdict.correct == made.correct and verdict.rows == 200
    assert verdict.model_id == model.verifying_key.model_id and verdict.weakest_bits >= 128
    assert verdict.said == "1 if score >= 650, else 0" and "which rows" in verdict.hidden
    assert verdict.threshold and verdict.share == made.correct / 200 and "VALID" in str(verdict) and verdict.context == b"tender 4"


def test_memory_has_a_limit(model, labelled):
    with pytest.raises(nescio.MemoryLimit, match="accuracy"):
        model.prove_accuracy(*labelled, "score >= 650", memory_limit="1M")


def test_less_can_be_claimed_but_not_more(model, labelled, made):
    share = made.correct / 200
    fewer = model.prove_accuracy(*labelled, "score >= 650", at_least=share - 0.05)
    verdict = nescio.verify_accuracy(fewer, model.verifying_key, *labelled)
    assert verdict.correct < made.correct
    with pytest.raises(nescio.StatementFalse, match=f"fewer than {made.correct + 1} of 200"):
        model.prove_accuracy(*labelled, "score >= 650", at_least=made.correct + 1)
    assert nescio.verify_accuracy(made, model.verifying_key, *labelled, at_least=np.int64(made.correct))
    with pytest.raises(nescio.InvalidProof, match="not 200"):
        nescio.verify_accuracy(made, model.verifying_key, *labelled, at_least=1.0)
    for wrong in (201, -1, 1, 1.5, True, "all"):
        with pytest.raises(nescio.UsageError):
            model.prove_accuracy(*labelled, "score >= 650", at_least=wrong)


def test_anything_else_is_refused(model, labelled, made, rows):
    data, labels = labelled
    key = model.verifying_key
    other = data.copy()
    other[7, 8] += 1
    flipped = labels.copy()
    flipped[3] ^= 1
    for arguments in ((other, labels), (data, flipped), (data[:-1], labels[:-1]), (data[::-1], labels)):
        with pytest.raises((nescio.InvalidProof, nescio.InvalidKey)):
            nescio.verify_accuracy(made, key, *arguments)
    with pytest.raises(nescio.InvalidProof):
        nescio.verify_accuracy(made, key, data, labels, "score >= 651")
    with pytest.raises(nescio.InvalidProof):
        nescio.verify_accuracy(made, key, data, labels, context="tender 5")
    again = nescio.compile("examples/credit/model.onnx", calibration=rows)  # under another salt
    with pytest.raises(nescio.InvalidKey):
        nescio.verify_accuracy(made, again.verifying_key, data, labels)
    with pytest.raises(nescio.UsageError):
        nescio.verify_accuracy(made, model, data, labels)
    with pytest.raises(nescio.InputError, match="row 4"):
        nescio.verify_accuracy(made, key, data, np.where(np.arange(200) == 3, 0.5, labels))


def test_it_is_a_file(model, labelled, made, cli, credit, tmp_path):
    made.save(tmp_path / "a.nescio")
    again = nescio.load(tmp_path / "a.nescio")
    assert isinstance(again, nescio.AccuracyProof) and bytes(again) == bytes(made) and again.correct is None
    model.save_keys(tmp_path / "pk", tmp_path / "vk")
    data, labels = labelled
    np.savetxt(tmp_path / "d.csv", data, delimiter=",")
    np.savetxt(tmp_path / "l.csv", labels, fmt="%d")
    run = cli("verify-accuracy", tmp_path / "a.nescio", "--verifying-key", tmp_path / "vk", "--data", tmp_path / "d.csv",
              "--labels", tmp_path / "l.csv", "--json")
    assert run.returncode == 0 and json.loads(run.stdout)["at_least"] == made.correct
    run = cli("verify-accuracy", tmp_path / "a.nescio", "--verifying-key", tmp_path / "vk", "--data", tmp_path / "d.csv",
              "--labels", tmp_path / "l.csv", "--at-least", "99.9%")
    assert run.returncode == 1 and "NOT VALID" in run.stdout
    for nothing in ("", "%", "x%"):
        run = cli("verify-accuracy", tmp_path / "a.nescio", "--verifying-key", tmp_path / "vk", "--data",
                  tmp_path / "d.csv", "--labels", tmp_path / "l.csv", "--at-least", nothing)
        assert run.returncode == 2 and "at-least" in run.stderr
    run = cli("prove-accuracy", "--proving-key", tmp_path / "pk", "--data", tmp_path / "d.csv", "--labels",
              tmp_path / "l.csv", "--predict", "score", "-o", tmp_path / "b.nescio")
    assert run.returncode == 2 and "no whole number" in run.stderr and not (tmp_path / "b.nescio").exists()


def test_trees_and_classes():
    ensemble = pytest.importorskip("sklearn.ensemble")
    datasets = pytest.importorskip("sklearn.datasets")
    x, y = datasets.load_iris(return_X_y=True)
    forest = ensemble.RandomForestClassifier(20, max_depth=4, random_state=1).fit(x[::2], y[::2])
    model = nescio.compile(forest, calibration=x)
    output = next(k for k, shape in model.outputs.items() if int(np.prod(shape)) == 3)
    made = model.prove_accuracy(x[1::2], y[1::2], output)
    assert made.correct == int(np.sum(forest.predict(x[1::2]) == y[1::2]))
    assert nescio.verify_accuracy(made, model.verifying_key, x[1::2], y[1::2], output, at_least=0.9)


def test_an_output_called_like_a_comparison_is_not_taken_for_one(tmp_path):
    onnx = pytest.importorskip("onnx")
    helper, real, whole = onnx.helper, onnx.TensorProto.FLOAT, onnx.TensorProto.INT64
    graph = helper.make_graph(
        [helper.make_node("Neg", ["x"], ["score"]), helper.make_node("Greater", ["x", "zero"], ["above"]),
         helper.make_node("Cast", ["above"], ["score >= 0"], to=whole)], "trap",
        [helper.make_tensor_value_info("x", real, [1, 1])],
        [helper.make_tensor_value_info("score", real, [1, 1]), helper.make_tensor_value_info("score >= 0", whole, [1, 1])],
        [helper.make_tensor("zero", real, [1], [0.0])])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    x = np.linspace(-1, 1, 20).reshape(-1, 1)
    trap = nescio.compile(made.SerializeToString(), calibration=x)
    with pytest.raises(nescio.StatementFalse):
        trap.prove_accuracy(x, x[:, 0] > 0, "score >= 0", at_least=0.9)
