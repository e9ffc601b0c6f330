"""EZKL's steps, by its names, with its default file names: `import nescio.compat.ezkl as ezkl`.

What differs is in docs/guide/from-ezkl.md. Every step writes its file and returns something true; it may be awaited, as
some of EZKL's are, and need not be.
"""
from __future__ import annotations

import json
import logging
import os

import numpy as np

from ..errors import ModelError, UsageError
from ..model import Model
from ..model import compile as _compile
from ..proof import Proof
from ..proof import verify as _verify

log = logging.getLogger("nescio")
_VISIBILITIES = {"private": "private", "public": "public", "fixed": "private", "hashed": "hashed",
                 "hashed/private": "hashed", "kzgcommit": "hashed", "polycommit": "hashed"}


class Done:
    """True, also when awaited."""

    def __init__(self, value=True):
        self.value = value

    def __bool__(self):
        return True

    def __eq__(self, other):
        return self.value == other

    def __hash__(self):
        return hash(True)

    def __repr__(self):
        return repr(self.value)

    def __await__(self):
        return self.value
        yield  # a generator that yields nothing


class PyRunArgs:
    """input_visibility and output_visibility are "private", "public" or "hashed" (a salted digest in every proof).
    Weights stay private under a digest. Scales and sizes of the circuit follow from calibration: other attributes of
    EZKL's may be set, and say nothing here."""

    def __init__(self, **given):
        self.input_visibility, self.output_visibility, self.param_visibility = "private", "public", "private"
        self.__dict__.update(given)


def _visibility(value, what):
    try:
        return _VISIBILITIES[value]
    except (KeyError, TypeError):
        raise UsageError(f"{what} is {value!r}", fix="one of " + ", ".join(_VISIBILITIES)) from None


def _write(path, text, private=False):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o644), "w",
              encoding="utf-8") as f:
        f.write(text)


def _read(path, what, step):
    try:
        with open(path, encoding="utf-8") as f:
            return json.load(f)
    except OSError as e:
        raise UsageError(f"cannot read {path}: {e.strerror}", fix=f"{step}() writes the {what}") from None
    except ValueError:
        raise UsageError(f"{path} is not JSON", fix=f"{step}() writes the {what}") from None


def gen_settings(model="network.onnx", output="settings.json", py_run_args=None):
    """Notes what is to be public. py_run_args: PyRunArgs."""
    args = py_run_args or PyRunArgs()
    if _visibility(args.param_visibility, "param_visibility") == "public":
        raise UsageError("weights are never public here", fix='param_visibility = "private"')
    settings = {"input_visibility": _visibility(args.input_visibility, "input_visibility"),
                "output_visibility": _visibility(args.output_visibility, "output_visibility"), "calibration": None}
    if not os.path.exists(model):
        raise ModelError(f"there is no file {model}", "E_IO", fix="export the model first")
    _write(output, json.dumps(settings, indent=2) + "\n")
    return Done()


def calibrate_settings(data="calibration.json", model="network.onnx", settings="settings.json", *_, **__):
    """Notes which data the scales are chosen by: JSON {"input_data": [...]} with an example in each entry, or .npy, .npz,
    CSV. EZKL's goals and candidate scales have no counterpart."""
    known = _read(settings, "settings", "gen_settings")
    if not os.path.exists(data):
        raise UsageError(f"there is no file {data}", fix="examples like those to be proven")
    known["calibration"] = os.path.abspath(data)
    _write(settings, json.dumps(known, indent=2) + "\n")
    return Done()


def get_srs(*_, **__):
    """Nothing to get: there is no trusted setup."""
    log.info("get_srs: nothing to do, there is no trusted setup")
    return Done()


gen_srs = get_srs


def _examples(path):
    """Rows of JSON in EZKL's form, or what other files hold."""
    if not str(path).endswith(".json"):
        return os.fspath(path)
    held = _read(path, "data", "your own export")
    rows = held.get("input_data") if isinstance(held, dict) else None
    return np.array(rows, dtype=float).reshape(len(rows), -1) if rows else os.fspath(path)


