"""transcript_vectors.py - the expected values of transcript_test.cc and prf_test.cc, from transcript.h and prf.h in Python.

Needs the package blake3 (PyPI). Shares no code with the C++ side.
"""
from blake3 import blake3

P = 2**64 - 2**32 + 1


def u64(x):
    return x.to_bytes(8, "little")


def words(block):
    return [int.from_bytes(block[j : j + 8], "little") for j in range(0, len(block), 8)]


def parts(*ps):
    return b"".join(u64(len(p)) + p for p in ps)


def H(*ps):
    return blake3(parts(*ps)).digest()


class Transcript:
    def __init__(self, domain):
        self.state = H(b"init", domain)

    def absorb(self, kind, label, payload):
        self.state = H(b"A", self.state, kind, label, payload)

    def squeeze(self, label):
        base, self.state, i = self.state, H(b"R", self.state, label), 0
        while True:
            yield from words(H(b"S", base, label, u64(i)))
            i += 1

    def challenge(self, label, D):
        g = (w for w in self.squeeze(label) if w < P)
        while True:
            c = [next(g) for _ in range(D)]
            if c != [0] * D and c != [1] + [0] * (D - 1):
                return c

    def indices(self, label, count, log_n):
        g = self.squeeze(label)
        return [next(g) % 2**log_n for _ in range(count)]

    def find_nonce(self, label, bits):
        seed, n = H(b"W", self.state, label), 0
        while words(blake3(seed + u64(n) + bytes(24), derive_key_context="nescio 2026 v1 pow").digest())[0] % 2**bits:
            n += 1
        return n

    def fork(self, label, index, count):
        t = Transcript(b"")
        t.state = H(b"F", self.state, label, u64(index), u64(count))
        return t

    def digest(self):
        return H(b"D", self.state)


def prf_words(key, label, segment, blocks):
    s = blake3(parts(b"prf", label, u64(segment)), key=key).digest()
    return [w for i in range(blocks) for w in words(blake3(u64(i) + bytes(56), key=s).digest())]


if __name__ == "__main__":
    t = Transcript(b"nescio transcript test")
    print("start   ", t.digest().hex())
    t.absorb(b"E", b"layer", bytes(range(24)))
    print("absorbed", t.digest().hex())
    print("ext2    ", ", ".join(f"{w:#x}" for w in t.challenge(b"alpha", 2)))
    print("ext3    ", ", ".join(f"{w:#x}" for w in t.challenge(b"beta", 3)))
    print("indices ", t.indices(b"query", 10, 13))
    nonce = t.find_nonce(b"work", 12)
    t.absorb(b"pow", b"work", u64(nonce))
    print("nonce   ", nonce)
    print("fork    ", t.fork(b"segment", 3, 5).digest().hex())
    print("end     ", t.digest().hex())
    key = blake3(parts(b"parameters", b"", b"statement"), key=bytes(range(32))).digest()
    print("key     ", key.hex())
    print("prf     ", ", ".join(f"{w:#x}" for w in prf_words(key, b"pads", 7, 2)))
