// Packing: what check_circuit and derive_bounds refuse, and its bytes.
#include <gtest/gtest.h>

#include "nescio/base/byte_reader.h"
#include "nescio/circuit/bounds.h"
#include "nescio/circuit/builder.h"
#include "nescio/circuit/check.h"
#include "nescio/circuit/serialize.h"
#include "nescio/sponge/poseidon.h"

namespace nescio {
namespace {

// x [20, 3] and v [30], both in 0..255, in 5 blocks: x is 3 lanes of blocks 1..3, v 5 lanes of block 4.
class PackingCircuit : public testing::Test {
 protected:
  PackingCircuit() {
    CircuitBuilder b;
    x = b.committed({20, 3}, 0);
    v = b.committed({30}, 0);
    const std::uint32_t byte = b.table(256, {progression(0, 1)}, 0);
    b.lookup(byte, 0, {x});
    b.lookup(byte, 0, {v});
    blocks = b.packing(5, {{x, 0, 8, 0, 1, 2, {0, 0}, 20, 1}, {v, 0, 8, 0, kNoRun, 0, {0}, 30, 4}});
    x7 = b.committed({kPoseidonSboxes, 5}, 0);
    inputs = b.affine({kPoseidonInputs, 5}, {b.term(b.map(blocks, 0, kPoseidonInputs, ShiftMatrix{0})),
                                             b.term(b.map(x7, 0, kPoseidonInputs, ShiftMatrix{kPoseidonWidth}))});
    linear = b.map(inputs, 0, kPoseidonSboxes, PoseidonMatrix{});
    b.zero(b.affine({kPoseidonSboxes, 5}, {b.term(linear), b.term(x7, -1)}), 0);
    c = b.take();
  }
  Packing& packing() { return std::get<Packing>(c.tensors[blocks].def); }
  Packing::Part& part(std::size_t i) { return packing().parts[i]; }
  void refused() const {
    const Status status = check_circuit(c, false);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().where, static_cast<std::uint32_t>(CircuitRule::kPacking));
  }
  void out_of_bounds(TensorId id) const {
    ASSERT_TRUE(check_circuit(c, false).ok());
    const auto bounds = derive_bounds(c);
    ASSERT_FALSE(bounds.ok());
    EXPECT_EQ(bounds.error().where, id);
  }
  TensorId x = 0, v = 0, blocks = 0, x7 = 0, inputs = 0, linear = 0;
  Circuit c;
};

TEST_F(PackingCircuit, IsAccepted) {
  EXPECT_TRUE(check_circuit(c, false).ok());
  EXPECT_TRUE(derive_bounds(c).ok());
  EXPECT_EQ(depths(c)[blocks], 0U);
  EXPECT_TRUE(private_tensors(c)[blocks]);
}

TEST_F(PackingCircuit, PartsLieInTheirSourceAndInTheBlocks) {
  struct Case {
    std::size_t part;
    void (*change)(Packing::Part&);
  };
  const Case kCases[] = {
      {0, [](Packing::Part& p) { p.bits = 0; }},
      {0, [](Packing::Part& p) { p.bits = 63; }},
      {0, [](Packing::Part& p) { p.bits = 255; }},
      {0, [](Packing::Part& p) { p.lo = INT64_MIN; }},
      {0, [](Packing::Part& p) { p.lo = INT64_MAX; }},
      {0, [](Packing::Part& p) { p.lo = kMaxInteger - 254; }},
      {0, [](Packing::Part& p) { p.along = 2; }},
      {0, [](Packing::Part& p) { p.along = 1; }},
      {0, [](Packing::Part& p) { p.run = 2; }},
      {0, [](Packing::Part& p) { p.run = 0; }},
      {0, [](Packing::Part& p) { p.count = 0; }},
      {0, [](Packing::Part& p) { p.count = 21; }},
      {0, [](Packing::Part& p) { p.count = 0xFFFFFFFF; }},
      {0, [](Packing::Part& p) { p.at = {1, 0}; }},
      {0, [](Packing::Part& p) { p.at = {0xFFFFFFFF, 0}; }},
      {0, [](Packing::Part& p) { p.at = {0, 1}; }},
      {0, [](Packing::Part& p) { p.at = {0}; }},
      {0, [](Packing::Part& p) { p.lane = 6; }},
      {0, [](Packing::Part& p) { p.lane = 255; }},
      {0, [](Packing::Part& p) { p.block = 3; }},
      {0, [](Packing::Part& p) { p.block = 0xFFFFFFFF; }},
      {1, [](Packing::Part& p) { p.block = 5; }},
      {1, [](Packing::Part& p) { p.lane = 4; }},
      {1, [](Packing::Part& p) { p.bits = 32; }},  // 30 cells pass the last block
      {1, [](Packing::Part& p) { p.bits = 32, p.lane = 1, p.block = 0; }},
  };
  for (const Case& k : kCases) {
    const Packing good = packing();
    k.change(part(k.part));
    refused();
    packing() = good;
  }
  c.tensors[blocks].dims = {7, 5};
  refused();
  c.tensors[blocks].dims = {8};
  refused();
}

TEST_F(PackingCircuit, PartsShareNoCell) {
  part(0).block = 2;  // blocks 2..4, lanes 2..4; v has lanes 0..4 of block 4
  refused();
  part(0).lane = 5;
  EXPECT_TRUE(check_circuit(c, false).ok());
  part(1).bits = 32;  // 30 cells: blocks 0..3
  part(1).block = 0;
  refused();
  packing().parts.push_back(part(0));
  part(1).bits = 8;
  refused();
}

TEST_F(PackingCircuit, ValuesNeedTheirDeclaredRange) {
  for (const auto& [lo, bits, good] :
       {std::tuple{0, 8, true}, {-1, 9, true}, {0, 7, false}, {1, 8, false}, {-1, 8, false}}) {
    part(0).lo = lo;
    part(0).bits = static_cast<std::uint8_t>(bits);
    if (good) {
      EXPECT_TRUE(derive_bounds(c).ok());
    } else {
      out_of_bounds(x);
    }
  }
  part(0).lo = 0;
  part(0).bits = 8;
  c.lookups.erase(c.lookups.begin() + 1);  // nothing keeps v in a range
  out_of_bounds(v);
}

// A weight may be a hash state only through its digits.
TEST_F(PackingCircuit, IntegersReachASpongeAsDigitsOnly) {
  const TensorId row = static_cast<TensorId>(c.tensors.size());
  c.tensors.push_back({{kPoseidonInputs, 3}, Map{x, 0, ShiftMatrix{0}}});
  c.tensors.push_back({{kPoseidonInputs, 5}, Map{row, 1, ShiftMatrix{0}}});
  c.tensors.push_back({{kPoseidonSboxes, 5}, Map{row + 1, 0, PoseidonMatrix{}}});
  out_of_bounds(row + 2);
}
// The digits of a digest are no integers of the circuit.
TEST_F(PackingCircuit, BlocksMeetNoIntegers) {
  const TensorId cell = static_cast<TensorId>(c.tensors.size());
  c.tensors.push_back({{1}, Affine{{{1, blocks, {fixed_at(0), fixed_at(0)}}}, 0, 1}});
  c.lookups.push_back({0, 0, {cell}});
  out_of_bounds(cell);
  c.lookups.pop_back();
  c.tensors.push_back({{1}, Affine{{{1, cell, {runs_with(0)}}, {1, v, {fixed_at(0)}}}, 0, 1}});
  c.zeros.push_back({cell + 1, 0});
  out_of_bounds(cell + 1);
}

TEST_F(PackingCircuit, Bytes) {
  ByteWriter out;
  write_circuit(c, out);
  ByteReader in(out.data(), ErrorCode::kVKey);
  const auto read = read_circuit(in);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, c);
  for (std::size_t n = 0; n < out.size(); ++n) {
    ByteReader cut(std::span(out.data()).first(n), ErrorCode::kVKey);
    EXPECT_FALSE(read_circuit(cut).ok());
  }
}

}  // namespace
}  // namespace nescio
