#include <gtest/gtest.h>

#include <vector>

#include "nescio/base/endian.h"
#include "nescio/field/extension.h"
#include "nescio/transcript/reader.h"
#include "nescio/transcript/writer.h"

namespace nescio {
namespace {

constexpr unsigned kBits = 6;
constexpr std::size_t kRow = 3;

template <class E>
class Wire : public testing::Test {
 public:
  static Transcript start() { return Transcript(bytes_of("wire test")); }
  static E element(std::uint64_t x) {
    E e;
    for (unsigned d = 0; d < E::D; ++d) e[d] = -F(x + d);
    return e;
  }

  // One message of each kind, absorbed and not.
  struct Sent {
    ProofWriter out{true};
    Digest state;
  };
  static Sent send() {
    Sent s;
    Transcript tr = start();
    s.out.ext("a", element(1), tr);
    s.out.digest("root", hash_parts({}), tr);
    s.out.nonce("work", tr, kBits);
    s.out.nonce("no work", tr, 0);
    const F row[kRow] = {F(7), F(F::kModulus + 5), -F(1)};
    s.out.bases("row", row);
    s.out.base("x", F(9));
    s.out.digest("salt", hash_parts({{}}));
    s.out.ext("leaf", element(2));
    s.out.raw("blob", "b", bytes_of("public"), tr);
    s.out.raw("blob", "c", bytes_of("opened"));
    s.state = tr.digest();
    return s;
  }
  // The values are compared; the transcript's final digest is returned.
  static Result<Digest> receive(std::span<const std::uint8_t> bytes) {
    Transcript tr = start();
    ProofReader in(bytes);
    NESCIO_TRY(const E a, in.ext<E>("a", tr));
    NESCIO_TRY(const Digest root, in.digest("root", tr));
    NESCIO_TRY_STATUS(in.nonce("work", tr, kBits));
    NESCIO_TRY_STATUS(in.nonce("no work", tr, 0));
    F row[kRow];
    NESCIO_TRY_STATUS(in.bases("row", row));
    NESCIO_TRY(const F x, in.base("x"));
    NESCIO_TRY(const Digest salt, in.digest("salt"));
    NESCIO_TRY(const E leaf, in.ext<E>("leaf"));
    NESCIO_TRY(const auto blob, in.raw("blob", "b", 6, tr));
    NESCIO_TRY(const auto opened, in.raw(6));
    NESCIO_TRY_STATUS(in.end());
    const bool same = a == element(1) && root == hash_parts({}) && row[0] == F(7) && row[1] == F(5) &&
                      row[2] == -F(1) && x == F(9) && salt == hash_parts({{}}) && leaf == element(2) &&
                      blob[0] == 'p' && opened[0] == 'o';
    NESCIO_VERIFY(same, ErrorCode::kVOpening, 0);
    return tr.digest();
  }
};
using Fields = testing::Types<Ext2, Ext3>;
TYPED_TEST_SUITE(Wire, Fields);

TYPED_TEST(Wire, BothSidesSeeTheSameBytes) {
  const auto sent = this->send();
  const auto got = this->receive(sent.out.bytes());
  ASSERT_TRUE(got.ok()) << to_string(got.error());
  EXPECT_EQ(*got, sent.state);
}

TYPED_TEST(Wire, EveryTruncationAndEveryTrailIsMalformed) {
  const auto bytes = this->send().out.bytes();
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const auto got = this->receive(std::span(bytes).first(n));
    ASSERT_FALSE(got.ok()) << n;
    EXPECT_EQ(got.error().code, ErrorCode::kVFormat) << n;
    EXPECT_LE(got.error().where, n);
  }
  for (const std::size_t extra : {1u, 8u, 1000u}) {
    std::vector<std::uint8_t> longer(bytes.size() + extra);
    std::copy(bytes.begin(), bytes.end(), longer.begin());
    const auto got = this->receive(longer);
    ASSERT_FALSE(got.ok());
    EXPECT_EQ(got.error().code, ErrorCode::kVFormat);
    EXPECT_EQ(got.error().where, bytes.size());
  }
}

TYPED_TEST(Wire, NonCanonicalWordsAreMalformed) {
  const auto sent = this->send();
  std::size_t words = 0;
  for (const auto& m : sent.out.log()) {
    if (m.kind != "E" && m.kind != "F") continue;
    for (std::size_t at = m.offset; at < m.offset + m.size; at += 8)
      for (const std::uint64_t w : {F::kModulus, F::kModulus + 1, ~std::uint64_t{0}}) {
        auto bytes = sent.out.bytes();
        store_u64(bytes.data() + at, w);
        const auto got = this->receive(bytes);
        ASSERT_FALSE(got.ok());
        EXPECT_EQ(got.error().code, ErrorCode::kVFormat);
        EXPECT_EQ(got.error().where, m.offset);
        ++words;
      }
  }
  EXPECT_EQ(words, 3 * (2 * TypeParam::D + kRow + 1));
}

// A changed bit is malformed, bad work, another value, or (in an absorbed message) another transcript.
TYPED_TEST(Wire, EveryFlippedBitIsSeen) {
  const auto sent = this->send();
  int bad_work = 0;
  for (std::size_t i = 0; i < sent.out.bytes().size(); ++i)
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto bytes = sent.out.bytes();
      bytes[i] ^= static_cast<std::uint8_t>(1u << bit);
      const auto got = this->receive(bytes);
      if (got.ok()) {
        // Only the blobs, of which the test compares one byte, and a nonce by luck.
        EXPECT_TRUE(*got != sent.state || i >= bytes.size() - 6) << i;
      } else {
        bad_work += got.error().code == ErrorCode::kVPow;
      }
    }
  EXPECT_GT(bad_work, 50);
}

