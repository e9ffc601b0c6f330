// pcs/params.h -- the parameter set of one commitment and its opening: pure data, its shape rules and its canonical
// bytes.
//
// What is opened. Oracle 0 is a matrix of 2^log_rows rows: 2^kappa column positions, `columns` of them fresh columns,
// and `degree` mask columns outside them. kappa column rounds, then gamma, fold it to one column of 2^log_rows elements
// of E, the message of oracle 1. WHIR round i = 1..M (rounds[i-1]) commits the code word of the current message (2^m_i
// elements, m_1 = log_rows) at rate 2^-log_inv_rate, asks `ood` values, opens the PREVIOUS oracle at its `queries`
// places, combines, and binds `fold` variables: m_{i+1} = m_i - fold. The last message (2^final_log elements) is sent
// in clear, the last oracle is opened, and final_log plain rounds end it. A leaf of oracle 0 is a row; of oracle i >= 1
// a coset of 2^fold elements. M = 0 is allowed: the folded column itself is sent in clear (small models). Proof of
// work: where the number of bits is 0 there is no nonce on the wire. Soundness is not judged here but in
// soundness/terms.h: a well-formed set can be arbitrarily weak.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "nescio/base/byte_reader.h"
#include "nescio/base/byte_writer.h"
#include "nescio/base/error.h"

namespace nescio::pcs {

inline constexpr unsigned kTwoAdicity = 32;  // of the base field: no code word is longer than 2^32
inline constexpr unsigned kMaxKappa = 10;    // a leaf is at most 8 KiB of cells and the masks
inline constexpr unsigned kMaxLogInvRate = 16;
inline constexpr unsigned kMaxRounds = 12;
inline constexpr unsigned kMaxFold = 6;
inline constexpr unsigned kMaxFinalLog = 12;
inline constexpr unsigned kMaxQueries = 1024;
inline constexpr unsigned kMaxOod = 4;
inline constexpr unsigned kMaxPow = 32;

// Oracle i >= 1 and what is done with it.
struct Round {
  std::uint8_t log_inv_rate = 0;  // rate 2^-log_inv_rate
  std::uint8_t fold = 0;          // variables bound after this oracle is committed; leaves hold 2^fold elements
  std::uint16_t queries = 0;      // draws INTO this oracle, with replacement
  std::uint8_t ood = 0;           // out-of-domain samples right after this oracle
  std::uint8_t query_pow = 0;     // bits of work before the queries into this oracle
  std::uint8_t fold_pow = 0;      // bits of work before each fold challenge of this oracle
  std::uint8_t johnson = 0;  // radius of the soundness argument: 0 unique decoding, m >= 1 Johnson, eta = sqrt(rho)/2m
  bool operator==(const Round&) const = default;
};

struct Params {
  std::uint8_t degree = 3;           // of E over F: 2 or 3
  std::uint8_t security_bits = 128;  // every error term is at most 2^-security_bits
  std::uint8_t log_rows = 0;         // the matrix has 2^log_rows rows
  std::uint8_t kappa = 0;            // 2^kappa column positions
  std::uint16_t columns = 0;         // fresh columns present, without the mask columns
  std::uint8_t log_inv_rate = 0;     // oracle 0
  std::uint16_t queries = 0;         // draws into oracle 0, with replacement
  std::uint8_t query_pow = 0;        // bits of work before the queries into oracle 0
  std::uint8_t fold_pow = 0;         // before each column challenge and before gamma
  std::uint8_t lookup_pow = 0;       // before alpha, beta
  std::vector<Round> rounds;         // oracles 1..M
  std::uint8_t final_log = 0;        // the last message has 2^final_log elements
  bool operator==(const Params&) const = default;

