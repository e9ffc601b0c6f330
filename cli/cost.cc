#include "cost.h"

#include <cstdio>

#include "nescio/api/cost.h"

namespace nescio::cli {

nlohmann::ordered_json show_circuit(const Options& options, const VerifyingKey& key) {
  const Circuit& c = key.circuit;
  const pcs::Params& p = key.params;
  const auto [cells, lookups, rows] = circuit_sizes(c);
  line(options, "circuit",
       grouped(cells) + " cells, " + grouped(lookups) + " lookups, " + grouped(rows) + " table rows, " +
           std::to_string(c.segments) + " segment(s)");
  line(options, "matrix",
       std::to_string(p.columns) + " columns of 2^" + std::to_string(p.log_rows) + " rows at rate 1/" +
           std::to_string(1U << p.log_inv_rate) + ", " + std::to_string(p.queries) + " queries");
  return {{"cells", cells},
          {"lookups", lookups},
          {"table_rows", rows},
          {"segments", c.segments},
          {"matrix", {{"columns", p.columns}, {"log_rows", p.log_rows}, {"log_inv_rate", p.log_inv_rate}}}};
}

nlohmann::ordered_json show_terms(const Options& options, const VerifyingKey& key) {
  nlohmann::ordered_json terms = nlohmann::ordered_json::array();
  for (const soundness::Term& t : error_terms(key)) {
    const double bits = real_bits(t.bits);
    if (!options.json) std::printf("  %-28s %7.2f bits%s  %s\n", t.name, bits, t.preprint ? " *" : "  ", t.source);
    terms.push_back({{"name", t.name},
                     {"oracle", t.oracle},
                     {"bits", bits},
                     {"work", t.work},
                     {"preprint", t.preprint},
                     {"source", t.source}});
  }
  line(options, "", "* rests on results that are preprints");
  return terms;
}

}  // namespace nescio::cli
