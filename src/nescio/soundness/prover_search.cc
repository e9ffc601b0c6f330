// soundness/prover_search.cc -- see prover_search.h.
#include "nescio/soundness/prover_search.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "nescio/base/bits.h"
#include "nescio/base/check.h"

namespace nescio::soundness {
namespace {

using u128 = unsigned __int128;

constexpr unsigned kMinFold = 2, kMaxFold = 5, kMinFinal = 1, kMaxJohnson = 255;
constexpr u128 kInfeasible = ~u128{0};

u128 weigh(const Cost& c, std::uint64_t byte_weight) {
  return static_cast<u128>(c.bytes_q16) * byte_weight / 65536 + c.time;
}

// The least number of queries that reach `bits`, 0 if more than the limits allow.
unsigned queries_for(Bits bits, Bits per_query, unsigned log_leaves) {
  if (per_query <= 0) return 0;
  const Bits t = std::max<Bits>(1, (bits + per_query - 1) / per_query);
  return t <= pcs::kMaxQueries && static_cast<std::uint64_t>(t) <= (std::uint64_t{1} << log_leaves)
             ? static_cast<unsigned>(t)
             : 0;
}

// The least work that lifts a term of `bits` to `wanted`; nullopt above the limit.
std::optional<std::uint8_t> work_for(Bits wanted, Bits bits, unsigned max_work) {
  for (unsigned g = 0; g <= max_work; ++g) {
    if (bits + whole_bits(g) >= wanted) return static_cast<std::uint8_t>(g);
  }
  return std::nullopt;
}

// Best tails: what follows once a message of 2^m elements is to be opened.
class Tails {
 public:
  Tails(const SearchOptions& o, std::uint64_t byte_weight, unsigned max_log)
      : o_(o), byte_weight_(byte_weight), lambda_(whole_bits(o.security_bits)) {
    for (unsigned rate = 1; rate <= pcs::kMaxLogInvRate; ++rate) {
      for (unsigned j = 0; j <= kMaxJohnson; ++j) per_query_[rate][j] = query_bits(rate, j);
    }
    for (unsigned m = kMinFinal; m <= max_log; ++m) {
      for (unsigned rate = pcs::kMaxLogInvRate; rate >= 1; --rate) {
        Tail& best = at_[m][rate];
        if (rate < pcs::kMaxLogInvRate) best = at_[m][rate + 1];
        if (m + rate <= pcs::kTwoAdicity) improve(m, rate, best);
      }
    }
  }

  // Least cost of the rounds and the end from a message of 2^m elements, oracles of rate at most 2^-rate. Without the
  // choice of sending the message at once.
  u128 cost(unsigned m, unsigned rate) const { return at_[m][rate].cost; }
  void append(unsigned m, unsigned rate, pcs::Params& p) const {
    for (bool last = false; !last;) {
      const Tail& t = at_[m][rate];
      p.rounds.push_back(t.round);
      m -= t.round.fold;
      rate = t.round.log_inv_rate;
      last = t.last;
    }
    p.final_log = static_cast<std::uint8_t>(m);
  }

 private:
  struct Tail {
    u128 cost = kInfeasible;
    pcs::Round round;
    bool last = false;
  };
  // A radius and the samples and work it needs.
  struct Radius {
    std::uint8_t johnson = 0, ood = 0, fold_pow = 0;
  };

  // Samples for this radius if every term of the oracle but the queries holds, with `work` before the folds.
  std::optional<Radius> radius(unsigned m, unsigned rate, unsigned johnson, unsigned work) const {
    const Bits field = field_bits(o_.degree), size = list_bits(rate, johnson);
    if (field - fold_bits(m + rate, rate, johnson) + whole_bits(work) < lambda_) return std::nullopt;
    if (field - size - log2_up(pcs::kMaxQueries + pcs::kMaxOod + 1) < lambda_) return std::nullopt;
    unsigned ood = 0;
    if (johnson > 0) {
      do {
        if (++ood > pcs::kMaxOod) return std::nullopt;
      } while (ood * (field - whole_bits(m)) + whole_bits(1) - 2 * size < lambda_);
    }
    return Radius{static_cast<std::uint8_t>(johnson), static_cast<std::uint8_t>(ood), static_cast<std::uint8_t>(work)};
  }

  // The largest multiplicity that this much work before the folds allows: it needs the fewest queries. 0: none.
  unsigned reach(unsigned m, unsigned rate, unsigned work) const {
    unsigned low = kMinJohnson - 1,
             high = kMaxJohnson + 1;  // every term but the queries falls as the multiplicity grows
    while (high - low > 1) {
      const unsigned middle = (low + high) / 2;
      (radius(m, rate, middle, work) ? low : high) = middle;
    }
    return low < kMinJohnson ? 0 : low;
  }

