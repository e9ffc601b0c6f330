// soundness/terms.cc -- the formulas of docs/spec/soundness.md, in its order.
#include "nescio/soundness/terms.h"

#include <algorithm>
#include <utility>

#include "nescio/base/bits.h"
#include "nescio/base/check.h"

namespace nescio::soundness {
namespace {

constexpr unsigned kFoldDegree = 3;  // WHIR Thm 5.2 writes d >= 3; the round polynomials have degree 2

const char* const kWhir = "WHIR 2024/1586 Thm 5.2";
const char* const kUnique = "BCIKS 2020/654 Thm 4.1, WHIR 2024/1586 Lemma 4.10";
const char* const kJohnson = "BCHKS 2025/2055 Thm 1.5, 4.6; below it DKT 2026/2056 Thm 5.12";
const char* const kPoly = "Schwartz-Zippel";

// Sum of leaves * (width + 2); false when out of range.
bool lookup_weight(const CircuitCounts& counts, std::uint64_t& weight) {
  weight = 0;
  for (const Bus& bus : counts.buses) {
    if (bus.width < 1 || bus.width > kMaxWidth || bus.leaves < 1 || bus.leaves > (std::uint64_t{1} << kMaxLogLeaves))
      return false;
    weight += bus.leaves * (bus.width + 2u);  // below 2^56 + 2^61
    if (weight > (std::uint64_t{1} << kMaxLogLeaves)) return false;
  }
  return true;
}

class TermList {
 public:
  explicit TermList(unsigned degree) : field_(field_bits(degree)) {}

  // Error numerator / (|E| - 2), numerator >= 1.
  void over_field(const char* name, std::uint64_t numerator, const char* source, unsigned work = 0) {
    over_field_log(name, 0, log2_up(numerator), work, false, source);
  }
  void over_field_log(const char* name, std::size_t oracle, Bits numerator, unsigned work, bool preprint,
                      const char* source) {
    add(name, oracle, field_ - numerator, work, preprint, source);
  }
  void add(const char* name, std::size_t oracle, Bits bits, unsigned work, bool preprint, const char* source) {
    list_.push_back({name, static_cast<std::uint8_t>(oracle), bits + whole_bits(work), static_cast<std::uint8_t>(work),
                     preprint, source});
  }
  Bits field() const { return field_; }
  std::vector<Term> take() { return std::move(list_); }

