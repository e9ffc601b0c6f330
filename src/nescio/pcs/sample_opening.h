// pcs/sample_opening.h -- for tests and benchmarks: random matrices, functionals and toy parameters. The parameters
// have no security level.
#pragma once
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "nescio/base/bits.h"
#include "nescio/pcs/prover.h"
#include "nescio/pcs/verifier.h"
#include "nescio/poly/eq.h"
#include "nescio/poly/mle.h"

namespace nescio::pcs {

inline Digest sample_key(std::uint64_t seed) {
  return hash_parts({bytes_of("sample"), {reinterpret_cast<const std::uint8_t*>(&seed), sizeof seed}});
}

// rounds: {log_inv_rate, fold, queries, ood}.
inline Params toy_params(unsigned degree, unsigned kappa, unsigned columns, unsigned log_rows, unsigned log_inv_rate,
                         unsigned queries, const std::vector<std::array<unsigned, 4>>& rounds) {
  Params p;
  p.degree = static_cast<std::uint8_t>(degree);
  p.security_bits = 1;
  p.kappa = static_cast<std::uint8_t>(kappa);
  p.columns = static_cast<std::uint16_t>(columns);
  p.log_rows = static_cast<std::uint8_t>(log_rows);
  p.log_inv_rate = static_cast<std::uint8_t>(log_inv_rate);
  p.queries = static_cast<std::uint16_t>(queries);
  p.final_log = p.log_rows;
  for (const auto& [rate, fold, draws, ood] : rounds) {
    p.rounds.push_back({static_cast<std::uint8_t>(rate), static_cast<std::uint8_t>(fold),
                        static_cast<std::uint16_t>(draws), static_cast<std::uint8_t>(ood), 0, 0, 0});
    p.final_log = static_cast<std::uint8_t>(p.final_log - fold);
  }
  return p;
}

// 0, 1, 2, 4, .., 2^(kappa-1), then the others, `columns` in all.
inline std::vector<std::uint32_t> rule_positions(unsigned kappa, unsigned columns) {
  std::vector<std::uint32_t> at = {0};
  for (unsigned i = 0; i < kappa; ++i) at.push_back(1u << i);
  for (std::uint32_t j = 3; at.size() < columns; ++j)
    if (!is_power_of_two(j)) at.push_back(j);
  return at;
}

// A fresh tree and, with static_columns > 0, a static one at the highest positions, with a functional that is zero on
// the reserved rows. Everything follows from the seed; another seed of masks gives the same data under other masks.
template <class E>
struct Sample {
  Sample(const Params& params, std::uint64_t seed, std::size_t static_columns = 0, std::uint64_t mask_seed = 0,
         std::vector<std::uint32_t> fresh = {})
      : p(params) {
    if (fresh.empty()) fresh = rule_positions(p.kappa, p.columns);
    std::vector<std::uint32_t> segments(fresh.size());
    for (std::size_t j = 0; j < segments.size(); ++j) segments[j] = static_cast<std::uint32_t>(j / 3);
    shapes.push_back(fresh_shape(p, std::move(fresh), segments));
    if (static_columns > 0) {
      MatrixShape s{false, {}, {{0, static_columns}}};
      for (std::size_t j = 0; j < static_columns; ++j)
        s.positions.push_back(static_cast<std::uint32_t>((std::size_t{1} << p.kappa) - 1 - j));
      shapes.push_back(std::move(s));
    }
    std::mt19937_64 rng(seed);
    const auto element = [&] { return F(rng() % F::kModulus); };
    w.resize(std::size_t{1} << p.kappa);
    for (std::size_t t = 0; t < shapes.size(); ++t) {
      const MatrixShape& s = shapes[t];
      const std::size_t stride = row_stride(p, s), reserved = reserved_rows(t);
      SecretVector<F> m(p.rows() * stride);
      for (std::size_t i = 0; i < p.rows() - reserved; ++i)
        for (std::size_t j = 0; j < s.positions.size(); ++j) m[i * stride + j] = F(rng() % 251);
      fill_random(p, s, reserved, sample_key(s.fresh ? mask_seed : ~seed), m);
      messages.push_back(std::move(m));
      for (std::size_t j = 0; j < s.positions.size(); ++j) {
        std::vector<E>& column = w[s.positions[j]];
        column.resize(p.rows());
        for (std::size_t i = 0; i < p.rows() - reserved; ++i)
          for (unsigned d = 0; d < E::D; ++d) column[i][d] = element();
      }
    }
    sigma = value();
  }

  std::size_t reserved_rows(std::size_t tree) const { return tree == 0 ? p.reserved_rows() : 2 * p.queries; }
  // <w_main, F>
  E value() const {
    E s = E::zero();
    for (std::size_t t = 0; t < shapes.size(); ++t)
      for (std::size_t j = 0; j < shapes[t].positions.size(); ++j)
        for (std::size_t i = 0; i < w[shapes[t].positions[j]].size(); ++i)
          s += w[shapes[t].positions[j]][i] * messages[t][i * row_stride(p, shapes[t]) + j];
    return s;
  }
  void commit(std::uint64_t salt_seed = 0) {
    trees.clear();
    for (std::size_t t = 0; t < shapes.size(); ++t)
      trees.push_back(
          std::make_unique<CommittedMatrix>(p, shapes[t], messages[t], sample_key((salt_seed << 8) + 77 + t)));
  }
  std::vector<const CommittedMatrix*> tree_list() const {
    std::vector<const CommittedMatrix*> out;
    for (const auto& t : trees) out.push_back(t.get());
    return out;
  }
  std::vector<TreeRef> roots() const {
    std::vector<TreeRef> out;
    for (std::size_t t = 0; t < shapes.size(); ++t) out.push_back({trees[t]->root(), &shapes[t]});
    return out;
  }
  std::vector<ExtVector<E>> weights() const {
    std::vector<ExtVector<E>> out(w.size());
    for (std::size_t j = 0; j < w.size(); ++j) {
      out[j].resize(w[j].size());
      for (std::size_t i = 0; i < w[j].size(); ++i) out[j].set(i, w[j][i]);
    }
    return out;
  }
  WeightAt<E> weight_at() const {
    return [this](std::span<const E> columns, std::span<const E> rows) {
      E s = E::zero();
      for (std::size_t j = 0; j < w.size(); ++j)
        s += eq_index<E>(columns, j) * mle_eval<E>(std::span<const E>(w[j]), rows);
      return s;
    };
  }
  // A transcript that has absorbed the roots.
  Transcript transcript(std::string_view domain = "toy") const {
    Transcript tr(bytes_of(domain));
    for (const auto& t : trees) tr.absorb("digest", "root", t->root().bytes);
    return tr;
  }

  Result<Opened> prove(ProofWriter& proof, std::string_view domain = "toy") const {
    Transcript tr = transcript(domain);
    return open<E>(p, tree_list(), weights(), sigma, tr, proof);
  }
  Status verify(std::span<const std::uint8_t> proof, std::string_view domain = "toy") const {
    Transcript tr = transcript(domain);
    ProofReader in(proof);
    NESCIO_TRY_STATUS(verify_opening<E>(p, roots(), weight_at(), sigma, tr, in));
    return in.end();
  }

  Params p;
  std::vector<MatrixShape> shapes;
  std::vector<SecretVector<F>> messages;  // by tree
  std::vector<std::vector<E>> w;          // by position; empty: zero
  E sigma;
  std::vector<std::unique_ptr<CommittedMatrix>> trees;
};

}  // namespace nescio::pcs
