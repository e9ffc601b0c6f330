#include "nescio/relation/verifier.h"

#include <algorithm>

#include "nescio/base/bits.h"
#include "nescio/sumcheck/verifier.h"

namespace nescio::relation {
namespace {

template <class E>
struct Replay {
  const Circuit& circuit;
  const PublicValues& publics;
  zk::Channel<E>& ch;
  std::vector<Atom<E>> atoms = {};
  std::uint32_t most_equations = 0;
  unsigned product_degree = 0, point_variables = 0;

  zk::Form<E> atom(TensorId tensor, Weights<E> weights) {
    atoms.push_back({tensor, std::move(weights)});
    return ch.tape().leaf(zk::Leaf::atom, static_cast<std::uint32_t>(atoms.size() - 1));
  }
  // form - constant - all claims; they are on committed tensors.
  zk::Form<E> subtract(zk::Form<E> form, const E& constant, const auto& claims) {
    form = form - constant;
    for (const Claim<E>& c : claims)
      form = ch.tape().combine(E::zero(), E::one(), form, -c.coef, atom(c.tensor, c.weights));
    return form;
  }

  void leaf_equations(const lookup::Tree<E>& tree, const LeafPlan& plan, const E& alpha, const E& beta,
                      std::vector<Equation<E>>& equations) {
    LeafClaims<E> leaves = leaf_claims(circuit, plan, tree.z, alpha, beta);
    ch.zero("lookup.p", subtract(tree.p, leaves.p_constant, leaves.p_claims));
    const auto dummy = ch.tape().leaf(zk::Leaf::dummy, 0);
    equations.push_back(
        {ch.tape().combine(-leaves.q_constant, E::one(), tree.q, -leaves.dummy, dummy), std::move(leaves.q_claims)});
  }

  void zero_equations(std::uint32_t segment, std::vector<Equation<E>>& equations) {
    unsigned bits = 0;
    for (const Zero& z : circuit.zeros)
      if (z.segment == segment) bits = std::max(bits, num_variables(circuit[z.tensor].dims));
    point_variables = bits;
    std::vector<E> point;
    for (unsigned i = 0; i < bits; ++i) point.push_back(ch.challenge("point"));  // V -> P
    for (const Zero& z : circuit.zeros)
      if (z.segment == segment)
        equations.push_back(
            {ch.constant(E::zero()), {{E::one(), z.tensor, point_weights<E>(circuit[z.tensor].dims, point)}}});
  }

  // One batched product sumcheck; returns the equations on virtual operands that it leaves.
  std::vector<Equation<E>> wave(const std::vector<Equation<E>>& equations) {
    most_equations = std::max(most_equations, static_cast<std::uint32_t>(equations.size()));
    const E zeta = equations.size() > 1 ? ch.challenge("zeta") : E::one();  // V -> P
    MergedClaims<E> claims;  // a product of two factors over one tensor leaves equal ones
    Expanded<E> all;
    auto claim = ch.constant(E::zero());
    E power = E::one();
    for (const Equation<E>& eq : equations) {
      claim = ch.tape().combine(E::zero(), E::one(), claim, power, eq.lhs);
      for (const Claim<E>& c : eq.claims) claims.add({c.coef * power, c.tensor, c.weights});
      power *= zeta;
    }
    for (const Claim<E>& c : claims) expand(circuit, publics, c, all);
    claim = subtract(claim, all.constant, all.atoms);
    if (all.instances.empty()) {
      ch.zero("relation.affine", claim);
      return {};
    }
    std::vector<Instance<E>> instances;
    unsigned rounds = 0, degree = 2;
    for (const Claim<E>& c : all.instances) {
      instances.push_back(make_instance(circuit, c));
      rounds = std::max(rounds, instances.back().bits);
      degree = std::max(degree, instances.back().degree());
    }
    product_degree = std::max(product_degree, degree);
    auto [rest, r] = sumcheck::replay_plain(ch, rounds, degree, claim);
    const E half = E(F(2).inverse());
    std::vector<Equation<E>> next;
    for (const Instance<E>& inst : instances) {
      const std::span<const E> point = std::span<const E>(r).subspan(rounds - inst.bits);
      const auto finals = ch.product("a", "b");                        // P -> V
      const auto outer = inst.cubic ? ch.product("ab", "c") : finals;  // P -> V
      if (inst.cubic) ch.zero("relation.cubic", outer.a - finals.ab);
      rest = ch.tape().combine(E::zero(), E::one(), rest,
                               -(inst.coef * half.pow(rounds - inst.bits) * instance_weight(inst, point)), outer.ab);
      const auto side = [&](const zk::Form<E>& form, TensorId tensor, const typename Instance<E>::Side& s) {
        Weights<E> weights = final_weights(inst, s, point);
        if (circuit.committed(tensor) != nullptr) {
          ch.zero("relation.final", form - atom(tensor, std::move(weights)));
        } else {
          next.push_back({form, {{E::one(), tensor, std::move(weights)}}});
        }
      };
      side(finals.a, inst.a, inst.side_a);
      side(finals.b, inst.b, inst.side_b);
      if (inst.cubic) side(outer.b, inst.c, inst.side_a);
    }
    ch.zero("relation.wave", rest);
    return next;
  }

