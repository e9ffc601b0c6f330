"""Data that somebody vouches for: an issuer signs a record's salted digest, and proofs about the record carry it."""
from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping, Union

from . import _core, _data, _html
from .errors import UsageError
from .key import VerifyingKey, read_bytes

Time = Union[dt.datetime, dt.date, str, int]
PublicKey = Union[str, bytes, os.PathLike]
Issuers = Union[PublicKey, Mapping[str, PublicKey], Iterable[Union[PublicKey, Mapping[str, PublicKey]]]]


class IssuerKey:
    """The key of somebody who vouches for data: private. Verifiers trust its public_key."""

    def __init__(self, core):
        self._core = core

    @staticmethod
    def generate() -> IssuerKey:
        return IssuerKey(_core.Issuer.generate())

    @staticmethod
    def load(path: str | os.PathLike) -> IssuerKey:
        """Reads the private file."""
        return IssuerKey(_core.Issuer.load(os.fspath(path)))

    @property
    def public_key(self) -> str:
        """64 hexadecimal digits."""
        return self._core.public_key

    def save(self, path: str | os.PathLike, public_key: str | os.PathLike | None = None) -> None:
        """Writes the private key with mode 0600, and the public one, if it has a path."""
        self._core.save(os.fspath(path))
        if public_key is not None:
            _core.write_public_file(os.fspath(public_key), (self.public_key + "\n").encode())

    def __reduce__(self):
        raise TypeError("an issuer's key is secret and is not pickled; use save()")

    def __repr__(self):
        return f"<nescio.IssuerKey {_html.short(self.public_key)}>"


@dataclass(frozen=True)
class Attested:
    """Who vouched for what, and when that holds.

    of       "inputs", or the names of those inputs that the record has
    issuer   public key, in hexadecimal
    name     how the issuer calls itself: nobody checks it
    issued, expires   UTC, both included; None: after the year 9999
    digest, schema    of the record, in hexadecimal
    """

    of: str = field(compare=False)
    issuer: str
    name: str
    issued: dt.datetime | None
    expires: dt.datetime | None
    digest: str
    schema: str

    def _rows(self):
        by = f"by {self.issuer}" + (f', who says "{self.name}"' if self.name else "")
        return [("attested " + self.of, by), ("holds", f"{_text(self.issued)} to {_text(self.expires)}")]


class AttestedRecord:
    """Data, salt and attestation. Private: for the person that the record is about. Made by attest(), or load()."""

    def __init__(self, core):
        self._core = core

    @staticmethod
    def load(path: str | os.PathLike) -> AttestedRecord:
        return AttestedRecord(_core.Record.load(os.fspath(path)))

    def save(self, path: str | os.PathLike) -> None:
        """Writes the record with mode 0600."""
        self._core.save(os.fspath(path))

    @property
    def attestation(self) -> Attested:
        return attested(self._core.about())

    def __reduce__(self):
        raise TypeError("a record is private and is not pickled; use save()")

    def __repr__(self):
        a = self.attestation
        return f"<nescio.AttestedRecord of {a.of}, by {_html.short(a.issuer)}, until {_text(a.expires)}>"

    def __str__(self):
        return _html.text("attested record (private)", self.attestation._rows())

    def _repr_html_(self):
        return _html.table("Attested record (private)", self.attestation._rows())


def attest(key: VerifyingKey | bytes | str | os.PathLike, data: Any, issuer_key: IssuerKey, expires: Time,
           issued: Time | None = None, name: str = "") -> AttestedRecord:
    """Vouches for a record: signs a salted digest of it. The result is for the person that the record is about.

    key         the model's public key, whose inputs are bound: it says how values become integers
    data        of the inputs of one digest of the key: by name, or an array for a single input
    issuer_key  an IssuerKey
    expires     until when it holds: a datetime with a time zone, a date (its last second, UTC), or such a text
    issued      from when on; now, if not given
    name        how the issuer calls itself: printable ASCII
    """
    if not isinstance(issuer_key, IssuerKey):
        raise UsageError("records are signed with an IssuerKey", fix="IssuerKey.generate() or IssuerKey.load(path)")
    record = _core.attest(_key(key)._core, _data.arrays(data), issuer_key._core, seconds(expires, True),
                          None if issued is None else seconds(issued), name)
    return AttestedRecord(record)


def digest(key: VerifyingKey | bytes | str | os.PathLike, data: Any, salt: str) -> str:
    """The digest of inputs under a salt (64 hexadecimal digits), as a proof tells it: verdict.digests."""
    return _core.digest(_key(key)._core, _data.arrays(data), salt)


def _key(key):
    return key if isinstance(key, VerifyingKey) else VerifyingKey(key)


def seconds(time, last=False):
    """Seconds since 1970. last: a date alone is its last second."""
    if isinstance(time, dt.datetime):
        if time.tzinfo is None:
            raise UsageError("a time without a time zone", fix="datetime(..., tzinfo=timezone.utc), or a text: it is UTC")
        time = int(time.timestamp() // 1)
    elif isinstance(time, dt.date):
        time = time.isoformat()
    if isinstance(time, bool) or not isinstance(time, (str, int)):
        raise UsageError(f"a time of type {type(time).__name__}", fix="give a datetime, a date or a text")
    return _core.parse_time(str(time), last)


def _datetime(time):
    return None if _core.time_text(time) == "never" else dt.datetime.fromtimestamp(time, dt.timezone.utc)


def _text(time):
    return "never" if time is None else _core.time_text(int(time.timestamp()))


def attested(said):
    """Attested of what the library tells."""
    return Attested(**{**said, "issued": _datetime(said["issued"]), "expires": _datetime(said["expires"])})


def trusted(issuers):
    """[(public key, names of inputs)] of what a verifier gives; no names: all inputs that no other entry names."""
    if issuers is None:
        return []
    if isinstance(issuers, (str, bytes, bytearray, os.PathLike, Mapping, IssuerKey)):
        issuers = [issuers]
    out = []
    for entry in issuers:
        if isinstance(entry, Mapping):
            out += [(_public_key(key), [str(name)]) for name, key in entry.items()]
        else:
            out.append((_public_key(entry), []))
    if not out:
        raise UsageError("issuers= is empty: nobody would be trusted", fix="leave it out, or name an issuer")
    return out


def _public_key(source):
    """Hexadecimal digits of a public key, given as such, as 32 bytes, or as the path of a file."""
    if isinstance(source, IssuerKey):
        raise UsageError("a verifier holds an issuer's public key", fix="give issuer_key.public_key")
    if isinstance(source, (bytes, bytearray)) and len(source) == 32:
        return bytes(source).hex()
    if isinstance(source, str):
        try:
            return _core.parse_issuer(source, "the text")
        except UsageError:
            pass  # a path
    text = read_bytes(source, "public key").decode("ascii", "replace")
    return _core.parse_issuer(text, "the bytes" if isinstance(source, (bytes, bytearray)) else os.fspath(source))
