#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "nescio/base/parallel.h"
#include "nescio/field/extension.h"
#include "nescio/merkle/leaf.h"
#include "nescio/merkle/prover.h"
#include "nescio/merkle/verifier.h"
#include "nescio/transcript/prf.h"
#include "nescio/transcript/writer.h"

namespace nescio::merkle {
namespace {

std::vector<Digest> random_digests(std::size_t n, std::uint64_t seed) {
  std::vector<Digest> out(n);
  Prf(Digest{}, "merkle test", seed).fill(out);
  return out;
}
std::vector<F> random_cells(std::size_t n, std::uint64_t seed) {
  std::vector<F> out(n);
  Prf(Digest{}, "merkle test cells", seed).fill(out);
  return out;
}

// The definition: node = Hash("node"; left || right), by recursion.
Digest plain_root(std::span<const Digest> leaves) {
  if (leaves.size() == 1) return leaves[0];
  const std::size_t half = leaves.size() / 2;
  const Digest pair[2] = {plain_root(leaves.first(half)), plain_root(leaves.subspan(half))};
  return hash_padded(HashContext::kNode, {pair[0].bytes.data(), 64});
}

// An opening as it is sent: who is opened, and the bytes of the path.
struct Opening {
  std::vector<IndexedDigest> leaves;
  std::vector<std::uint8_t> proof;
};
Opening open(const Tree& tree, std::span<const Digest> leaves, const std::vector<std::uint32_t>& indices) {
  Opening o;
  ProofWriter out;
  for (const std::uint32_t i : indices) o.leaves.push_back({i, leaves[i]});
  for (const Digest& d : tree.multiproof(indices)) out.digest("path", d);
  o.proof = out.bytes();
  return o;
}
// The root, or nothing if the proof is malformed or not used up.
Result<Digest> root_of(const Opening& o, unsigned log_n) {
  ProofReader in(o.proof);
  NESCIO_TRY(const Digest root, root_from(o.leaves, log_n, in, "path"));
  NESCIO_TRY_STATUS(in.end());
  return root;
}
bool accepts(const Opening& o, unsigned log_n, const Digest& root) {
  const auto got = root_of(o, log_n);
  return got.ok() && *got == root;
}

std::vector<std::uint32_t> members(std::uint32_t set) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < 32; ++i)
    if ((set >> i & 1) != 0) out.push_back(i);
  return out;
}

TEST(Tree, RootIsTheDefinitionForEverySizeAndNumberOfThreads) {
  for (const unsigned threads : {1u, 2u, 7u}) {
    set_num_threads(threads);
    for (unsigned log_n = 0; log_n <= 14; ++log_n) {
      const auto leaves = random_digests(std::size_t{1} << log_n, log_n);
      EXPECT_EQ(Tree(leaves).root(), plain_root(leaves)) << log_n;
    }
  }
  set_num_threads(0);
}

// All sets of opened leaves of all trees of up to 16 leaves.
TEST(Multiproof, EverySetOfASmallTreeOpens) {
  for (unsigned log_n = 0; log_n <= 4; ++log_n) {
    const std::uint32_t n = 1u << log_n;
    const auto leaves = random_digests(n, 100 + log_n);
    const Tree tree(leaves);
    for (std::uint32_t set = 1; set < 1u << n; ++set) {
      const Opening o = open(tree, leaves, members(set));
      // A sibling is sent for each node that is known while its brother is not.
      std::size_t missing = 0;
      for (std::uint32_t known = set, width = n; width > 1; width /= 2) {
        std::uint32_t up = 0;
        for (std::uint32_t i = 0; i < width; i += 2) {
          const std::uint32_t pair = known >> i & 3;
          missing += pair == 1 || pair == 2;
          up |= static_cast<std::uint32_t>(pair != 0) << (i / 2);
        }
        known = up;
      }
      ASSERT_EQ(o.proof.size(), 32 * missing) << log_n << ' ' << set;
      ASSERT_TRUE(accepts(o, log_n, tree.root())) << log_n << ' ' << set;
    }
  }
}

TEST(Multiproof, SiblingsGoBottomUpLeftToRight) {
  const auto l = random_digests(8, 7);
  const Tree tree(l);
  const Digest n23 = plain_root(std::span(l).subspan(2, 2)), n67 = plain_root(std::span(l).subspan(6, 2));
  EXPECT_EQ(tree.multiproof(std::vector<std::uint32_t>{0, 5}), (std::vector<Digest>{l[1], l[4], n23, n67}));
  EXPECT_EQ(tree.multiproof(std::vector<std::uint32_t>{2, 3}),
            (std::vector<Digest>{plain_root(std::span(l).first(2)), plain_root(std::span(l).subspan(4))}));
}

