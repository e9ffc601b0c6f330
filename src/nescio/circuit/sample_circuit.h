// circuit/sample_circuit.h -- for tests: a small sound circuit that uses every kind of definition.
//
// y = clip((W^T x + 8) / 16) on int8 inputs and 5-bit weights; a statement on y; a Poseidon digest of the packed
// weights. x is disclosed, and has a digest of which nothing is stated.
#pragma once
#include "nescio/circuit/builder.h"
#include "nescio/sponge/poseidon.h"

namespace nescio {

struct Sample {
  Circuit circuit;
  TensorId x = 0, w = 0, accumulator = 0, remainder = 0, quotient = 0, y = 0;
  TensorId pub_lo = 0, pub_x = 0, input_digest = 0, packed = 0, blocks = 0, sponge = 0, x3 = 0, x7 = 0, digest_zero = 0,
           key = 0;
  std::uint32_t int8 = 0, activation = 0;
};

inline std::vector<std::int64_t> clip_values(std::int64_t start, std::uint32_t rows) {
  std::vector<std::int64_t> v;
  for (std::uint32_t i = 0; i < rows; ++i)
    v.push_back(std::min<std::int64_t>(std::max<std::int64_t>(start + i, 0), 100));
  return v;
}

// Two segments; the digest is in the second.
inline Sample make_sample(bool with_argument) {
  using Source = Public::Source;
  CircuitBuilder b(2);
  Sample s;
  s.int8 = b.table(256, {progression(-128, 1)}, 0);
  const std::uint32_t int5 = b.table(32, {progression(-16, 1)}, 0), nibble = b.table(16, {progression(0, 1)}, 0);
  s.activation = b.table(1024, {progression(-512, 1), listed(clip_values(-512, 1024))}, 1);

  s.x = b.committed({4}, 0);
  b.lookup(s.int8, 0, {s.x});
  s.w = b.committed({4, 3}, 0);
  b.lookup(int5, 0, {s.w});
  s.accumulator = b.contract(s.w, {0, 1}, s.x, {0}, {1});
  s.remainder = b.committed({3}, 0);
  b.lookup(nibble, 0, {s.remainder});
  s.quotient = b.affine({3}, {b.term(s.accumulator), b.term(s.remainder, -1)}, 8, 16);
  s.y = b.committed({3}, 0);
  b.lookup(s.activation, 0, {s.quotient, s.y});

  s.pub_lo = b.public_values({3}, Source::statement);
  const TensorId pub_hi = b.public_values({3}, Source::statement);
  const TensorId outside = b.public_values({3}, Source::statement);
  const TensorId onehot = b.public_values({3}, Source::statement);
  const TensorId on = b.public_values({1}, Source::statement);
  const TensorId tie = b.public_values({3}, Source::statement);
  b.lookup(s.int8, 1, {b.affine({3}, {b.term(s.y), b.term(s.pub_lo, -1)})});
  b.lookup(s.int8, 1, {b.affine({3}, {b.term(pub_hi), b.term(s.y, -1)})});
  const TensorId best = b.contract(s.y, {0}, onehot, {0}, {});
  const TensorId scaled = b.contract(s.y, {0}, on, {1}, {0, 1});
  b.lookup(s.int8, 1, {b.affine({3}, {{1, best, {}}, {-1, scaled, {runs_with(0), fixed_at(0)}}, b.term(tie, -1)})});
  b.lookup(nibble, 1, {b.contract(s.remainder, {0}, outside, {0}, {0})});
  b.lookup(nibble, 1, {b.contract(s.remainder, {0}, b.constant({3}, {1, 0, 1}), {0}, {0})});

  // Four weights of 5 bits a cell, then the permutation.
  std::vector<AffineTerm> digits;
  for (std::uint32_t i = 0; i < 4; ++i)
    digits.push_back({std::int64_t{1} << (5 * i), s.w, {fixed_at(i), runs_with(0)}});
  s.packed = b.affine({3}, digits, 16 * (1 + 32 + 1024 + 32768));
  s.blocks = b.packing(1, {{s.packed, 0, 20, 0, kNoRun, 0, {0}, 3, 0}});
  const TensorId block = b.affine({kPoseidonRate}, {{1, s.blocks, {runs_with(0), fixed_at(0)}}});
  const TensorId salt = b.committed({4}, 1);
  s.x3 = b.committed({kPoseidonSboxes}, 1);
  s.x7 = b.committed({kPoseidonSboxes}, 1);
  s.sponge = b.affine({kPoseidonInputs}, {b.term(b.map(block, 0, kPoseidonInputs, ShiftMatrix{0})),
                                          b.term(b.map(salt, 0, kPoseidonInputs, ShiftMatrix{3})),
                                          b.term(b.map(s.x7, 0, kPoseidonInputs, ShiftMatrix{kPoseidonWidth}))});
  const TensorId linear = b.map(s.sponge, 0, kPoseidonSboxes, PoseidonMatrix{});
  const TensorId in = b.affine({kPoseidonSboxes}, {b.term(linear), b.term(b.poseidon_constants({kPoseidonSboxes}))});
  b.zero(b.affine({kPoseidonSboxes}, {b.term(s.x3), b.term(b.cubic(in, in, in), -1)}), 1);
  b.zero(b.affine({kPoseidonSboxes}, {b.term(s.x7), b.term(b.product(b.product(s.x3, s.x3), in), -1)}), 1);
  SparseMatrix mds;
  for (std::uint32_t i = 0; i < 4; ++i)
    for (std::uint32_t j = 0; j < kPoseidonWidth; ++j)
      mds.entries.push_back({i, static_cast<std::uint32_t>(kPoseidonSboxes - kPoseidonWidth) + j, poseidon_mds(i, j)});
  s.key = b.public_values({4}, Source::key);
  s.digest_zero = b.affine({4}, {b.term(b.map(s.x7, 0, 4, mds)), b.term(s.key, -1)});
  b.zero(s.digest_zero, 1);

  s.pub_x = b.public_values({4}, Source::statement);
  b.zero(b.affine({4}, {b.term(s.x), b.term(s.pub_x, -1)}), 0);
  s.input_digest = b.public_values({4}, Source::statement);
  b.input({"x", {2, 2}, s.x, {{3, -5}}, -128, 127, true, s.pub_x});
  b.output({"y", {3}, s.y, {1, 0}, 0, 100, s.pub_lo, pub_hi, outside, true, onehot, on, tie});
  b.digest({Group::weights, s.key, {{s.packed, 0, (1 << 20) - 1}}});
  b.digest({Group::inputs, s.input_digest, {{s.x, -128, 127}}});
  s.circuit = b.take();
  if (with_argument)
    for (std::uint32_t segment = 0; segment < 2; ++segment) add_argument_tensors(s.circuit, segment, 40, 9, 3);
  return s;
}

}  // namespace nescio
