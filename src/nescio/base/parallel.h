// base/parallel.h -- the only door to threads. Results never depend on their number.
#pragma once
#include <cstddef>
#include <functional>

namespace nescio {

// Threads used by parallel_for; 0 asks for all cores. Not to be called while a parallel_for runs.
void set_num_threads(unsigned n);
unsigned num_threads();

// Calls body(begin, end) over disjoint ranges that cover [0, n), each a multiple of `grain` long but the last.
// The split into ranges depends on the number of threads: bodies must write to disjoint places.
void parallel_for(std::size_t n, std::size_t grain, const std::function<void(std::size_t, std::size_t)>& body);

}  // namespace nescio