  void improve(unsigned m, unsigned rate, Tail& best) {
    unsigned reached = 0;
    for (unsigned work = 0; work <= o_.max_work; ++work) {
      if (radius(m, rate, 0, work) && (work == 0 || !radius(m, rate, 0, work - 1)))
        improve_with(m, rate, 0, work, best);
      if (o_.udr_only || reached == kMaxJohnson) continue;
      const unsigned now = reach(m, rate, work);
      if (now > reached) improve_with(m, rate, now, work, best);
      reached = now;
    }
  }

  // All folds and all amounts of work before the queries, at multiplicity `most` or a smaller one that needs no more
  // queries.
  void improve_with(unsigned m, unsigned rate, unsigned most, unsigned fold_work, Tail& best) {
    for (unsigned work = 0; work <= o_.max_work; ++work) {
      const Bits wanted = lambda_ - whole_bits(work);
      const unsigned t = queries_for(wanted, per_query_[rate][most], pcs::kTwoAdicity);
      if (t == 0) continue;
      // The smallest multiplicity with the same number of queries: larger margins elsewhere, fewer samples.
      unsigned johnson = most;
      while (johnson > kMinJohnson && per_query_[rate][johnson - 1] * t >= wanted) --johnson;
      const Radius r = *radius(m, rate, johnson, fold_work);
      for (unsigned fold = kMinFold; fold <= kMaxFold && fold + kMinFinal <= m; ++fold) {
        if (t > (std::uint64_t{1} << (m + rate - fold))) continue;
        improve_tail(m,
                     {static_cast<std::uint8_t>(rate), static_cast<std::uint8_t>(fold), static_cast<std::uint16_t>(t),
                      r.ood, static_cast<std::uint8_t>(work), r.fold_pow, r.johnson},
                     best);
      }
    }
  }
  void improve_tail(unsigned m, const pcs::Round& round, Tail& best) {
    const unsigned next = m - round.fold;
    if (next <= pcs::kMaxFinalLog) {
      Cost c = round_cost(round, m, o_.degree, true, o_.model);
      c += final_cost(next, o_.degree, o_.model);
      take(weigh(c, byte_weight_), round, true, best);
    }
    const u128 rest = at_[next][round.log_inv_rate].cost;
    if (rest != kInfeasible)
      take(weigh(round_cost(round, m, o_.degree, false, o_.model), byte_weight_) + rest, round, false, best);
  }
  static void take(u128 cost, const pcs::Round& round, bool last, Tail& best) {
    if (cost < best.cost) best = {cost, round, last};
  }

  const SearchOptions& o_;
  std::uint64_t byte_weight_;
  Bits lambda_;
  std::array<std::array<Bits, kMaxJohnson + 1>, pcs::kMaxLogInvRate + 1> per_query_{};
  std::array<std::array<Tail, pcs::kMaxLogInvRate + 1>, pcs::kTwoAdicity + 1> at_{};
};

// The best way to finish a set whose log_rows, log_inv_rate, queries and query_pow are given, with that many columns.
class Finish {
 public:
  Finish(const SearchOptions& o, std::uint64_t byte_weight, unsigned max_log)
      : o_(o), byte_weight_(byte_weight), tails_(o, byte_weight, max_log) {}

  // The cost; kInfeasible leaves p unspecified.
  u128 operator()(std::uint64_t columns, pcs::Params& p) const {
    if (columns == 0 || columns > (std::uint64_t{1} << pcs::kMaxKappa)) return kInfeasible;
    const unsigned kappa = log2_ceil(columns);  // more than 2^(kappa-1) columns: positions 0 and 2^i are among them
    const Bits fold = field_bits(o_.degree) - column_fold_bits(p.log_code(), kappa);
    const auto work = work_for(whole_bits(o_.security_bits), fold, o_.max_work);
    if (!work) return kInfeasible;
    p.kappa = static_cast<std::uint8_t>(kappa);
    p.columns = static_cast<std::uint16_t>(columns);
    p.fold_pow = *work;

    pcs::Params direct = p;  // the folded column itself in clear
    direct.rounds.clear();
    direct.final_log = p.log_rows;
    const u128 direct_cost = p.log_rows <= pcs::kMaxFinalLog ? cost(direct) : kInfeasible;
    u128 chain_cost = kInfeasible;
    if (tails_.cost(p.log_rows, p.log_inv_rate) != kInfeasible) {
      p.rounds.clear();
      tails_.append(p.log_rows, p.log_inv_rate, p);
      if (p.rounds.size() <= pcs::kMaxRounds) chain_cost = cost(p);
    }
    if (direct_cost < chain_cost) p = direct;
    return std::min(direct_cost, chain_cost);
  }

