// Completeness over shapes, agreement with the definition, and the bytes: nothing can be changed, cut or added.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "nescio/base/parallel.h"
#include "nescio/pcs/prover.h"
#include "nescio/pcs/reference_prover.h"
#include "nescio/pcs/sample_opening.h"
#include "nescio/pcs/verifier.h"

namespace nescio::pcs {
namespace {

struct Shape {
  unsigned kappa, columns, log_rows, rate, queries;
  std::vector<std::array<unsigned, 4>> rounds;
  std::size_t static_columns = 0;
  std::vector<std::uint32_t> positions = {};
};

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all = {
      {0, 1, 5, 1, 4, {}},              // one column, no oracle: the column is sent
      {0, 1, 5, 2, 4, {{2, 5, 3, 1}}},  // folded to a constant
      {1, 2, 5, 1, 5, {{2, 1, 4, 2}, {3, 2, 3, 1}}},
      {2, 3, 5, 2, 6, {{3, 2, 4, 1}, {4, 2, 3, 1}}},
      {2, 3, 6, 2, 6, {{3, 2, 4, 1}, {4, 2, 3, 1}}, 1},  // a static column at 3
      {3, 5, 6, 2, 6, {{3, 3, 4, 0}, {5, 2, 3, 2}}, 3},
      {3, 4, 6, 3, 6, {{4, 6, 4, 1}}, 3, {4, 1, 0, 2}},  // stored out of order
      {4, 16, 6, 1, 7, {{2, 4, 5, 1}}},
      {4, 7, 7, 2, 9, {{2, 1, 9, 1}, {2, 1, 8, 1}, {3, 1, 7, 1}, {3, 1, 6, 1}}, 5},
      {5, 6, 6, 2, 6, {{3, 3, 4, 1}}},  // most positions empty
      {5, 29, 8, 2, 20, {{4, 4, 10, 1}, {6, 2, 6, 1}}, 3},
  };
  return all;
}

template <class E>
Params params(const Shape& s) {
  return toy_params(E::D, s.kappa, s.columns, s.log_rows, s.rate, s.queries, s.rounds);
}

template <class E>
class Opening : public ::testing::Test {};
using Degrees = ::testing::Types<Ext2, Ext3>;
TYPED_TEST_SUITE(Opening, Degrees);

TYPED_TEST(Opening, IsAcceptedAndIsTheDefinition) {
  using E = TypeParam;
  for (std::size_t i = 0; i < shapes().size(); ++i) {
    SCOPED_TRACE(i);
    const Shape& shape = shapes()[i];
    Sample<E> s(params<E>(shape), i, shape.static_columns, 0, shape.positions);
    s.p.query_pow = i % 3 == 0 ? 4 : 0;
    s.p.fold_pow = i % 4 == 0 ? 3 : 0;
    for (Round& r : s.p.rounds) {
      r.query_pow = i % 2 == 0 ? 3 : 0;
      r.fold_pow = i % 5 == 0 ? 2 : 0;
    }
    s.commit();
    ProofWriter proof;
    const auto opened = s.prove(proof);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(*opened, Opened::kDone);
    EXPECT_TRUE(s.verify(proof.bytes()).ok());

    ProofWriter reference;
    Transcript tr = s.transcript();
    ReferenceProver<E> prover;
    prover.run(s, s.sigma, tr, reference);
    EXPECT_EQ(proof.bytes(), reference.bytes());
    EXPECT_EQ(prover.claim, prover.truth);
  }
}

TYPED_TEST(Opening, AbsentWeightsAreZero) {
  using E = TypeParam;
  for (const std::vector<std::size_t>& absent : {std::vector<std::size_t>{0}, {3, 1}, {0, 1, 2, 3, 4, 5, 6, 7}}) {
    Sample<E> s(params<E>(shapes()[5]), 3, 3);
    for (const std::size_t j : absent) s.w[j].clear();
    s.sigma = s.value();
    s.commit();
    ProofWriter proof;
    ASSERT_TRUE(s.prove(proof).ok());
    EXPECT_TRUE(s.verify(proof.bytes()).ok());
  }
}

TYPED_TEST(Opening, BytesDoNotDependOnTheThreads) {
  using E = TypeParam;
  std::vector<std::vector<std::uint8_t>> all;
  for (const unsigned threads : {1u, 2u, 7u}) {
    set_num_threads(threads);
    Sample<E> s(toy_params(E::D, 3, 6, 13, 1, 10, {{3, 3, 8, 1}, {4, 4, 5, 1}}), 1);
    s.commit();
    ProofWriter proof;
    EXPECT_TRUE(s.prove(proof).ok());
    EXPECT_TRUE(s.verify(proof.bytes()).ok());
    all.push_back(proof.bytes());
  }
  set_num_threads(0);
  EXPECT_EQ(all[0], all[1]);
  EXPECT_EQ(all[0], all[2]);
}

TYPED_TEST(Opening, AFalseClaimIsNotReleased) {
  using E = TypeParam;
  for (const std::size_t i : {0u, 4u, 9u}) {
    Sample<E> s(params<E>(shapes()[i]), 1, shapes()[i].static_columns);
    s.commit();
    s.sigma += E::one();
    ProofWriter proof;
    const auto opened = s.prove(proof);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, ErrorCode::kSelfCheck);
  }
}

