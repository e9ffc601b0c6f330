"""The prover: compile a model, commit to it, prove statements about its runs."""
from __future__ import annotations

import logging
import os
import re
import threading
from typing import Any, Callable, Iterable, Mapping, Optional, Union

import numpy as np

from . import _convert, _core, _data, _html
from ._progress import progress as _progress
from .errors import OutOfRange, UsageError, from_core
from .accuracy import AccuracyProof, rows_to_claim
from .card import ModelCard
from .issuer import AttestedRecord, IssuerKey
from .key import VerifyingKey
from .proof import Proof, context_bytes
from .report import MockRun, Report

log = logging.getLogger("nescio")
Progress = Optional[Union[bool, Callable[[str, float], None]]]


def _limit(memory_limit):
    if memory_limit is None:
        return 0
    limit = _core.parse_size(memory_limit) if isinstance(memory_limit, str) else int(memory_limit)
    if limit < 0:
        raise UsageError("memory_limit is a size: '2G', or bytes")
    return limit


def _names(given, what):
    given = [given] if isinstance(given, str) else list(given) if isinstance(given, Iterable) else [given]
    for name in given:
        if not isinstance(name, str):
            raise UsageError(f"{what} is a list of names")
    return given


def _bound(bind):
    """(lists of input names, an empty one for all; whether outputs too) of what commit() takes."""
    if bind is True:
        bind = "inputs"
    groups = [bind] if isinstance(bind, str) else list(bind or ())
    inputs = []
    for group in groups:
        if group == "inputs":
            inputs.append([])
        elif group != "outputs":
            inputs.append(_names(group.split(",") if isinstance(group, str) else group, "an entry of bind"))
            if not inputs[-1]:
                raise UsageError("a digest of no input", fix='bind="inputs" is a digest of all')
    return inputs, "outputs" in groups


