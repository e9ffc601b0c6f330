#include "nescio/api/prover_parts.h"

namespace nescio {

PartTimes time_by_part(const ProvingKey& key, const Proven& proven) {
  const auto costs = count_parts(key.program, key.model.graph);
  Cost all;
  for (const Cost& c : costs) all += c;
  const Timings& t = proven.timings;
  // Each multiplicity is a cell, each row of a table a row of the argument.
  const double rows = static_cast<double>(all.table_rows), cells = static_cast<double>(all.cells) + rows,
               leaves = static_cast<double>(all.lookups) + rows, products = static_cast<double>(all.products);
  PartTimes out;
  out.hiding = t.zero_knowledge;
  out.verifying = proven.verify_ms;
  const double by_cells = proven.witness_ms + t.evaluate + t.random + t.commit + t.functional + t.opening -
                          (t.zero_knowledge - t.segment.triples);
  const auto share = [&](const Cost& c) {
    return by_cells * static_cast<double>(c.cells) / cells +
           t.segment.fractions * static_cast<double>(c.lookups) / leaves +
           (products > 0 ? t.segment.products * static_cast<double>(c.products) / products : 0);
  };
  out.digest = share(costs[static_cast<std::size_t>(Part::digest)]);
  out.weights = share(costs[static_cast<std::size_t>(Part::weights)]);
  out.activations = share(costs[static_cast<std::size_t>(Part::activations)]) + (products > 0 ? 0 : t.segment.products);
  out.tables = by_cells * rows / cells + t.segment.fractions * rows / leaves;
  return out;
}

}  // namespace nescio