  std::size_t rows() const { return std::size_t{1} << log_rows; }
  // A fresh column ends in reserved_rows() = R_a uniformly random rows; the first mask_rows() of them carry w_res.
  unsigned mask_rows() const { return 2u * degree; }
  unsigned reserved_rows() const { return queries + mask_rows(); }
  unsigned log_code() const { return unsigned{log_rows} + log_inv_rate; }  // oracle 0, one column
  // i in [0, M): log of the message, the code word and the number of leaves of oracle i + 1.
  unsigned log_message(std::size_t i) const {
    unsigned m = log_rows;
    for (std::size_t j = 0; j < i; ++j) m -= rounds[j].fold;
    return m;
  }
  unsigned log_code(std::size_t i) const { return log_message(i) + rounds[i].log_inv_rate; }
  unsigned log_leaves(std::size_t i) const { return log_code(i) - rounds[i].fold; }
};

// Shape rules: after this every derived number above is in range and an opening can be replayed without further checks
// of sizes. kVKey with where = the number of the rule that fails.
inline Status well_formed(const Params& p) {
  constexpr auto kBad = ErrorCode::kVKey;
  NESCIO_VERIFY(p.degree == 2 || p.degree == 3, kBad, 1);
  NESCIO_VERIFY(p.security_bits >= 1 && p.security_bits <= 128, kBad, 2);
  NESCIO_VERIFY(p.kappa <= kMaxKappa && p.columns <= (1u << p.kappa) && p.columns > p.kappa, kBad, 3);
  NESCIO_VERIFY(p.log_inv_rate >= 1 && p.log_inv_rate <= kMaxLogInvRate && p.log_rows <= kTwoAdicity &&
                    p.log_code() <= kTwoAdicity,
                kBad, 4);
  NESCIO_VERIFY(p.queries >= 1 && p.queries <= kMaxQueries && p.queries <= (std::uint64_t{1} << p.log_code()), kBad, 5);
  NESCIO_VERIFY(p.reserved_rows() < p.rows(), kBad, 6);
  NESCIO_VERIFY(p.query_pow <= kMaxPow && p.fold_pow <= kMaxPow && p.lookup_pow <= kMaxPow, kBad, 7);
  NESCIO_VERIFY(p.rounds.size() <= kMaxRounds, kBad, 8);
  unsigned m = p.log_rows, rate = p.log_inv_rate;
  for (const Round& r : p.rounds) {
    NESCIO_VERIFY(r.fold >= 1 && r.fold <= kMaxFold && r.fold <= m, kBad, 9);
    NESCIO_VERIFY(r.log_inv_rate >= rate && r.log_inv_rate <= kMaxLogInvRate && m + r.log_inv_rate <= kTwoAdicity, kBad,
                  10);
    NESCIO_VERIFY(
        r.queries >= 1 && r.queries <= kMaxQueries && r.queries <= (std::uint64_t{1} << (m + r.log_inv_rate - r.fold)),
        kBad, 11);
    NESCIO_VERIFY(r.ood <= kMaxOod && r.query_pow <= kMaxPow && r.fold_pow <= kMaxPow, kBad, 12);
    m -= r.fold;
    rate = r.log_inv_rate;
  }
  NESCIO_VERIFY(p.final_log == m && m <= kMaxFinalLog, kBad, 13);
  return Unit{};
}

// Canonical bytes: absorbed in the domain separator and part of the VerifyingKey. Fields in order of declaration,
// little-endian; rounds preceded by their number (1 byte).
inline void write_params(const Params& p, ByteWriter& out) {
  out.u(p.degree);
  out.u(p.security_bits);
  out.u(p.log_rows);
  out.u(p.kappa);
  out.u(p.columns);
  out.u(p.log_inv_rate);
  out.u(p.queries);
  out.u(p.query_pow);
  out.u(p.fold_pow);
  out.u(p.lookup_pow);
  out.u(static_cast<std::uint8_t>(p.rounds.size()));
  for (const Round& r : p.rounds) {
    out.u(r.log_inv_rate);
    out.u(r.fold);
    out.u(r.queries);
    out.u(r.ood);
    out.u(r.query_pow);
    out.u(r.fold_pow);
    out.u(r.johnson);
  }
  out.u(p.final_log);
}

// Inverse of write_params; refuses whatever is not well formed (kVKey) or too short (the reader's code).
inline Result<Params> read_params(ByteReader& in) {
  Params p;
  NESCIO_TRY(p.degree, in.u<std::uint8_t>());
  NESCIO_TRY(p.security_bits, in.u<std::uint8_t>());
  NESCIO_TRY(p.log_rows, in.u<std::uint8_t>());
  NESCIO_TRY(p.kappa, in.u<std::uint8_t>());
  NESCIO_TRY(p.columns, in.u<std::uint16_t>());
  NESCIO_TRY(p.log_inv_rate, in.u<std::uint8_t>());
  NESCIO_TRY(p.queries, in.u<std::uint16_t>());
  NESCIO_TRY(p.query_pow, in.u<std::uint8_t>());
  NESCIO_TRY(p.fold_pow, in.u<std::uint8_t>());
  NESCIO_TRY(p.lookup_pow, in.u<std::uint8_t>());
  NESCIO_TRY(const std::uint8_t n, in.u<std::uint8_t>());
  NESCIO_VERIFY(n <= kMaxRounds, ErrorCode::kVKey, 8);
  p.rounds.resize(n);
  for (Round& r : p.rounds) {
    NESCIO_TRY(r.log_inv_rate, in.u<std::uint8_t>());
    NESCIO_TRY(r.fold, in.u<std::uint8_t>());
    NESCIO_TRY(r.queries, in.u<std::uint16_t>());
    NESCIO_TRY(r.ood, in.u<std::uint8_t>());
    NESCIO_TRY(r.query_pow, in.u<std::uint8_t>());
    NESCIO_TRY(r.fold_pow, in.u<std::uint8_t>());
    NESCIO_TRY(r.johnson, in.u<std::uint8_t>());
  }
  NESCIO_TRY(p.final_log, in.u<std::uint8_t>());
  NESCIO_TRY_STATUS(well_formed(p));
  return p;
}

}  // namespace nescio::pcs
