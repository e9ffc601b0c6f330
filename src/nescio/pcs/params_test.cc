// Canonical bytes of a parameter set: round trip, injectivity, and hostile bytes.
#include "nescio/pcs/params.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <span>

namespace nescio::pcs {
namespace {

Params example() {
  Params p;
  p.degree = 3;
  p.security_bits = 128;
  p.log_rows = 19;
  p.kappa = 6;
  p.columns = 33;
  p.log_inv_rate = 2;
  p.queries = 160;
  p.query_pow = 20;
  p.fold_pow = 1;
  p.lookup_pow = 2;
  p.rounds = {{4, 4, 55, 1, 19, 3, 40}, {7, 4, 300, 2, 20, 0, 45}};
  p.final_log = 11;
  return p;
}

std::vector<std::uint8_t> bytes(const Params& p) {
  ByteWriter out;
  write_params(p, out);
  return out.take();
}

TEST(Params, BytesArePinned) {
  const std::vector<std::uint8_t> expected = {3,  128, 19, 6,  33, 0,  2, 160, 0,  20, 1, 2,  2, 4,  4,
                                              55, 0,   1,  19, 3,  40, 7, 4,   44, 1,  2, 20, 0, 45, 11};
  EXPECT_EQ(bytes(example()), expected);
}

TEST(Params, RoundTrip) {
  for (Params p : {example(), [] {
                     Params q = example();
                     q.rounds.clear();
                     q.log_rows = q.final_log = 12;
                     return q;
                   }()}) {
    const auto b = bytes(p);
    ByteReader in(b);
    const auto back = read_params(in);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(*back, p);
    EXPECT_TRUE(in.finish().ok());
  }
}

TEST(Params, DerivedSizes) {
  const Params p = example();
  EXPECT_EQ(p.mask_rows(), 6u);
  EXPECT_EQ(p.reserved_rows(), 166u);
  EXPECT_EQ(p.rows(), std::size_t{1} << 19);
  EXPECT_EQ(p.log_code(), 21u);
  EXPECT_EQ(p.log_message(0), 19u);
  EXPECT_EQ(p.log_message(1), 15u);
  EXPECT_EQ(p.log_message(2), 11u);
  EXPECT_EQ(p.log_code(0), 23u);
  EXPECT_EQ(p.log_leaves(1), 18u);
}

TEST(Params, EveryByteMatters) {  // no two sets share bytes; each byte is read back or refused
  const Params p = example();
  const auto b = bytes(p);
  for (std::size_t i = 0; i < b.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto changed = b;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ (1u << bit));
      ByteReader in(changed);
      const auto back = read_params(in);
      if (!back.ok()) continue;
      EXPECT_FALSE(*back == p) << i;
      if (in.finish().ok()) {
        EXPECT_EQ(bytes(*back), changed) << i;
      }
    }
  }
}

TEST(Params, HostileBytes) {
  const auto b = bytes(example());
  for (std::size_t n = 0; n < b.size(); ++n) {  // every prefix is too short: the reader's own code
    ByteReader in(std::span<const std::uint8_t>(b).first(n));
    const auto r = read_params(in);
    ASSERT_FALSE(r.ok()) << n;
    EXPECT_EQ(r.error().code, ErrorCode::kVFormat);
  }
  std::mt19937 random(7);
  std::set<std::uint32_t> rules;
  for (int i = 0; i < 200000; ++i) {
    std::vector<std::uint8_t> junk = b;
    for (int k = 0; k < 3; ++k)
      junk[random() % junk.size()] = static_cast<std::uint8_t>(random() % (i % 2 == 0 ? 256 : 40));
    ByteReader in(junk);
    const auto r = read_params(in);
    if (r.ok()) {
      EXPECT_TRUE(well_formed(*r).ok());
      EXPECT_EQ(bytes(*r).size(), in.position());
    } else {
      EXPECT_TRUE(r.error().code == ErrorCode::kVKey || r.error().code == ErrorCode::kVFormat);
      if (r.error().code == ErrorCode::kVKey) rules.insert(r.error().where);
    }
  }
  for (std::uint32_t rule = 1; rule <= 13; ++rule) EXPECT_TRUE(rules.contains(rule)) << "rule never hit: " << rule;
}

}  // namespace
}  // namespace nescio::pcs
