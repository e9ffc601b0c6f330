"""A proof file: what it says, and the bytes that show it (docs/spec/format.md)."""
from .attestation import Attestation
from .circuit import INPUTS, OUTPUTS
from .errors import require
from .field import P
from .key import VERSION
from .reader import Reader

MAGIC = b"nescio proof"


class ProofFile(Reader):
    """outputs, inputs: {name: values}; digests: [(group, words)]; attestations: [Attestation]; statement, name: str; context, proof: bytes."""

    def __init__(self, data):
        super().__init__(data, "V_FORMAT")
        require(self.take(len(MAGIC)) == MAGIC, "V_FORMAT")
        self.check(self.unsigned(2) == VERSION)
        begin = self.at
        self.statement = self.text(4096)
        self.outputs, self.inputs = self.revealed(), self.revealed()
        self.digests = self.read_digests()
        self.attestations = self.read_attestations()
        self.bound = data[begin:self.at]
        size = self.count(1)
        self.check(size <= 2**16)
        self.context = self.take(size)
        self.proof = data[self.at:]

    def text(self, most):
        size = self.count(1)
        self.check(size <= most)
        data = self.take(size)
        self.check(all(0x20 <= c < 0x7F for c in data))
        return data.decode("ascii")

    def revealed(self):
        out, last = {}, None
        for _ in range(self.count(8)):
            name = self.text(256)
            out[name] = [self.signed(8) for _ in range(self.count(8))]
            self.check(last is None or last < name)
            last = name
        return out

    def read_digests(self):
        out = []
        for _ in range(self.count(33)):
            group = self.unsigned(1)
            self.check(group in (INPUTS, OUTPUTS) and (not out or out[-1][0] == INPUTS))
            words = []
            for _ in range(4):
                words.append(self.unsigned(8))
                self.check(words[-1] < P)
            out.append((group, words))
        return out

    def read_attestations(self):
        count = self.count(4)
        self.check(count <= 64)
        return [Attestation(self.take(self.count(1))) for _ in range(count)]
