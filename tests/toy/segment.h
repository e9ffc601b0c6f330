// For tests: a whole segment over the toy field: what the prover committed to, and the verifier's own replay and join
// on messages and challenges that are told. What a proof would open is computed from the cells.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "game.h"
#include "nescio/proof/replay.h"
#include "nescio/soundness/terms.h"

namespace nescio::toy {

inline constexpr E kAlphaAtRest = E({F(2), F(1)}), kBetaAtRest = E({F(3), F(2)});

// A circuit of one segment, and all its committed cells.
class Commitment {
 public:
  // Appends the argument's tensors; their cells are some numbers, with triples that are products.
  explicit Commitment(Circuit relations) : circuit(std::move(relations)) {
    script().assign(200, 2);  // for a dry run
    counts = relation::count_messages<E>(circuit, 0);
    const auto add = [this](std::uint32_t n, Role role) {
      circuit.tensors.push_back({Dims{n, E::D}, Committed{role, 0}});
    };
    add(counts.pads, Role::pad);
    for (const Role role : {Role::triple_a, Role::triple_b, Role::triple_c}) add(counts.triples + 1, role);
    add(1, Role::dummy);
    tensors = relation::segment_tensors(circuit);
    for (const TensorDef& t : circuit.tensors) cells.emplace_back(num_cells(t.dims));
    for (std::uint32_t i = 0; i < counts.pads; ++i) set(tensors[0].pad, i, E({F(i + 1), F(i * i + 2)}));
    for (std::uint32_t i = 0; i <= counts.triples; ++i) {
      const E a({F(i + 2), F(3 * i + 1)}), b({F(2 * i + 1), F(i + 4)});
      set(tensors[0].triple_a, i, a);
      set(tensors[0].triple_b, i, b);
      set(tensors[0].triple_c, i, a * b);
    }
    set(tensors[0].dummy, 0, E({F(2), F(2)}));
  }

  // Element i of a tensor of the argument.
  E element(TensorId id, std::uint32_t i) const {
    const std::uint32_t n = circuit[id].dims[0];
    return E({cells[id][i], cells[id][n + i]});
  }
  void set(TensorId id, std::uint32_t i, const E& x) {
    const std::uint32_t n = circuit[id].dims[0];
    cells[id][i] = x[0];
    cells[id][n + i] = x[1];
  }
  // The sum of the cells under these weights.
  E value(TensorId id, const relation::Weights<E>& weights) const {
    const Dims& dims = circuit[id].dims;
    E sum;
    for (std::size_t at = 0; at < cells[id].size(); ++at) {
      E w = E::one();
      std::size_t rest = at;
      for (std::size_t d = 0; d < dims.size(); ++d) {
        const auto i = static_cast<std::uint32_t>(rest % dims[d]);
        w *= weights[d].table(i, i + 1)[0];
        rest /= dims[d];
      }
      sum += w * cells[id][at];
    }
    return sum;
  }
  // For the terms of soundness/terms.h, without the buses.
  soundness::CircuitCounts for_terms() const {
    soundness::CircuitCounts out;
    out.constraints = counts.constraints + 1;  // and that the fractions cancel
    out.equations = counts.equations;
    out.triples = counts.triples + 1;
    out.product_degree = static_cast<std::uint8_t>(counts.product_degree);
    out.point_variables = static_cast<std::uint8_t>(counts.point_variables);
    return out;
  }

  Circuit circuit;
  relation::Counts counts;
  std::vector<relation::SegmentTensors> tensors;
  std::vector<std::vector<F>> cells;  // by tensor, logical order
};

// The prover's end of zk/channel.h: every value minus its pad.
class Sender {
 public:
  explicit Sender(const Commitment& c) : c_(&c) {}
  void clear(const E& x) { sent_.push_back(x); }
  void hidden(const E& x) { sent_.push_back(x - c_->element(c_->tensors[0].pad, pads_++)); }
  void product(const E& a, const E& b) {
    sent_.push_back(a - c_->element(c_->tensors[0].triple_a, triples_));
    sent_.push_back(b - c_->element(c_->tensors[0].triple_b, triples_));
    ++triples_;
  }
  const std::vector<E>& sent() const { return sent_; }

 private:
  const Commitment* c_;
  std::vector<E> sent_;
  std::uint32_t pads_ = 0, triples_ = 0;
};

// What the verifier makes of the messages.
struct Verdict {
  bool all_claims = false;  // every claim of the ledger is true
  bool opens = false;       // the one functional has the value that the verifier asks for
  bool accepted() const { return all_claims && opens; }
};
// `challenges`: of the segment, then rho.
inline Verdict verdict(const Commitment& c, const std::vector<E>& challenges, const std::vector<E>& sent,
                       const E& alpha = kAlphaAtRest, const E& beta = kBetaAtRest) {
  script().clear();
  for (const E& x : challenges)
    for (unsigned d = 0; d < E::D; ++d) script().push_back(x[d].canonical());
  std::vector<std::uint8_t> bytes(sent.size() * E::kBytes);
  for (std::size_t i = 0; i < sent.size(); ++i) encode(sent[i], bytes.data() + i * E::kBytes);
  ProofReader in(bytes);
  Transcript global{std::span<const std::uint8_t>()};
  const PublicValues publics(c.circuit.tensors.size());
  Replay<E> replay(c.circuit, publics, c.tensors);
  if (!replay.segment(global, in, alpha, beta).ok()) return {};
  NESCIO_CHECK(in.end().ok());

  Verdict out{true, false};
  const relation::SegmentTensors& t = c.tensors[0];
  const std::vector<E> values = replay.tape(0).forward([&](zk::Leaf kind, std::uint32_t i) {
    const TensorId of[] = {t.pad, t.triple_a, t.triple_b, t.triple_c, t.dummy};
    if (kind != zk::Leaf::atom) return c.element(of[static_cast<std::size_t>(kind)], i);
    return c.value(replay.atoms(0)[i].tensor, replay.atoms(0)[i].weights);
  });
  for (const auto& claim : replay.channel(0).ledger())
    if (!values[zk::Tape<E>::index(claim.form)].is_zero()) out.all_claims = false;
  relation::Functional<E> functional;
  const E sigma = replay.join(global, functional);
  E opened;
  for (const relation::Claim<E>& claim : functional) opened += claim.coef * c.value(claim.tensor, claim.weights);
  out.opens = opened == sigma;
  return out;
}

}  // namespace nescio::toy
