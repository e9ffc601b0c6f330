// Private files: what is written is read again; damage, and parts that do not belong together, are refused.
#include <gtest/gtest.h>

#include "nescio/api/sample_model.h"

namespace nescio {
namespace {

using Bytes = SecretVector<std::uint8_t>;

void seal(Bytes& file) {
  const Digest sum = Hasher().part(file).finish();
  file.insert(file.end(), sum.bytes.begin(), sum.bytes.end());
}

TEST(ModelFile, what_is_written_is_read_again) {
  for (const Model& m : {whole_model(), small_model()}) {
    const Bytes file = write_model(m);
    const auto read = read_model(file);
    ASSERT_TRUE(read.ok()) << to_string(read.error());
    EXPECT_EQ(read->graph, m.graph);
    EXPECT_EQ(read->plan, m.plan);
    EXPECT_EQ(write_model(*read), file);
  }
}

TEST(ModelFile, truncated_or_changed_anywhere_is_refused) {
  const Bytes file = write_model(small_model());
  for (std::size_t i = 0; i < file.size(); ++i) {
    EXPECT_FALSE(read_model(std::span(file).first(i)).ok());
    Bytes changed = file;
    changed[i] ^= 1;
    const auto read = read_model(changed);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().code, ErrorCode::kKey);
  }
}

// With the checksum put right: another model, or none; never a second encoding of one.
TEST(ModelFile, each_model_has_one_encoding) {
  const Bytes file = write_model(whole_model());
  const std::size_t body = file.size() - 32;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < body; ++i)
    for (const int mask : {0x01, 0x80}) {
      Bytes changed(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(body));
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ mask);
      seal(changed);
      const auto read = read_model(changed);
      if (read.ok()) {
        EXPECT_EQ(write_model(*read), changed) << "byte " << i;
      } else {
        ++refused;
      }
    }
  EXPECT_GT(refused, body);
}

TEST(ProvingKey, what_is_written_is_read_again) {
  const auto key = commit_model(small_model(), {});
  ASSERT_TRUE(key.ok()) << to_string(key.error());
  const Bytes file = write_proving_key(*key);
  const auto read = read_proving_key(file);
  ASSERT_TRUE(read.ok()) << to_string(read.error());
  EXPECT_EQ(read->key->id(), key->key->id());
  EXPECT_EQ(write_proving_key(*read), file);
  for (const std::size_t i : {std::size_t{0}, std::size_t{40}, file.size() / 2, file.size() - 1}) {
    Bytes changed = file;
    changed[i] ^= 1;
    EXPECT_EQ(read_proving_key(changed).error().code, ErrorCode::kKey);
    EXPECT_EQ(read_proving_key(std::span(file).first(i)).error().code, ErrorCode::kKey);
  }
}

TEST(ProvingKey, the_model_of_another_key_is_refused) {
  auto key = commit_model(small_model(), {});
  ASSERT_TRUE(key.ok());
  key->model = whole_model();
  const auto read = read_proving_key(write_proving_key(*key));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, ErrorCode::kKey);
  // Two models of one shape have one circuit; what tells them apart is the digest of the weights.
  key = commit_model(small_model(), {});
  key->model.graph.nodes[0].weights[0].values[0] += 1;
  const auto other = read_proving_key(write_proving_key(*key));
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(prove_statement(*other, {{{"x", {{1, 3}, {1, 1, 1}}}}, "", {}, {}, {}, {}}).error().code,
            ErrorCode::kSelfCheck);
}

TEST(Model, without_its_float_model_nothing_is_measured) {
  EXPECT_EQ(measure(small_model(), NamedArrays{}).error().code, ErrorCode::kKey);
}

}  // namespace
}  // namespace nescio
