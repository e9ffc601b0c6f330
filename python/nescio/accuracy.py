"""Proofs of accuracy: on how many rows of a labelled set, which both sides have, a committed model is right."""
from __future__ import annotations

import logging
import numbers
import os
import time
from dataclasses import dataclass
from typing import Any

from . import _core, _data, _html
from .errors import InvalidProof, UsageError
from .key import VerifyingKey, read_bytes
from .proof import context_bytes

log = logging.getLogger("nescio")


def rows_to_claim(at_least, rows):
    """None, a number of rows, or a share of them as a float of at most 1."""
    if at_least is None:
        return None
    whole = isinstance(at_least, numbers.Integral) and not isinstance(at_least, bool)
    if whole and at_least == 1 and rows > 1:
        raise UsageError("at_least=1 may be one row or all of them", fix="1.0 is all, 0.01 one in a hundred")
    if whole and 0 <= at_least <= rows:
        return int(at_least)
    if isinstance(at_least, numbers.Real) and not isinstance(at_least, numbers.Integral) and 0 <= at_least <= 1:
        return _core.rows_of_share(float(at_least), rows)
    raise UsageError("at_least is a number of rows, or a share of them such as 0.95")


class AccuracyProof:
    """Made by Model.prove_accuracy, or read from a path or bytes. It tells rows and labels.

    rows, correct, at_least, prove_ms   for whoever made it: of how many rows the model is right on how many (secret, if it
                                        claims fewer), how many it claims, and how long that took; None if it was read
    """

    def __init__(self, source: bytes | str | os.PathLike, *, _made: dict | None = None):
        self._bytes = read_bytes(source, "proof")
        made = _made or {}
        self.rows: int | None = made.get("rows")
        self.correct: int | None = made.get("correct")
        self.at_least: int | None = made.get("at_least")
        self.prove_ms: float | None = made.get("ms")

    def save(self, path: str | os.PathLike) -> None:
        _core.write_public_file(os.fspath(path), self._bytes)

    def __bytes__(self) -> bytes:
        return self._bytes

    def __len__(self) -> int:
        return len(self._bytes)

    def __reduce__(self):
        return AccuracyProof, (self._bytes,)

    def __repr__(self):
        return f"<nescio.AccuracyProof, {len(self):,} bytes, not verified>"


@dataclass(frozen=True)
class AccuracyVerdict:
    """What a valid proof of accuracy shows: the model of the key is right on at least `correct` of `rows` rows.

    prediction, threshold   what it says of a row: the name of an output; or, a threshold, 1 if the comparison holds
    said, hidden            that in words, and what the proof does not tell
    """

    rows: int
    correct: int
    prediction: str
    threshold: bool
    said: str
    hidden: str
    context: bytes
    model_id: str
    weakest_bits: float
    verify_ms: float

    @property
    def share(self) -> float:
        return self.correct / self.rows

    def __bool__(self) -> bool:
        return True

    def _rows(self):
        return [("says of a row", self.said), ("model", self.model_id), ("context", _html.context(self.context)),
                ("stays hidden", self.hidden),
                ("security", f"{self.weakest_bits:.2f} bits, zero knowledge"),
                ("verified in", f"{self.verify_ms:.1f} ms")]

    def _title(self):
        return f"VALID: right on at least {self.correct:,} of {self.rows:,} rows ({100 * self.share:.2f} %)"

    def __str__(self):
        return _html.text(self._title(), self._rows())

    def _repr_html_(self):
        return _html.table(self._title(), self._rows(), "green")


def verify_accuracy(proof: AccuracyProof | bytes | str | os.PathLike, key: VerifyingKey | bytes | str | os.PathLike,
                    data: Any, labels: Any, predict: str | None = None, *, at_least: int | float | None = None,
                    context: str | bytes | None = None) -> AccuracyVerdict:
    """Checks a proof of accuracy with the public key and the set alone.

    data, labels  the rows, and the right answer for each: what the proof must be about
    predict       what the proof must take as what the model says of a row (Model.prove_accuracy)
    at_least      rows, or a share of them such as 0.95, that it must claim
    context       str or bytes that it must be made for

    Returns an AccuracyVerdict, which is true. Raises InvalidProof, InvalidKey, InputError.
    """
    if hasattr(type(key), "verifying_key"):
        raise UsageError("a verifier holds a verifying key, not the model", fix="give model.verifying_key")
    key = key if isinstance(key, VerifyingKey) else VerifyingKey(key)
    file = bytes(proof) if isinstance(proof, AccuracyProof) else read_bytes(proof, "proof")
    rows, right = _data.arrays(data, None), _data.arrays(labels, what="labels")
    start = time.perf_counter()
    said = _core.verify_accuracy(key._core, file, rows, right, predict,
                                 None if context is None else context_bytes(context))
    verdict = AccuracyVerdict(verify_ms=1000 * (time.perf_counter() - start), **said)
    wanted = rows_to_claim(at_least, verdict.rows)
    if wanted is not None and verdict.correct < wanted:
        raise InvalidProof(f"the proof claims {verdict.correct} of {verdict.rows} rows, not {wanted}", "V_STATEMENT")
    log.info("verified: right on at least %d of %d rows", verdict.correct, verdict.rows)
    return verdict