class Model:
    """A compiled model. Private: it holds the weights, and after commit() the proving key."""

    def __init__(self, core, columns=None, notes=()):
        self._core, self._columns, self._notes = core, columns, list(notes)
        self._first_commit = threading.Lock()

    @staticmethod
    def load(path: str | os.PathLike) -> Model:
        """Reads a compiled model, or a proving key: a model that is committed."""
        return Model(_core.Model.load(os.fspath(path)))

    @property
    def inputs(self) -> dict[str, tuple[int, ...]]:
        """{name: shape}"""
        return {p["name"]: tuple(p["shape"]) for p in self._core.inputs()}

    @property
    def outputs(self) -> dict[str, tuple[int, ...]]:
        """{name: shape}: statements are about these."""
        return {p["name"]: tuple(p["shape"]) for p in self._core.outputs()}

    @property
    def labels(self) -> dict[str, list[str]]:
        """{output: names of its classes}, of outputs whose model has them."""
        return {p["name"]: p["labels"] for p in self._core.outputs() if p["labels"]}

    @property
    def notes(self) -> list[str]:
        """What converting and compiling decided, one sentence each."""
        return self._notes + self._core.notes()

    @property
    def accuracy(self) -> dict:
        """How far the integers are from the float model, over the calibration rows."""
        return self._core.accuracy()

    @property
    def committed(self) -> bool:
        return self._core.committed

    @property
    def verifying_key(self) -> VerifyingKey:
        """The public key; commits, if that has not been done."""
        self._commit_once()
        return VerifyingKey(self._core.public_key())

    def commit(self, disclose: str | Iterable[str] = (), bind: bool | str | Iterable[str | Iterable[str]] = (), *,
               security_bits: int = 128, memory_limit: str | int | None = None) -> VerifyingKey:
        """Fixes what is public and what is hidden, and makes the keys. Returns the public one.

        disclose       names of inputs and outputs that every proof tells
        bind           every proof tells a salted digest: True or "inputs" of all inputs, "outputs" of all outputs; a list
                       has a digest for each entry: one of those, or the names of some inputs, a list or "income,debts"
        security_bits  100 to 128

        Of keys that were there before, proofs stay valid under their own verifying key; the model forgets them.
        """
        inputs, outputs = _bound(bind)
        if not 0 <= int(security_bits) <= 255:
            raise UsageError("security_bits is in 100..128")
        self._core.commit(_names(disclose, "disclose"), inputs, outputs, int(security_bits), _limit(memory_limit))
        key = VerifyingKey(self._core.public_key())
        log.info("committed: model %s, key %s", key.model_id, key.key_id)
        return key

    def _commit_once(self, memory_limit=None):
        with self._first_commit:  # two threads that prove do so under one key
            if not self.committed:
                self.commit(memory_limit=memory_limit)

    def _named(self, error):
        """The error with the name of the feature, if columns have names and it is one of them."""
        found = re.search(r"^input '[^']*': value (\d+) ", error.reason)
        if found and self._columns and len(self.inputs) == 1 and int(found.group(1)) < len(self._columns):
            error.feature = self._columns[int(found.group(1))]
            error.reason += f" This is {error.feature!r}."
        return error

    def mock(self, x: Any, statement: str = "") -> MockRun:
        """The same arithmetic and checks as a proof, without one. x: rows of the model's input, or one. MockRun."""
        if not isinstance(statement, str):
            raise TypeError("a statement is a text, such as 'score >= 700'")
        outputs, failed, holds = self._core.mock(_data.arrays(x, self._columns), statement)
        problems = {row: self._named(from_core("mock", found)) for row, found in failed.items()}
        in_range = np.array([row not in problems for row in range(len(holds))], dtype=bool)
        values = {k: v[:, 0] if v.shape[1] == 1 else v for k, v in outputs.items()}
        return MockRun(values, in_range, np.array(holds, dtype=bool), problems, statement)

    def prove(self, x: Any = None, statement: str = "", reveal: str | Iterable[str] = (),
              context: str | bytes = b"", *, records: AttestedRecord | Iterable[AttestedRecord] = (),
              salts: Mapping[str, str] | None = None, memory_limit: str | int | None = None,
              progress: Progress = None) -> Proof:
        """Proves a statement about the model's outputs for one example x; commits first, if that has not been done.

        statement     "score >= 700", "score in [600, 700]", "argmax(probs) == 2", joined by "and"
        reveal        names of outputs whose values the proof tells
        context       str or bytes that the proof is made for: a loan number, a nonce
        records       inputs that an issuer vouches for, in place of those inputs in x; x is None if that is all
        salts         {"inputs", "outputs" or "input NAME, ..": 64 hexadecimal digits} of digests that the key binds, named
                      as verdict.digests; fresh ones if not given
        memory_limit  "2G" or bytes: refuses, before it starts, what may take more
        progress      True, False, None (a bar where somebody looks), or a callable(phase, done)

        Raises StatementFalse, OutOfRange, InputError, StatementError, MemoryLimit; after an error there is no proof.
        """
        inputs = _data.arrays({} if x is None else x, self._columns)
        reveal = _names(reveal, "reveal")
        records = [records] if isinstance(records, AttestedRecord) else list(records)
        if not all(isinstance(r, AttestedRecord) for r in records):
            raise UsageError("records are AttestedRecords", fix="AttestedRecord.load(path)")
        if not isinstance(statement, str):
            raise TypeError("a statement is a text, such as 'score >= 700'")
        self._commit_once(memory_limit)
        with _progress(progress, "prove") as tell:
            try:
                made = self._core.prove(inputs, statement, reveal, context_bytes(context),
                                        [r._core for r in records], dict(salts or {}), _limit(memory_limit), tell)
            except OutOfRange as e:
                raise self._named(e)
        proof = Proof(made.file, _made=made)
        log.info("proven: %s (%d bytes, %.0f ms)", proof.statement or "revealed values", len(proof), made.ms)
        return proof

    def prove_accuracy(self, data: Any, labels: Any, predict: str, *, at_least: int | float | None = None,
                       context: str | bytes = b"", memory_limit: str | int | None = None,
                       progress: Progress = None) -> AccuracyProof:
        """Proves on how many rows of a labelled set this model is right, to those who have the set; commits first, if that
        has not been done. Which rows it is right on stays hidden.

        data, labels  rows of the model's input, and a whole number for each
        predict       what the model says of a row: the name of an output (its whole number, or the index of the largest of
                      several cells), or "score >= 700" for labels 1 and 0
        at_least      rows to claim, or a share of them such as 0.95; as many as it is right on, if not given
        context       str or bytes that the proof is made for
        memory_limit  "2G" or bytes: refuses, before it starts, what may take more

        Raises StatementFalse if fewer rows are right, OutOfRange, InputError, MemoryLimit, UsageError.
        """
        rows, right = _data.arrays(data, self._columns), _data.arrays(labels, what="labels")
        claim = rows_to_claim(at_least, len(right))
        self._commit_once()
        with _progress(progress, "prove") as tell:
            made = self._core.prove_accuracy(rows, right, predict, claim, context_bytes(context),
                                             _limit(memory_limit), tell)
        log.info("proven: right on at least %d of %d rows", made["at_least"], made["rows"])
        return AccuracyProof(made["file"], _made=made)

    def report(self, data: Any = None, labels: Any = None, *, progress: Progress = None) -> Report:
        """What a proof costs, and how far the integers are from the float model: over the calibration rows, or over
        `data`. labels: a 0 or 1 for each row of data adds areas under ROC curves. Report."""
        if labels is not None and data is None:
            raise UsageError("labels are those of the rows of data")
        with _progress(progress, "report") as tell:
            said = self._core.report(None if data is None else _data.arrays(data, self._columns),
                                     None if labels is None else _data.arrays(labels, what="labels"), tell)
        return Report(said, self._core.outputs())

    def card(self, owner: IssuerKey, name: str, version: str, calibration: Any, data: Any = None, labels: Any = None, *,
             progress: Progress = None) -> ModelCard:
        """What its owner says of this model, signed: for those who verify its proofs. Commits, if that has not been done.

        owner          an IssuerKey
        calibration    the data that it was compiled with: the card has a salted digest of them
        data, labels   rows to measure accuracy on, instead of calibration; a 0 or 1 for each adds areas under ROC curves
        """
        if not isinstance(owner, IssuerKey):
            raise UsageError("cards are signed with an IssuerKey", fix="IssuerKey.generate() or IssuerKey.load(path)")
        self._commit_once()
        with _progress(progress, "card") as tell:
            made, salt = self._core.card(owner._core, name, version,
                                         _data.arrays(calibration, self._columns, "calibration"),
                                         None if data is None else _data.arrays(data, self._columns),
                                         None if labels is None else _data.arrays(labels, what="labels"), tell)
        return ModelCard(made, _salt=salt)

    def save(self, path: str | os.PathLike) -> None:
        """Writes the compiled model, without keys: private, mode 0600."""
        self._core.save(os.fspath(path))

    def save_keys(self, proving_key: str | os.PathLike, verifying_key: str | os.PathLike) -> None:
        """Writes both keys: the private one with mode 0600, and the public one. Commits, if that has not been done."""
        public = self.verifying_key
        self._core.save_proving_key(os.fspath(proving_key))  # first: a verifying key alone would be of no use
        public.save(verifying_key)

    def __reduce__(self):
        raise TypeError("a model holds secrets and is not pickled; use save() or save_keys()")

    def _rows(self):
        rows = [(f"input {k}", list(v)) for k, v in self.inputs.items()]
        rows += [(f"output {k}", list(v)) for k, v in self.outputs.items()]
        for o in self.accuracy["outputs"]:
            rows.append((f"error of {o['name']}", f"at most {o['largest_error']:.3g}, mean {o['mean_error']:.3g}, on "
                                                  f"{self.accuracy['rows']:,} calibration rows"))
        rows.append(("committed", _html.short(self.verifying_key.model_id) if self.committed else "not yet"))
        return rows + [("note", n) for n in self.notes]

    def __repr__(self):
        names = ", ".join(self.inputs) + " -> " + ", ".join(self.outputs)
        return f"<nescio.Model {names}{', committed' if self.committed else ''}>"

    def __str__(self):
        return _html.text("compiled model (private)", self._rows())

    def _repr_html_(self):
        return _html.table("Compiled model (private)", self._rows())


