// prover/bounded/allocation.h -- for tests: what this thread has allocated, counted by operator new (allocation.cc).
#pragma once
#include <cstddef>

namespace nescio {

struct Allocations {
  std::ptrdiff_t live = 0, peak = 0;  // bytes now, and at most
  std::size_t total = 0;              // bytes, freed or not
};
// Begins to count anew.
void count_allocations();
// Since then.
Allocations allocations();

}  // namespace nescio
