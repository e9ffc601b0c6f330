// base/fuzz_start.h -- for fuzz targets of binary formats: valid inputs to start from, made by the code itself, so that
// no change of a format leaves a target with seeds that are refused at their first byte.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "nescio/base/check.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace nescio {

// What LLVMFuzzerCustomMutator is to return. At the start and now and then, one of the valid inputs as it is; otherwise
// libFuzzer's own mutation. Run with a -max_len that valid inputs fit in: libFuzzer's own, 4096, is too little for
// most, and a target that never meets a valid input tests little behind the first checks.
inline std::size_t mutate_or_start_over(const std::vector<std::vector<std::uint8_t>>& valid, std::uint8_t* data,
                                        std::size_t size, std::size_t max_size, unsigned seed) {
  const std::vector<std::uint8_t>& start = valid[(seed / 256) % valid.size()];
  NESCIO_CHECK(start.size() <= max_size);
  if (size > 1 && seed % 256 != 0) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(start.begin(), start.end(), data);
  return start.size();
}

}  // namespace nescio
