"""Verifying keys: public."""
from __future__ import annotations

import os

from . import _core, _html
from .errors import FileError, UsageError


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
