"""What a verifier holds: keys, proofs, verdicts."""
from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _core, _data, _html
from .errors import FileError, UsageError

log = logging.getLogger("nescio")


def read_bytes(source, what):
    """The bytes of a file, or those given."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source)
    if isinstance(source, (str, os.PathLike)):
        try:
            with open(source, "rb") as f:
                return f.read()
        except OSError as e:
            raise FileError(f"cannot read {os.fspath(source)}: {e.strerror}", "E_IO") from None
    raise UsageError(f"{what} of type {type(source).__name__}", fix=f"give a path, bytes or a {what}")


class VerifyingKey:
    """What verifying needs: public. It has been checked when it was read; InvalidKey if it is weak or not sound."""

    def __init__(self, source):
        """source: a path or bytes."""
        self._core = source if isinstance(source, _core.PublicKey) else _core.PublicKey.read(read_bytes(source, "key"))

    @property
    def model_id(self) -> str:
        """The name under which the model is registered: a hash, in hexadecimal."""
        return self._core.model_id

    @property
    def key_id(self) -> str:
        return self._core.key_id

    @property
    def one_model(self) -> bool:
        """Whether the outputs are one function of the inputs and of the weights under the key's digest."""
        return self._core.one_model

    @property
    def security_bits(self) -> int:
        return self._core.cost()["security_bits"]

    @property
    def error_terms(self) -> list[dict]:
        """Every term of the soundness error: a list of {"name", "bits", "preprint", "source"}."""
        return self._core.cost()["error_terms"]

    @property
    def ports(self) -> list[dict]:
        """Inputs and outputs: a list of {"kind", "name", "shape", "told"}; told: what every proof says of it."""
        return self._core.ports()

    def input_digest(self, x: Any, salt: str) -> str:
        """The digest that binds x under a salt (64 hexadecimal digits), if the key binds inputs: what somebody who
        vouches for the data signs."""
        return self._core.input_digest(_data.arrays(x), salt)

    def save(self, path: str | os.PathLike) -> None:
        _core.write_public_file(os.fspath(path), bytes(self))

    def __bytes__(self) -> bytes:
        return self._core.to_bytes()

    def __reduce__(self):
        return VerifyingKey, (bytes(self),)

    def __eq__(self, other):
        return isinstance(other, VerifyingKey) and self.key_id == other.key_id

    def __hash__(self):
        return hash(self.key_id)

    def _rows(self):
        return ([("model", _html.short(self.model_id)), ("key", _html.short(self.key_id)),
                 ("one model", "yes" if self.one_model else "NOT established")] +
                [(f"{p['kind']} {p['name']}", f"{p['shape']}, {p['told']}") for p in self.ports] +
                [("security", f"{self.security_bits} bits")])

    def __repr__(self):
        return f"<nescio.VerifyingKey of model {_html.short(self.model_id)}>"

    def __str__(self):
        return _html.text("verifying key", self._rows())

    def _repr_html_(self):
        return _html.table("Verifying key", self._rows())


class Proof:
    """A proof file: the statement, what is revealed, and the proof. Made by Model.prove, or read from a path or bytes."""

    def __init__(self, source, *, _made=None):
        self._bytes = read_bytes(source, "proof")
        self._says = _core.read_proof(self._bytes)
        self._made = _made

    @property
    def statement(self) -> str:
        """What it says, unverified."""
        return self._says["statement"]

    @property
    def context(self) -> bytes:
        return self._says["context"]

    @property
    def revealed(self) -> list[str]:
        """Names of the outputs whose values it tells; the verdict has the values."""
        return self._says["revealed"]

    @property
    def prove_ms(self) -> float | None:
        """Milliseconds that it took; None for a proof that was read."""
        return self._made.ms if self._made else None

    @property
    def phases_ms(self) -> dict[str, float]:
        """{phase: milliseconds}; empty for a proof that was read."""
        return self._made.phases() if self._made else {}

    @property
    def parts_ms(self) -> dict[str, float]:
        """{part of the work: milliseconds}, measured phases shared out by counted work; empty for a proof that was read.

        digest: binding the weights to their digest; weights: committing to them; layers: the model's run; tables:
        rows of lookup tables; hiding: zero knowledge; self_verify."""
        return self._made.parts() if self._made else {}

    def input_salt(self) -> str:
        """The salt of the digest of the inputs: secret, not in the file, gone with this object."""
        return self._secret().input_salt()

    def output_salt(self) -> str:
        """The salt of the digest of the outputs: as input_salt."""
        return self._secret().output_salt()

    def _secret(self):
        if self._made is None:
            raise UsageError("only the prover has the salts, and only while it keeps what prove() returned")
        return self._made

    def save(self, path: str | os.PathLike) -> None:
        _core.write_public_file(os.fspath(path), self._bytes)

    def plot(self, ax=None):
        """Where the time went: a bar for each part of the work. Needs matplotlib."""
        if self._made is None:
            raise UsageError("a proof that was read does not tell how it was made")
        from . import _plot
        return _plot.times(self.parts_ms, ax)

    def __bytes__(self) -> bytes:
        return self._bytes

    def __len__(self) -> int:
        return len(self._bytes)

    def __reduce__(self):
        return Proof, (self._bytes,)

    def __eq__(self, other):
        return isinstance(other, Proof) and self._bytes == other._bytes

    def __hash__(self):
        return hash(self._bytes)

    def _rows(self):
        return [("says", self.statement or "(only the revealed values)"), ("reveals", ", ".join(self.revealed)),
                ("context", _html.context(self.context)), ("size", f"{len(self):,} bytes"),
                ("made in", f"{self.prove_ms:.0f} ms" if self.prove_ms is not None else None)]

    def __repr__(self):
        return f"<nescio.Proof of {self.statement!r}, {len(self):,} bytes, not verified>"

    def __str__(self):
        return _html.text("proof (not verified here)", self._rows())

    def _repr_html_(self):
        return _html.table("Proof, not verified here", self._rows())


