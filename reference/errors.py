"""How a verifier says no (docs/spec/verdict.md)."""


class Refused(Exception):
    """code: V_FORMAT, V_KEY, ..; where: an offset or the number of a rule."""

    def __init__(self, code, where):
        super().__init__(code, where)
        self.code, self.where = code, where


def require(condition, code, where=0):
    if not condition:
        raise Refused(code, where)


def rule(number, condition):
    """A rule of docs/spec/keys.md."""
    require(condition, "V_KEY", number)
