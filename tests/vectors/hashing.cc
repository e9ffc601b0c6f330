// BLAKE3 as the protocol uses it (docs/spec/notation.md) and Poseidon (docs/spec/digest.md).
#include "nescio/sponge/poseidon.h"
#include "nescio/sponge/sponge.h"
#include "vectors.h"

namespace nescio::vectors {
namespace {

Json parts(const Json& in) {
  Hasher h;
  for (const Json& part : in.at("parts")) h.part(bytes(part));
  return {{"digest", hex(h.finish())}};
}

// Hash(name; message).
Json padded(const Json& in) {
  for (std::size_t i = 0; i < kHashContexts; ++i) {
    const auto context = static_cast<HashContext>(i);
    if (context_string(context) == "nescio 2026 v1 " + in.at("name").get<std::string>())
      return {{"digest", hex(hash_padded(context, bytes(in.at("message"))))}};
  }
  throw std::invalid_argument("no such context");
}

Json derived(const Json& in) {
  Bytes out(64);
  Hasher::derive_key(in.at("context").get<std::string>()).update(bytes(in.at("message"))).finish(out);
  return {{"bytes", hex(out)}};
}

Json constants(const Json& in) {
  Json rounds = Json::array();
  for (const PoseidonState& round : poseidon_round_constants()) rounds.push_back(list(round));
  rounds.erase(rounds.begin() + in.at("rounds").get<std::ptrdiff_t>(), rounds.end());
  return {{"constants", rounds}};
}

PoseidonState state_of(const Json& texts) {
  const auto cells = elements<F>(texts);
  PoseidonState s;
  if (cells.size() != s.size()) throw std::invalid_argument("not a state");
  std::copy(cells.begin(), cells.end(), s.begin());
  return s;
}
Json permutation(const Json& in) {
  return {{"state", list(poseidon_permute(state_of(in.at("state"))))}};
}

Json sponge(const Json& in) {
  const auto cells = elements<F>(in.at("iv"));
  DigestCells iv;
  if (cells.size() != iv.size()) throw std::invalid_argument("not an IV");
  std::copy(cells.begin(), cells.end(), iv.begin());
  std::vector<F> blocks;
  for (const Json& block : in.at("blocks")) {
    if (block.size() != kPoseidonRate) throw std::invalid_argument("not a block");
    for (const F x : elements<F>(block)) blocks.push_back(x);
  }
  return {{"digest", list(sponge_absorb(iv, blocks))}};
}

std::vector<Vector> cases() {
  Source any(3);
  std::vector<Vector> out = {
      {"no part", "parts", {{"parts", Json::array()}}},
      {"an empty part", "parts", {{"parts", Json::array({""})}}},
      {"a part", "parts", {{"parts", Json::array({hex(bytes_of("abc"))})}}},
      {"two parts", "parts", {{"parts", Json::array({hex(bytes_of("a")), hex(bytes_of("bc"))})}}},
      {"two chunks", "parts", {{"parts", Json::array({hex(bytes_of("nescio key id")), hex(any.bytes(1200))})}}}};
  const Bytes message = any.bytes(64);
  for (const char* name : {"leaf", "seg", "node", "ext", "pow"})
    out.push_back({"one block", "padded", {{"name", name}, {"message", hex(message)}}});
  for (const std::size_t size : {1, 63, 65, 1024, 1032, 2600})
    out.push_back({std::to_string(size) + " bytes", "padded", {{"name", "seg"}, {"message", hex(any.bytes(size))}}});
  for (const char* context : {"nescio 2026 v1 circuit", "nescio 2026 v1 digest", "nescio 2026 v1 schema"})
    for (const std::size_t size : {0, 1, 64, 100})
      out.push_back({std::to_string(size) + " bytes, not padded",
                     "derived",
                     {{"context", context}, {"message", hex(any.bytes(size))}}});

  out.push_back({"by the Grain LFSR", "constants", {{"rounds", kPoseidonFullRounds + kPoseidonPartialRounds}}});
  PoseidonState state{};
  out.push_back({"zeros", "permutation", {{"state", list(state)}}});
  for (std::size_t i = 0; i < state.size(); ++i) state[i] = F(i);
  out.push_back({"0 .. 11", "permutation", {{"state", list(state)}}});
  state.fill(-F(1));
  out.push_back({"p - 1", "permutation", {{"state", list(state)}}});
  out.push_back({"any", "permutation", {{"state", list(any.elements<F>(kPoseidonWidth))}}});

  Json blocks = Json::array();
  for (std::size_t n = 1; n <= 3; ++n) {
    std::vector<F> block = any.elements<F>(kPoseidonRate);
    if (n == 1) std::fill(block.begin() + kDigestCells, block.end(), F());  // the salt's
    blocks.push_back(list(block));
    out.push_back(
        {std::to_string(n) + " blocks", "sponge", {{"iv", list(any.elements<F>(kDigestCells))}, {"blocks", blocks}}});
  }
  return out;
}

}  // namespace

File hashing_file() {
  return {"hashing",
          "docs/spec/notation.md: BLAKE3 of parts and in derive-key mode; digest.md: Poseidon and its sponge",
          {{"parts", parts},
           {"padded", padded},
           {"derived", derived},
           {"constants", constants},
           {"permutation", permutation},
           {"sponge", sponge}},
          cases()};
}

}  // namespace nescio::vectors
