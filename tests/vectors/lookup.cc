// The lookup tree of a segment (docs/spec/relations.md): its layers, and which fraction stands at which leaf.
#include "hidden.h"
#include "nescio/circuit/builder.h"
#include "nescio/circuit/check.h"
#include "nescio/circuit/serialize.h"
#include "nescio/lookup/prover.h"
#include "nescio/lookup/verifier.h"
#include "nescio/poly/mle.h"
#include "nescio/relation/leaves.h"

namespace nescio::vectors {
namespace {

// The claims p / q at z after each number of layers, the value that each layer's equation has (0, if all is true), and
// the leaves at the last z.
Json tree(const Json& in) {
  return with_degree(in, [&](auto zero) -> Json {
    using E = decltype(zero);
    const auto numerators = elements<E>(in.at("p")), denominators = elements<E>(in.at("q"));
    Json layers = Json::array();
    for (unsigned n = 0;; ++n) {
      Hidden<E> hidden(in);
      auto& ch = hidden.channel();
      const lookup::Tree<E> t = lookup::replay_tree(ch, n);
      if (!ch.status().ok()) return {{"code", code_of(ch.status())}};
      const E p = hidden.value(t.p), q = hidden.value(t.q);
      Json layer = {{"p", hex(p)}, {"q", hex(q)}, {"z", list(t.z)}};
      if (n > 0) layer["zero"] = hex(hidden.value(ch.ledger().back().form));
      layers.push_back(layer);
      if (n < in.at("log").get<unsigned>()) continue;
      const std::span<const E> z(t.z);
      const E leaf_p = mle_eval<E>(std::span<const E>(numerators), z);
      const E leaf_q = mle_eval<E>(std::span<const E>(denominators), z);
      bool holds = p == leaf_p && q == leaf_q;
      for (const auto& claim : ch.ledger()) holds = holds && hidden.value(claim.form) == E::zero();
      return {{"code", Json()}, {"layers", layers}, {"p", hex(leaf_p)}, {"q", hex(leaf_q)}, {"true", holds}};
    }
  });
}

template <class E>
Json claims_json(const std::vector<relation::Claim<E>>& claims) {
  Json out = Json::array();
  for (const auto& c : claims) out.push_back(Json::array({hex(c.coef), c.tensor}));
  return out;
}

Json leaves(const Json& in) {
  const Bytes b = bytes(in.at("circuit"));
  ByteReader reader(b, ErrorCode::kVKey);
  const auto circuit = read_circuit(reader);
  if (!circuit.ok() || !check_circuit(*circuit, false).ok()) throw std::invalid_argument("not a circuit");
  const relation::LeafPlan plan = relation::plan_leaves(*circuit, 0);
  Json blocks = Json::array();
  for (const relation::LeafBlock& block : plan.blocks) {
    Json pieces = Json::array();
    for (const Piece& p : block.pieces) pieces.push_back(Json::array({p.offset, p.log}));
    blocks.push_back({{"kind", static_cast<unsigned>(block.kind)},
                      {"number", block.number},
                      {"pieces", pieces},
                      {"offset", block.offset}});
  }
  return with_degree(in, [&](auto zero) -> Json {
    using E = decltype(zero);
    const auto z = elements<E>(in.at("z"));
    if (z.size() != plan.log) throw std::invalid_argument("a coordinate for each layer");
    const auto c = relation::leaf_claims(*circuit, plan, z, element<E>(in.at("alpha")), element<E>(in.at("beta")));
    return {{"circuit", hex(circuit_digest(*circuit))}, {"blocks", blocks},      {"p_constant", hex(c.p_constant)},
            {"q_constant", hex(c.q_constant)},          {"dummy", hex(c.dummy)}, {"p_claims", claims_json(c.p_claims)},
            {"q_claims", claims_json(c.q_claims)}};
  });
}

// Lookups -1 / q and multiplicities m / q as they may stand in a tree; those beyond are 0 / 1.
template <class E>
Json honest(Source& any, unsigned log, std::size_t given) {
  const std::size_t layers = log, hidden = 1 + log * (log - 1);
  Json in = {{"degree", E::D}, {"domain", hex(bytes_of("tree"))}, {"log", log}};
  SecretVector<F> p(given);
  ExtVector<E> q(given);
  std::vector<E> all_p(std::size_t{1} << log), all_q(std::size_t{1} << log, E::one());
  for (std::size_t i = 0; i < given; ++i) {
    p[i] = i % 2 == 0 ? -F(1) : F(any.below(5));
    all_p[i] = E(p[i]);
    all_q[i] = any.element<E>();
    q.set(i, all_q[i]);
  }
  in["p"] = list(all_p);
  in["q"] = list(all_q);
  const auto pads = make_pads<E>(any, hidden, 2 * layers, in);
  ProofWriter out;
  zk::ProverChannel<E> ch(pads, Transcript(bytes_of("tree")), out);
  (void)lookup::prove_tree(ch, log, std::move(p), std::move(q));
  in["messages"] = hex(out.bytes());
  return in;
}

// Lookups cut in each dimension, and in one; a table with private columns, [rows] and [2, rows / 2].
Bytes circuit_bytes() {
  CircuitBuilder b;
  const TensorId x = b.committed({5, 3}, 0), y = b.committed({5, 3}, 0);
  const TensorId k = b.committed({3, 6}, 0), v = b.committed({3, 6}, 0);
  const TensorId column = b.committed({8}, 0), folded = b.committed({2, 4}, 0);
  b.lookup(b.table(6, {progression(0, 1), listed({0, 1, 4, 9, 16, 26})}, 0), 0, {x, y});
  const TensorId moved = b.affine({3, 6}, {b.term(v)}, 1);
  b.lookup(b.table(8, {progression(-1, 1)}, 0, {column, folded}), 0, {k, moved, v});
  const TensorId bias = b.affine({8}, {b.term(column, 2)}, 0);
  b.lookup(b.table(13, {progression(3, -2)}, 0), 0, {bias});
  ByteWriter out;
  write_circuit(b.circuit(), out);
  return out.take();
}
template <class E>
Json leaves_input(Source& any) {
  const Bytes circuit = circuit_bytes();
  ByteReader reader(circuit, ErrorCode::kVKey);
  const auto read = read_circuit(reader);
  NESCIO_CHECK(read.ok());
  Json in = {{"degree", E::D}, {"circuit", hex(circuit)}};
  in["z"] = list(any.elements<E>(relation::plan_leaves(*read, 0).log));
  in["alpha"] = hex(any.element<E>());
  in["beta"] = hex(any.element<E>());
  return in;
}

}  // namespace

File lookup_file() {
  Source any(7);
  std::vector<Vector> out;
  const Json two = honest<Ext2>(any, 3, 6), three = honest<Ext3>(any, 2, 4);
  out.push_back({"8 leaves, two of them 0 / 1", "tree", two});
  out.push_back({"4 leaves", "tree", three});
  out.push_back({"one leaf", "tree", honest<Ext2>(any, 0, 1)});
  Json in = two;
  in["p"][3] = hex(Ext2(std::uint64_t{7}));
  out.push_back({"another numerator", "tree", in});
  in = two;
  std::string messages = in["messages"];
  messages[messages.size() - 16] = messages[messages.size() - 16] == '0' ? '1' : '0';
  in["messages"] = messages;
  out.push_back({"another last message", "tree", in});
  in["messages"] = std::string(32, '0') + messages.substr(32);
  out.push_back({"a denominator of 0", "tree", in});
  in["messages"] = messages.substr(0, messages.size() - 2);
  out.push_back({"a byte is missing", "tree", in});
  out.push_back({"three lookups, three tables", "leaves", leaves_input<Ext2>(any)});
  out.push_back({"three lookups, three tables", "leaves", leaves_input<Ext3>(any)});
  return {"lookup",
          "docs/spec/relations.md, the lookup tree of a segment: its layers; its leaves and the equations at z",
          {{"tree", tree}, {"leaves", leaves}},
          out};
}

}  // namespace nescio::vectors
