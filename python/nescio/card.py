"""What a model's owner says of it, signed: a model card."""
from __future__ import annotations

import datetime as dt
import os

from . import _core, _html
from .issuer import PublicKey, _datetime, _public_key, _text
from .key import VerifyingKey, read_bytes


class ModelCard:
    """Public: bytes(card) or save(). Made by Model.card(); ModelCard(path or bytes) reads one, without checking it.

    name, version, owner (public key), model_id, issued
    calibration, measured   {"rows", "digest"}: the data that the model was calibrated and measured on; the digests are
                            salted
    refused_rows            of the measured ones: values out of range, which cannot be proven
    outputs                 for each {"name", "largest_error", "mean_error", "range", "cells", "same_largest", "auc"}

    salt    of the digests, for whoever made the card: secret, 64 hexadecimal digits; None for a card that was read
    """

    def __init__(self, source: bytes | str | os.PathLike, *, _salt: str | None = None):
        self._bytes = read_bytes(source, "model card")
        said = _core.read_card(self._bytes)
        self.issued: dt.datetime | None = _datetime(said.pop("issued"))
        self.name: str
        self.version: str
        self.owner: str
        self.model_id: str
        self.calibration: dict
        self.measured: dict
        self.refused_rows: int
        self.outputs: list[dict]
        self.__dict__.update(said)
        self.salt = _salt

    def check(self, key: VerifyingKey | bytes | str | os.PathLike, owner: PublicKey | None = None) -> None:
        """Raises InvalidAttestation unless the card is signed, of this key's model, and by this owner, if one is given:
        without, it may be signed by anybody."""
        key = key if isinstance(key, VerifyingKey) else VerifyingKey(key)
        _core.check_card(self._bytes, key._core, None if owner is None else _public_key(owner))

    def save(self, path: str | os.PathLike) -> None:
        _core.write_public_file(os.fspath(path), self._bytes)

    def __bytes__(self) -> bytes:
        return self._bytes

    def __eq__(self, other):
        return isinstance(other, ModelCard) and self._bytes == other._bytes

    def __hash__(self):
        return hash(self._bytes)

    def __repr__(self):
        return f"<nescio.ModelCard {self.name!r} {self.version!r} by {_html.short(self.owner)}>"

    def _rows(self):
        rows = [("version", self.version), ("owner", self.owner), ("issued", _text(self.issued)),
                ("model", self.model_id), ("calibrated on", f"{self.calibration['rows']:,} rows"),
                ("measured on", f"{self.measured['rows']:,} rows, {self.refused_rows:,} of them cannot be proven")]
        for y in self.outputs:
            said = f"error at most {y['largest_error']:.3g}, mean {y['mean_error']:.3g}"
            if y["cells"] > 1:
                said += f", same largest in {y['same_largest']:,}"
            if y["auc"]:
                said += f", AUC {y['auc'][0]:.4f}, as proven {y['auc'][1]:.4f}"
            rows.append((y["name"], said))
        return rows

    def __str__(self):
        return _html.text(f"model card of {self.name}", self._rows())

    def _repr_html_(self):
        return _html.table(f"Model card of {self.name}", self._rows())