@dataclass(frozen=True, eq=False)
class Verdict:
    """What a valid proof shows. There is no verdict on a proof that is not valid: verify() raises.

    revealed, inputs  {name: number or array}, values of outputs that the proof tells, and of public inputs
    digests           {"inputs" or "outputs": hexadecimal}
    hidden            what the proof does not tell, in words
    one_model         whether the key leaves its prover no choice of function
    weakest_bits      of all error terms
    """

    statement: str
    revealed: dict
    inputs: dict
    digests: dict
    context: bytes
    model_id: str
    key_id: str
    one_model: bool
    hidden: str
    security_bits: int
    weakest_bits: float
    verify_ms: float

    def __bool__(self) -> bool:
        return True

    def _said(self):
        plain = [{k: np.asarray(v).tolist() for k, v in d.items()} for d in (self.revealed, self.inputs)]
        return self.statement, plain, self.digests, self.context, self.key_id

    def __eq__(self, other):
        return isinstance(other, Verdict) and self._said() == other._said()

    def __hash__(self):
        return hash((self.statement, self.context, self.key_id))

    def _rows(self):
        return ([("revealed " + k, v) for k, v in _listed(self.revealed)] +
                [("input " + k, v) for k, v in _listed(self.inputs)] +
                [("digest of " + k, v) for k, v in self.digests.items()] +
                [("model", self.model_id), ("one model", "established" if self.one_model else "NOT established"),
                 ("context", _html.context(self.context)), ("stays hidden", self.hidden),
                 ("security", f"{self.security_bits} bits (weakest term {self.weakest_bits:.2f}), zero knowledge"),
                 ("verified in", f"{self.verify_ms:.1f} ms")])

    def _title(self):
        return "VALID: " + (self.statement or "(says nothing beyond the revealed values)")

    def __str__(self):
        return _html.text(self._title(), self._rows())

    def _repr_html_(self):
        return _html.table(self._title(), self._rows(), "green")


def _listed(values):
    for name, v in values.items():
        flat = [v] if isinstance(v, float) else v.ravel()
        yield name, " ".join(f"{x:.10g}" for x in flat[:12]) + (" ..." if len(flat) > 12 else "")


def verify(proof: Proof | bytes | str | os.PathLike, key: VerifyingKey | bytes | str | os.PathLike,
           statement: str | None = None, context: str | bytes | None = None) -> Verdict:
    """Checks a proof with the public key alone.

    proof, key  objects, paths or bytes
    statement   the proof must say exactly this. Give it: a valid proof of something else is not what you asked for
    context     and be made for exactly this context, str or bytes

    Returns a Verdict, which is true. Raises InvalidProof if the proof is not valid, InvalidKey if the key is not.
    """
    if hasattr(type(key), "verifying_key"):
        raise UsageError("a verifier holds a verifying key, not the model", fix="give model.verifying_key")
    if not isinstance(key, VerifyingKey):
        key = VerifyingKey(key)
    data = bytes(proof) if isinstance(proof, Proof) else read_bytes(proof, "proof")
    start = time.perf_counter()
    said = _core.verify(key._core, data, statement, context_bytes(context) if context is not None else None)
    verdict = Verdict(**said, verify_ms=(time.perf_counter() - start) * 1e3)
    log.info("valid: %s (model %s)", verdict.statement or "revealed values", verdict.model_id)
    return verdict


def context_bytes(context):
    if isinstance(context, str):
        return context.encode()
    if isinstance(context, (bytes, bytearray, memoryview)):
        return bytes(context)
    raise UsageError(f"a context of type {type(context).__name__}", fix="give str or bytes")
