"""Laws that hold whatever the program in C++ says."""
import hashlib
import unittest
from random import Random

import numpy as np

from reference import attestation, field, soundness, weights
from reference.blake3 import blake3, derive_key, derive_key_many
from reference.digest import Bound, linear_layers, mds, plan, round_constants
from reference.field import P, Ext2, Ext3, element, from_elements
from reference.statement import Malformed, parse, text_of


def random_element(E, rng):
    return E(tuple(rng.randrange(P) for _ in range(E.D)))


class Field(unittest.TestCase):
    def test_vectors_are_integers_mod_p(self):
        rng = Random(1)
        edge = [0, 1, 2, 2**32 - 1, 2**32, 2**63, P - 2**32, P - 2, P - 1]
        a = [x for x in edge for _ in edge] + [rng.randrange(P) for _ in range(200)]
        b = [x for _ in edge for x in edge] + [rng.randrange(P) for _ in range(200)]
        x, y = field.vector(a), field.vector(b)
        for name, law in (("add", lambda s, t: s + t), ("sub", lambda s, t: s - t), ("mul", lambda s, t: s * t)):
            self.assertEqual(getattr(field, name)(x, y).tolist(), [law(s, t) % P for s, t in zip(a, b)], name)
        self.assertEqual(field.total(x), sum(a) % P)
        self.assertEqual(field.scatter(x[:, None], [0] * len(a), 1)[0, 0], sum(a) % P)

    def test_extensions(self):
        rng = Random(2)
        for E, relation in ((Ext2, lambda x: x * x - 7), (Ext3, lambda x: x * x * x - x - 1)):
            self.assertEqual(relation(E(tuple(int(d == 1) for d in range(E.D)))), 0)
            for _ in range(20):
                a, b, c = (random_element(E, rng) for _ in range(3))
                self.assertEqual((a + b) * c, a * c + b * c)
                self.assertEqual(a * a.inverse(), 1)
                self.assertEqual(a ** (P**E.D), a)
                product = field.vmul(from_elements(E, [a, b]), from_elements(E, [b, c]))
                self.assertEqual([element(E, row) for row in product], [a * b, b * c])

    def test_root_of_unity(self):
        self.assertEqual(pow(field.root_of_unity(32), 2**31, P), P - 1)
        self.assertEqual(pow(field.root_of_unity(32), 4, P), field.root_of_unity(30))


class Hashes(unittest.TestCase):
    """Of the official vectors (inputs 0, 1, .., 250, 0, 1, ..): the first 8 bytes."""
    VECTORS = {0: "af1349b9f5f9a1a6", 1: "2d3adedff11b61f1", 63: "e9bc37a594daad83", 64: "4eed7141ea4a5cd4",
               65: "de1e5fa0be70df6d", 1023: "10108970eeda3eb9", 1024: "42214739f095a406", 1025: "d00278ae47eb27b3",
               2049: "5f4d72f40d7a5f82", 3073: "7124b49501012f81", 5121: "628bd2cb2004694a"}

    def test_official_vectors(self):
        for n, expected in self.VECTORS.items():
            self.assertEqual(blake3(bytes(i % 251 for i in range(n))).hex()[:16], expected, n)

    def test_many_is_each(self):
        for size in (64, 1024, 1088, 5120):
            data = np.arange(3 * size, dtype=np.uint32).astype(np.uint8).reshape(3, size)
            self.assertEqual([bytes(h) for h in derive_key_many("a context", data)],
                             [derive_key("a context", bytes(row))[:32] for row in data])


class Weights(unittest.TestCase):
    def test_each_kind_is_its_table(self):
        rng = Random(3)
        E = Ext3
        z = [random_element(E, rng) for _ in range(4)]
        point = weights.Point(E, z)
        kinds = [point, weights.Index(E, 11), point.shifted(3, 13, 14), point.shifted(-2, 13, 14),
                 point.shifted(3, 13, 14).shifted(-5, 14, 14),
                 weights.Pieces(E, [(random_element(E, rng), offset, tuple(z[:log]))
                                    for offset, log in ((0, 3), (8, 2), (12, 1))]),
                 weights.Vector(E, from_elements(E, z), 5)]
        for w in kinds + [k.shifted(1, 14, 14) for k in kinds]:
            table = w.table(0, 14)
            self.assertEqual(w.sum(14), E(tuple(field.total(table))))
            self.assertTrue((w.table(3, 9) == table[3:9]).all())
            for offset, log in ((0, 3), (8, 2), (12, 1), (4, 2), (13, 0), (0, 1)):
                r = [random_element(E, rng) for _ in range(log)]
                self.assertEqual(w.on_piece(offset, log, r), field.mle(E, table[offset:offset + (1 << log)], r))


