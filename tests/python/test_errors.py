"""Each family of errors: its class, its code, and that nothing is left behind."""
import re

import numpy as np
import pytest
from conftest import ROOT, random_dense

import nescio
from nescio import errors


def problem(kind, code, call):
    with pytest.raises(kind) as caught:
        call()
    error = caught.value
    assert type(error) is kind and error.code == code, error
    assert error.number == errors.CODES[code][0] and error.fix and error.reason and code in str(error)
    return error


def test_codes_numbers_and_advice_are_those_of_the_page():
    page = (ROOT / "docs/guide/errors.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| .*? \| (.*) \|$", page, re.M)
    assert {code: (int(number), fix) for code, number, fix in rows} == errors.CODES


def test_every_code_has_a_family_and_verdicts_are_told_from_statements():
    for code in errors.CODES:
        made = errors.from_core("", [(code, errors.CODES[code][0], 0, "why")])
        assert isinstance(made, nescio.Error) and type(made) is not nescio.Error and made.fix
    assert errors.family("V_STATEMENT", "prove") is nescio.StatementError
    assert errors.family("V_STATEMENT", "verify") is nescio.InvalidProof
    for name in ("V_FORMAT", "V_PUBLIC", "V_POW", "V_LOOKUP", "V_MERKLE", "V_OPENING"):
        assert errors.family(name, "verify") is nescio.InvalidProof
    assert errors.family("V_ATTEST", "verify") is nescio.InvalidAttestation
    assert errors.family("V_KEY") is errors.family("E_KEY") is nescio.InvalidKey