def compile_circuit(model="network.onnx", compiled_circuit="model.compiled", settings_path="settings.json"):
    """Quantises the model by the calibration data: a private file."""
    settings = _read(settings_path, "settings", "gen_settings")
    if not settings.get("calibration"):
        raise UsageError("the settings name no calibration data", fix="calibrate_settings(data, model, settings)")
    made = _compile(model, calibration=_examples(settings["calibration"]))
    made.save(compiled_circuit)
    _write(os.fspath(compiled_circuit) + ".settings", json.dumps(settings))
    return Done()


def setup(model="model.compiled", vk_path="vk.key", pk_path="pk.key", srs_path=None, **__):
    """Makes the keys; what is public or hashed is fixed from here on."""
    settings = _read(os.fspath(model) + ".settings", "settings of a compiled circuit", "compile_circuit")
    held = Model.load(model)
    disclose, bind = [], []
    for what, ports in (("input", held.inputs), ("output", held.outputs)):
        visibility = settings[what + "_visibility"]
        disclose += list(ports) if visibility == "public" else []
        bind += [what + "s"] if visibility == "hashed" else []
    held.commit(disclose=disclose, bind=bind)
    held.save_keys(pk_path, vk_path)
    return Done()


def _example(data):
    held = _read(data, "input", "your own export") if str(data).endswith(".json") else None
    return held if held is not None else os.fspath(data)


def gen_witness(data="input.json", model="model.compiled", output="witness.json", vk_path=None, srs_path=None):
    """Runs the model in integers. The witness holds the input and the outputs: a private file, mode 0600."""
    held = _example(data)
    rows = held
    if isinstance(held, dict):
        rows = {k: np.array(v, dtype=float) for k, v in _named(Model.load(model), held).items()}
    run = Model.load(model).mock(rows)
    if not run.in_range[0]:
        raise run.problems[0]
    outputs = {k: np.asarray(v[0]).ravel().tolist() for k, v in run.outputs.items()}
    plain = {k: np.asarray(v).ravel().tolist() for k, v in rows.items()} if isinstance(rows, dict) else None
    witness = {"inputs": plain, "data": None if plain else os.path.abspath(data), "outputs": outputs}
    _write(output, json.dumps(witness), private=True)
    return Done(witness)


def _named(model, held):
    """{input: numbers} of EZKL's lists in the order of the inputs, or of names."""
    if "input_data" not in held:
        return held
    rows, inputs = held["input_data"], model.inputs
    if len(rows) != len(inputs):
        raise UsageError(f"input_data has {len(rows)} entries for {len(inputs)} inputs", fix="one list for each input")
    return {name: np.array(row, dtype=float).reshape(shape) for (name, shape), row in zip(inputs.items(), rows)}


def _input_of(witness_path, model):
    witness = _read(witness_path, "witness", "gen_witness")
    if witness.get("inputs") is None:
        return witness["data"]
    return {k: np.array(v, dtype=float).reshape(model.inputs[k]) for k, v in witness["inputs"].items()}


def mock(witness="witness.json", model="model.compiled"):
    """The arithmetic and the checks of a proof, without one."""
    held = Model.load(model)
    run = held.mock(_input_of(witness, held))
    if not run.in_range[0]:
        raise run.problems[0]
    return Done()


def prove(witness="witness.json", model="model.compiled", pk_path="pk.key", proof_path="proof.json", proof_type=None,
          srs_path=None, *, statement="", context=b""):
    """Writes the proof, a binary file whatever its name. statement and context as in Model.prove. Returns a dict with its
    bytes in hexadecimal, as EZKL's prove does."""
    held = Model.load(pk_path)
    proof = held.prove(_input_of(witness, held), statement, context=context)
    proof.save(proof_path)
    return Done({"proof": bytes(proof).hex(), "statement": proof.statement})


def verify(proof_path="proof.json", settings_path=None, vk_path="vk.key", srs_path=None, reduced_srs=False, *,
           statement=None, context=None):
    """A Verdict, which is true. Raises InvalidProof where EZKL's returns False or raises."""
    return _verify(Proof(proof_path), vk_path, statement, context)


def _absent(name):
    def step(*_, **__):
        raise UsageError(f"{name} has no counterpart: there is no verifier on a chain yet",
                         fix="verify(), or the program nescio verify")
    step.__name__ = step.__qualname__ = name
    return step


create_evm_verifier, deploy_evm, verify_evm, encode_evm_calldata, aggregate = map(
    _absent, ("create_evm_verifier", "deploy_evm", "verify_evm", "encode_evm_calldata", "aggregate"))
