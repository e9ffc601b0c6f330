#!/usr/bin/env python3
"""check_layers.py [ROOT] -- fails if an #include in ROOT/src/nescio, ROOT/cli or ROOT/python breaks tools/layers.txt.

Checked: allowed modules, modules that never name each other, prover files, clients, unknown modules, includes by
relative path, cycles, and the verifier's closure (forbidden files, code lines). layers.txt explains its own lines.
"""
import os
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)
TEST = re.compile(r"_(test|bench|fuzz)\.(h|cc)$")
PROVER_FILE = re.compile(r"^prover[^/]*\.(h|cc)$")
SOURCE = (".h", ".cc")


class Rules:
    def __init__(self, text):
        self.allowed = {}  # module -> modules; in topological order
        self.strangers = []  # (module, {modules})
        self.provers = set()
        self.clients = {}  # folder -> {modules}
        self.tests = set()  # headers
        self.closures = []  # (entry, budget, [forbidden])
        self.errors = []
        for number, line in enumerate(text.splitlines(), 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            if words[0].endswith(":"):
                module, names = words[0][:-1], words[1:]
                for name in names:
                    if name not in self.allowed:
                        self.errors.append(f"layers.txt:{number}: '{module}' names '{name}', which is not above it")
                self.allowed.setdefault(module, set()).update(names)
            elif words[0] == "strangers" and len(words) > 2:
                self.strangers.append((words[1], set(words[2:])))
            elif words[0] == "provers":
                self.provers |= set(words[1:])
            elif words[0] == "tests":
                self.tests |= set(words[1:])
            elif words[0] == "client" and len(words) > 2:
                self.clients[words[1]] = set(words[2:])
            elif words[0] == "closure" and words[2:3] == ["budget"] and words[4:5] == ["forbid"]:
                self.closures.append((words[1], int(words[3]), words[5:]))
            else:
                self.errors.append(f"layers.txt:{number}: not understood: {line}")

    def is_test(self, path):
        return path in self.tests or TEST.search(path)


def read_includes(folder):
    """{file: [(quoted by, path)]} for every source below folder, file relative to it."""
    includes = {}
    for where, _, names in os.walk(folder):
        for name in names:
            if name.endswith(SOURCE):
                path = os.path.join(where, name)
                with open(path, encoding="utf-8") as f:
                    includes[os.path.relpath(path, folder)] = INCLUDE.findall(f.read())
    return includes


def module_of(path):
    return path.split("/")[0]


def check_file(rules, path, includes):
    here = module_of(path)
    for quote, target in includes:
        near = "/" not in target and not target.endswith(".pb.h")  # those are generated
        if quote == '"' and not target.startswith("nescio/") and (near or ".." in target):
            yield f"src/nescio/{path}: include \"{target}\" by its full path, \"nescio/...\""
        if not target.startswith("nescio/"):
            continue
        target = target[len("nescio/"):]
        there = module_of(target)
        if rules.is_test(target):
            yield f"src/nescio/{path}: includes the test file {target}"
        if there != here and there not in rules.allowed.get(here, set()):
            yield f"src/nescio/{path}: module '{here}' may not include '{target}'"
        if any({here, there} == {a, b} for a, names in rules.strangers for b in names):
            yield f"src/nescio/{path}: '{here}' and '{there}' never name each other"
        is_prover = PROVER_FILE.match(os.path.basename(path)) or here in rules.provers
        if PROVER_FILE.match(os.path.basename(target)) and not is_prover:
            yield f"src/nescio/{path}: only prover code may include '{target}'"


def definitions(header, files):
    """x.cc and x_*.cc beside x.h: what the header brings in."""
    if not header.endswith(".h"):
        return []
    stem = header[:-len(".h")]
    return [f for f in files if f.startswith((stem + ".cc", stem + "_")) and f.endswith(".cc") and not TEST.search(f)]


def code_lines(path):
    with open(path, encoding="utf-8") as f:
        lines = (line.strip() for line in f)
        return sum(1 for line in lines if line and not line.startswith("//"))


def reach(entry, files):
    """{file: the file that brought it in}"""
    seen, todo = {}, [(entry, None)]
    while todo:
        path, why = todo.pop()
        if path in seen or path not in files:
            continue
        seen[path] = why
        todo += [(t[len("nescio/"):], path) for _, t in files[path] if t.startswith("nescio/")]
        todo += [(d, path) for d in definitions(path, files)]
    return seen


def check(root, rules_text, out=sys.stdout):
    rules = Rules(rules_text)
    errors = list(rules.errors)
    source = os.path.join(root, "src", "nescio")
    files = read_includes(source)
    for module in sorted({module_of(f) for f in files if "/" in f} - set(rules.allowed)):
        errors.append(f"src/nescio/{module}: not in tools/layers.txt")
    for path in sorted(files):
        if not rules.is_test(path):
            errors += check_file(rules, path, files[path])
    for path in sorted(rules.tests - set(files)):
        errors.append(f"layers.txt: src/nescio/{path} does not exist")
    for client, modules in rules.clients.items():
        for path, includes in sorted(read_includes(os.path.join(root, client)).items()):
            for _, target in includes:
                if target.startswith("nescio/") and target.split("/")[1] not in modules and not TEST.search(path):
                    errors.append(f"{client}/{path}: may include only {', '.join(sorted(modules))}, not '{target}'")
    for entry, budget, forbidden in rules.closures:
        if entry not in files:
            errors.append(f"closure: src/nescio/{entry} does not exist")
            continue
        seen = reach(entry, files)
        for path in sorted(seen):
            if any("/" + f in "/" + path for f in forbidden):
                errors.append(f"closure of {entry}: reaches forbidden {path}, through {seen[path]}")
        size = sum(code_lines(os.path.join(source, path)) for path in seen)
        print(f"closure of {entry}: {len(seen)} files, {size} code lines of {budget}", file=out)
        if size > budget:
            errors.append(f"closure of {entry}: {size} code lines, budget {budget}")
    return errors


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(here)
    with open(os.path.join(here, "layers.txt"), encoding="ascii") as f:
        errors = check(root, f.read())
    print("\n".join(errors) if errors else "layers: ok")
    sys.exit(bool(errors))


if __name__ == "__main__":
    main()