 private:
  Bits field_;
  std::vector<Term> list_;
};

}  // namespace

Bits unique_query_bits(unsigned log_inv_rate) {  // 1 - delta = (1 + rho) / 2
  return whole_bits(log_inv_rate + 1) - log2_up((std::uint64_t{1} << log_inv_rate) + 1);
}

Bits johnson_query_bits(unsigned log_inv_rate, unsigned m) {  // 1 - delta = sqrt(rho) (1 + 1/2m)
  return whole_bits(log_inv_rate) / 2 + whole_bits(1) + log2_down(m) - log2_up(2 * m + 1);
}

Bits list_bits(unsigned log_inv_rate, unsigned johnson) {  // (m + 1/2) / sqrt(rho)
  return johnson == 0 ? 0 : log2_up(2 * johnson + 1) - whole_bits(1) + whole_bits(log_inv_rate) / 2;
}

Bits fold_bits(unsigned log_code, unsigned log_inv_rate, unsigned johnson) {
  const unsigned log_n = log_code - 1;  // length after the first of the folds, which is the worst
  const std::uint64_t n = std::uint64_t{1} << log_n;
  if (johnson == 0) return log2_up(n + kFoldDegree);
  // [2a^5 + 3a rho] n / (3 rho^1.5) + (1 + d) a / sqrt(rho), a = m + 1/2: the theorem with delta <= 1, and the list for
  // the sumcheck claim. Times 48 / (n rho^-0.5):
  const std::uint64_t b = 2u * johnson + 1;
  const std::uint64_t scaled =
      ((b * b * b * b * b) << log_inv_rate) + 24 * b + (24 * (1 + kFoldDegree) * b + n - 1) / n;
  return whole_bits(log_n) + whole_bits(log_inv_rate) / 2 + log2_up(scaled) - log2_down(48);
}

Bits column_fold_bits(unsigned log_code, unsigned kappa) {
  const std::uint64_t gamma = (std::uint64_t{1} << log_code) + 1;
  if (kappa == 0) return log2_up(gamma);
  // A column round s folds 2^(kappa-s) pairs of columns at once. The union over the pairs makes their number a factor,
  // so that the first round is the worst.
  return log2_up((std::uint64_t{1} << (log_code + kappa - 1)) + kFoldDegree);
}

bool counts_in_range(const CircuitCounts& counts) {
  std::uint64_t weight = 0;
  return lookup_weight(counts, weight) && counts.constraints >= 1 && counts.segments >= 1;
}

std::vector<Term> circuit_terms(const pcs::Params& p, const CircuitCounts& c) {
  TermList list(p.degree);
  std::uint64_t weight = 0;
  NESCIO_CHECK(lookup_weight(c, weight));
  if (weight > 0) {
    list.over_field("lookup", weight, "LogUp 2022/1530; width per bus", p.lookup_pow);
    list.over_field("gkr round", 3, "LogUp-GKR 2023/1284");
    list.over_field("gkr merge", 1, "LogUp-GKR 2023/1284");
  }
  if (c.point_variables > 0) list.over_field("fresh point", c.point_variables, kPoly);
  if (c.equations > 1) list.over_field("equation batch", c.equations - 1, kPoly);
  if (c.product_degree > 0) list.over_field("product round", c.product_degree, "sumcheck");
  if (c.triples > 0) {
    list.over_field("triple point", std::max(1u, log2_ceil(c.triples)), kPoly);
    list.over_field("triple round", 3, "sumcheck");
  }
  if (c.constraints > 1) list.over_field("constraint batch", c.constraints - 1, kPoly);
  list.over_field("eps", 1, kPoly);
  return list.take();
}

std::vector<Term> opening_terms(const pcs::Params& p) {
  TermList list(p.degree);
  if (p.kappa > 0)
    list.over_field_log("column fold", 0, column_fold_bits(p.log_code(), p.kappa), p.fold_pow, false, kUnique);
  list.over_field_log("gamma", 0, column_fold_bits(p.log_code(), 0), p.fold_pow, false, kUnique);

  list.add("queries", 0, p.queries * unique_query_bits(p.log_inv_rate), p.query_pow, false, kWhir);
  unsigned previous = p.queries;
  for (std::size_t i = 0; i < p.rounds.size(); ++i) {
    const pcs::Round& r = p.rounds[i];
    const bool johnson = r.johnson > 0;
    const Bits size = list_bits(r.log_inv_rate, r.johnson);
    if (johnson) {
      const Bits agree = r.ood * (list.field() - whole_bits(p.log_message(i)));  // one pair agrees at every sample
      list.add("out of domain", i + 1, agree + whole_bits(1) - 2 * size, 0, false, "STIR 2024/390 Lemma 4.5");
    }
    list.over_field_log("combination", i + 1, size + log2_up(previous + r.ood + 1u), 0, false, kWhir);
    list.over_field_log("fold", i + 1, fold_bits(p.log_code(i), r.log_inv_rate, r.johnson), r.fold_pow, johnson,
                        johnson ? kJohnson : kUnique);
    list.add("queries", i + 1, r.queries * query_bits(r.log_inv_rate, r.johnson), r.query_pow, false, kWhir);
    previous = r.queries;
  }
  if (p.final_log > 0) list.over_field("final round", 2, "sumcheck");
  list.add("hash", 0, whole_bits(128), 0, false, "collisions of 256-bit digests");
  return list.take();
}

std::vector<Term> terms(const pcs::Params& params, const CircuitCounts& counts) {
  std::vector<Term> all = circuit_terms(params, counts);
  const std::vector<Term> opening = opening_terms(params);
  all.insert(all.end(), opening.begin(), opening.end());
  return all;
}

std::vector<Term> zk_terms(const pcs::Params& params, const CircuitCounts& counts) {
  TermList list(params.degree);
  std::uint64_t leaves = 0;
  for (const Bus& bus : counts.buses) leaves += bus.leaves;
  if (leaves > 0) list.over_field("root denominator not uniform", leaves, "union bound over vanishing denominators");
  if (counts.triples > 0) {
    const std::uint64_t variables = std::max(1u, log2_ceil(counts.triples));
    list.over_field("blinding triple vanishes", variables * counts.segments, kPoly);
  }
  return list.take();
}

Result<Bits> check(const pcs::Params& p, const CircuitCounts& counts) {
  const auto refuse = [](Rule rule, std::size_t i = 0) {
    return Error{ErrorCode::kVKey, static_cast<std::uint32_t>(rule) + static_cast<std::uint32_t>(i), {}, {}};
  };
  NESCIO_TRY_STATUS(pcs::well_formed(p));
  if (p.security_bits < kMinSecurityBits || p.security_bits > kMaxSecurityBits) return refuse(Rule::kSecurityBits);
  if (p.rows() < 2 * std::size_t{p.reserved_rows()}) return refuse(Rule::kRows);
  for (const pcs::Round& r : p.rounds) {
    if (r.johnson > 0 && r.johnson < kMinJohnson) return refuse(Rule::kJohnson);
  }
  if (p.final_log == 0) return refuse(Rule::kFinal);
  if (!counts_in_range(counts)) return refuse(Rule::kCounts);

  const std::vector<Term> list = terms(p, counts);
  Bits least = whole_bits(kMaxSecurityBits);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].bits < whole_bits(p.security_bits)) return refuse(Rule::kTerm, i);
    least = std::min(least, list[i].bits);
  }
  return least;
}

}  // namespace nescio::soundness
