"""Fiat-Shamir: a state of 32 bytes, labelled messages, challenges, proof of work (docs/spec/transcript.md); and the
reader of a proof, which absorbs each message that it reads.
"""
from .blake3 import blake3, derive_key
from .errors import require
from .field import P
from .reader import Reader


def part(x):
    data = x.encode() if isinstance(x, str) else x
    return len(data).to_bytes(8, "little") + data


def hash_parts(*parts):
    return blake3(b"".join(part(x) for x in parts))


def u64(n):
    return n.to_bytes(8, "little")


class Transcript:
    def __init__(self, state):
        self.state = state

    @classmethod
    def start(cls, domain):
        return cls(hash_parts("init", domain))

    def absorb(self, kind, label, payload):
        self.state = hash_parts("A", self.state, kind, label, payload)

    def stream(self, label):
        """The words of a challenge, without end; the state moves on at once."""
        before, self.state = self.state, hash_parts("R", self.state, label)

        def words():
            i = 0
            while True:
                block = hash_parts("S", before, label, u64(i))
                yield from (int.from_bytes(block[k:k + 8], "little") for k in range(0, 32, 8))
                i += 1
        return words()

    def challenge(self, E, label):
        """Uniform in E without 0 and 1."""
        words = (w for w in self.stream(label) if w < P)
        while True:
            x = E(tuple(next(words) for _ in range(E.D)))
            if x != 0 and x != 1:
                return x

    def indices(self, label, count, log):
        words = self.stream(label)
        return [next(words) & ((1 << log) - 1) for _ in range(count)]

    def fork(self, label, index, count):
        return Transcript(hash_parts("F", self.state, label, u64(index), u64(count)))

    def digest(self):
        return hash_parts("D", self.state)

    def work(self, label, bits, nonce):
        """Absorbs a nonce; whether it holds `bits` bits of work."""
        seed = hash_parts("W", self.state, label)
        self.absorb("pow", label, u64(nonce))
        first = derive_key("nescio 2026 v1 pow", seed + u64(nonce) + bytes(24))[:8]
        return int.from_bytes(first, "little") & ((1 << bits) - 1) == 0


class Messages(Reader):
    """A proof's bytes; `where` of a refusal is the offset of the message."""

    def __init__(self, data):
        super().__init__(data, "V_FORMAT")

    def element(self, E, label, transcript):
        begin = self.at
        data = self.take(8 * E.D)
        words = tuple(int.from_bytes(data[k:k + 8], "little") for k in range(0, 8 * E.D, 8))
        require(max(words) < P, "V_FORMAT", begin)
        transcript.absorb("E", label, data)
        return E(words)

    def digest(self, label, transcript):
        d = self.take(32)
        transcript.absorb("digest", label, d)
        return d

    def work(self, label, transcript, bits):
        if bits:
            begin = self.at
            nonce = self.unsigned(8)
            require(transcript.work(label, bits, nonce), "V_POW", begin)

    def end(self):
        self.check(self.at == len(self.data))
