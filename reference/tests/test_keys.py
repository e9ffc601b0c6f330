"""Golden keys with one definition changed: the rule of keys.md that both verifiers name (NESCIO_PROGRAM)."""
import json
import os
import struct
import tempfile
import unittest

from reference.circuit import Cubic
from reference.errors import Refused
from reference.key import Key
from reference.tests import test_program
from reference.tests.test_golden import FOLDER, golden


def cubics(circuit):
    """(id, its bytes) of each cubic."""
    return [(i, struct.pack("<B3I", 7, *t.rule.operands)) for i, t in enumerate(circuit.tensors) if isinstance(t.rule, Cubic)]


@unittest.skipUnless(test_program.PROGRAM, "NESCIO_PROGRAM is not set")
class Cubics(unittest.TestCase):
    def rule(self, data):
        """Of both."""
        with self.assertRaises(Refused) as refused:
            Key(data)
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            said = json.loads(test_program.program("--json", "verify", "--verifying-key", file.name,
                                                   os.path.join(FOLDER, "plain0.proof")).stdout)
        self.assertEqual(said["code"], "V_KEY")
        self.assertEqual(said["where"], refused.exception.where)
        return said["where"]

    def test_operands_are_earlier_and_of_equal_dimensions(self):
        data = golden("plain.vk")
        circuit = Key(data).circuit
        self.assertTrue(cubics(circuit))
        for i, definition in cubics(circuit):
            self.assertEqual(data.count(definition), 1)
            other = next(k for k in range(i) if circuit.private[k] and circuit.dims(k) != circuit.dims(i))
            for operand in range(3):
                for source, rule in ((i, 5), (i + 1, 5), (len(circuit.tensors), 5), (other, 8)):
                    with self.subTest(cubic=i, operand=operand, source=source):
                        operands = list(circuit.rule(i).operands)
                        operands[operand] = source
                        self.assertEqual(self.rule(data.replace(definition, struct.pack("<B3I", 7, *operands))), rule)


if __name__ == "__main__":
    unittest.main()
