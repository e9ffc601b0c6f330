#!/usr/bin/env python3
"""run.py [SCENARIO...] -- end-to-end measurements through the command line; without a name, lists the scenarios.

Each is compiled and committed once; then proven and verified several times, each time in a process of its own.
Printed, and written to build/bench/<scenario>/result.json: the least and the median of the times that the program
itself reports, sizes, peak memory, the part of the time that is there for zero knowledge alone (prover/prove.h),
security bits, threads, and the machine. "modulus" stands for the five networks of the table.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys

import classical
import lending
import modulus
import trees

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TABLE = ["modulus-49k", "modulus-88k", "modulus-178k", "modulus-518k", "modulus-1.2M"]
MAKERS = [(classical, classical.MODELS), (lending, lending.MODELS), (modulus, modulus.NETWORKS),
          (trees, trees.ENSEMBLES)]
SCENARIOS = ["credit", *(name for _, names in MAKERS for name in names)]
COLUMNS = [("scenario", "{}"), ("prove ms", "{:.1f}"), ("median", "{:.1f}"), ("verify ms", "{:.2f}"),
           ("median", "{:.2f}"), ("key check", "{:.2f}"), ("proof bytes", "{:,}"), ("key bytes", "{:,}"),
           ("peak MB", "{:.0f}"), ("hiding %", "{:.1f}"), ("bits", "{}")]


class Program:
    def __init__(self, path, folder, threads):
        self.path, self.folder, self.threads = path, folder, str(threads)

    def __call__(self, *args):
        done = subprocess.run([self.path, *args, "--json", "--threads", self.threads], cwd=self.folder,
                              capture_output=True, text=True, timeout=900)
        if done.returncode:
            sys.exit(f"nescio {' '.join(args)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)


def machine():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as f:
        names = [line.split(":", 1)[1].strip() for line in f if line.startswith("model name")]
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    return {"cpu": names[0] if names else platform.machine(), "cores": os.cpu_count(), "commit": commit}


def prepare(name, folder):
    """(model, calibration data, input, statement, options of compile)"""
    if name == "credit":
        files = ("model.onnx", "calibrate.csv", "applicant_good.json")
        return *(os.path.join(ROOT, "examples", "credit", f) for f in files), "score >= 700", []
    model = next(maker for maker, names in MAKERS if name in names).write(name, folder)
    with open(os.path.join(folder, "statement.txt"), encoding="ascii") as f:
        statement = f.read().strip()
    return model, "calibrate.csv", "input.json", statement, trees.options(name)


def measure(name, args):
    folder = os.path.join(ROOT, "build", "bench", name)
    os.makedirs(folder, exist_ok=True)
    nescio = Program(os.path.abspath(args.nescio), folder, args.threads)
    model, calibration, applicant, statement, options = prepare(name, folder)
    nescio("compile", model, "--calibrate", calibration, *options, "-o", "model.nescio")
    bound = ["--bind", "inputs"] if name.endswith("-bound") else []
    nescio("commit", "model.nescio", *bound, "--proving-key", "pk.key", "--verifying-key", "vk.key")
    proofs = [nescio("prove", "--proving-key", "pk.key", "--input", applicant, "--statement", statement, "-o",
                     "proof.nescio") for _ in range(args.times)]
    verdicts = [nescio("verify", "--verifying-key", "vk.key", "proof.nescio", "--statement", statement)
                for _ in range(args.times)]
    result = {
        "scenario": name, "threads": args.threads, "times": args.times, "machine": machine(),
        "prove_ms": min(p["prove_ms"] for p in proofs),
        "prove_ms_median": statistics.median(p["prove_ms"] for p in proofs),
        "verify_ms": min(v["verify_ms"] for v in verdicts),
        "verify_ms_median": statistics.median(v["verify_ms"] for v in verdicts),
        "key_check_ms": min(v["key_check_ms"] for v in verdicts),
        "proof_bytes": os.path.getsize(os.path.join(folder, "proof.nescio")),
        "key_bytes": os.path.getsize(os.path.join(folder, "vk.key")),
        "peak_memory_bytes": max(p["peak_memory_bytes"] for p in proofs),
        "security_bits": verdicts[0]["security_bits"],
        "zero_knowledge_percent": statistics.median(100 * p["zero_knowledge_ms"] / p["prove_ms"] for p in proofs),
        **{key: min(proofs, key=lambda p: p["prove_ms"])[key] for key in ("phases_ms", "parts_ms")},
    }
    with open(os.path.join(folder, "result.json"), "w", encoding="ascii") as f:
        json.dump(result, f, indent=1)
    return result


def print_table(results):
    rows = [[title for title, _ in COLUMNS]]
    for r in results:
        values = (r["scenario"], r["prove_ms"], r["prove_ms_median"], r["verify_ms"], r["verify_ms_median"],
                  r["key_check_ms"], r["proof_bytes"], r["key_bytes"], r["peak_memory_bytes"] / 1e6,
                  r["zero_knowledge_percent"], r["security_bits"])
        rows.append([form.format(value) for (_, form), value in zip(COLUMNS, values)])
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths)))
    width = max(len(r["scenario"]) for r in results)
    for key, title in (("phases_ms", "phases of the fastest proof, ms"),
                       ("parts_ms", "the same time by what it was spent on, ms; shared out by counted work"
                                    " (api/prover_parts.h)")):
        names = list(results[0][key])
        print(f"\n{title}")
        print("  ".join([" " * width, *(n.rjust(7) for n in names)]))
        for r in results:
            cells = (f"{r[key][n]:.1f}".rjust(max(len(n), 7)) for n in names)
            print("  ".join([r["scenario"].rjust(width), *cells]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    parser.add_argument("--nescio", default=os.path.join(ROOT, "build", "release", "nescio"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--times", type=int, default=5, help="proofs and verifications of each scenario")
    args = parser.parse_args()
    names = [n for s in args.scenarios for n in (TABLE if s == "modulus" else [s])]
    if not names or any(n not in SCENARIOS for n in names):
        print("scenarios: unit modulus " + " ".join(SCENARIOS))
        sys.exit(2 if names else 0)
    results = []
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        results.append(measure(name, args))
    m = machine()
    print(f"{m['cpu']}, {m['cores']} cores, {args.threads} threads, commit {m['commit'][:12]};"
          f" least and median of {args.times}\n")
    print_table(results)


if __name__ == "__main__":
    main()