  void triples(const SegmentTensors& tensors) {
    const std::uint32_t count = ch.triples() + 1;  // and the blinding triple
    std::vector<E> tau;
    for (unsigned i = 0; i < log2_ceil(count); ++i) tau.push_back(ch.challenge("tau"));  // V -> P
    auto [claim, r] = sumcheck::replay_eq(ch, tau, ch.constant(E::zero()));
    const E a = ch.clear("triple.a"), b = ch.clear("triple.b");  // P -> V
    const auto at = [&](TensorId id) { return atom(id, extension_weights(Weight<E>::point(r))); };
    ch.zero("triple.product", (claim + at(tensors.triple_c)) - a * b);
    ch.zero("triple.a", at(tensors.triple_a) - a);
    ch.zero("triple.b", at(tensors.triple_b) - b);
  }
};

}  // namespace

template <class E>
Weights<E> extension_weights(Weight<E> along) {
  std::vector<E> basis;
  for (unsigned d = 0; d < E::D; ++d) basis.push_back(E::basis(d));
  return {std::move(along), Weight<E>::dense(std::move(basis))};
}

std::vector<SegmentTensors> segment_tensors(const Circuit& circuit) {
  std::vector<SegmentTensors> out(circuit.segments);
  for (TensorId id = 0; id < circuit.tensors.size(); ++id) {
    const Committed* c = circuit.committed(id);
    if (c == nullptr) continue;
    SegmentTensors& s = out[c->segment];
    switch (c->role) {
      case Role::pad:
        s.pad = id;
        break;
      case Role::triple_a:
        s.triple_a = id;
        break;
      case Role::triple_b:
        s.triple_b = id;
        break;
      case Role::triple_c:
        s.triple_c = id;
        break;
      case Role::dummy:
        s.dummy = id;
        break;
      case Role::value:
      case Role::multiplicity:
        break;
    }
  }
  return out;
}

template <class E>
Segment<E> replay_segment(const Circuit& circuit, const PublicValues& publics, const SegmentTensors& tensors,
                          std::uint32_t segment, const E& alpha, const E& beta, zk::Channel<E>& ch) {
  Replay<E> replay{circuit, publics, ch};
  const LeafPlan plan = plan_leaves(circuit, segment);
  const lookup::Tree<E> tree = lookup::replay_tree(ch, plan.log);
  std::vector<Equation<E>> equations;
  replay.leaf_equations(tree, plan, alpha, beta, equations);
  replay.zero_equations(segment, equations);
  while (!equations.empty()) equations = replay.wave(equations);
  replay.triples(tensors);
  return {tree.root_p,           tree.root_q,           std::move(replay.atoms),
          replay.most_equations, replay.product_degree, replay.point_variables};
}

namespace {

// Zeros in the place of all public values.
PublicValues no_values(const Circuit& circuit) {
  PublicValues zeros(circuit.tensors.size());
  for (TensorId id = 0; id < circuit.tensors.size(); ++id)
    if (std::holds_alternative<Public>(circuit[id].def)) zeros[id].resize(num_cells(circuit[id].dims));
  return zeros;
}

template <class E>
Counts count_with(const Circuit& circuit, const PublicValues& publics, std::uint32_t segment) {
  zk::Tape<E> tape;
  zk::Channel<E> ch(tape, Transcript(std::span<const std::uint8_t>()), nullptr);
  const E alpha = ch.challenge("alpha"), beta = ch.challenge("beta");
  const Segment<E> s = replay_segment(circuit, publics, {}, segment, alpha, beta, ch);
  return {ch.pads(),   ch.triples(),     static_cast<std::uint32_t>(ch.ledger().size()),
          s.equations, s.product_degree, s.point_variables};
}

}  // namespace

template <class E>
Counts count_messages(const Circuit& circuit, std::uint32_t segment) {
  return count_with<E>(circuit, no_values(circuit), segment);
}

template <class E>
std::vector<Counts> count_messages(const Circuit& circuit) {
  const PublicValues publics = no_values(circuit);
  std::vector<Counts> out;
  for (std::uint32_t s = 0; s < circuit.segments; ++s) out.push_back(count_with<E>(circuit, publics, s));
  return out;
}

#define NESCIO_INSTANTIATE(E)                                                                                   \
  template Weights<E> extension_weights(Weight<E>);                                                             \
  template Segment<E> replay_segment(const Circuit&, const PublicValues&, const SegmentTensors&, std::uint32_t, \
                                     const E&, const E&, zk::Channel<E>&);                                      \
  template Counts count_messages<E>(const Circuit&, std::uint32_t);                                             \
  template std::vector<Counts> count_messages<E>(const Circuit&);
NESCIO_INSTANTIATE(Ext2)
NESCIO_INSTANTIATE(Ext3)
#undef NESCIO_INSTANTIATE

}  // namespace nescio::relation
