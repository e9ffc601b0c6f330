"""Fiat-Shamir: a state of 32 bytes, labelled messages, challenges, proof of work (docs/spec/transcript.md); and the
reader of a proof, which absorbs each message that it reads.
"""
import struct
from itertools import count

from .blake3 import blake3, derive_key
from .errors import require
from .field import P
from .reader import Reader, exactly, u64, word


def packed(form, *values):
    """Little-endian, by a format of the module struct: B, H, I, Q of 1, 2, 4, 8 bytes; i, q signed."""
    return struct.pack("<" + form, *values)


def part(x):
    data = x.encode() if isinstance(x, str) else x
    return packed("Q", len(data)) + data


def hash_parts(*parts):
    return blake3(b"".join(map(part, parts)))


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
            for i in count():
                yield from struct.unpack("<4Q", hash_parts("S", before, label, packed("Q", i)))
        return words()

    def challenge(self, E, label):
        """Uniform in E without 0 and 1."""
        words = (w for w in self.stream(label) if w < P)
        while True:
            x = E(tuple(next(words) for _ in range(E.D)))
            if x != 0 and x != 1:
                return x

    def indices(self, label, number, log):
        words = self.stream(label)
        return [next(words) & ((1 << log) - 1) for _ in range(number)]

    def fork(self, label, index, forks):
        return Transcript(hash_parts("F", self.state, label, packed("Q", index), packed("Q", forks)))

    def digest(self):
        return hash_parts("D", self.state)

    def work(self, label, bits, nonce):
        """Absorbs a nonce; whether it holds `bits` bits of work."""
        seed = hash_parts("W", self.state, label)
        self.absorb("pow", label, packed("Q", nonce))
        first = derive_key("nescio 2026 v1 pow", seed + packed("Q", nonce) + bytes(24))[:8]
        return int.from_bytes(first, "little") & ((1 << bits) - 1) == 0


class Messages(Reader):
    """A proof's bytes; `where` of a refusal is the offset of the message."""

    def element(self, E, label, transcript):
        begin = self.at
        words = exactly(E.D, word)(self)
        transcript.absorb("E", label, self.data[begin:self.at])
        return E(tuple(words))

    def digest(self, label, transcript):
        d = self.take(32)
        transcript.absorb("digest", label, d)
        return d

    def work(self, label, transcript, bits):
        if bits:
            begin = self.at
            require(transcript.work(label, bits, u64(self)), "V_POW", begin)