TEST(Multiproof, EveryChangedBitIsRejected) {
  constexpr unsigned kLogN = 5;
  const auto leaves = random_digests(32, 5);
  const Tree tree(leaves);
  for (const auto& indices :
       {std::vector<std::uint32_t>{0}, {31}, {3, 4}, {0, 1, 2, 3}, {5, 6, 17, 30}, {1, 9, 10, 11, 20, 21}}) {
    const Opening honest = open(tree, leaves, indices);
    ASSERT_TRUE(accepts(honest, kLogN, tree.root()));
    for (std::size_t i = 0; i < honest.proof.size(); ++i)
      for (unsigned bit = 0; bit < 8; ++bit) {
        Opening o = honest;
        o.proof[i] ^= static_cast<std::uint8_t>(1u << bit);
        ASSERT_FALSE(accepts(o, kLogN, tree.root())) << i;
      }
    for (std::size_t leaf = 0; leaf < indices.size(); ++leaf)
      for (std::size_t i = 0; i < 32; ++i) {
        Opening o = honest;
        o.leaves[leaf].digest.bytes[i] ^= 0x40;
        ASSERT_FALSE(accepts(o, kLogN, tree.root())) << leaf;
      }
    for (std::size_t size = 0; size < honest.proof.size(); ++size) {
      Opening o = honest;
      o.proof.resize(size);
      const auto got = root_of(o, kLogN);
      ASSERT_FALSE(got.ok());
      EXPECT_EQ(got.error().code, ErrorCode::kVFormat);
    }
  }
}

// An honest opening says nothing about other indices.
TEST(Multiproof, WrongIndicesAreRejected) {
  for (unsigned log_n = 1; log_n <= 3; ++log_n) {
    const std::uint32_t n = 1u << log_n;
    const auto leaves = random_digests(n, 200 + log_n);
    const Tree tree(leaves);
    for (std::uint32_t set = 1; set < 1u << n; ++set)
      for (std::uint32_t claimed = 1; claimed < 1u << n; ++claimed) {
        const auto a = members(set), b = members(claimed);
        if (a == b || a.size() != b.size()) continue;
        Opening o = open(tree, leaves, a);
        for (std::size_t i = 0; i < b.size(); ++i) o.leaves[i].index = b[i];
        ASSERT_FALSE(accepts(o, log_n, tree.root())) << set << " as " << claimed;
      }
  }
}

// A tree of another depth, or an inner node passed off as a leaf, does not lead to the root.
TEST(Multiproof, DepthIsFixed) {
  const auto leaves = random_digests(16, 9);
  const Tree tree(leaves);
  Opening o = open(tree, leaves, {6});
  EXPECT_FALSE(accepts(o, 3, tree.root()));
  o.leaves = {{3, plain_root(std::span(leaves).subspan(6, 2))}};
  o.proof.erase(o.proof.begin(), o.proof.begin() + 32);
  EXPECT_TRUE(accepts(o, 3, tree.root()));  // one level up it is an honest opening
  EXPECT_FALSE(accepts(o, 4, tree.root()));
}

TEST(MultiproofDeathTest, IndicesAreOurs) {
  const auto leaves = random_digests(4, 1);
  const Tree tree(leaves);
  EXPECT_DEATH(tree.multiproof(std::vector<std::uint32_t>{2, 2}), "internal error");
  EXPECT_DEATH(tree.multiproof(std::vector<std::uint32_t>{4}), "internal error");
  ProofReader in({});
  const IndexedDigest twice[] = {{1, leaves[1]}, {1, leaves[1]}}, outside[] = {{4, leaves[0]}};
  EXPECT_DEATH((void)root_from(twice, 2, in, "path"), "internal error");
  EXPECT_DEATH((void)root_from(outside, 2, in, "path"), "internal error");
}

// ---- leaves

// Column groups of every kind: less than a block, whole blocks, not whole, more than a chunk, empty.
const std::vector<std::vector<ColumnGroup>> kGroupings = {
    {},
    {{0, 1}},
    {{0, 8}},
    {{0, 8}, {8, 11}},
    {{0, 16}, {16, 24}, {24, 27}},
    {{3, 10}, {10, 10}, {10, 17}, {20, 160}},
    {{0, 128}, {128, 131}},
    {{0, 129}, {129, 132}},
    {{5, 155}, {155, 158}},
};

TEST(RowLeaves, AgreeWithTheVerifiersRow) {
  constexpr std::size_t kStride = 160;
  for (const std::size_t rows : {1u, 15u, 63u, 64u, 65u, 300u}) {
    const auto code = random_cells(rows * kStride, rows);
    const auto salts = random_digests(rows, rows);
    for (const auto& groups : kGroupings) {
      std::vector<Digest> want(rows);
      for (std::size_t i = 0; i < rows; ++i)
        want[i] = row_leaf(salts[i], std::span(code).subspan(i * kStride, kStride), groups);
      for (const unsigned threads : {1u, 2u, 7u}) {
        set_num_threads(threads);
        ASSERT_EQ(row_leaves(code.data(), rows, kStride, groups, salts), want) << rows << ' ' << groups.size();
      }
    }
  }
  set_num_threads(0);
}

