// Error terms (docs/spec/soundness.md): of parameters that the search finds for circuits of many sizes, and of such
// that are refused.
#include "nescio/soundness/prover_search.h"
#include "vectors.h"

namespace nescio::vectors {
namespace {

using soundness::CircuitCounts;

Json numbers_of(const CircuitCounts& c) {
  Json buses = Json::array();
  for (const soundness::Bus& b : c.buses) buses.push_back({b.leaves, b.width});
  return {{"buses", buses},       {"constraints", c.constraints},         {"equations", c.equations},
          {"triples", c.triples}, {"point_variables", c.point_variables}, {"product_degree", c.product_degree}};
}

CircuitCounts counts_of(const Json& in) {
  CircuitCounts c;
  for (const Json& b : in.at("buses")) c.buses.push_back({b.at(0), b.at(1)});
  c.constraints = in.at("constraints");
  c.equations = in.at("equations");
  c.triples = in.at("triples");
  c.point_variables = in.at("point_variables");
  c.product_degree = in.at("product_degree");
  return c;
}

// `terms` only if a verifier comes as far as that.
Json terms(const Json& in) {
  const Bytes b = bytes(in.at("params"));
  ByteReader reader(b, ErrorCode::kVKey);
  const auto params = pcs::read_params(reader);
  if (!params.ok() || !reader.finish().ok() || !pcs::well_formed(*params).ok())
    throw std::invalid_argument("not parameters");
  const CircuitCounts counts = counts_of(in);
  const auto least = soundness::check(*params, counts);
  Json out = {{"code", least.ok() ? Json() : Json(error_name(least.error().code))}};
  if (!least.ok()) out["rule"] = least.error().where;
  if (least.ok()) out["weakest"] = *least;
  if (!least.ok() && least.error().where < static_cast<std::uint32_t>(soundness::Rule::kTerm)) return out;
  out["terms"] = Json::array();
  for (const soundness::Term& t : soundness::terms(*params, counts)) out["terms"].push_back({t.name, t.bits});
  return out;
}

Json inputs(const pcs::Params& p, const CircuitCounts& counts) {
  ByteWriter out;
  pcs::write_params(p, out);
  Json in = {{"params", hex(out.data())}};
  in.update(numbers_of(counts));
  return in;
}

CircuitCounts counts_for(unsigned log_cells) {
  const std::uint64_t cells = std::uint64_t{1} << log_cells;
  CircuitCounts c;
  c.buses = {{cells / 3 + 5, 1}, {cells / 7 + 300, 2}, {65536, 3}};
  c.constraints = 40 + 3 * log_cells;
  c.equations = 10 * log_cells;
  c.triples = 200 * log_cells;
  c.point_variables = static_cast<std::uint8_t>(log_cells / 2);
  c.product_degree = 3;
  return c;
}

pcs::Params found(unsigned log_cells, const CircuitCounts& counts, const soundness::SearchOptions& options) {
  const std::uint64_t cells = std::uint64_t{1} << log_cells;
  const auto p = soundness::search(cells, soundness::liquid(cells), counts, options);
  if (!p.ok()) throw std::invalid_argument("no parameters: " + p.error().detail);
  return *p;
}

}  // namespace

File soundness_file() {
  File file{"soundness", "docs/spec/soundness.md: the terms, in units of 2^-32 bits", {{"terms", terms}}, {}};
  const auto add = [&](const std::string& name, const pcs::Params& p, const CircuitCounts& c) {
    file.vectors.push_back({name, "terms", inputs(p, c)});
  };
  for (const unsigned log : {12U, 16U, 20U, 24U, 28U})
    for (const auto& [bits, udr] :
         {std::pair<std::uint8_t, bool>{128, false}, {128, true}, {112, false}, {100, false}}) {
      soundness::SearchOptions options;
      options.security_bits = bits;
      options.udr_only = udr;
      add("2^" + std::to_string(log) + " cells, " + std::to_string(bits) + " bits" + (udr ? ", unique decoding" : ""),
          found(log, counts_for(log), options), counts_for(log));
    }
  for (std::uint8_t rate = 1; rate <= 4; ++rate) {
    soundness::SearchOptions options;
    options.min_log_inv_rate = options.max_log_inv_rate = rate;
    add("rate 2^-" + std::to_string(rate), found(18, counts_for(18), options), counts_for(18));
  }
  const CircuitCounts c = counts_for(18);
  const pcs::Params good = found(18, c, {});
  const auto refused = [&](const char* name, const auto& change) {
    pcs::Params p = good;
    CircuitCounts k = c;
    change(p, k);
    add(name, p, k);
  };
  add("nothing but an opening", good, CircuitCounts{});
  pcs::Params small = found(12, c, {});
  small.queries = static_cast<std::uint16_t>(small.rows() / 2);
  add("too few rows", small, c);
  refused("security bits below 100", [](auto& p, auto&) { p.security_bits = 99; });
  refused("multiplicity 2", [](auto& p, auto&) { p.rounds[0].johnson = 2; });
  refused("a bus of 17 columns", [](auto&, auto& k) { k.buses[0].width = 17; });
  refused("a bus without columns", [](auto&, auto& k) { k.buses[0].width = 0; });
  refused("too many leaves", [](auto&, auto& k) { k.buses[0] = {std::uint64_t{1} << 52, 16}; });
  refused("one query less", [](auto& p, auto&) { --p.queries; });
  refused("one query less into oracle 1", [](auto& p, auto&) { --p.rounds[0].queries; });
  refused("no sample out of domain", [](auto& p, auto&) { p.rounds[0].ood = 0; });
  refused("less work for queries", [](auto& p, auto&) { p.query_pow = 0; });
  refused("degree 2", [](auto& p, auto&) { p.degree = 2; });
  return file;
}

}  // namespace nescio::vectors
