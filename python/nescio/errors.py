"""What can go wrong, as a tree of exceptions. Codes and numbers are those of the library and of the command line.

    Error
      ModelError             the model cannot be compiled
        UnsupportedOperator  an operator, or the form in which it is used
        CalibrationError     the calibration data
      InputError             the data of a run
        OutOfRange           a value outside of what the model was compiled for
      StatementError         not a statement, or not one about this model's outputs
      StatementFalse         not true of this input: what is false cannot be proven
      InvalidProof           the verifier says no
        InvalidAttestation   because of an issuer's signature, or one that is missing
      InvalidKey             a key or model file that is damaged, weak or not sound
      MemoryLimit            more memory than is allowed
      ParameterError         the security level cannot be reached
      FileError              a file could not be read or written
      UsageError             the call is wrong
        MissingPackage       an optional package is needed
      SelfCheckFailed        a defect of this library
"""
from __future__ import annotations

import re

_NODE = re.compile(r"\bnode '([^']*)'")

# code: (number, what to do); docs/guide/errors.md says the same, and a test compares.
CODES = {
    "E_OP": (1, "export the model without it, or replace it by supported operators; all such nodes are listed at once"),
    "E_ATTR": (2, "the message names the attribute or operand and what is supported"),
    "E_DTYPE": (3, "cast to float32"),
    "E_DYNSHAPE": (4, "export with fixed dimensions"),
    "E_OVERFLOW": (5, "the message names node and bound; smaller declared ranges or fewer bits help"),
    "E_TABLESIZE": (6, "fewer bits for the tensor that is named"),
    "E_CALIB": (7, "numbers only, one row for each example, as many columns as the input has elements"),
    "E_MODEL": (8, "check that the file is complete"),
    "E_IN_SHAPE": (20, "`nescio inspect` shows the names and shapes"),
    "E_IN_NONFINITE": (21, "fill gaps before the model"),
    "E_IN_RANGE": (22, "cap the value before the model, or compile with data that reach it"),
    "E_IN_FORMAT": (23, "see [first five minutes](first-five-minutes.md)"),
    "E_RANGE": (30, "as E_IN_RANGE, for the node that is named"),
    "E_INDEX": (31, "an index read from data is outside its tensor"),
    "E_DIVZERO": (32, "the node that is named divides by a value that is 0 here"),
    "E_SELFCHECK": (34, "a defect of this program: please report it"),
    "E_STATEMENT": (35, "nothing to repair: what is false cannot be proven"),
    "V_FORMAT": (50, "the file is damaged, or not a proof of this version"),
    "V_KEY": (51, "take the key from its owner again; a key that fails here must not be used"),
    "V_PUBLIC": (52, "the proof file does not tell exactly what its key makes public, or a value is out of range: it is "
                     "damaged, was altered, or is of another key"),
    "V_STATEMENT": (53, "the proof is valid for another statement than the one you asked for, or was relabelled"),
    "V_POW": (54, "the proof is damaged or forged"),
    "V_LOOKUP": (55, "the proof is damaged or forged"),
    "V_MERKLE": (56, "the proof is damaged or forged"),
    "V_OPENING": (57, "the proof is damaged or forged, or is of another model, input binding or statement"),
    "V_ATTEST": (58, "ask for a proof from a record that your issuer signed and that has not expired; "
                     "compare `--issuer` with the issuer's public key"),
    "E_PARAMS": (70, "the message says which error term; fewer cells or another profile"),
    "E_IO": (71, "the message has the path and the reason"),
    "E_USAGE": (72, "`nescio --help`"),
    "E_MEMORY": (73, "the message says what is too large, or names the estimate and the limit: raise `--memory-limit`, or "
                     "use a smaller model or a larger machine"),
    "E_KEY": (74, "the file is damaged, or of another version"),
}

# Where what helps on the command line is not what helps here.
_HERE = {
    "E_IN_SHAPE": "model.inputs shows the names and shapes",
    "E_IN_FORMAT": "a float32 or float64 array, a DataFrame of numbers, a dict of arrays, or a file: JSON, CSV, .npy, .npz",
    "E_USAGE": "help() on the function",
    "V_ATTEST": "ask for a proof from a record that your issuer signed and that has not expired; compare issuers= with "
                "the issuer's public key",
    "E_MEMORY": "the message says what is too large, or names the estimate and the limit: raise memory_limit, or use a "
                "smaller model or a larger machine",
}
_STATEMENT_FIX = "for example 'score >= 700', 'score in [600, 700]', 'argmax(probs) == 2'; joined by 'and'"