def test_all_problems_of_a_model_at_once():
    from onnx import TensorProto, helper
    info = helper.make_tensor_value_info
    nodes = [helper.make_node("LRN", ["x"], ["a"], "first", size=1), helper.make_node("Det", ["a"], ["y"], "second")]
    proto = helper.make_model(
        helper.make_graph(nodes, "bad", [info("x", TensorProto.FLOAT, [1, 2])], [info("y", TensorProto.FLOAT, [1, 2])]),
        opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    error = problem(nescio.UnsupportedOperator, "E_OP", lambda: nescio.compile(proto, np.ones((3, 2))))
    assert [e.node for e in error.problems] == ["first", "second"] and error.node == "first"
    assert "'first'" in str(error) and "'second'" in str(error)
    assert isinstance(error, nescio.ModelError) and isinstance(error, ValueError)


def test_a_model_without_weights_is_proven_too():
    from onnx import TensorProto, helper
    info = helper.make_tensor_value_info
    proto = helper.make_model(
        helper.make_graph([helper.make_node("Relu", ["x"], ["y"], "relu")], "bare",
                          [info("x", TensorProto.FLOAT, [1, 2])], [info("y", TensorProto.FLOAT, [1, 2])]),
        opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    model = nescio.compile(proto, np.ones((3, 2)))
    proof = model.prove([1.0, -1.0], "y[0] >= 0.5", reveal="y")
    assert nescio.verify(proof, model.verifying_key).revealed["y"].tolist() == [[1.0, 0.0]]


def test_models_and_calibration():
    proto, x = random_dense(4, 2)
    problem(nescio.ModelError, "E_MODEL", lambda: nescio.compile(b"not a model", x))
    problem(nescio.CalibrationError, "E_CALIB", lambda: nescio.compile(proto, x[:, :3]))
    problem(nescio.CalibrationError, "E_CALIB", lambda: nescio.compile(proto, x * np.nan))
    problem(nescio.FileError, "E_IO", lambda: nescio.compile("/nowhere/model.onnx", x))
    problem(nescio.UsageError, "E_USAGE", lambda: nescio.compile(object(), x))
    problem(nescio.UsageError, "E_USAGE", lambda: nescio.compile(proto, x, headroom=0.5))
    problem(nescio.MemoryLimit, "E_MEMORY", lambda: nescio.compile(proto, x, memory_limit="1M"))


def test_inputs(model, rows):
    problem(nescio.InputError, "E_IN_SHAPE", lambda: model.prove(rows[0][:5], "score > 0"))
    problem(nescio.InputError, "E_IN_SHAPE", lambda: model.prove(rows, "score > 0"))
    problem(nescio.InputError, "E_IN_SHAPE", lambda: model.prove({"nobody": rows[0]}, "score > 0"))
    problem(nescio.InputError, "E_IN_SHAPE", lambda: model.mock(np.zeros((0, 27))))
    problem(nescio.InputError, "E_IN_NONFINITE", lambda: model.prove(rows[0] * np.nan, "score > 0"))
    problem(nescio.InputError, "E_IN_FORMAT", lambda: model.prove(["good", "bad"], "score > 0"))
    problem(nescio.InputError, "E_IN_FORMAT", lambda: model.mock([[1.0, 2.0], [3.0]]))
    problem(nescio.OutOfRange, "E_IN_RANGE", lambda: model.prove(rows[0] + 1e9, "score > 0"))
    problem(nescio.MemoryLimit, "E_MEMORY", lambda: model.prove(rows[0], "score > 0", memory_limit=1000))
    problem(nescio.UsageError, "E_USAGE", lambda: model.prove(rows[0], reveal="nobody"))


def test_an_error_tells_no_value_of_the_input(model, rows):
    x = rows[0].copy()
    x[3] = 123456.75
    error = problem(nescio.OutOfRange, "E_IN_RANGE", lambda: model.prove(x, "score > 0"))
    assert "123456" not in str(error) and "value 3" in str(error)


def test_statements(model, rows):
    for text in ("score >=", "score >= x", "700"):
        problem(nescio.StatementError, "E_USAGE", lambda t=text: model.prove(rows[0], t))
        problem(nescio.StatementError, "E_USAGE", lambda t=text: model.mock(rows[0], t))
    for text in ("points >= 700", "score[3] >= 700"):
        problem(nescio.StatementError, "V_STATEMENT", lambda t=text: model.prove(rows[0], t))


def test_labels(model, rows):
    halves = np.arange(len(rows)) % 2
    assert 0 <= model.report(rows, halves)["auc"]["score"]["float"] <= 1
    problem(nescio.InputError, "E_IN_SHAPE", lambda: model.report(rows, halves[:7]))
    problem(nescio.InputError, "E_IN_FORMAT", lambda: model.report(rows, halves * 2))
    problem(nescio.InputError, "E_IN_FORMAT", lambda: model.report(rows, {}))
    problem(nescio.UsageError, "E_USAGE", lambda: model.report(labels=halves))


def test_a_false_statement_gives_no_proof(model, credit, tmp_path):
    made = None
    with pytest.raises(nescio.StatementFalse) as caught:
        made = model.prove(credit / "applicant_bad.json", statement="score >= 700")
    assert made is None and caught.value.code == "E_STATEMENT" and list(tmp_path.iterdir()) == []
    assert not model.mock(credit / "applicant_bad.json", "score >= 700").holds[0]


def test_a_tampered_proof_is_invalid_with_its_code(model, proof):
    data, key = bytearray(bytes(proof)), model.verifying_key
    codes = set()
    for at in range(0, len(data), len(data) // 40):
        changed = bytes(data[:at]) + bytes([data[at] ^ 1]) + bytes(data[at + 1:])
        with pytest.raises(nescio.InvalidProof) as caught:
            nescio.verify(changed, key)
        codes.add(caught.value.code)
    assert {"V_FORMAT", "V_MERKLE"} <= codes
    problem(nescio.InvalidProof, "V_FORMAT", lambda: nescio.verify(data[:-1], key))
    problem(nescio.InvalidProof, "V_FORMAT", lambda: nescio.verify(b"", key))
    relabelled = bytes(data).replace(b"score >= 700", b"score >= 800")
    assert relabelled != bytes(data)
    with pytest.raises(nescio.InvalidProof):
        nescio.verify(relabelled, key)


def test_a_proof_of_something_else_is_invalid(model, proof, credit, rows):
    key = model.verifying_key
    problem(nescio.InvalidProof, "V_STATEMENT", lambda: nescio.verify(proof, key, statement="score >= 701"))
    problem(nescio.InvalidProof, "V_STATEMENT", lambda: nescio.verify(proof, key, context="loan 8"))
    problem(nescio.StatementError, "E_USAGE", lambda: nescio.verify(proof, key, statement="score >="))
    other = nescio.compile(credit / "other_model.onnx", rows)
    with pytest.raises(nescio.InvalidProof):
        nescio.verify(proof, other.verifying_key)


def test_keys(model, proof, tmp_path):
    data = bytearray(bytes(model.verifying_key))
    problem(nescio.InvalidKey, "V_KEY", lambda: nescio.verify(proof, bytes(data[:-1])))
    problem(nescio.InvalidKey, "V_KEY", lambda: nescio.VerifyingKey(b"no key"))
    problem(nescio.UsageError, "E_USAGE", lambda: nescio.verify(proof, model))
    problem(nescio.FileError, "E_IO", lambda: nescio.verify(proof, tmp_path / "nothing"))
    model.save_keys(tmp_path / "pk", tmp_path / "vk")
    private = bytearray((tmp_path / "pk").read_bytes())
    private[len(private) // 2] ^= 1
    (tmp_path / "pk").write_bytes(private)
    problem(nescio.InvalidKey, "E_KEY", lambda: nescio.load(tmp_path / "pk"))
    (tmp_path / "text").write_text("hello")
    problem(nescio.UsageError, "E_USAGE", lambda: nescio.load(tmp_path / "text"))
    problem(nescio.FileError, "E_IO", lambda: model.save("/nowhere/model.nescio"))


def test_commit(model):
    problem(nescio.UsageError, "E_USAGE", lambda: model.commit(disclose="nobody"))
    problem(nescio.UsageError, "E_USAGE", lambda: model.commit(bind="weights"))
    problem(nescio.ParameterError, "E_PARAMS", lambda: model.commit(security_bits=99))


def test_a_missing_package_is_named(monkeypatch):
    import sys

    from sklearn.linear_model import LinearRegression
    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    fitted = LinearRegression().fit(np.eye(3), np.arange(3))
    error = problem(nescio.MissingPackage, "E_USAGE", lambda: nescio.compile(fitted, np.eye(3)))
    assert "skl2onnx" in str(error) and error.fix == "pip install skl2onnx" and isinstance(error, ImportError)


def test_errors_survive_pickling():
    import pickle
    made = errors.from_core("compile", [("E_OP", 1, 0, "node 'a': no"), ("E_ATTR", 2, 0, "node 'b': no")])
    again = pickle.loads(pickle.dumps(made))
    assert type(again) is type(made) and str(again) == str(made) and [e.node for e in again.problems] == ["a", "b"]
