"""Attestations: what issuers signed of a proof's inputs (docs/spec/attestation.md). Ed25519 by RFC 8032, strictly."""
import hashlib

from .blake3 import derive_key
from .circuit import INPUTS, KEY
from .errors import require
from .field import P
from .reader import Reader
from .transcript import part, u64

MAGIC = b"nescio attestation"
Q = 2**255 - 19  # the curve's field
L = 2**252 + 27742317777372353535851937790883648493  # its order
CURVE = -121665 * pow(121666, -1, Q) % Q
ROOT = pow(2, (Q - 1) // 4, Q)  # of -1


def add(a, b):
    """Extended coordinates (RFC 8032, 5.1.4)."""
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    e = (y1 - x1) * (y2 - x2) % Q
    f = (y1 + x1) * (y2 + x2) % Q
    g, h = 2 * t1 * t2 * CURVE % Q, 2 * z1 * z2 % Q
    p, q, r, s = f - e, h - g, h + g, f + e
    return p * q % Q, r * s % Q, q * r % Q, p * s % Q


def times(n, point):
    out = (0, 1, 1, 0)
    while n:
        if n & 1:
            out = add(out, point)
        point, n = add(point, point), n >> 1
    return out


def decode(data):
    """A point in its one encoding, or None."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= Q:
        return None
    square = (y * y - 1) * pow(CURVE * y * y + 1, -1, Q) % Q
    x = pow(square, (Q + 3) // 8, Q)
    if (x * x - square) % Q:
        x = x * ROOT % Q
    if (x * x - square) % Q or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = Q - x
    return x, y, 1, x * y % Q


def encode(point):
    x, y, z, _ = point
    inverse = pow(z, -1, Q)
    return (y * inverse % Q | (x * inverse % Q & 1) << 255).to_bytes(32, "little")


def of_prime_order(point):
    x, y, z, _ = times(L, point)
    return point[0] != 0 and x == 0 and y == z


BASE = decode((4 * pow(5, -1, Q) % Q).to_bytes(32, "little"))


def signed(key, message, signature):
    a, r, s = decode(key), decode(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or not of_prime_order(a) or not of_prime_order(r) or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    negative = (Q - a[0], a[1], a[2], Q - a[3])
    return encode(add(times(s, BASE), times(h, negative))) == signature[:32]


class Attestation(Reader):
    """schema, issuer, signature: bytes; digest: 4 words; issued, expires: seconds since 1970; name: str."""

    def __init__(self, data):
        super().__init__(data, "V_FORMAT")
        self.check(self.take(len(MAGIC)) == MAGIC)
        self.check(self.unsigned(2) == 1)
        self.schema = self.take(32)
        self.digest = [self.unsigned(8) for _ in range(4)]
        self.check(all(word < P for word in self.digest))
        self.issued, self.expires = self.unsigned(8), self.unsigned(8)
        size = self.count(1)
        self.check(size <= 256)
        name = self.take(size)
        self.check(all(0x20 <= c < 0x7F for c in name))
        self.name = name.decode("ascii")
        self.issuer, self.signature = self.take(32), self.take(64)
        self.check(self.at == len(data))
        self.message = data[:-64]


def word(n):
    return u64(n & 2**64 - 1)


def schema(circuit, port):
    ports = {p.tensor: p for p in circuit.inputs}
    out = part(u64(len(port.bound)))
    for tensor, _, _ in port.bound:
        p = ports[tensor]
        form = b"".join(u64(m) + (e & 2**32 - 1).to_bytes(4, "little") for m, e in p.scales) + word(p.lo) + word(p.hi)
        form += bytes([2 if p.categories else p.float_keys])
        out += part(p.name.encode()) + part(b"".join(n.to_bytes(4, "little") for n in p.dims)) + part(form)
        if p.categories:
            out += part(u64(len(p.categories))) + b"".join(map(part, p.categories))
    return derive_key("nescio 2026 v1 schema", out)[:32]


def check_attestations(circuit, proof):
    """V_ATTEST unless each is signed, and of a digest of inputs that the proof tells. The numbers of their ports."""
    told = [port for port in circuit.digests if port.source() != KEY]
    out = []
    for a in proof.attestations:
        require(signed(a.issuer, a.message, a.signature), "V_ATTEST", 0)
        found = [i for i, (port, (_, words)) in enumerate(zip(told, proof.digests))
                 if port.group == INPUTS and words == a.digest and schema(circuit, port) == a.schema]
        require(bool(found), "V_ATTEST", 0)
        out.append(told[found[0]])
    return out


def demand_issuer(circuit, ports, proof, issuer, time):
    """V_ATTEST unless every input is of a record that this issuer attested, and that holds at `time`."""
    holding = {tensor for port, a in zip(ports, proof.attestations) if a.issuer == issuer and
               a.issued <= time <= a.expires for tensor, _, _ in port.bound}
    require(all(port.tensor in holding for port in circuit.inputs), "V_ATTEST", 0)