// Work that any change of the transcript destroys would hide what the algebra and the roots catch: no work here.
TYPED_TEST(Opening, EveryByteCounts) {
  using E = TypeParam;
  Sample<E> s(toy_params(E::D, 2, 3, 5, 2, 4, {{3, 2, 3, 1}, {4, 2, 2, 1}}), 5, 1);
  s.commit();
  ProofWriter proof;
  ASSERT_TRUE(s.prove(proof).ok());
  const std::vector<std::uint8_t>& good = proof.bytes();
  ASSERT_TRUE(s.verify(good).ok());
  std::map<ErrorCode, int> codes;
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::vector<std::uint8_t> bad = good;
    bad[i] = static_cast<std::uint8_t>(bad[i] ^ (1u << (i % 8)));
    const Status st = s.verify(bad);
    ASSERT_FALSE(st.ok()) << i;
    ++codes[st.error().code];
  }
  EXPECT_GT(codes[ErrorCode::kVMerkle], 100);
  EXPECT_GT(codes[ErrorCode::kVOpening], 10);
  for (std::size_t n = 0; n < good.size(); ++n) {
    const Status st = s.verify(std::span(good).first(n));
    ASSERT_FALSE(st.ok()) << n;
    EXPECT_EQ(st.error().code, ErrorCode::kVFormat) << n;
  }
  for (const int extra : {0, 1, 255}) {
    std::vector<std::uint8_t> longer = good;
    longer.push_back(static_cast<std::uint8_t>(extra));
    const Status st = s.verify(longer);
    ASSERT_FALSE(st.ok());
    EXPECT_EQ(st.error().code, ErrorCode::kVFormat);
  }
}

TYPED_TEST(Opening, NonCanonicalWordsAreRefused) {
  using E = TypeParam;
  Sample<E> s(toy_params(E::D, 1, 2, 5, 1, 4, {{2, 2, 3, 1}}), 5);
  s.commit();
  ProofWriter proof(true);
  ASSERT_TRUE(s.prove(proof).ok());
  int words = 0;
  for (const ProofWriter::Entry& e : proof.log()) {
    if (e.kind != "E" && e.kind != "F") continue;
    for (std::size_t at = e.offset; at < e.offset + e.size; at += 8, ++words) {
      std::vector<std::uint8_t> bad = proof.bytes();
      const std::uint64_t w = load_u64(bad.data() + at);
      store_u64(bad.data() + at, w < 0xFFFFFFFFu ? w + F::kModulus : F::kModulus);
      const Status st = s.verify(bad);
      ASSERT_FALSE(st.ok());
      EXPECT_EQ(st.error().code, ErrorCode::kVFormat);
      EXPECT_LE(st.error().where, at);
    }
  }
  EXPECT_GT(words, 50);
}

