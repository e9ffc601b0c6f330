"""Attestations: what issuers signed of a proof's inputs (docs/spec/attestation.md). Ed25519 by RFC 8032, strictly."""
import hashlib

from .blake3 import derive_key
from .circuit import CATEGORIES, INPUTS, KEY
from .errors import require
from .reader import Reader, exactly, text, u64, word
from .transcript import packed, part

MAGIC = b"nescio attestation"
Q = 2**255 - 19  # the curve's field
L = 2**252 + 27742317777372353535851937790883648493  # its order
CURVE = -121665 * pow(121666, -1, Q) % Q
ROOT = pow(2, (Q - 1) // 4, Q)  # of -1
NEUTRAL = 0, 1


def add(a, b):
    """On -x^2 + y^2 = 1 + CURVE x^2 y^2."""
    (x1, y1), (x2, y2) = a, b
    t = CURVE * x1 * x2 * y1 * y2 % Q
    inverse = pow(1 - t * t, -1, Q)  # of both denominators, multiplied
    return (x1 * y2 + x2 * y1) * (1 - t) * inverse % Q, (y1 * y2 + x1 * x2) * (1 + t) * inverse % Q


def times(n, point):
    out = NEUTRAL
    for bit in f"{n:b}":
        out = add(out, out)
        if bit == "1":
            out = add(out, point)
    return out


def decode(data):
    """A point in its one encoding, or None."""
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    if y >= Q:
        return None
    square = (y * y - 1) * pow(CURVE * y * y + 1, -1, Q) % Q
    root = pow(square, (Q + 3) // 8, Q)
    x = next((x for x in (root, root * ROOT % Q) if x * x % Q == square), None)
    if x is None or x == 0 and sign:
        return None
    return x if x & 1 == sign else Q - x, y


def encode(point):
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def of_prime_order(point):
    return point != NEUTRAL and times(L, point) == NEUTRAL


BASE = decode((4 * pow(5, -1, Q) % Q).to_bytes(32, "little"))


def signed(key, message, signature):
    a, r, s = decode(key), decode(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or not of_prime_order(a) or not of_prime_order(r) or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    return times(s, BASE) == add(r, times(h, a))


class Attestation:
    """schema, issuer, signature: bytes; digest: 4 words; issued, expires: seconds since 1970; name: str."""

    def __init__(self, data):
        r = Reader(data)
        r.expect(MAGIC + packed("H", 1))
        self.schema, self.digest = r.take(32), exactly(4, word)(r)
        self.issued, self.expires, self.name = u64(r), u64(r), text(256)(r)
        self.issuer, self.signature = r.take(32), r.take(64)
        r.end()
        self.message = data[:-64]


def schema(circuit, port):
    """What a digest's integers are: docs/spec/attestation.md, "Schema"."""
    ports = {p.tensor: p for p in circuit.inputs}
    out = part(packed("Q", len(port.bound)))
    for p in (ports[tensor] for tensor, _, _ in port.bound):
        kind, words = p.kind
        form = b"".join(packed("Qi", *scale) for scale in p.scales) + packed("qqB", p.lo, p.hi, kind)
        out += part(p.name) + part(packed(f"{len(p.dims)}I", *p.dims)) + part(form)
        if kind == CATEGORIES:
            out += part(packed("Q", len(words))) + b"".join(map(part, words))
    return derive_key("nescio 2026 v1 schema", out)[:32]


def check_attestations(circuit, proof):
    """V_ATTEST unless each is signed, and of a digest of inputs that the proof tells. Their ports."""
    told = [(port, words) for port, (_, words) in zip((p for p in circuit.digests if p.source() != KEY), proof.digests)]
    out = []
    for a in proof.attestations:
        found = [port for port, words in told
                 if port.group == INPUTS and words == a.digest and schema(circuit, port) == a.schema]
        require(signed(a.issuer, a.message, a.signature) and found, "V_ATTEST")
        out.append(found[0])
    return out


def demand_issuer(circuit, ports, proof, issuer, time):
    """V_ATTEST unless every input is of a record that this issuer attested, and that holds at `time`."""
    holding = {tensor for port, a in zip(ports, proof.attestations)
               if a.issuer == issuer and a.issued <= time <= a.expires for tensor, _, _ in port.bound}
    require(all(port.tensor in holding for port in circuit.inputs), "V_ATTEST")