class Error(Exception):
    """The first of `problems`, which were all found in one pass.

    code      "E_OP", "V_OPENING", ...; `number` is the same as a number
    node      the name of the model's node, or None
    reason    what, where and why; never a weight or an input
    fix       what to do
    where     an offset or index, for those who look at bytes
    problems  this error and all others found with it
    """

    def __init__(self, reason, code="E_USAGE", *, fix=None, where=0, problems=None):
        super().__init__(reason)
        found = _NODE.search(reason)
        self.code = code
        self.number = CODES[code][0]
        self.node = found.group(1) if found else None
        self.reason = reason
        self.fix = fix if fix is not None else _HERE.get(code, CODES[code][1])
        self.where = where
        self._others = list(problems or [])

    @property
    def problems(self):
        return [self, *self._others]

    def __str__(self):
        lines = [f"{e.code}: {e.reason}" for e in self.problems]
        fixes = dict.fromkeys(e.fix for e in self.problems)
        return "\n".join(lines + [f"  what to do: {fix}" for fix in fixes if fix])


class ModelError(Error, ValueError):
    """The model cannot be compiled."""


class UnsupportedOperator(ModelError):
    """The model uses an operator, or a form of one, that is not supported."""


class CalibrationError(ModelError):
    """The calibration data cannot be used."""


class InputError(Error, ValueError):
    """The data of a run have the wrong names, shape, type or values."""


class OutOfRange(InputError):
    """A value is outside the range that the model was compiled for.

    feature  the name of its column, where the columns of the data have names; else None
    """

    feature = None


class StatementError(Error, ValueError):
    """Not a statement, or not one about this model's outputs."""


class StatementFalse(Error):
    """The statement is not true of this input. There is no proof, and none can be made."""


class InvalidProof(Error):
    """The proof does not hold, is of another statement or context, or of another key."""


class InvalidAttestation(InvalidProof):
    """An issuer's signature does not hold, is of other data, has expired, or one that is asked for is missing."""


class InvalidKey(Error, ValueError):
    """A key or model file that is damaged, too weak, or not sound."""


class MemoryLimit(Error, MemoryError):
    """More memory would be needed than is allowed."""


class ParameterError(Error):
    """The security level cannot be reached for this model."""


class FileError(Error, OSError):
    """A file could not be read or written."""


class UsageError(Error, ValueError):
    """The call is wrong."""


class MissingPackage(UsageError, ImportError):
    """An optional package is needed."""


class SelfCheckFailed(Error, RuntimeError):
    """What was computed does not fulfil the circuit: a defect of this library."""


_FAMILY = {
    "E_OP": UnsupportedOperator, "E_ATTR": UnsupportedOperator, "E_CALIB": CalibrationError,
    "E_IN_RANGE": OutOfRange, "E_RANGE": OutOfRange,
    "E_SELFCHECK": SelfCheckFailed, "E_STATEMENT": StatementFalse, "V_ATTEST": InvalidAttestation, "V_KEY": InvalidKey,
    "E_KEY": InvalidKey,
    "E_PARAMS": ParameterError, "E_IO": FileError, "E_USAGE": UsageError, "E_MEMORY": MemoryLimit,
}


def family(code, call=""):
    """The class of a code. What a verifier calls V_STATEMENT is, before there is a proof, a statement that is wrong."""
    if call == "statement" or (call in ("prove", "mock") and code in ("V_STATEMENT", "V_PUBLIC")):
        return StatementError
    if code in _FAMILY:
        return _FAMILY[code]
    number = CODES[code][0]
    return ModelError if number < 20 else InputError if number < 35 else InvalidProof


def from_core(call, problems):
    """The exception for [(code, number, where, reason)], as the binding tells them."""
    made = []
    for code, _, where, reason in problems:
        kind = family(code, call)
        made.append(kind(reason, code, where=where, fix=_STATEMENT_FIX if kind is StatementError else None))
    made[0]._others = made[1:]
    return made[0]


def missing(package, why):
    return MissingPackage(f"{why} needs the package {package}", fix=f"pip install {package}")