TYPED_TEST(Opening, EqualMessagesCannotBeExchanged) {
  using E = TypeParam;
  Sample<E> s(toy_params(E::D, 2, 3, 5, 2, 4, {{3, 2, 3, 1}}), 6, 1);
  s.commit();
  ProofWriter proof(true);
  ASSERT_TRUE(s.prove(proof).ok());
  for (std::size_t i = 0; i + 1 < proof.log().size(); ++i) {
    const auto &a = proof.log()[i], &b = proof.log()[i + 1];
    if (a.size != b.size) continue;
    std::vector<std::uint8_t> bad = proof.bytes();
    std::swap_ranges(bad.begin() + a.offset, bad.begin() + a.offset + a.size, bad.begin() + b.offset);
    if (bad != proof.bytes()) {
      EXPECT_FALSE(s.verify(bad).ok()) << a.label;
    }
  }
}

TYPED_TEST(Opening, WorkIsChecked) {
  using E = TypeParam;
  const auto base = toy_params(E::D, 1, 2, 5, 1, 4, {{2, 2, 3, 1}, {3, 2, 3, 1}});
  std::vector<Params> all(5, base);
  all[0].query_pow = 12;
  all[1].fold_pow = 12;
  all[2].rounds[0].query_pow = 12;
  all[3].rounds[0].fold_pow = 12;
  all[4].rounds[1].query_pow = 12;
  for (const Params& p : all) {
    Sample<E> s(p, 7);
    s.commit();
    ProofWriter proof(true);
    ASSERT_TRUE(s.prove(proof).ok());
    int nonces = 0;
    for (const ProofWriter::Entry& e : proof.log()) {
      if (e.kind != "nonce") continue;
      ++nonces;
      std::vector<std::uint8_t> bad = proof.bytes();
      bad[e.offset] ^= 1;  // the next nonces hold with probability 2^-12 each
      const Status st = s.verify(bad);
      ASSERT_FALSE(st.ok());
      EXPECT_EQ(st.error().code, ErrorCode::kVPow);
      EXPECT_EQ(st.error().where, e.offset);
    }
    EXPECT_GE(nonces, 1);
  }
}

TYPED_TEST(Opening, BelongsToItsRootsSigmaAndTranscript) {
  using E = TypeParam;
  Sample<E> s(params<E>(shapes()[4]), 2, 1), other(params<E>(shapes()[4]), 3, 1);
  s.commit();
  other.commit();
  ProofWriter proof;
  ASSERT_TRUE(s.prove(proof).ok());
  EXPECT_FALSE(s.verify(proof.bytes(), "another").ok());
  EXPECT_FALSE(other.verify(proof.bytes()).ok());
  // Same transcript, another root: only the Merkle check can see it.
  for (std::size_t t = 0; t < 2; ++t) {
    std::vector<TreeRef> roots = s.roots();
    roots[t].root = other.trees[t]->root();
    Transcript tr = s.transcript();
    ProofReader in(proof.bytes());
    const Status st = verify_opening<E>(s.p, roots, s.weight_at(), s.sigma, tr, in);
    ASSERT_FALSE(st.ok());
    EXPECT_EQ(st.error().code, ErrorCode::kVMerkle);
  }
  // Another sigma or functional: only the final claim can see it.
  const auto rejects = [&](const WeightAt<E>& w, const E& sigma) {
    Transcript tr = s.transcript();
    ProofReader in(proof.bytes());
    const Status st = verify_opening<E>(s.p, s.roots(), w, sigma, tr, in);
    ASSERT_FALSE(st.ok());
    EXPECT_EQ(st.error().code, ErrorCode::kVOpening);
    EXPECT_EQ(st.error().where, proof.bytes().size());
  };
  rejects(s.weight_at(), s.sigma + E::one());
  rejects(other.weight_at(), s.sigma);
}

