// A generator of the system that repeats itself: proofs and keys about other data still have other salts. Here it is
// another definition of transcript/prover_random.h that always says the same.
#include <gtest/gtest.h>

#include <set>

#include "nescio/api/prover_attest.h"
#include "nescio/api/sample_model.h"
#include "nescio/transcript/prover_random.h"

namespace nescio {

SecretDigest os_random() {
  return SecretDigest(Digest{});
}

namespace {

using Words = std::array<std::uint64_t, 4>;
Words words(const Secret<DigestCells>& salt) {
  Words out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = salt.value[i].canonical();
  return out;
}

ProvingKey committed(Model model) {
  auto key = commit_model(std::move(model), {.bind_inputs = {{}}, .output_digest = true});
  NESCIO_CHECK(key.ok());
  return std::move(*key);
}

TEST(Repeated, other_data_have_other_salts) {
  Model other = small_model();
  other.graph.nodes[0].weights[0].values[0] += 1;
  std::set<Words> salts;
  std::size_t drawn = 0;
  const auto add = [&](const Secret<DigestCells>& salt) {
    salts.insert(words(salt));
    EXPECT_EQ(salts.size(), ++drawn);
  };
  for (const ProvingKey& key : {committed(small_model()), committed(other)}) {
    add(key.salt);
    for (const double x : {1.0, 1.5})
      for (const char* statement : {"y[0] >= -1000", "y[0] >= -1001"})
        for (const std::uint8_t context : std::vector<std::uint8_t>{1, 2}) {
          ProveRequest request;
          request.inputs = {{"x", Array{{3}, {x, 2, 3}}}};
          request.statement = statement;
          request.context = {context};
          const auto proven = prove_statement(key, request);
          ASSERT_TRUE(proven.ok()) << to_string(proven.error());
          add(Secret(proven->input_salts[0]));
          add(proven->output_salt);
        }
  }
}

// So that two attestations of equal data cannot be linked.
TEST(Repeated, attestations_of_equal_data_have_other_salts) {
  const ProvingKey key = committed(small_model());
  const IssuerKeys issuer = issuer_keys({}), other = issuer_keys(Secret<std::array<std::uint8_t, 32>>({1}));
  std::set<Words> salts;
  std::size_t made = 0;
  const auto add = [&](const AttestRequest& request, const IssuerKeys& by) {
    const auto record = attest(key.key->key().circuit, request, by);
    ASSERT_TRUE(record.ok());
    salts.insert(words(record->salt));
    EXPECT_EQ(salts.size(), ++made);
  };
  const NamedArrays data = {{"x", Array{{3}, {1, 2, 3}}}};
  add({data, "bank", 1, 2}, issuer);
  add({data, "bank", 1, 3}, issuer);
  add({data, "bank", 0, 2}, issuer);
  add({data, "bank", 1, 2}, other);
  add({{{"x", Array{{3}, {1, 2, 4}}}}, "bank", 1, 2}, issuer);
}

}  // namespace
}  // namespace nescio
