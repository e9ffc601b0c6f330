// Digests of integers (docs/spec/digest.md): from salt and values to 32 bytes.
#include "nescio/sponge/sponge.h"
#include "vectors.h"

namespace nescio::vectors {
namespace {

Json salted(const Json& in) {
  DigestSpec spec;
  spec.role = static_cast<DigestRole>(in.at("role").get<unsigned>());
  std::vector<std::vector<std::int64_t>> values;
  for (const Json& t : in.at("tensors")) {
    spec.tensors.push_back({t.at("dims"), t.at("lo"), t.at("hi")});
    values.push_back(t.at("values"));
    if (values.back().size() != spec.tensors.back().size()) throw std::invalid_argument("a value for each cell");
  }
  const Bytes text = bytes(in.at("salt"));
  DigestCells salt;
  if (text.size() != 32) throw std::invalid_argument("a salt has 32 bytes");
  for (std::size_t i = 0; i < salt.size(); ++i)
    if (!decode(text.data() + 8 * i, salt[i])) throw std::invalid_argument("not below p");
  const std::vector<std::span<const std::int64_t>> views(values.begin(), values.end());
  const BlockPlan plan = plan_blocks(spec.tensors);
  const auto cells = packed_blocks(spec, plan, salt, views);
  Json blocks = Json::array();
  for (std::size_t n = 0; n < plan.blocks; ++n)
    blocks.push_back(list(std::span(cells).subspan(n * kPoseidonRate, kPoseidonRate)));
  const auto out = sponge_digest(spec, salt, views);
  if (!out.ok()) throw std::invalid_argument("a value out of its range");
  std::string whole;
  for (const F x : *out) whole += hex(x);
  return {{"iv", list(digest_iv(spec))}, {"blocks", blocks}, {"digest", whole}};
}

Json tensor(Source& any, std::vector<std::uint32_t> dims, std::int64_t lo, std::int64_t hi) {
  std::size_t n = 1;
  for (const std::uint32_t d : dims) n *= d;
  std::vector<std::int64_t> values(n);
  for (std::int64_t& v : values) v = lo + static_cast<std::int64_t>(any.below(static_cast<std::uint64_t>(hi - lo) + 1));
  values.front() = hi;
  values.back() = lo;
  return {{"dims", dims}, {"lo", lo}, {"hi", hi}, {"values", values}};
}
Json salt(Source& any) {
  std::string text;
  for (const F x : any.elements<F>(kDigestCells)) text += hex(x);
  return text;
}

}  // namespace

File digests_file() {
  constexpr std::int64_t kWide = std::int64_t{1} << 40;
  Source any(5);
  const auto add = [&](unsigned role, Json tensors) {
    return Json{{"role", role}, {"salt", salt(any)}, {"tensors", std::move(tensors)}};
  };
  return {"digests",
          "docs/spec/digest.md: the digest of integers under a salt",
          {{"digest", salted}},
          {{"one value", "digest", add(1, Json::array({tensor(any, {1}, 0, 0)}))},
           {"a vector, digits of 8 bits", "digest", add(1, Json::array({tensor(any, {20}, -128, 127)}))},
           {"longer than a block", "digest", add(2, Json::array({tensor(any, {70}, 0, 1000)}))},
           {"a digit to a cell", "digest", add(2, Json::array({tensor(any, {5}, -kWide, kWide)}))},
           {"a matrix and its bias", "digest",
            add(0, {tensor(any, {5, 12}, -2048, 2047), tensor(any, {12}, -kWide, kWide)})},
           {"a matrix, the other way round", "digest", add(0, Json::array({tensor(any, {40, 3}, -4, 3)}))},
           {"shelves that are shared", "digest",
            add(0, {tensor(any, {3, 2, 4}, 0, 1), tensor(any, {2, 9}, -1000, 1000), tensor(any, {3}, 0, 7),
                    tensor(any, {4, 4}, -kWide, 0)})}}};
}

}  // namespace nescio::vectors