TEST(Shapes, RulesAreChecked) {
  const Params p = toy_params(2, 2, 3, 5, 2, 4, {{3, 2, 3, 1}});
  const std::uint32_t segments[] = {0, 0, 1};
  const MatrixShape good = fresh_shape(p, {0, 1, 2}, segments), fixed{false, {3}, {{0, 1}}};
  ASSERT_EQ(good.groups.size(), 3u);
  const auto rule = [&](const std::vector<MatrixShape>& list) {
    std::vector<const MatrixShape*> ptrs;
    for (const MatrixShape& s : list) ptrs.push_back(&s);
    const Status st = check_shapes(p, ptrs);
    if (st.ok()) return 0u;
    EXPECT_EQ(st.error().code, ErrorCode::kVKey);
    return st.error().where - 32;
  };
  EXPECT_EQ(rule({good}), 0u);
  EXPECT_EQ(rule({good, fixed}), 0u);
  EXPECT_EQ(rule({}), 1u);
  EXPECT_EQ(rule({good, good}), 1u);
  EXPECT_EQ(rule({fixed}), 1u);
  EXPECT_EQ(rule({good, fixed, fixed, fixed}), 1u);
  const auto changed = [&](auto change) {
    MatrixShape s = good;
    change(s);
    return rule({s});
  };
  EXPECT_EQ(changed([](MatrixShape& s) { s.positions.pop_back(); }), 2u);
  EXPECT_EQ(rule({good, {false, {}, {}}}), 2u);
  EXPECT_EQ(changed([](MatrixShape& s) { s.positions[1] = 4; }), 3u);
  EXPECT_EQ(changed([](MatrixShape& s) { s.positions[1] = 0; }), 3u);
  EXPECT_EQ(rule({good, {false, {2}, {{0, 1}}}}), 3u);
  EXPECT_EQ(changed([](MatrixShape& s) { s.positions[0] = 3; }), 4u);
  EXPECT_EQ(changed([](MatrixShape& s) { s.positions[2] = 3; }), 4u);
  EXPECT_EQ(changed([](MatrixShape& s) { s.groups.pop_back(); }), 5u);
  EXPECT_EQ(changed([](MatrixShape& s) { s.groups[1].begin = 1; }), 5u);
  EXPECT_EQ(changed([](MatrixShape& s) { s.groups.insert(s.groups.begin(), {0, 0}); }), 5u);
  EXPECT_EQ(changed([](MatrixShape& s) { s.groups = {{0, 2}, {2, 5}}; }), 6u);
  EXPECT_EQ(changed([](MatrixShape& s) { s.groups = {{0, 3}, {3, 4}, {4, 5}}; }), 6u);
}

TEST(Randomness, FillsExactlyTheReservedCells) {
  const Params p = toy_params(3, 2, 3, 5, 2, 4, {});
  const std::uint32_t segments[] = {0, 1, 1};
  const MatrixShape shape = fresh_shape(p, {0, 1, 2}, segments);
  const std::size_t stride = row_stride(p, shape);
  EXPECT_EQ(stride, 8u);
  std::vector<F> m(p.rows() * stride), again = m, other = m;
  fill_random(p, shape, p.reserved_rows(), sample_key(1), m);
  fill_random(p, shape, p.reserved_rows(), sample_key(1), again);
  fill_random(p, shape, p.reserved_rows(), sample_key(2), other);
  std::set<std::uint64_t> seen;
  for (std::size_t i = 0; i < p.rows(); ++i)
    for (std::size_t j = 0; j < stride; ++j) {
      const F x = m[i * stride + j];
      const bool random = (j < 3 && i >= p.rows() - 10) || (j >= 3 && j < 6);
      EXPECT_EQ(x == F(), !random);
      EXPECT_EQ(x, again[i * stride + j]);
      EXPECT_EQ(x == other[i * stride + j], !random);
      if (random) {
        EXPECT_TRUE(seen.insert(x.canonical()).second);
      }
    }
}

}  // namespace
}  // namespace nescio::pcs
