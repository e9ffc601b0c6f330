// The whole proofs that are kept in tests/golden: what a verifier finds in their keys, and says of them.
#include <fstream>
#include <iterator>

#include "nescio/api/verify.h"
#include "vectors.h"

namespace nescio::vectors {
namespace {

Bytes golden(const Json& name) {
  std::ifstream file(std::string(NESCIO_GOLDEN) + "/" + name.get<std::string>(), std::ios::binary);
  if (!file) throw std::invalid_argument("no such file");
  return {std::istreambuf_iterator<char>(file), {}};
}

Json proof(const Json& in) {
  const Bytes key_bytes = golden(in.at("key")), proof_bytes = golden(in.at("proof"));
  auto key = read_key(key_bytes);
  if (!key.ok()) throw std::invalid_argument("not a key");
  const auto checked = verify_key(std::move(*key));
  if (!checked.ok()) throw std::invalid_argument("not a sound key");
  const pcs::Params& p = checked->key().params;
  ByteWriter params;
  pcs::write_params(p, params);
  const auto verdict = verify_proof(*checked, proof_bytes);
  Json out = {{"key", hex(Hasher().update(key_bytes).finish())},
              {"proof", hex(Hasher().update(proof_bytes).finish())},
              {"degree", p.degree},
              {"security_bits", p.security_bits},
              {"params", hex(params.data())},
              {"weakest_term", checked->bits()},
              {"key_id", hex(checked->id())},
              {"model_id", hex(checked->model())},
              {"one_model", checked->one_model()},
              {"code", verdict.ok() ? Json() : Json(error_name(verdict.error().code))}};
  if (verdict.ok()) out["statement"] = to_string(verdict->statement);
  return out;
}

Vector pair(const char* name, const char* key, const char* proof_file) {
  return {name, "proof", {{"key", key}, {"proof", proof_file}}};
}

}  // namespace

File proofs_file() {
  return {"proofs",
          "tests/golden: whole proofs of each soundness profile that is kept there",
          {{"proof", proof}},
          {pair("one segment, no disclosures", "plain.vk", "plain0.proof"),
           pair("disclosed input and output", "open.vk", "open0.proof"),
           pair("digests and an attestation", "bound.vk", "attested.proof"),
           pair("a revealed output", "other.vk", "other0.proof"),
           pair("trees, no oracle beyond the first", "trees.vk", "trees0.proof"),
           pair("a key that asks for disclosures", "open.vk", "plain0.proof"),
           pair("the proof of another model", "other.vk", "plain0.proof")}};
}

}  // namespace nescio::vectors
