#!/usr/bin/env python3
"""bench_unit.py BUILD [--all] [--json FILE] -- the unit costs of the prover, measured, beside their targets.

Runs every BUILD/*_bench on one thread. A row of ROWS takes the fastest benchmark whose name, module/name/arguments, its
pattern matches. The cost is the benchmark's counter ns_per_<item>, else the time for each of its items
(SetItemsProcessed), else the time of an iteration: nanoseconds, least of the repetitions.
The targets hold for AVX-512 and extension degree 2. --all also lists the benchmarks that are in no row.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass

REPETITIONS = 5
SECONDS_EACH = 0.05
NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


@dataclass
class Row:
    unit: str
    possible: str  # measured in experiments, ns
    target: float  # ns
    acceptable: float  # ns
    pattern: str


ROWS = [
    Row("base multiplication", "0.42", 0.48, 0.6, r"^field/base_mul$"),
    Row("extension multiplication", "1.48", 1.7, 2.2, r"^field/ext_mul<Ext2>$"),
    Row("multiply-accumulate, delayed reduction", "0.25", 0.3, 0.45, r"^field/base_dot$"),
    Row("NTT, interleaved columns, per butterfly", "0.45-0.52", 0.55, 0.75, r"^ntt/ntt/1[36]/"),
    Row("commit one cell at rate 1/2", "10-13", 13, 18, r"^pcs/commit_rate_half<Ext2>/"),
    Row("Merkle 2-to-1", "10", 11, 20, r"^merkle/tree/18\b"),
    Row("product sumcheck, per entry, all rounds", "6.4-8.0", 9, 12, r"^field/product_sumcheck<Ext2>/18$"),
    Row("LogUp-GKR, per lookup, all layers", "19", 22, 30, r"^lookup/lookup_tree<Ext2>/18$"),
    Row("witness generation, per activation", "0.6-1.9", 3, 6, r"^gadget/activation\b"),
]


def cost(benchmark):
    for name, value in benchmark.items():
        if name.startswith("ns_per_"):
            return value
    if benchmark.get("items_per_second"):
        return 1e9 / benchmark["items_per_second"]
    return benchmark["cpu_time"] * NANOSECONDS[benchmark["time_unit"]]


def run(binary):
    """[(name, ns per item)]"""
    out = subprocess.run(
        [binary, "--benchmark_format=json", f"--benchmark_repetitions={REPETITIONS}",
         f"--benchmark_min_time={SECONDS_EACH}"],
        check=True, capture_output=True, text=True, timeout=600).stdout
    module = re.sub(r"^nescio_|_bench$", "", os.path.basename(binary))
    best = {}
    for b in json.loads(out)["benchmarks"]:
        if b.get("run_type") != "iteration" or b.get("error_occurred"):
            continue
        name = f"{module}/{b['run_name']}"
        best[name] = min(cost(b), best.get(name, float("inf")))
    return list(best.items())


def verdict(row, ns):
    if ns is None:
        return "no benchmark"
    return "target" if ns <= row.target else "acceptable" if ns <= row.acceptable else "TOO SLOW"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--json", metavar="FILE")
    args = parser.parse_args()

    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # one thread, here and in what it starts
    measured = []
    for binary in sorted(glob.glob(os.path.join(args.build, "*_bench"))):
        print(f"running {os.path.basename(binary)}", file=sys.stderr, flush=True)
        measured += run(binary)

    used, results = set(), []
    print(f"{'unit, ns':<46}{'possible':>12}{'target':>9}{'acceptable':>12}{'measured':>10}  ")
    for row in ROWS:
        matches = [(ns, name) for name, ns in measured if re.search(row.pattern, name)]
        used |= {name for _, name in matches}
        ns, name = min(matches, default=(None, None))
        shown = "-" if ns is None else f"{ns:.2f}"
        print(f"{row.unit:<46}{row.possible:>12}{row.target:>9g}{row.acceptable:>12g}{shown:>10}  {verdict(row, ns)}"
              + (f" ({name})" if name else ""))
        results.append({"unit": row.unit, "target_ns": row.target, "acceptable_ns": row.acceptable, "measured_ns": ns,
                        "benchmark": name})
    if args.all:
        print("\nother benchmarks, ns per item")
        for name, ns in sorted(measured):
            if name not in used:
                print(f"{name:<60}{ns:>14.2f}")
    if args.json:
        with open(args.json, "w", encoding="ascii") as f:
            json.dump(results, f, indent=1)


if __name__ == "__main__":
    main()
