// Hostile proofs and keys: each is refused with a pinned code, and none makes a verifier allocate more than it does for
// an honest one of that size.
#include <gtest/gtest.h>

#include <set>

#include "nescio/circuit/check.h"
#include "nescio/circuit/serialize.h"
#include "nescio/circuit/work.h"
#include "nescio/prover/bounded/allocation.h"
#include "nescio/prover/every_relation.h"
#include "nescio/prover/prove.h"
#include "nescio/verifier/verifier.h"

namespace nescio {
namespace {

// ---- a small proof

struct SmallProof {
  VerifyingKey key;
  PublicValues none;
  std::vector<std::uint8_t> proof;
  std::ptrdiff_t peak = 0;  // of an honest run

  SmallProof() {
    CircuitBuilder b(2);
    const TensorId x = b.committed({3}, 0), y = b.committed({3}, 1);
    const std::uint32_t t = b.table(4, {progression(0, 1)}, 0);
    b.lookup(t, 1, {x});
    b.zero(b.affine({3}, {b.term(b.product(x, x)), b.term(y, -1)}), 1);
    key = toy_key<Ext2>(b.take(), 6);
    none.resize(key.circuit.tensors.size());
    Witness witness;
    witness.values.resize(key.circuit.tensors.size());
    witness.values[x] = {F(1), F(2), F(3)};
    witness.values[y] = {F(1), F(4), F(9)};
    count_rows(key.circuit, none, witness);
    const auto made = prove({key, witness, none, {}, {}}, SecretDigest(Digest{}));
    NESCIO_CHECK(made.ok());
    proof = *made;
    for (int i = 0; i < 2; ++i) EXPECT_EQ(verdict(proof), ErrorCode{});
    peak = allocations().peak + 2048;  // other draws may have fewer that are equal
  }
  // Of these bytes; counts allocations.
  ErrorCode verdict(std::span<const std::uint8_t> bytes) const {
    static const CheckedKey checked = UncheckedKeyForTests::make(key);
    count_allocations();
    const Status s = verify(checked, none, {}, {}, bytes);
    return s.ok() ? ErrorCode{} : s.error().code;
  }
  ErrorCode expect_refused(std::span<const std::uint8_t> bytes) const {
    const ErrorCode code = verdict(bytes);
    const Allocations a = allocations();
    EXPECT_TRUE(code >= ErrorCode::kVFormat && code <= ErrorCode::kVOpening) << static_cast<int>(code);
    EXPECT_LE(a.peak, peak);
    EXPECT_EQ(a.live, 0);
    return code;
  }
};

TEST(Bounded, each_byte_of_a_small_proof) {
  const SmallProof p;
  std::set<ErrorCode> codes;
  std::vector<std::uint8_t> bad = p.proof;
  for (std::size_t i = 0; i < bad.size(); ++i) {
    bad[i] = static_cast<std::uint8_t>(bad[i] + 1 + i * 7 % 255);
    codes.insert(p.expect_refused(bad));
    bad[i] = p.proof[i];
  }
  for (std::size_t i = 0; i + 8 <= bad.size(); i += 8) {  // no element of the field
    std::fill_n(bad.begin() + static_cast<std::ptrdiff_t>(i), 8, 0xFF);
    codes.insert(p.expect_refused(bad));
    bad = p.proof;
  }
  EXPECT_EQ(codes, (std::set{ErrorCode::kVFormat, ErrorCode::kVPow, ErrorCode::kVMerkle, ErrorCode::kVOpening}));
  for (std::size_t i = 3; i < bad.size(); i += bad.size() / 23) {
    for (unsigned change = 1; change < 256; ++change) {
      bad[i] = static_cast<std::uint8_t>(p.proof[i] + change);
      p.expect_refused(bad);
    }
    bad[i] = p.proof[i];
  }
}

TEST(Bounded, each_length_of_a_small_proof) {
  const SmallProof p;
  for (std::size_t n = 0; n < p.proof.size(); ++n)
    EXPECT_EQ(p.expect_refused(std::span(p.proof).first(n)), ErrorCode::kVFormat) << n;
  std::vector<std::uint8_t> longer = p.proof;
  longer.push_back(0);
  for (unsigned last = 0; last < 256; ++last) {
    longer.back() = static_cast<std::uint8_t>(last);
    EXPECT_EQ(p.expect_refused(longer), ErrorCode::kVFormat);
  }
  for (std::size_t i = 0; i < p.proof.size(); i += 5) {  // one byte more, one less, anywhere
    longer = p.proof;
    longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(i), 0);
    p.expect_refused(longer);
    longer.erase(longer.begin() + static_cast<std::ptrdiff_t>(i), longer.begin() + static_cast<std::ptrdiff_t>(i) + 2);
    p.expect_refused(longer);
  }
  longer.assign(std::size_t{1} << 20, 0);
  p.expect_refused(longer);
  std::fill(longer.begin(), longer.end(), 0xFF);
  p.expect_refused(longer);
}

// ---- hostile keys

struct Kind {
  const char* name;
  void (*make)(CircuitBuilder& b, std::uint32_t size);
};
TensorId reads_ends_twice(CircuitBuilder& b, TensorId x) {
  const std::uint32_t n = b.dims(x)[0];
  AffineTerm first = b.term(x), last = b.term(x);
  first.dims[0] = fixed_at(0);
  last.dims[0] = fixed_at(n - 1);
  return b.affine({n}, {first, last});
}
// Each is small on the wire and the larger `size` is, the more it asks of a verifier.
const Kind kKinds[] = {
    {"a public vector",
     [](CircuitBuilder& b, std::uint32_t size) {
       const TensorId x = b.committed({size}, 0), k = b.public_values({size}, Public::Source::statement);
       b.zero(b.contract(k, {0}, x, {0}, {0}), 0);
     }},
    {"a product under a public vector",
     [](CircuitBuilder& b, std::uint32_t size) {
       const TensorId x = b.committed({size}, 0), k = b.public_values({size}, Public::Source::statement);
       b.zero(b.contract(k, {0}, b.product(x, x), {0}, {0}), 0);
     }},
    {"public values in a sum",
     [](CircuitBuilder& b, std::uint32_t size) {
       const TensorId x = b.committed({size}, 0), k = b.public_values({size}, Public::Source::statement);
       b.zero(b.affine({size}, {b.term(x), b.term(k)}), 0);
     }},
    {"a sparse matrix of many rows",
     [](CircuitBuilder& b, std::uint32_t size) {
       b.zero(b.map(b.committed({size}, 0), 0, size, SparseMatrix{{{0, 0, 1}}}), 0);
     }},
    {"a lookup of a shifted vector",
     [](CircuitBuilder& b, std::uint32_t size) {
       b.lookup(b.table(2, {progression(0, 1)}, 0), 0, {b.map(b.committed({2}, 0), 0, size, ShiftMatrix{0})});
     }},
    {"many ways to one tensor",
     [](CircuitBuilder& b, std::uint32_t size) {
       TensorId x = b.committed({64}, 0);
       for (; size > 1; size /= 2) x = reads_ends_twice(b, x);
       b.zero(x, 0);
     }},
    {"many pieces of a committed tensor",
     [](CircuitBuilder& b, std::uint32_t size) {
       const TensorId x = b.committed(Dims(3, 31), 0);
       const std::uint32_t t = b.table(2, {progression(0, 1)}, 0);
       for (std::uint32_t i = 0; i < size / 512; ++i) b.lookup(t, 0, {x});
     }},
    {"many products",
     [](CircuitBuilder& b, std::uint32_t size) {
       const TensorId x = b.committed({1U << 20}, 0);
       for (std::uint32_t i = 0; i < size / 32; ++i) b.zero(b.product(x, x), 0);
     }},
};

// The steps that are counted bound what is done, by bytes allocated; and when there are too many nothing is done. So a
// key of a hundred bytes costs at most kMaxWork steps.
TEST(Bounded, what_a_key_asks_of_a_verifier) {
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(kind.name);
    bool refused = false;
    for (std::uint32_t size = 1U << 12; !refused && size <= 1U << 26; size *= 4) {
      CircuitBuilder b;
      kind.make(b, size);
      const Circuit circuit = b.take();
      const Status s = check_circuit(circuit, false);
      const auto rule = static_cast<CircuitRule>(s.ok() ? 0 : s.error().where);
      refused = rule == CircuitRule::kWork || rule == CircuitRule::kTotal;
      if (refused) break;
      EXPECT_TRUE(s.ok() || rule == CircuitRule::kPort);  // public values without a port: the last rule of all
      EXPECT_LE(verifier_work(circuit), kMaxWork);
      count_allocations();
      (void)relation::count_messages<Ext3>(circuit);
      const Allocations a = allocations();
      EXPECT_LE(a.total, 32 * verifier_work(circuit) + (1U << 18)) << size;
      EXPECT_LE(a.peak, std::ptrdiff_t{128} << 20) << size;
    }
    EXPECT_TRUE(refused);
  }
}