class Poseidon(unittest.TestCase):
    def permutation(self, state):
        """Also the outputs of the S-boxes."""
        outputs = []
        for r, constants in enumerate(round_constants()):
            state = [(x + c) % P for x, c in zip(state, constants)]
            for lane in range(12 if r < 4 or r >= 26 else 1):
                state[lane] = pow(state[lane], 7, P)
                outputs.append(state[lane])
            state = [sum(mds(i, j) * x for j, x in enumerate(state)) % P for i in range(12)]
        return state, outputs

    def test_linear_layers(self):
        rng = Random(4)
        state = [rng.randrange(P) for _ in range(12)]
        matrix, constants = linear_layers()
        _, outputs = self.permutation(state)
        cells = field.vector(state + outputs)
        for row, c, out in zip(matrix, constants, outputs):
            self.assertEqual(pow(field.total(field.mul(row, cells)) + int(c), 7, P), out)

    def test_plan_has_each_value_once(self):
        bound = [Bound(0, [5, 70], -4, 3), Bound(1, [300], 0, 1000), Bound(2, [], 0, 0),
                 Bound(3, [3, 2, 9], -2**40, 2**40)]
        blocks, parts = plan(bound)
        digits = {}
        for p in parts:
            b, k = bound[p.source], 62 // p.bits
            for o in range(b.dims[p.run] if p.run != 255 else 1):
                for i in range(p.count):
                    at = list(p.at)
                    at[p.along] += i
                    if p.run != 255:
                        at[p.run] = o
                    c = p.lane + i // k
                    self.assertLess(p.block + o + c // 8, blocks)
                    digit = (c % 8, p.block + o + c // 8, i % k, p.bits)
                    self.assertNotIn(digit, digits)
                    digits[digit] = (p.source, *at)
        self.assertEqual(len(set(digits.values())), sum(int(np.prod(b.dims)) for b in bound))
        cells = {}
        for lane, block, _, bits in digits:
            self.assertEqual(cells.setdefault((lane, block), bits), bits)


class Soundness(unittest.TestCase):
    def test_vectors_of_the_page(self):
        """docs/spec/soundness.md, section 10."""
        self.assertEqual([soundness.down(3), soundness.down(10), soundness.up(3)],
                         [0x195c01a39, 0x35269e12f, 0x195c01a3b])
        for n in (1, 2, 2**40):
            self.assertEqual(soundness.up(n), soundness.down(n))


class Signatures(unittest.TestCase):
    def test_points_are_of_prime_order(self):
        """With an issuer A + T, T of order 8, one signature in 8 would hold; with a nonce R + T none."""
        times, add, encode, base = attestation.times, attestation.add, attestation.encode, attestation.BASE
        of_order_8 = attestation.decode(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))
        for off_key, off_nonce in ((0, 0), (1, 0), (0, 1), (1, 1)):
            key = encode(add(times(3, base), times(off_key, of_order_8)))
            nonce = encode(add(times(5, base), times(off_nonce, of_order_8)))
            for message in (bytes([i]) for i in range(32)):
                h = int.from_bytes(hashlib.sha512(nonce + key + message).digest(), "little")
                s = (5 + 3 * h) % attestation.L
                self.assertEqual(attestation.signed(key, message, nonce + s.to_bytes(32, "little")),
                                 not off_key and not off_nonce)


class Statements(unittest.TestCase):
    def test_canonical_text(self):
        for text, canonical in (("", ""), ("a>=+07.50", "a >= 7.5"), (" a [ 2 ]  not  in[-0,.5]&&argmax==1",
                                "a[2] not in [0, 0.5] and argmax == 1"), ("a argmax == 3", "argmax(a) == 3")):
            self.assertEqual(text_of(parse(text)), canonical)
            self.assertEqual(text_of(parse(canonical)), canonical)

    def test_malformed(self):
        for text in ("a", "a >=", "a >= 1 and", "a >= 1 b < 2", "a[1.5] < 2", "argmax == -1", "a < .", "a < 1e3",
                     "a in [1]",
                     "a < 0.1234567890123456789", "x" * 4097, "a <\x80 1"):
            self.assertRaises(Malformed, parse, text)


if __name__ == "__main__":
    unittest.main()
