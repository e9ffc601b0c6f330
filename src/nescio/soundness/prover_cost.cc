// soundness/prover_cost.cc -- see prover_cost.h.
#include "nescio/soundness/prover_cost.h"

#include <array>
#include <memory>

namespace nescio::soundness {
namespace {

using u128 = unsigned __int128;

constexpr std::uint64_t kBaseBytes = 8, kNonceBytes = 8, kSaltBytes = 32;

std::uint64_t q16(std::uint64_t bytes) {
  return bytes << 16;
}
std::uint64_t mul_high(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::uint64_t>(static_cast<u128>(a) * b >> 64);
}

// [depth][t] = (1 - 2^-depth)^t with 64 fractional bits, truncated at each multiplication: the chance that a subtree at
// this depth gets none of t queries. 1 is written 2^64 - 1; row 0 is zero.
using NoneTable = std::array<std::array<std::uint64_t, pcs::kMaxQueries + 1>, pcs::kTwoAdicity + 1>;

const NoneTable& none_table() {
  static const std::unique_ptr<const NoneTable> table = [] {
    auto t = std::make_unique<NoneTable>();
    for (unsigned depth = 1; depth <= pcs::kTwoAdicity; ++depth) {
      (*t)[depth][0] = ~std::uint64_t{0};
      const std::uint64_t base = ~std::uint64_t{0} - (~std::uint64_t{0} >> depth);
      for (unsigned i = 1; i <= pcs::kMaxQueries; ++i) (*t)[depth][i] = mul_high((*t)[depth][i - 1], base);
    }
    return t;
  }();
  return *table;
}

std::uint64_t nonce_bytes(unsigned work) {
  return work == 0 ? 0 : kNonceBytes;
}
std::uint64_t nonce_time(unsigned work, const CostModel& model) {
  return work == 0 ? 0 : (std::uint64_t{1} << work) * model.nonce;
}

// Encoding and hashing of `columns` base columns; leaves of `leaf_bytes` hashed bytes.
std::uint64_t commit_time(std::uint64_t columns, unsigned log_code, unsigned log_leaves, std::uint64_t leaf_bytes,
                          const CostModel& model) {
  const std::uint64_t encode = columns * model.ntt * log_code << log_code;
  const std::uint64_t hash = (leaf_bytes + 2 * kDigestBytes) * model.hash_byte << log_leaves;
  return encode + hash;
}

// `queries` claims on the next message of 2^log elements; the last message is evaluated by the verifier instead.
std::uint64_t claim_time(unsigned queries, unsigned log, bool last, const CostModel& model) {
  return std::uint64_t{queries} * (last ? model.ext_mul : model.claim_cell) << log;
}

}  // namespace

std::uint64_t expected_opening_q16(unsigned log_leaves, unsigned queries, std::uint64_t leaf_bytes) {
  const NoneTable& none = none_table();
  std::uint64_t siblings = 0, above = 0;
  for (unsigned d = 1; d <= log_leaves; ++d) {  // a node is sent if it has no query below it and its sibling has one
    const std::uint64_t here = none[d][queries];
    siblings += static_cast<std::uint64_t>(static_cast<u128>(here - above) << d >> 48);
    above = here;
  }
  const u128 distinct = static_cast<u128>(~above) << log_leaves >> 48;
  return static_cast<std::uint64_t>(distinct) * leaf_bytes + siblings * kDigestBytes;
}

Cost matrix_cost(const pcs::Params& p, const CostModel& model) {
  const std::uint64_t element = kBaseBytes * p.degree, width = std::uint64_t{p.columns} + p.degree;
  const std::uint64_t row = kBaseBytes * width + kSaltBytes;
  Cost c;
  c.bytes_q16 = q16(kDigestBytes + (2u * p.kappa + 2) * element + (p.kappa + 1u) * nonce_bytes(p.fold_pow) +
                    nonce_bytes(p.query_pow));
  c.bytes_q16 += expected_opening_q16(p.log_code(), p.queries, row);
  c.time = commit_time(width, p.log_code(), p.log_code(), row, model);
  c.time += width * model.column_cell << p.log_rows;
  c.time += (p.kappa + 1u) * nonce_time(p.fold_pow, model) + nonce_time(p.query_pow, model);
  c.time += claim_time(p.queries, p.log_rows, p.rounds.empty(), model);
  return c;
}

Cost round_cost(const pcs::Round& r, unsigned log_message, unsigned degree, bool last, const CostModel& model) {
  const std::uint64_t element = kBaseBytes * degree, leaf = element << r.fold;
  const unsigned log_code = log_message + r.log_inv_rate, log_leaves = log_code - r.fold;
  Cost c;
  c.bytes_q16 =
      q16(kDigestBytes + (r.ood + 2u * r.fold) * element + r.fold * nonce_bytes(r.fold_pow) + nonce_bytes(r.query_pow));
  c.bytes_q16 += expected_opening_q16(log_leaves, r.queries, leaf);
  c.time = commit_time(degree, log_code, log_leaves, leaf, model);
  c.time += (8u + 2u * r.ood) * std::uint64_t{model.ext_mul} << log_message;  // rounds: 4 a pair, halving; samples: 2
  c.time += r.fold * nonce_time(r.fold_pow, model) + nonce_time(r.query_pow, model);
  c.time += claim_time(r.queries, log_message - r.fold, last, model);
  return c;
}

Cost final_cost(unsigned final_log, unsigned degree, const CostModel& model) {
  const std::uint64_t element = kBaseBytes * degree;
  return {q16((std::uint64_t{1} << final_log) * element + 2u * final_log * element),
          std::uint64_t{8} * model.ext_mul << final_log};
}

Cost opening_cost(const pcs::Params& p, const CostModel& model) {
  Cost c = matrix_cost(p, model);
  for (std::size_t i = 0; i < p.rounds.size(); ++i) {
    c += round_cost(p.rounds[i], p.log_message(i), p.degree, i + 1 == p.rounds.size(), model);
  }
  c += final_cost(p.final_log, p.degree, model);
  return c;
}

std::uint64_t expected_proof_bytes(const pcs::Params& params) {
  return (opening_cost(params, CostModel{}).bytes_q16 + (1u << 15)) >> 16;
}

}  // namespace nescio::soundness