// What is not zero at a few indices stays as short as it is, through any number of shifts of any length.
const Kind kShort[] = {
    {"one index of a shifted vector",
     [](CircuitBuilder& b, std::uint32_t size) {
       TensorId x = b.affine({size}, {{1, b.committed({1}, 0), {fixed_at(0)}}});
       for (int i = 0; i < 20; ++i) x = b.map(x, 0, size, ShiftMatrix{i % 2});
       b.zero(b.affine({}, {{1, x, {fixed_at(size / 2)}}}), 0);
     }},
    {"a short part of a shifted vector",
     [](CircuitBuilder& b, std::uint32_t size) {
       const TensorId x = b.map(b.affine({size}, {{1, b.committed({1}, 0), {fixed_at(0)}}}), 0, size, ShiftMatrix{0});
       b.zero(b.packing(1, {{.source = x, .at = {size / 2}, .count = 3}}), 0);
     }},
    {"one block of a long run",
     [](CircuitBuilder& b, std::uint32_t size) {
       const TensorId x = b.affine({2, size}, {{1, b.committed({2}, 0), {runs_with(0)}}});
       const TensorId blocks = b.packing(size, {{.source = x, .run = 1, .at = {0, 0}, .count = 2}});
       b.zero(b.affine({8}, {{1, blocks, {runs_with(0), fixed_at(size / 2)}}}), 0);
     }},
};

TEST(Bounded, what_a_key_reads_at_few_indices) {
  for (const Kind& kind : kShort)
    for (const std::uint32_t size : {1U << 12, 1U << 25, kMaxExtent}) {
      SCOPED_TRACE(kind.name);
      CircuitBuilder b;
      kind.make(b, size);
      const Circuit circuit = b.take();
      EXPECT_TRUE(check_circuit(circuit, false).ok());
      count_allocations();
      (void)relation::count_messages<Ext3>(circuit);
      EXPECT_LE(allocations().total, 32 * verifier_work(circuit) + (1U << 18)) << size;
    }
}

}  // namespace
}  // namespace nescio