TYPED_TEST(Wire, LogDescribesEveryByte) {
  const auto sent = this->send();
  std::size_t at = 0;
  for (const auto& m : sent.out.log()) {
    EXPECT_EQ(m.offset, at);
    at += m.size;
  }
  EXPECT_EQ(at, sent.out.bytes().size());
  EXPECT_EQ(sent.out.log().size(), 9u);  // no work: no message
  EXPECT_EQ(sent.out.log()[2].kind, "nonce");
  EXPECT_EQ(sent.out.log()[2].label, "work");
}

TYPED_TEST(Wire, PartsAreJoinedWithTheirLogs) {
  const auto part = this->send();
  ProofWriter whole(true), silent;
  whole.base("first", F(1));
  whole.append(part.out);
  whole.append(part.out);
  const std::size_t n = part.out.bytes().size(), m = part.out.log().size();
  ASSERT_EQ(whole.bytes().size(), 8 + 2 * n);
  EXPECT_TRUE(std::equal(part.out.bytes().begin(), part.out.bytes().end(), whole.bytes().begin() + 8));
  ASSERT_EQ(whole.log().size(), 1 + 2 * m);
  EXPECT_EQ(whole.log()[1 + m].offset, 8 + n);
  EXPECT_EQ(whole.log()[1 + m].label, "a");
  silent.append(part.out);
  EXPECT_EQ(silent.bytes(), part.out.bytes());
  EXPECT_TRUE(silent.log().empty());
}

// A row longer than the proof is refused before anything is read; sizes that would overflow too.
TEST(ProofReader, HugeRequestsAreRefused) {
  const std::vector<std::uint8_t> bytes(64, 0);
  std::vector<F> row(9);
  ProofReader in(bytes);
  EXPECT_EQ(in.bases("row", row).error().code, ErrorCode::kVFormat);
  EXPECT_EQ(in.raw(SIZE_MAX).error().code, ErrorCode::kVFormat);
  EXPECT_EQ(in.position(), 0u);
  EXPECT_TRUE(in.bases("row", std::span(row).first(8)).ok());
  EXPECT_TRUE(in.end().ok());
}

}  // namespace
}  // namespace nescio