// The definition, spelled out with the streaming hasher.
TEST(RowLeaf, IsTheTwoLevelHash) {
  const F row[3] = {F(1), F(2), F(F::kModulus + 3)};  // the last is 3
  const Digest salt = random_digests(1, 3)[0];
  const ColumnGroup groups[] = {{0, 1}, {1, 3}};
  std::array<std::uint8_t, 64> first{1}, second{2, 0, 0, 0, 0, 0, 0, 0, 3};
  const Digest d0 = Hasher::derive_key("nescio 2026 v1 seg").update(first).finish();
  const Digest d1 = Hasher::derive_key("nescio 2026 v1 seg").update(second).finish();
  const std::array<std::uint8_t, 32> zeros{};
  const Digest leaf = Hasher::derive_key("nescio 2026 v1 leaf")
                          .update(salt.bytes)
                          .update(d0.bytes)
                          .update(d1.bytes)
                          .update(zeros)
                          .finish();
  EXPECT_EQ(row_leaf(salt, row, groups), leaf);
}

TEST(RowLeaf, EveryCellTheSaltAndTheGroupingMatter) {
  const auto row = random_cells(11, 4);
  const Digest salt = random_digests(1, 4)[0];
  const std::vector<ColumnGroup> groups = {{0, 8}, {8, 11}};
  const Digest honest = row_leaf(salt, row, groups);
  for (std::size_t c = 0; c < row.size(); ++c) {
    auto changed = row;
    changed[c] += F(1);
    EXPECT_NE(row_leaf(salt, changed, groups), honest) << c;
  }
  for (std::size_t i = 0; i < 32; ++i) {
    Digest other = salt;
    other.bytes[i] ^= 1;
    EXPECT_NE(row_leaf(other, row, groups), honest) << i;
  }
  EXPECT_NE(row_leaf(salt, row, std::vector<ColumnGroup>{{0, 7}, {7, 11}}), honest);
  EXPECT_NE(row_leaf(salt, row, std::vector<ColumnGroup>{{8, 11}, {0, 8}}), honest);
  EXPECT_NE(row_leaf(salt, row, std::vector<ColumnGroup>{{0, 11}}), honest);
}

template <class E>
class CosetLeaves : public testing::Test {};
using Fields = testing::Types<Ext2, Ext3>;
TYPED_TEST_SUITE(CosetLeaves, Fields);

TYPED_TEST(CosetLeaves, AgreeWithTheVerifiersCoset) {
  using E = TypeParam;
  constexpr std::size_t kStep = 8;  // of the row-major form
  for (const std::size_t n : {32u, 1024u, 4096u})
    for (unsigned k = 0; k <= 5; ++k) {
      std::vector<F> planes[E::D], matrix(n * kStep);
      const F *plane[E::D], *column[E::D];
      for (unsigned d = 0; d < E::D; ++d) {
        planes[d] = random_cells(n, d);
        for (std::size_t i = 0; i < n; ++i) matrix[i * kStep + d] = planes[d][i];
        plane[d] = planes[d].data();
        column[d] = matrix.data() + d;
      }
      std::vector<Digest> want;
      for (std::size_t leaf = 0; leaf < n >> k; ++leaf) {
        std::vector<E> values(std::size_t{1} << k);
        for (std::size_t j = 0; j < values.size(); ++j)
          for (unsigned d = 0; d < E::D; ++d) values[j][d] = planes[d][(leaf << k) + j];
        want.push_back(ext_leaf<E>(values));
      }
      for (const unsigned threads : {1u, 7u}) {
        set_num_threads(threads);
        ASSERT_EQ(coset_leaves(plane, 1, n, k), want) << n << ' ' << k;
        ASSERT_EQ(coset_leaves(column, kStep, n, k), want) << n << ' ' << k;
      }
    }
  set_num_threads(0);
}

TEST(ExtLeaf, IsTheHashOfTheWordsInOrder) {
  const Ext2 values[] = {Ext2({F(1), F(2)}), Ext2({F(3), F(F::kModulus)})};
  std::array<std::uint8_t, 64> bytes{};
  bytes[0] = 1, bytes[8] = 2, bytes[16] = 3;
  EXPECT_EQ(ext_leaf<Ext2>(values), Hasher::derive_key("nescio 2026 v1 ext").update(bytes).finish());
}

}  // namespace
}  // namespace nescio::merkle
