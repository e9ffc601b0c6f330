#!/usr/bin/env python3
"""check_layers_test.py -- every rule of check_layers.py is broken once and must be reported; a clean tree must pass."""
import io
import os
import tempfile
import unittest

import check_layers

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "layers.txt"), encoding="ascii") as layers:
    # without the names of this tree's test headers
    RULES = "".join(line for line in layers if not line.startswith("tests "))

CLEAN = {
    "src/nescio/base/error.h": "",
    "src/nescio/base/parallel.h": "",
    "src/nescio/field/goldilocks.h": '#include "nescio/base/error.h"\n',
    "src/nescio/field/kernels.h": "",
    "src/nescio/ntt/ntt.h": '#include "nescio/field/kernels.h"\n',
    "src/nescio/sumcheck/verifier.h": '#include "nescio/field/goldilocks.h"\n',
    "src/nescio/sumcheck/verifier.cc": '#include "nescio/sumcheck/verifier.h"\n// a comment\n\nint x;\n',
    "src/nescio/sumcheck/prover.h": '#include "nescio/field/kernels.h"\n',
    "src/nescio/sumcheck/prover.cc": '#include "nescio/sumcheck/prover.h"\n',
    "src/nescio/sumcheck/sumcheck_test.cc": '#include "nescio/api/nescio.h"\n',
    "src/nescio/circuit/circuit.h": '#include <vector>\n#include "nescio/field/goldilocks.h"\n',
    "src/nescio/verifier/verifier.h": '#include "nescio/sumcheck/verifier.h"\n',
    "src/nescio/verifier/verifier.cc": '#include "nescio/verifier/verifier.h"\n',
    "src/nescio/prover/prover.h": '#include "nescio/sumcheck/prover.h"\n#include "nescio/ntt/ntt.h"\n',
    "src/nescio/compile/lower.h": '#include "nescio/circuit/circuit.h"\n',
    "src/nescio/api/nescio.h": '#include "nescio/verifier/verifier.h"\n#include "nescio/prover/prover.h"\n',
    "cli/main.cc": '#include "nescio/api/nescio.h"\n#include "commands.h"\n',
}


def errors_of(changes, rules=RULES):
    """changes: {path: text added at its end}"""
    tree = dict(CLEAN)
    for path, text in changes.items():
        tree[path] = tree.get(path, "") + text
    with tempfile.TemporaryDirectory() as root:
        for path, text in tree.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="ascii") as f:
                f.write(text)
        return check_layers.check(root, rules, io.StringIO())


class CheckLayers(unittest.TestCase):
    def assert_reports(self, part, changes, rules=RULES):
        errors = errors_of(changes, rules)
        self.assertTrue(any(part in e for e in errors), f"no error says '{part}': {errors}")

    def test_a_clean_tree_passes(self):
        self.assertEqual(errors_of({}), [])

    def test_an_upward_include(self):
        self.assert_reports("module 'field' may not include 'circuit/circuit.h'",
                            {"src/nescio/field/goldilocks.h": '#include "nescio/circuit/circuit.h"\n'})

    def test_an_upward_include_in_angle_brackets(self):
        self.assert_reports("module 'field' may not include 'circuit/circuit.h'",
                            {"src/nescio/field/goldilocks.h": "#  include <nescio/circuit/circuit.h>\n"})

    def test_the_verifier_names_the_prover(self):
        self.assert_reports("'verifier' and 'prover' never name each other",
                            {"src/nescio/verifier/verifier.cc": '#include "nescio/prover/prover.h"\n'})

    def test_the_prover_names_the_verifier(self):
        # even if a line allowed it
        rules = RULES.replace("\nprover:", "\nprover: verifier")
        self.assert_reports("never name each other",
                            {"src/nescio/prover/prover.h": '#include "nescio/verifier/verifier.h"\n'}, rules)

    def test_the_compiler_names_the_argument(self):
        rules = RULES.replace("\ncompile:", "\ncompile: sumcheck")
        self.assert_reports("'compile' and 'sumcheck' never name each other",
                            {"src/nescio/compile/lower.h": '#include "nescio/sumcheck/verifier.h"\n'}, rules)

    def test_a_verifier_file_includes_a_prover_file_of_its_own_folder(self):
        self.assert_reports("only prover code may include 'sumcheck/prover.h'",
                            {"src/nescio/sumcheck/verifier.h": '#include "nescio/sumcheck/prover.h"\n'})

    def test_a_relative_include(self):
        self.assert_reports("by its full path", {"src/nescio/sumcheck/verifier.h": '#include "../field/kernels.h"\n'})
        self.assert_reports("by its full path", {"src/nescio/sumcheck/verifier.h": '#include "prover.h"\n'})

    def test_a_source_includes_a_test(self):
        self.assert_reports("includes the test file",
                            {"src/nescio/field/goldilocks.h": '#include "nescio/field/laws_test.h"\n'})

    def test_a_header_that_is_listed_as_a_test(self):
        cheat = {"src/nescio/sumcheck/cheat.h": '#include "nescio/prover/prover.h"\n',
                 "src/nescio/sumcheck/sumcheck_test.cc": '#include "nescio/sumcheck/cheat.h"\n'}
        listed = RULES + "\ntests sumcheck/cheat.h\n"
        self.assertEqual(errors_of(cheat, listed), [])
        self.assert_reports("module 'sumcheck' may not include 'prover/prover.h'", cheat)
        self.assert_reports("includes the test file sumcheck/cheat.h",
                            {**cheat, "src/nescio/sumcheck/prover.h": '#include "nescio/sumcheck/cheat.h"\n'}, listed)
        self.assert_reports("sumcheck/cheat.h does not exist", {}, listed)

    def test_an_unknown_module(self):
        self.assert_reports("src/nescio/drawer: not in tools/layers.txt", {"src/nescio/drawer/things.h": "\n"})

    def test_the_command_line_looks_inside(self):
        self.assert_reports("may include only api", {"cli/main.cc": '#include "nescio/field/goldilocks.h"\n'})

    def test_a_cycle_in_the_rules(self):
        self.assert_reports("which is not above it", {}, RULES.replace("\nbase:", "\nbase: api"))

    def test_the_closure_reaches_a_forbidden_file(self):
        for path in ("ntt/ntt.h", "field/kernels.h", "base/parallel.h", "sumcheck/prover.h"):
            self.assert_reports(f"reaches forbidden {path}",
                                {"src/nescio/sumcheck/verifier.cc": f'#include "nescio/{path}"\n'})

    def test_the_closure_reaches_a_forbidden_file_through_a_second_definition_file(self):
        self.assert_reports("reaches forbidden base/parallel.h",
                            {"src/nescio/sumcheck/verifier_rounds.cc": '#include "nescio/base/parallel.h"\n'})

    def test_the_closure_is_too_long(self):
        self.assert_reports("code lines, budget 7100", {"src/nescio/sumcheck/verifier.cc": "int y;\n" * 7101})
        self.assertEqual(errors_of({"src/nescio/sumcheck/verifier.cc": "// y\n\n" * 4001}), [])

    def test_the_closure_is_missing(self):
        self.assert_reports("does not exist", {}, RULES.replace("verifier/verifier.h", "verifier/main.h"))

    def test_a_line_that_is_not_understood(self):
        self.assert_reports("not understood", {}, RULES + "\nstranger a b\n")


if __name__ == "__main__":
    unittest.main()