def compile(model: Any, calibration: Any, *, output: str | None = None, headroom: float = 2.0,
            dimensions: Mapping[str, int] | None = None, memory_limit: str | int | None = None,
            progress: Progress = None) -> Model:
    """Turns a model into integer arithmetic that can be proven. Returns a Model.

    model         the path or the bytes of a file of ONNX, XGBoost (JSON, UBJSON) or LightGBM (text); a ModelProto, a torch
                  module, a scikit-learn estimator or pipeline, an XGBoost or LightGBM model
    calibration   rows of inputs: an array, DataFrame, dict of arrays by input, or a path (CSV, .npy, .npz, JSON)
    output        a name for the model's one output: statements use it
    headroom      how far beyond the calibrated range values may go, at least 1
    dimensions    {name: size} of dimensions that the model leaves open
    memory_limit  "2G" or bytes

    Raises UnsupportedOperator (all nodes at once, in .problems), CalibrationError, ModelError, MissingPackage.
    """
    try:
        sizes = {str(k): int(v) for k, v in (dimensions or {}).items()}
    except (TypeError, ValueError):
        raise UsageError("dimensions is {name: size}") from None
    converted = _convert.convert(model, calibration, output)
    rows = _data.arrays(calibration, converted.columns, "calibration")
    with _progress(progress, "compile") as tell:
        core = _core.Model.compile(converted.file, rows, float(headroom), sizes, converted.output, _limit(memory_limit),
                                   tell)
    made = Model(core, converted.columns, converted.notes)
    log.info("compiled %r from %s", made, converted.kind)
    return made
