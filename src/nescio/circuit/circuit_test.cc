// Shapes, depth and the builder.
#include "nescio/circuit/circuit.h"

#include <gtest/gtest.h>

#include "nescio/circuit/sample_circuit.h"

namespace nescio {
namespace {

TEST(Dims, CellsAndVariables) {
  EXPECT_EQ(num_cells({}), 1U);
  EXPECT_EQ(num_cells({3, 5}), 15U);
  EXPECT_EQ(num_cells({0xFFFFFFFF, 0xFFFFFFFF}), 0xFFFFFFFE00000001U);
  EXPECT_EQ(num_cells({0xFFFFFFFF, 0xFFFFFFFF, 2}), ~std::uint64_t{0});
  EXPECT_EQ(num_variables({}), 0U);
  EXPECT_EQ(num_variables({1, 2, 3, 4, 5}), 0U + 1 + 2 + 2 + 3);
}

TEST(Depths, CountNestedContractionsOfPrivateOperands) {
  CircuitBuilder b;
  const TensorId x = b.committed({3}, 0), k = b.constant({3}, {1, 2, 3});
  const TensorId known = b.affine({3}, {b.term(k, 5)}, 1);
  const TensorId weighted = b.product(x, k), xx = b.product(x, x), sum = b.affine({3}, {b.term(x), b.term(xx)});
  const TensorId mapped = b.map(sum, 0, 7, ShiftMatrix{2}), product = b.product(xx, weighted);
  const TensorId weighted_again = b.product(k, product);
  const Circuit c = b.take();
  const std::vector<unsigned> depth = depths(c);
  const std::vector<bool> is_private = private_tensors(c);
  for (const TensorId id : {x, weighted, xx, sum, mapped, product, weighted_again}) EXPECT_TRUE(is_private[id]);
  for (const TensorId id : {k, known}) EXPECT_FALSE(is_private[id]);
  for (const TensorId id : {x, k, known, weighted}) EXPECT_EQ(depth[id], 0U);
  for (const TensorId id : {xx, sum, mapped}) EXPECT_EQ(depth[id], 1U);
  for (const TensorId id : {product, weighted_again}) EXPECT_EQ(depth[id], 2U);
}

TEST(Builder, EqualTablesAreOne) {
  CircuitBuilder b(2);
  const std::uint32_t range = b.table(256, {progression(0, 1)}, 1);
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < 256; ++i) values.push_back(i);
  EXPECT_EQ(b.table(256, {listed(values)}, 0), range);
  EXPECT_NE(b.table(255, {progression(0, 1)}, 0), range);
  EXPECT_NE(b.table(256, {progression(1, 1)}, 0), range);
  EXPECT_NE(b.table(256, {progression(0, 1), progression(0, 1)}, 0), range);
  values[255] = 254;
  const std::uint32_t listed_table = b.table(256, {listed(values)}, 0);
  EXPECT_NE(listed_table, range);
  EXPECT_EQ(b.table(256, {listed(values)}, 1), listed_table);
  const Circuit c = b.take();
  EXPECT_EQ(c.tables.size(), 5U);
  EXPECT_EQ(c.committed(c.tables[range].multiplicity)->segment, 1U);
  EXPECT_FALSE(c.tables[range].columns[0].explicit_values);
}

TEST(BuilderDeath, WrongShapes) {
  CircuitBuilder b;
  const TensorId x = b.committed({3}, 0), y = b.committed({4}, 0);
  EXPECT_DEATH(b.product(x, y), "internal error");
  EXPECT_DEATH(b.affine({4}, {b.term(x)}), "internal error");
  EXPECT_DEATH(b.committed({0}, 0), "internal error");
  EXPECT_DEATH(b.committed({1}, 1), "internal error");
  EXPECT_DEATH(b.constant({2}, {1}), "internal error");
  EXPECT_DEATH(b.map(x, 1, 2, ShiftMatrix{0}), "internal error");
  EXPECT_DEATH(b.zero(2, 0), "internal error");
  EXPECT_DEATH(b.lookup(0, 0, {x}), "internal error");
}

}  // namespace
}  // namespace nescio
