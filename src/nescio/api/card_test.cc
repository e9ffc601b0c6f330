// Model cards: one encoding, every byte signed, and bound to one model and one owner.
#include "nescio/api/card.h"

#include <gtest/gtest.h>

#include <limits>

#include "nescio/api/prover_card.h"
#include "nescio/base/byte_writer.h"

namespace nescio {
namespace {

IssuerKeys owner() {
  Secret<std::array<std::uint8_t, 32>> seed;
  seed.value.fill(7);
  return issuer_keys(seed);
}

ModelCard unsigned_card() {
  ModelCard c;
  c.model.bytes.fill(1);
  c.name = "Scorecard";
  c.version = "2026.1";
  c.issued = 1'790'000'000;
  c.calibration = {{}, 500};
  c.calibration.digest.bytes.fill(2);
  c.measured = {{}, 1114};
  c.measured.digest.bytes.fill(3);
  c.refused = 4;
  c.outputs = {{"score", 0.5, 0.125, 458, 1, 0, CardCurve{0.85, 0.8125}}, {"label", 0, 0, 2, 3, 1110, {}}};
  c.owner = owner().key;
  return c;
}
ModelCard signed_card(ModelCard c = unsigned_card()) {
  c.signature = sign(owner(), signed_bytes(c));
  return c;
}

ErrorCode code(const Status& s) {
  return s.ok() ? ErrorCode{} : s.error().code;
}

TEST(ModelCard, comes_back_as_it_was_written) {
  const ModelCard card = signed_card();
  const auto read = read_card(write_card(card));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, card);
  EXPECT_TRUE(check_card(*read, card.model, {}).ok());
  EXPECT_TRUE(check_card(*read, card.model, owner().key).ok());
}

TEST(ModelCard, no_byte_can_be_changed) {
  const ModelCard card = signed_card();
  const std::vector<std::uint8_t> bytes = write_card(card);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const std::uint8_t flip : {std::uint8_t{1}, std::uint8_t{128}}) {
      auto changed = bytes;
      changed[i] ^= flip;
      const auto read = read_card(changed);
      if (!read.ok()) {
        EXPECT_EQ(read.error().code, ErrorCode::kInFormat);
        continue;
      }
      EXPECT_EQ(write_card(*read), changed) << "a second encoding, byte " << i;
      EXPECT_EQ(code(check_card(*read, read->model, {})), ErrorCode::kVAttest) << "byte " << i;
    }
  for (std::size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(read_card(std::span(bytes).first(n)).ok()) << n;
  auto longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(read_card(longer).ok());
}

TEST(ModelCard, is_of_one_model_and_of_one_owner) {
  const ModelCard card = signed_card();
  Digest other = card.model;
  other.bytes[31] ^= 1;
  EXPECT_EQ(code(check_card(card, other, {})), ErrorCode::kVAttest);
  SigningKey somebody = owner().key;
  somebody[0] ^= 1;
  EXPECT_EQ(code(check_card(card, card.model, somebody)), ErrorCode::kVAttest);
  ModelCard forged = unsigned_card();  // signed by another, in the owner's name
  Secret<std::array<std::uint8_t, 32>> seed;
  forged.signature = sign(issuer_keys(seed), signed_bytes(forged));
  EXPECT_EQ(code(check_card(forged, forged.model, {})), ErrorCode::kVAttest);
}

TEST(ModelCard, holds_nothing_that_a_reader_could_misread) {
  const auto refused = [](auto&& change) {
    ModelCard c = unsigned_card();
    change(c);
    const auto read = read_card(write_card(signed_card(c)));
    return !read.ok() && read.error().code == ErrorCode::kInFormat;
  };
  EXPECT_TRUE(refused([](ModelCard& c) { c.name = "a\x1b[2J"; }));
  EXPECT_TRUE(refused([](ModelCard& c) { c.version = "\xc3\xa9"; }));
  EXPECT_TRUE(refused([](ModelCard& c) { c.name = std::string(kMaxCardText + 1, 'a'); }));
  EXPECT_TRUE(refused([](ModelCard& c) { c.outputs[0].mean = std::numeric_limits<double>::quiet_NaN(); }));
  EXPECT_TRUE(refused([](ModelCard& c) { c.outputs[0].curve->floats = std::numeric_limits<double>::infinity(); }));
  EXPECT_FALSE(refused([](ModelCard& c) { c.name = std::string(kMaxCardText, 'a'); }));
}

TEST(DataDigest, is_of_names_shapes_values_and_salt) {
  Digest salt{};
  const NamedArrays data = {{"x", {{2, 2}, {1, 2, 3, 4}}}};
  const Digest d = data_digest(data, salt);
  EXPECT_EQ(data_digest(data, salt), d);
  EXPECT_NE(data_digest({{"y", {{2, 2}, {1, 2, 3, 4}}}}, salt), d);
  EXPECT_NE(data_digest({{"x", {{4}, {1, 2, 3, 4}}}}, salt), d);
  EXPECT_NE(data_digest({{"x", {{2, 2}, {1, 2, 3, 5}}}}, salt), d);
  EXPECT_NE(data_digest({{"x", {{2, 1}, {1, 2}}}, {"x", {{2, 1}, {3, 4}}}}, salt), d);
  salt.bytes[0] = 1;
  EXPECT_NE(data_digest(data, salt), d);
}

}  // namespace
}  // namespace nescio
