"""Zero-knowledge proofs of what a private machine-learning model says of a private input.

    import nescio
    model = nescio.compile("model.onnx", calibration="calibrate.csv")
    proof = model.prove(x, statement="score >= 700")
    verdict = nescio.verify(proof, model.verifying_key, statement="score >= 700")

docs/guide/python.md is the guide.
"""
from __future__ import annotations

import os

from . import errors
from ._core import forbid_core_dumps, set_threads, threads
from ._core import version as __version__
from .errors import (CalibrationError, Error, FileError, InputError, InvalidAttestation, InvalidKey, InvalidProof,
                     MemoryLimit, MissingPackage, ModelError, OutOfRange, ParameterError, SelfCheckFailed,
                     StatementError, StatementFalse, UnsupportedOperator, UsageError)
from .accuracy import AccuracyProof, AccuracyVerdict, verify_accuracy
from .card import ModelCard
from .issuer import Attested, AttestedRecord, IssuerKey, attest, digest
from .key import VerifyingKey
from .model import Model, compile
from .proof import Proof, Verdict, verify
from .report import MockRun, Report

__all__ = [
    "AccuracyProof", "AccuracyVerdict", "Attested", "AttestedRecord", "CalibrationError", "Error", "FileError", "InputError", "InvalidAttestation",
    "InvalidKey", "InvalidProof", "IssuerKey", "MemoryLimit", "MissingPackage", "MockRun", "Model", "ModelCard", "ModelError",
    "OutOfRange", "ParameterError", "Proof", "Report", "SelfCheckFailed", "StatementError", "StatementFalse",
    "UnsupportedOperator", "UsageError", "Verdict", "VerifyingKey", "attest", "compile", "digest", "errors",
    "forbid_core_dumps", "load", "set_threads", "threads", "verify",
    "verify_accuracy",
]


def load(path: str | os.PathLike) -> Model | VerifyingKey | Proof | AccuracyProof | AttestedRecord | ModelCard:
    """Whatever a file holds: a Model (a compiled model, or a proving key), a VerifyingKey, a Proof, an AccuracyProof, an
    AttestedRecord or a ModelCard."""
    path = os.fspath(path)
    try:
        with open(path, "rb") as f:
            start = f.read(20)
    except OSError as e:
        raise FileError(f"cannot read {path}: {e.strerror}", "E_IO") from None
    if start.startswith(b"nescio proof"):
        return Proof(path)
    if start.startswith(b"nescio accuracy"):
        return AccuracyProof(path)
    if start.startswith(b"nescio verifying key"):
        return VerifyingKey(path)
    if start.startswith(b"nescio model card"):
        return ModelCard(path)
    if start.startswith((b"nescio model", b"nescio proving key")):
        return Model.load(path)
    if start.startswith(b"nescio record"):
        return AttestedRecord.load(path)
    raise UsageError(f"{path} is not a file of nescio")
