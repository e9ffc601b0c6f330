// Openings of one linear functional of a committed matrix (docs/spec/pcs.md): accepted, and refused with each code.
#include "nescio/pcs/reference_prover.h"
#include "nescio/pcs/verifier.h"
#include "nescio/poly/eq.h"
#include "vectors.h"

namespace nescio::vectors {
namespace {

template <class E>
Json verdict(const pcs::Params& p, const Json& in) {
  pcs::MatrixShape shape;
  for (std::uint32_t j = 0; j < p.columns; ++j) shape.positions.push_back(j);
  for (const Json& g : in.at("groups")) shape.groups.push_back({g.at(0), g.at(1)});
  const pcs::MatrixShape* const shapes[] = {&shape};
  if (!pcs::check_shapes(p, shapes).ok()) throw std::invalid_argument("groups");
  std::vector<std::vector<E>> weights;
  for (const Json& column : in.at("weights")) weights.push_back(elements<E>(column));
  const pcs::WeightAt<E> at = [&](std::span<const E> columns, std::span<const E> rows) {
    E sum = E::zero();
    for (std::size_t j = 0; j < weights.size(); ++j)
      sum += eq_index<E>(columns, j) * mle_eval<E>(std::span<const E>(weights[j]), rows);
    return sum;
  };
  const Digest root = digest(in.at("root"));
  const pcs::TreeRef trees[] = {{root, &shape}};
  Transcript tr(bytes(in.at("domain")));
  tr.absorb("digest", "root", root.bytes);
  const Bytes proof = bytes(in.at("proof"));
  ProofReader reader(proof);
  Status status = pcs::verify_opening<E>(p, trees, at, element<E>(in.at("sigma")), tr, reader);
  if (status.ok()) status = reader.end();
  return {{"code", code_of(status)}, {"transcript", hex(tr.digest())}};
}

Json opening(const Json& in) {
  const Bytes b = bytes(in.at("params"));
  ByteReader reader(b, ErrorCode::kVKey);
  const auto p = pcs::read_params(reader);
  if (!p.ok() || !reader.finish().ok()) throw std::invalid_argument("not parameters");
  return p->degree == 2 ? verdict<Ext2>(*p, in) : verdict<Ext3>(*p, in);
}

template <class E>
struct Opened {
  pcs::Sample<E> sample;
  ProofWriter proof{true};
  Json in;

  // `lie`: the last message is not the one that the last oracle holds.
  Opened(const pcs::Params& p, std::uint64_t seed, bool lie = false) : sample(p, seed, 0, 0, consecutive(p)) {
    sample.commit();
    Transcript tr = sample.transcript("opening");
    pcs::ReferenceProver<E> prover;
    if (lie)
      prover.substitute = [&](std::size_t i, std::vector<E>& f, const auto&...) {
        if (i == p.rounds.size() + 1) f[0] += E::one();
      };
    prover.run(sample, sample.sigma, tr, proof);
    ByteWriter bytes_of_params;
    pcs::write_params(p, bytes_of_params);
    Json groups = Json::array(), weights = Json::array();
    for (const auto& g : sample.shapes[0].groups) groups.push_back(Json::array({g.begin, g.end}));
    for (std::size_t j = 0; j < p.columns; ++j)
      weights.push_back(list(std::span<const E>(sample.w[j]).first(p.rows() - p.reserved_rows())));
    in = {{"params", hex(bytes_of_params.data())},
          {"groups", groups},
          {"domain", hex(bytes_of("opening"))},
          {"root", hex(sample.trees[0]->root())},
          {"weights", weights},
          {"sigma", hex(sample.sigma)},
          {"proof", hex(proof.bytes())}};
  }
  static std::vector<std::uint32_t> consecutive(const pcs::Params& p) {
    std::vector<std::uint32_t> at(p.columns);
    for (std::uint32_t j = 0; j < p.columns; ++j) at[j] = j;
    return at;
  }

  // With other bytes from the first message of this label on.
  Json changed(const std::string& label, const std::string& digits) const {
    Json out = in;
    for (const ProofWriter::Entry& e : proof.log())
      if (e.label == label) {
        out["proof"] = in["proof"].get<std::string>().replace(2 * e.offset, digits.size(), digits);
        return out;
      }
    throw std::invalid_argument(label);
  }
};

}  // namespace

File commitment_file() {
  std::vector<Vector> out;
  const auto add = [&](const char* name, const Json& in) { out.push_back({name, "opening", in}); };
  pcs::Params p = pcs::toy_params(2, 1, 2, 5, 1, 4, {{2, 2, 3, 1}, {3, 1, 2, 1}});
  p.query_pow = 3;
  p.fold_pow = 1;
  p.rounds[0].query_pow = p.rounds[0].fold_pow = 2;
  const Opened<Ext2> two(p, 1);
  add("two oracles, with work", two.in);
  add("four columns of two segments", Opened<Ext3>(pcs::toy_params(3, 2, 4, 5, 1, 3, {{2, 3, 2, 2}}), 2).in);
  add("one column, no oracle", Opened<Ext2>(pcs::toy_params(2, 0, 1, 4, 1, 3, {}), 3).in);

  Json in = two.in;
  in["sigma"] = hex(Ext2(std::uint64_t{1}));
  add("another value", in);
  add("the last message is not what the oracle holds",
      Opened<Ext2>(pcs::toy_params(2, 1, 2, 5, 1, 4, {{2, 2, 3, 1}}), 4, true).in);
  add("another cell", two.changed("row.cells", "0000000000000000"));
  add("another salt", two.changed("row.salt", "ff"));
  add("another element of a coset", two.changed("whir.leaf", "0000000000000000"));
  add("another nonce", two.changed("open.gamma.pow", "ffffffffffffffff"));
  add("a word that is not below p", two.changed("row.cells", "01000000ffffffff"));
  in = two.in;
  const std::string proof = in["proof"];
  in["proof"] = proof.substr(0, proof.size() - 2);
  add("a byte is missing", in);
  in["proof"] = proof + "00";
  add("a byte too many", in);
  return {"commitment", "docs/spec/pcs.md: openings and what a verifier says of them", {{"opening", opening}}, out};
}

}  // namespace nescio::vectors
