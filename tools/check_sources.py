#!/usr/bin/env python3
"""check_sources.py -- the rules for files that no other tool checks (CONTRIBUTING.md states them).

ASCII only; no tabs, trailing blanks or missing last newline; no source over 600 lines; a header opens with a comment
that names it; no folder or file named utils, helpers, common or misc; every error code is explained to users; no two
headers define one type (a linker takes either). Data files are exempt. The second verifier has at most 2,500 lines of
code, tests, blank lines, comments and docstrings not counted.
"""
import ast
import os
import re
import subprocess
import sys
import tokenize

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TEXT = (".h", ".cc", ".py", ".sh", ".cmake", ".md", ".json", ".toml", ".ipynb", "CMakeLists.txt", "dev", "run", ".clang-tidy")
SOURCE = (".h", ".cc", ".py", ".sh")
LONGEST = 600
REFERENCE = 2500
DRAWER = re.compile(r"(^|/)(utils?|helpers?|common|misc)(/|\.[a-z]+$)")


def files():
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"], check=True,
                            capture_output=True, text=True).stdout.splitlines()
    return [f for f in listed if os.path.isfile(os.path.join(ROOT, f))]


def problems(path):
    if DRAWER.search(path):
        yield f"{path}: name it by what it holds"
    if not path.endswith(TEXT) or path.startswith("tests/corpus/"):
        return
    with open(os.path.join(ROOT, path), "rb") as f:
        lines = f.read().split(b"\n")
    if lines[-1]:
        yield f"{path}:{len(lines)}: no newline at the end"
    for number, line in enumerate(lines, 1):
        if not line.isascii():
            yield f"{path}:{number}: not ASCII"
        if b"\t" in line or line.endswith((b" ", b"\r")):
            yield f"{path}:{number}: a tab, or a blank at the end"
    if path.endswith(SOURCE) and len(lines) - 1 > LONGEST:
        yield f"{path}: {len(lines) - 1} lines, at most {LONGEST}"
    if path.startswith("src/nescio/") and path.endswith(".h"):
        name = path[len("src/nescio/"):].encode()
        if not lines[0].startswith(b"// " + name):
            yield f"{path}:1: open with '// {name.decode()} -- what it states'"


def undocumented_errors():
    """Every code of base/error.h stands in docs/guide/errors.md with its number."""
    with open(os.path.join(ROOT, "src/nescio/base/error.h"), encoding="ascii") as f:
        codes = re.findall(r"^  k\w+ = (\d+),\s*// (\w+)", f.read(), re.M)
    with open(os.path.join(ROOT, "docs/guide/errors.md"), encoding="ascii") as f:
        page = f.read()
    return [f"docs/guide/errors.md: has no row for {name}, {number}" for number, name in codes
            if f"| `{name}` | {number} |" not in page]


def types_twice():
    """Types of one namespace in several headers of src, tests' own apart."""
    seen = {}
    for path in files():
        if not (path.startswith("src/nescio/") and path.endswith(".h")):
            continue
        namespace = "nescio"
        with open(os.path.join(ROOT, path), encoding="ascii") as f:
            for line in f:
                opened = re.match(r"namespace (nescio[\w:]*) {", line)
                defined = re.match(r"(?:struct|class) (\w+)(?: final)?(?: :.*)? {", line)
                namespace = opened[1] if opened else namespace
                if defined and not namespace.endswith("NESCIO_ISA"):  # one for each instruction set
                    seen.setdefault((namespace, defined[1]), []).append(path)
    return [f"{paths[1]}: {namespace}::{name} is in {paths[0]} too" for (namespace, name), paths in seen.items()
            if len(paths) > 1]


def code_lines(path):
    """Of a Python file, without comments and docstrings."""
    with open(path, "rb") as f:
        tree = ast.parse(f.read())
    with open(path, "rb") as f:
        tokens = list(tokenize.tokenize(f.readline))
    told = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
            tokenize.ENCODING)
    lines = {n for t in tokens if t.type not in told for n in range(t.start[0], t.end[0] + 1)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


def second_verifier():
    n = sum(code_lines(os.path.join(ROOT, path)) for path in files() if re.fullmatch(r"reference/\w+\.py", path))
    return [f"reference: {n} lines of code, at most {REFERENCE}"] if n > REFERENCE else []


def main():
    found = [p for path in files() for p in problems(path)] + undocumented_errors() + types_twice() + second_verifier()
    print("\n".join(found) if found else "sources: ok")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
