#include "nescio/transcript/prf.h"

#include <gtest/gtest.h>

#include <cstring>
#include <new>
#include <set>
#include <vector>

#include "nescio/base/endian.h"
#include "nescio/field/extension.h"
#include "nescio/transcript/prover_random.h"

namespace nescio {
namespace {

SecretDigest test_key() {
  Digest seed;
  for (std::size_t i = 0; i < 32; ++i) seed.bytes[i] = static_cast<std::uint8_t>(i);
  return derive_proof_key(seed, {bytes_of("parameters"), {}, bytes_of("statement")});
}

// Expected values: transcript_vectors.py, an independent program.
TEST(Prf, KnownAnswers) {
  const std::uint8_t key[8] = {0x37, 0x91, 0xec, 0xdb, 0xca, 0xdc, 0x48, 0x23};
  const SecretDigest k = test_key();
  EXPECT_TRUE(std::equal(std::begin(key), std::end(key), k.bytes.begin()));
  Prf prf(k, "pads", 7);
  EXPECT_EQ(prf.base(), F(0xa249ff43d9637042));
  EXPECT_EQ(prf.ext<Ext3>(), Ext3({F(0x76a4be0a5066cbbd), F(0xb3ea25443c17cd99), F(0x10aa03253fbf6321)}));
  const Digest d = prf.bytes32();
  EXPECT_EQ(load_u64(d.bytes.data()), 0xdc11c674dbec6533u);
  EXPECT_EQ(load_u64(d.bytes.data() + 24), 0x9e02693b346efa8eu);
}

TEST(Prf, StreamDoesNotDependOnHowItIsRead) {
  const SecretDigest key = test_key();
  constexpr std::size_t kTotal = 3000;
  std::vector<F> singles(kTotal);
  Prf one(key, "x", 0);
  for (F& x : singles) {
    x = one.base();
    ASSERT_LT(x.word(), F::kModulus);  // canonical as stored
  }
  for (const std::size_t piece : {1u, 3u, 255u, 256u, 257u, 3000u}) {
    Prf prf(key, "x", 0);
    std::vector<F> filled(kTotal);
    for (std::size_t at = 0; at < kTotal; at += piece)
      prf.fill(std::span(filled).subspan(at, std::min(piece, kTotal - at)));
    EXPECT_EQ(filled, singles) << piece;
  }
  Prf many(key, "x", 0);
  std::vector<Digest> digests(kTotal / 4);
  many.fill(digests);
  for (std::size_t i = 0; i < kTotal; ++i)
    ASSERT_EQ(load_u64(digests[i / 4].bytes.data() + 8 * (i % 4)), singles[i].word());
}

// Key found by search: word 125 of the stream is 0xffffffff29d0e9d6, above p.
TEST(Prf, WordsAboveTheModulusAreSkipped) {
  Digest key{};
  store_u64(key.bytes.data(), 14444755);
  std::vector<Digest> raw(64);
  Prf(key, "reject", 0).fill(raw);
  ASSERT_EQ(load_u64(raw[31].bytes.data() + 8), 0xffffffff29d0e9d6u);
  for (const std::size_t head : {0u, 100u, 125u, 126u}) {  // single elements first, then one fill
    Prf prf(key, "reject", 0);
    std::vector<F> out(300);
    for (std::size_t i = 0; i < head; ++i) out[i] = prf.base();
    prf.fill(std::span(out).subspan(head));
    for (std::size_t i = 0; i < 255; ++i) {
      const std::size_t word = i < 125 ? i : i + 1;
      ASSERT_EQ(out[i].word(), load_u64(raw[word / 4].bytes.data() + 8 * (word % 4))) << head << ' ' << i;
    }
  }
}

TEST(Prf, StreamsOfKeyLabelAndSegmentAreDistinct) {
  const SecretDigest key = test_key();
  std::set<Digest> seen;
  const auto add = [&](const Digest& k, std::string_view label, std::uint64_t segment) {
    EXPECT_TRUE(seen.insert(Prf(k, label, segment).bytes32()).second) << label << ' ' << segment;
  };
  // Labels that would meet if they were joined to the segment number without their length.
  for (const std::string_view label :
       {std::string_view(""), std::string_view("a"), std::string_view("a\0", 2),
        std::string_view("a\1\0\0\0\0\0\0\0", 9), std::string_view("ab"), std::string_view("b")})
    for (const std::uint64_t segment : {0ull, 1ull, 256ull, 0x61ull, ~0ull}) add(key, label, segment);
  add(Digest{}, "a", 0);
}

TEST(ProofKey, EveryPartAndTheirCutsMatter) {
  std::set<Digest> seen;
  const Digest zero{};
  Digest seed{};
  seed.bytes[31] = 1;
  const auto add = [&](const Digest& d) { EXPECT_TRUE(seen.insert(d).second); };
  add(derive_proof_key(zero, {}));
  add(derive_proof_key(zero, {bytes_of("")}));
  add(derive_proof_key(zero, {bytes_of("ab"), bytes_of("c")}));
  add(derive_proof_key(zero, {bytes_of("a"), bytes_of("bc")}));
  add(derive_proof_key(zero, {bytes_of("abc"), bytes_of("")}));
  add(derive_proof_key(zero, {bytes_of("c"), bytes_of("ab")}));
  add(derive_proof_key(seed, {bytes_of("ab"), bytes_of("c")}));
  EXPECT_EQ(derive_proof_key(zero, {bytes_of("a")}), derive_proof_key(zero, {bytes_of("a")}));
}

// After destruction no word of the stream and no key is left in the object's memory.
TEST(Prf, IsWipedWhenItDies) {
  alignas(Prf) static unsigned char memory[sizeof(Prf)];
  std::memset(memory, 0, sizeof memory);
  const auto count = [](std::uint64_t word) {
    int n = 0;
    for (std::size_t i = 0; i + 8 <= sizeof memory; ++i) n += load_u64(memory + i) == word;
    return n;
  };
  const SecretDigest key = test_key();
  const std::uint64_t stream =
      load_u64(Hasher::keyed(key).part("prf").part("wipe").part(std::uint64_t{0}).finish().bytes.data());
  Prf* prf = new (memory) Prf(key, "wipe", 0);
  const std::uint64_t first = prf->base().word(), second = prf->base().word();
  EXPECT_GE(count(first), 1);
  EXPECT_GE(count(stream), 1);
  prf->~Prf();
  EXPECT_EQ(count(first), 0);
  EXPECT_EQ(count(second), 0);
  EXPECT_EQ(count(stream), 0);
}

TEST(OsRandom, IsFresh) {
  std::set<Digest> seen;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(seen.insert(os_random()).second);
  EXPECT_FALSE(seen.contains(Digest{}));
}

}  // namespace
}  // namespace nescio
