"""What a verifier meets: proofs and verdicts."""
from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass

import numpy as np

from . import _core, _html
from .errors import UsageError
from .issuer import Attested, Issuers, Time, attested, seconds, trusted
from .key import VerifyingKey, read_bytes

log = logging.getLogger("nescio")


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

        digest: binding the weights to their digest; weights: committing to them; activations: the model's run; tables:
        rows of lookup tables; hiding: zero knowledge; self_verify."""
        return self._made.parts() if self._made else {}

    def salts(self) -> dict[str, str]:
        """{name: salt} of the digests that it tells, named as verdict.digests: secret, not in the file, gone with this
        object."""
        if self._made is None:
            raise UsageError("only the prover has the salts, and only while it keeps what prove() returned")
        return self._made.salts()

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
    digests           {"inputs", "input NAME, ..", "outputs": hexadecimal}
    attested          who vouches for the inputs, a list of Attested: signed, and of this proof's inputs
    issuers           public keys that verify() was told to trust; without, whoever made the proof chose the issuers
    hidden            what the proof does not tell, in words
    one_model         whether the key leaves its prover no choice of function
    weakest_bits      of all error terms
    """

    statement: str
    revealed: dict
    inputs: dict
    digests: dict
    attested: list[Attested]
    context: bytes
    model_id: str
    key_id: str
    one_model: bool
    hidden: str
    security_bits: int
    weakest_bits: float
    issuers: list[str]
    verify_ms: float

    def __bool__(self) -> bool:
        return True

    def _said(self):
        plain = [{k: np.asarray(v).tolist() for k, v in d.items()} for d in (self.revealed, self.inputs)]
        return self.statement, plain, self.digests, self.attested, self.issuers, self.context, self.key_id

    def __eq__(self, other):
        return isinstance(other, Verdict) and self._said() == other._said()

    def __hash__(self):
        return hash((self.statement, self.context, self.key_id))

    def _rows(self):
        return ([("revealed " + k, v) for k, v in _listed(self.revealed)] +
                [("input " + k, v) for k, v in _listed(self.inputs)] +
                [("digest of " + k, v) for k, v in self.digests.items()] +
                [row for a in self.attested for row in a._rows()] +
                [("", "nobody was asked for: issuers= says whom you trust") if self.attested and not self.issuers else
                 ("", None)] +
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
           statement: str | None = None, context: str | bytes | None = None, *, issuers: Issuers | None = None,
           at: Time | None = None) -> Verdict:
    """Checks a proof with the public key alone.

    proof, key  objects, paths or bytes
    statement   the proof must say exactly this. Give it: a valid proof of something else is not what you asked for
    context     and be made for exactly this context, str or bytes
    issuers     and its inputs be attested: each by one of these public keys (hexadecimal, 32 bytes or a path), or, for
                {input: public key}, that input by that one
    at          the time at which attestations must hold; now, if not given

    Returns a Verdict, which is true. Raises InvalidProof if the proof is not valid (InvalidAttestation if that is due to
    an issuer's signature), InvalidKey if the key is not.
    """
    if hasattr(type(key), "verifying_key"):
        raise UsageError("a verifier holds a verifying key, not the model", fix="give model.verifying_key")
    if not isinstance(key, VerifyingKey):
        key = VerifyingKey(key)
    data = bytes(proof) if isinstance(proof, Proof) else read_bytes(proof, "proof")
    whom = trusted(issuers)
    if at is not None and not whom:
        raise UsageError("at= is about attestations by issuers=, and there are none")
    when = None if at is None else seconds(at)
    start = time.perf_counter()
    said = _core.verify(key._core, data, statement, context_bytes(context) if context is not None else None, whom, when)
    said["attested"] = [attested(a) for a in said["attested"]]
    verdict = Verdict(**said, issuers=list(dict.fromkeys(k for k, _ in whom)),
                      verify_ms=(time.perf_counter() - start) * 1e3)
    log.info("valid: %s (model %s)", verdict.statement or "revealed values", verdict.model_id)
    return verdict


def context_bytes(context):
    if isinstance(context, str):
        return context.encode()
    if isinstance(context, (bytes, bytearray, memoryview)):
        return bytes(context)
    raise UsageError(f"a context of type {type(context).__name__}", fix="give str or bytes")
