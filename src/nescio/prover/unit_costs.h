// prover/unit_costs.h -- what the prover's inner loops cost on this machine, beside what they should: the numbers that
// estimates of a proof's time are made of. `./dev bench unit` measures more of them, with Google Benchmark.
#pragma once
#include <string>
#include <vector>

namespace nescio {

struct UnitCost {
  std::string unit;
  double ns = 0;                      // least of several runs, one thread
  double target = 0, acceptable = 0;  // tools/bench_unit.py
};

// About a second. Sets the number of threads to one while it runs.
std::vector<UnitCost> measure_units();

}  // namespace nescio
