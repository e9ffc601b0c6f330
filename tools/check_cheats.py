#!/usr/bin/env python3
"""check_cheats.py -- docs/spec/cheats.md names tests that exist, and leaves none out that it promises.

Each row's last cell is a list of `file` Suite.name "case", separated by semicolons; the case, or for a file that holds
no test the name, may be missing. Every case of the lists of dishonest provers must have a row, every test of the
files and fixtures in WHOLE, and every message that a proof can hold.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = "docs/spec/cheats.md"
HEADER = "| cheat | what catches it | test |"
ENTRY = re.compile(r'`([^`]+)`(?: (\w+(?:\.\w+)?))?(?: "([^"]+)")?')
TEST = re.compile(r"^(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_PROP)\(\s*(\w+),\s*(\w+)\s*[,)]", re.M)
# Lists of cheats: where each begins.
LISTS = {"prover/dishonest/steps_test.cc": "const Step steps[] = {", "prover/dishonest/relations_test.cc": "const Lie kLies[] = {",
         "gadget/lying_trees.h": "kTreeLies = {"}
# Files all of whose tests are cheats, or those of some fixtures.
WHOLE = {"prover/dishonest/forgery_test.cc": "", "prover/dishonest/relations_test.cc": "", "prover/dishonest/steps_test.cc": "",
         "prover/dishonest/trees_test.cc": "",
         "pcs/dishonest_test.cc": "", "gadget/trees_test.cc": "Lies Aggregates", "gadget/digest_test.cc": "Digests",
         "circuit/check_test.cc": "CheckCircuit", "tests/python/test_cheats.py": ""}
HONEST = {"TheTruthHolds", "who_does_not_cheat_is_believed", "who_does_not_lie_is_believed", "what_is_true_is_believed_and_what_is_false_is_not", "AcceptsTheSample",
          "HonestRunIsSoundAndComplete", "InterpretersAgreeOnEveryFieldTensor", "CellsAndBlocks"}
# The lists of all labels in MESSAGES.
MESSAGES, LABELS = "prover/message_labels.h", ("kMessages = {", "kNonces = {", "kOpenings = {")


def text(path):
    full = os.path.join(ROOT, path if path.startswith(("tests/", "reference/")) else "src/nescio/" + path)
    if not os.path.isfile(full):
        return None
    with open(full, encoding="ascii") as f:
        return f.read()


def tests(path):
    """Suite.name of each test of C++; the name alone in Python."""
    if path.endswith(".py"):
        return set(re.findall(r"^ *def (test_\w+)\(", text(path), re.M))
    return {f"{suite}.{name}" for suite, name in TEST.findall(text(path))}


def rows(page):
    """(line, cheat, last cell) of each row."""
    inside = False
    for number, line in enumerate(page.splitlines(), 1):
        inside = line == HEADER or inside and line.startswith("|")
        if inside and line != HEADER and not line.startswith("| ---"):
            cells = line.strip("| ").split(" | ")
            yield number, cells[0], cells[2] if len(cells) == 3 else ""


def problems(page):
    named, cheats = set(), ""
    for number, cheat, cell in rows(page):
        cheats += cheat + "\n"
        for entry in cell.split("; "):
            match = ENTRY.fullmatch(entry)
            if not match:
                yield f"{PAGE}:{number}: '{entry}' is not `file` Suite.name \"case\""
                continue
            path, name, case = match.groups()
            named |= {(path, name), (path, case)}
            if text(path) is None:
                yield f"{PAGE}:{number}: there is no file {path}"
            elif name and name not in tests(path):
                yield f"{PAGE}:{number}: {path} has no test {name}"
            elif case and f'"{case}"' not in text(path):
                yield f'{PAGE}:{number}: {path} has no case "{case}"'
    for path, begin in LISTS.items():
        body = text(path).split(begin)[1]
        indent = re.match(r"\n *", body)[0]  # that of a case; what continues one has more
        cases = re.findall(re.escape(indent) + r'\{"([^"]+)",', body.split(indent[:-2] + "};")[0])
        if not cases:
            yield f"{path}: no cases after '{begin}'"
        for case in cases:
            if (path, case) not in named:
                yield f'{PAGE}: has no row for "{case}" of {path}'
    for path, fixtures in WHOLE.items():
        for name in sorted(tests(path)):
            asked = not fixtures or name.split(".")[0] in fixtures.split()
            if asked and name.split(".")[-1] not in HONEST and (path, name) not in named:
                yield f"{PAGE}: does not name {name} of {path}"
    for begin in LABELS:
        labels = re.findall(r'"([a-z0-9_.]+)"', text(MESSAGES).split(begin)[1].split("}")[0])
        if not labels:
            yield f"{MESSAGES}: no labels after '{begin}'"
        for label in labels:
            if f"`{label}`" not in cheats:
                yield f"{PAGE}: has no row for the message `{label}`"


def main():
    with open(os.path.join(ROOT, PAGE), encoding="ascii") as f:
        page = f.read()
    found = list(problems(page))
    print("\n".join(found) if found else f"cheats: ok, {sum(1 for _ in rows(page))} rows")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
