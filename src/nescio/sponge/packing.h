// sponge/packing.h -- where the integers of a digest stand in the blocks that a sponge absorbs.
//
// A value v of a tensor with the declared range lo..hi, hi - lo < 2^b, stands in a cell as the digit v - lo < 2^b, b
// bits wide; a cell has 62 / b digits, so it is below 2^62 < p and tells its values. A block has 8 cells (lanes).
// Addresses  each tensor is cut into parts: runs of digits along one dimension, repeated along another. Part (count,
// lane,
//            block) puts index `at + i` of dimension `along`, i < count, and index o of dimension `run` into digit
//            i mod k of lane (lane + i / k) of block (block + o). So the weight of a claim on blocks is a product over
//            the tensor's dimensions: what the circuit needs to read a weight tensor as it stands (circuit/circuit.h,
//            Packing).
// Placement  a function of shapes and ranges alone. Parts that fill their 8 lanes come first; the others share blocks,
//            widest first, where there is room. docs/spec/digest.md has the rule; its waste is a few percent.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "nescio/sponge/cell.h"

namespace nescio {

struct PackedTensor {
  std::vector<std::uint32_t> dims;  // at least one, each at least 1; dimension 0 is the fastest
  std::int64_t lo = 0, hi = 0;      // declared range, within +-2^62; lo <= hi, hi - lo < 2^62
  unsigned bits() const;            // the least b >= 1 with hi - lo < 2^b
  std::uint64_t size() const;
};

struct PackedPart {
  std::uint32_t tensor = 0;
  std::uint8_t along = 0;         // dimension of the digits
  std::uint8_t run = kNoRun;      // dimension of the blocks, all of it. Without: digits go on in the next block
  std::vector<std::uint32_t> at;  // first index along; 0 at run; the index of every other dimension
  std::uint32_t count = 1;        // digits
  std::uint32_t lane = 0, block = 0;
};
struct BlockPlan {
  std::uint32_t blocks = 0;  // with block 0, which is the salt's
  std::vector<PackedPart> parts;
};
// The number of parts that a tensor is cut into.
std::uint64_t num_parts(const PackedTensor& t);
// Fewer than 2^30 values in all. Cost: the number of parts, times its logarithm.
BlockPlan plan_blocks(std::span<const PackedTensor> tensors);

}  // namespace nescio