 private:
  u128 cost(const pcs::Params& p) const { return weigh(opening_cost(p, o_.model), byte_weight_); }

  const SearchOptions& o_;
  std::uint64_t byte_weight_;
  Tails tails_;
};

Error infeasible(const std::string& why) {
  return Error{ErrorCode::kParams, 0, why, {}};
}

std::string tenths(Bits bits) {
  const Bits t = bits * 10 >> 32;
  return std::to_string(t / 10) + "." + std::to_string(t % 10);
}

// The least work before alpha, beta; an error if a term that no choice of parameters changes is too weak.
Result<std::uint8_t> lookup_work(const CircuitCounts& counts, const SearchOptions& o) {
  pcs::Params p;  // only the degree matters to these terms
  p.degree = o.degree;
  std::uint8_t work = 0;
  for (const Term& t : circuit_terms(p, counts)) {
    const bool lookup = std::string(t.name) == "lookup";
    const auto g = work_for(whole_bits(o.security_bits), t.bits, lookup ? o.max_work : 0u);
    if (!g) {
      return infeasible(
          "the term '" + std::string(t.name) + "' reaches " + tenths(t.bits) + " bits over a field of degree " +
          std::to_string(o.degree) + ", " + std::to_string(o.security_bits) + " are wanted: " +
          (lookup ? "fewer or narrower lookups, more work, or a larger degree" : "a larger degree is needed"));
    }
    if (lookup) work = *g;
  }
  return work;
}

}  // namespace

Columns liquid(std::uint64_t cells) {
  return [cells](unsigned log_rows, unsigned reserved) -> std::uint64_t {
    const std::uint64_t rows = std::uint64_t{1} << log_rows;
    return rows <= reserved ? 0 : cells / (rows - reserved) + (cells % (rows - reserved) != 0 ? 1 : 0);
  };
}

std::uint64_t default_byte_weight(std::uint64_t cells) {
  return 50000 + cells + cells / 2;
}

Result<pcs::Params> search(std::uint64_t cells, const Columns& columns, const CircuitCounts& counts,
                           const SearchOptions& o) {
  if (o.security_bits < kMinSecurityBits || o.security_bits > kMaxSecurityBits || o.degree < 2 || o.degree > 3 ||
      o.max_work > pcs::kMaxPow || o.min_log_inv_rate < 1 || o.max_log_inv_rate > pcs::kMaxLogInvRate ||
      !counts_in_range(counts)) {
    return infeasible("the search options or the circuit's counts are out of range");
  }
  NESCIO_TRY(const std::uint8_t lookup_pow, lookup_work(counts, o));
  const std::uint64_t byte_weight = o.byte_weight != 0 ? o.byte_weight : default_byte_weight(cells);
  const Columns least = liquid(cells);
  unsigned tallest = 1;  // one column, whatever is reserved
  while (tallest < pcs::kTwoAdicity && least(tallest, 2 * pcs::kMaxQueries) != 1) ++tallest;
  const Finish finish(o, byte_weight, tallest);

  pcs::Params best, p;
  u128 best_cost = kInfeasible;
  p.degree = o.degree;
  p.security_bits = o.security_bits;
  p.lookup_pow = lookup_pow;
  for (unsigned rate = o.min_log_inv_rate; rate <= o.max_log_inv_rate; ++rate) {
    for (unsigned work = 0; work <= o.max_work; ++work) {
      const unsigned t = queries_for(whole_bits(o.security_bits - work), unique_query_bits(rate), pcs::kTwoAdicity);
      if (t == 0) continue;
      p.log_inv_rate = static_cast<std::uint8_t>(rate);
      p.query_pow = static_cast<std::uint8_t>(work);
      p.queries = static_cast<std::uint16_t>(t);
      for (unsigned h = log2_ceil(2 * p.reserved_rows()); h <= tallest && h + rate <= pcs::kTwoAdicity; ++h) {
        p.log_rows = static_cast<std::uint8_t>(h);
        const std::uint64_t fewest = least(h, p.reserved_rows());
        if (finish(fewest, p) >= best_cost) continue;  // more columns cost more
        const u128 cost = finish(columns(h, p.reserved_rows()), p);
        if (cost >= best_cost) continue;
        best_cost = cost;
        best = p;
      }
    }
  }
  if (best_cost == kInfeasible) {
    return infeasible("no matrix and no chain of oracles reaches " + std::to_string(o.security_bits) +
                      " bits over a field of degree " + std::to_string(o.degree) + " for " + std::to_string(cells) +
                      " cells with at most " + std::to_string(o.max_work) +
                      " bits of work: the cells fit no matrix, or the proximity terms are too large");
  }
  NESCIO_CHECK(check(best, counts).ok());
  return best;
}

}  // namespace nescio::soundness
