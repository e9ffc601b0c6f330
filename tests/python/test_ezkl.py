"""EZKL's steps by their names, from files to a verdict."""
import asyncio
import json
import stat

import numpy as np
import pytest

import nescio
import nescio.compat.ezkl as ezkl


@pytest.fixture()
def folder(tmp_path, monkeypatch, credit, rows):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "network.onnx").write_bytes((credit / "model.onnx").read_bytes())
    (tmp_path / "calibration.json").write_text(json.dumps({"input_data": rows[:100].tolist()}))
    good = json.loads((credit / "applicant_good.json").read_text())
    (tmp_path / "input.json").write_text(json.dumps({"input_data": [np.ravel(next(iter(good.values()))).tolist()]}))
    return tmp_path


def keys(args=None):
    assert ezkl.gen_settings(py_run_args=args) and ezkl.calibrate_settings() and ezkl.get_srs()
    assert ezkl.compile_circuit() and ezkl.setup()


def test_default_files_from_settings_to_verdict(folder):
    keys()
    witness = ezkl.gen_witness()
    assert witness.value["outputs"]["score"][0] >= 700
    assert stat.S_IMODE((folder / "witness.json").stat().st_mode) == 0o600
    assert ezkl.mock() == True  # noqa: E712 -- as in EZKL's notebooks
    made = ezkl.prove(proof_type="single", statement="score >= 700")
    assert bytes.fromhex(made.value["proof"]) == (folder / "proof.json").read_bytes()
    verdict = ezkl.verify(statement="score >= 700")
    assert verdict and verdict.revealed["score"] >= 700  # outputs are public unless the settings say otherwise
    (folder / "proof.json").write_bytes((folder / "proof.json").read_bytes()[:-1] + b"\0")
    with pytest.raises(nescio.InvalidProof):
        ezkl.verify()


def test_steps_may_be_awaited(folder):
    async def steps():
        assert await ezkl.get_srs() and await ezkl.gen_settings()
    asyncio.run(steps())


def test_visibilities(folder):
    keys(ezkl.PyRunArgs(input_visibility="hashed", output_visibility="private", logrows=17))
    ezkl.gen_witness()
    ezkl.prove(statement="score >= 700")
    verdict = ezkl.verify()
    assert not verdict.revealed and list(verdict.digests) == ["inputs"]
    for wrong in ({"param_visibility": "public"}, {"input_visibility": "secret"}):
        with pytest.raises(nescio.UsageError):
            ezkl.gen_settings(py_run_args=ezkl.PyRunArgs(**wrong))


def test_what_is_missing_is_said(folder):
    for wrong in (ezkl.calibrate_settings, ezkl.compile_circuit, ezkl.setup, ezkl.mock, ezkl.create_evm_verifier,
                  lambda: ezkl.gen_settings("nothing.onnx")):
        with pytest.raises(nescio.Error):
            wrong()
    ezkl.gen_settings()
    with pytest.raises(nescio.UsageError):
        ezkl.compile_circuit()
    with pytest.raises(nescio.UsageError):
        ezkl.calibrate_settings("nothing.json")
    keys()
    (folder / "input.json").write_text(json.dumps({"input_data": [[1.0], [2.0]]}))
    with pytest.raises(nescio.Error):
        ezkl.gen_witness()
    (folder / "input.json").write_text(json.dumps({"input_data": [[1e9] * 27]}))
    with pytest.raises(nescio.OutOfRange):
        ezkl.gen_witness()
