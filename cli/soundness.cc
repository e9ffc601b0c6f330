#include "soundness.h"

#include <cstdio>

#include "cost.h"
#include "nescio/api/cost.h"

namespace nescio::cli {
namespace {

std::string rate_text(unsigned log_inv_rate) {
  return "rate 1/" + std::to_string(1U << log_inv_rate);
}

std::string work_text(unsigned bits) {
  return bits == 0 ? "" : " and " + std::to_string(bits) + " bits of work";
}

nlohmann::ordered_json show_params(const Options& options, const pcs::Params& p) {
  line(options, "field",
       "extension of degree " + std::to_string(p.degree) + " of the field with 2^64 - 2^32 + 1 elements");
  line(options, "oracle 0",
       "2^" + std::to_string(p.log_rows) + " rows, " + std::to_string(p.columns) + " columns, " +
           rate_text(p.log_inv_rate) + ", unique decoding, " + std::to_string(p.queries) + " queries" +
           work_text(p.query_pow));
  nlohmann::ordered_json rounds = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < p.rounds.size(); ++i) {
    const pcs::Round& r = p.rounds[i];
    const std::string radius = r.johnson == 0 ? "unique decoding" : "Johnson radius, m = " + std::to_string(r.johnson);
    line(options, "oracle " + std::to_string(i + 1),
         "2^" + std::to_string(p.log_message(i)) + " elements, folded by 2^" + std::to_string(r.fold) + ", " +
             rate_text(r.log_inv_rate) + ", " + radius + ", " + std::to_string(r.ood) + " samples, " +
             std::to_string(r.queries) + " queries" + work_text(r.query_pow));
    rounds.push_back({{"log_message", p.log_message(i)},
                      {"fold", r.fold},
                      {"log_inv_rate", r.log_inv_rate},
                      {"johnson", r.johnson},
                      {"ood", r.ood},
                      {"queries", r.queries},
                      {"query_work", r.query_pow},
                      {"fold_work", r.fold_pow}});
  }
  return {{"degree", p.degree},          {"log_rows", p.log_rows},  {"kappa", p.kappa},
          {"columns", p.columns},        {"queries", p.queries},    {"log_inv_rate", p.log_inv_rate},
          {"query_work", p.query_pow},   {"fold_work", p.fold_pow}, {"lookup_work", p.lookup_pow},
          {"rounds", std::move(rounds)}, {"final_log", p.final_log}};
}

nlohmann::ordered_json show_counts(const Options& options, const soundness::CircuitCounts& c) {
  nlohmann::ordered_json buses = nlohmann::ordered_json::array();
  for (const soundness::Bus& b : c.buses) {
    line(options, "lookups of width " + std::to_string(b.width), grouped(b.leaves) + " rows");
    buses.push_back({{"width", b.width}, {"rows", b.leaves}});
  }
  line(options, "constraints",
       grouped(c.constraints) + ", equations of a segment " + grouped(c.equations) + ", triples " + grouped(c.triples) +
           ", variables of a point " + std::to_string(c.point_variables) + ", degree of a product " +
           std::to_string(c.product_degree));
  return {{"buses", std::move(buses)}, {"constraints", c.constraints},         {"equations", c.equations},
          {"triples", c.triples},      {"point_variables", c.point_variables}, {"product_degree", c.product_degree},
          {"segments", c.segments}};
}

}  // namespace

int show_soundness(const CheckedKey& key, const Options& options) {
  const VerifyingKey& k = key.key();
  line(options, "security", std::to_string(k.params.security_bits) + " bits asked for");
  nlohmann::ordered_json params = show_params(options, k.params);
  nlohmann::ordered_json counts = show_counts(options, error_counts(k));
  nlohmann::ordered_json terms = show_terms(options, k);
  const double bits = real_bits(key.bits());
  char text[32];
  std::snprintf(text, sizeof text, "%.2f bits", bits);
  line(options, "weakest term", text);
  line(options, "formulas", "docs/spec/soundness.md");
  json(options, {{"ok", true},
                 {"security_bits", k.params.security_bits},
                 {"weakest_term_bits", bits},
                 {"parameters", std::move(params)},
                 {"counts", std::move(counts)},
                 {"error_terms", std::move(terms)}});
  return kDone;
}

}  // namespace nescio::cli
