"""Numbers that users give -- arrays, tables, dicts of them, files -- as arrays of the library. NumPy arrays are read in
place; nothing is copied before the library reads them into memory of its own, which it wipes."""
from __future__ import annotations

import os

import numpy as np

from . import _core
from .errors import InputError


def refused(reason, fix=None):
    return InputError(reason, "E_IN_FORMAT", fix=fix)


def _kind(x):
    """What an array holds; not how long its longest word is."""
    return "words" if x.dtype.kind in "SUT" else str(x.dtype)


def is_words(x):
    """Whether x is an array, column or list of strings."""
    if hasattr(x, "detach") or hasattr(x, "toarray") or isinstance(x, np.ma.MaskedArray):
        return False
    try:
        x = np.asarray(x)
    except ValueError:
        return False
    return x.dtype.kind in "UT" or (x.dtype == object and any(isinstance(v, str) for v in x.ravel()))


def words(x, what):
    """_core.Words of x. A missing value, or a number, has no one way to be written: refused."""
    x = np.asarray(x)
    for i, v in enumerate(x.ravel()):
        if not isinstance(v, str):
            raise refused(f"{what}: value {i} is no word", "write missing values and numbers as the words that the model knows")
    return _core.Words(list(x.shape), [str(v) for v in x.ravel()])


def named(parts):
    """_core.Arrays of a dict of arrays by input."""
    texts = {k for k, v in parts.items() if is_words(v)}
    return _core.Arrays([(str(k), numbers(v, f"input '{k}'")) for k, v in parts.items() if k not in texts],
                        [(str(k), words(v, f"input '{k}'")) for k, v in parts.items() if k in texts])


def numbers(x, what="the data"):
    """A NumPy array that the library can read: x itself wherever it is one."""
    if hasattr(x, "detach"):  # a torch tensor
        x = x.detach().cpu()
    if hasattr(x, "toarray"):
        raise refused(f"{what} is sparse", "give .toarray() of it")
    if isinstance(x, np.ma.MaskedArray):
        try:
            x = x.astype(np.float64).filled(np.nan)
        except (ValueError, TypeError):  # its message may show values
            raise refused(f"{what} holds {x.dtype.kind!r}, not numbers") from None
    try:
        x = np.asarray(x)
    except ValueError:  # its message may show values
        raise refused(f"{what} has rows of different lengths") from None
    if x.dtype.kind not in "fiub":
        raise refused(f"{what} holds {_kind(x)}, not numbers", "encode categories and dates as numbers first")
    if x.dtype == np.float16:
        x = x.astype(np.float32)
    elif x.dtype.kind == "f" and x.dtype.itemsize > 8:
        x = x.astype(np.float64)
    return x if x.dtype.isnative else x.astype(x.dtype.newbyteorder("="))


def is_table(x):
    return hasattr(x, "columns") and hasattr(x, "to_numpy")


def is_series(x):
    return hasattr(x, "index") and hasattr(x, "to_numpy") and not is_table(x)


def has_words(table):
    return any(is_words(table[c].to_numpy()) for c in table.columns)


def table_numbers(table, columns=None):
    """A DataFrame's numbers, in the order of `columns` if they are known."""
    if columns is not None:
        absent = [c for c in columns if c not in table.columns]
        if absent:
            raise InputError("there is no column " + ", ".join(map(repr, absent)), "E_IN_SHAPE")
        if list(table.columns) != list(columns):
            table = table[list(columns)]
    if type(table).__module__.split(".")[0] != "pandas":
        return table.to_numpy()
    bad = [str(c) for c, t in zip(table.columns, table.dtypes) if getattr(t, "kind", "O") not in "fiub"]
    if bad:
        raise refused("columns that are not numbers: " + ", ".join(bad), "encode categories and dates as numbers first")
    if len(set(table.dtypes)) == 1 and isinstance(table.dtypes.iloc[0], np.dtype):
        return table.to_numpy()
    return table.to_numpy(dtype=np.float64, na_value=np.nan)


def arrays(x, columns=None, what="the data"):
    """_core.Arrays of x: an array or nested list, a DataFrame or Series, a dict of them by input, or a path."""
    if isinstance(x, _core.Arrays):
        return x
    if isinstance(x, (str, os.PathLike)):
        return _core.Arrays.read(os.fspath(x))
    if isinstance(x, dict):
        return named(x)
    if is_table(x) and has_words(x):  # a model that reads words has an input for each column
        return named({c: x[c].to_numpy().reshape(-1, 1) for c in (columns if columns is not None else x.columns)})
    if is_table(x):
        return _core.Arrays([("", numbers(table_numbers(x, columns), what))])
    if is_series(x) and columns is not None and set(columns) <= set(x.index):
        x = x[list(columns)]
    if is_series(x) and is_words(x.to_numpy()):
        return named({c: np.array([[v]]) for c, v in x.items()})
    if is_series(x):
        try:
            x = x.to_numpy(dtype=np.float64)
        except (ValueError, TypeError):
            raise refused(f"{what} holds {x.dtype}, not numbers") from None
    return _core.Arrays([("", numbers(x, what))])
