#include "nescio/circuit/bounds.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>

namespace nescio {
namespace {

using Wide = __int128;
constexpr Wide kTensorLimit = Wide{1} << 62;
constexpr Wide kIdentityLimit = Wide{1} << 63;
constexpr Wide kHuge = Wide{1} << 100;  // sums beyond this are not followed further

// An interval of exact sums; huge: it passes every limit, and stays so.
struct Sum {
  Wide lo = 0, hi = 0;
  bool huge = false;

  void add(Wide l, Wide h) {
    lo += l;
    hi += h;
    huge = huge || lo < -kHuge || hi > kHuge;
    if (huge) lo = hi = 0;
  }
  void add(const Sum& s) {
    add(s.lo, s.hi);
    huge = huge || s.huge;
  }
  bool below(Wide limit) const { return !huge && -limit < lo && hi < limit; }
};

// Both factors below 2^62.
Sum scaled(std::int64_t coef, const Interval& x) {
  Sum s;
  const Wide a = Wide{coef} * x.lo, b = Wide{coef} * x.hi;
  s.add(std::min(a, b), std::max(a, b));
  return s;
}
Sum product(const Interval& x, const Interval& y) {
  const Sum a = scaled(y.lo, x), b = scaled(y.hi, x);
  Sum s;
  s.add(std::min(a.lo, b.lo), std::max(a.hi, b.hi));
  s.huge = a.huge || b.huge;
  return s;
}
// sum_k c_k x_k, with the c_k < 0 adding up to c.lo and the others to c.hi.
Sum weighted(const Sum& c, const Interval& x) {
  Sum s;
  s.huge = !c.below(kIdentityLimit);
  if (!s.huge) s.add(c.hi * x.lo + c.lo * x.hi, c.hi * x.hi + c.lo * x.lo);
  return s;
}
Sum square(const Interval& x) {
  Sum s = product(x, x);
  s.lo = x.lo <= 0 && x.hi >= 0 ? 0 : std::min(Wide{x.lo} * x.lo, Wide{x.hi} * x.hi);
  return s;
}
Sum times(const Sum& s, std::uint64_t n) {  // n < 2^40
  Sum r;
  r.huge = !s.below(kIdentityLimit);  // too large already
  if (!r.huge) r.add(s.lo * static_cast<Wide>(n), s.hi * static_cast<Wide>(n));
  return r;
}
void hull(std::optional<Sum>& all, const Sum& s) {
  if (!all) {
    all = s;
    return;
  }
  all->lo = std::min(all->lo, s.lo);
  all->hi = std::max(all->hi, s.hi);
  all->huge = all->huge || s.huge;
}

Wide floor_div(Wide a, Wide b) {  // b > 0
  const Wide q = a / b;
  return q * b > a ? q - 1 : q;
}
Wide ceil_div(Wide a, Wide b) {
  return -floor_div(-a, b);
}

unsigned bits_of(const Sum& s) {
  if (s.huge) return 100;
  unsigned n = 0;
  for (Wide m = std::max(s.hi, -s.lo); m > 0; m >>= 1) ++n;
  return n;
}

Interval column_range(const Table& table, std::size_t k) {
  const TableColumn& column = table.columns[k];
  if (column.explicit_values) {
    const auto [lo, hi] = std::minmax_element(column.values.begin(), column.values.end());
    return {true, *lo, *hi};
  }
  const std::int64_t first = column.at(0), last = column.at(table.rows - 1);
  return {true, std::min(first, last), std::max(first, last)};
}

class Derivation {
 public:
  explicit Derivation(const Circuit& circuit)
      : circuit_(circuit), at_(circuit.tensors.size()), constants_(circuit.tensors.size()) {
    seed();
    for (unsigned pass = 0; pass < kMaxPasses; ++pass) {
      changed_ = false;
      for (TensorId id = 0; id < at_.size(); ++id) step(id);
      for (const Lookup& lookup : circuit_.lookups) private_columns(lookup);
      if (!changed_) break;
    }
  }

  Status check(ErrorCode code) const {
    const std::vector<Below> below = leaves();
    for (TensorId id = 0; id < at_.size(); ++id) {
      if (at_[id].integer && at_[id].lo > at_[id].hi)
        return refusal(code, id, "no value can satisfy its relations", {});
      NESCIO_TRY_STATUS(check_identity(code, id));
    }
    for (const Lookup& lookup : circuit_.lookups)
      for (const TensorId column : lookup.columns)
        if (below[column].field) return refusal(code, column, "a lookup depends on values without a range", {});
    for (const Table& table : circuit_.tables)
      for (const TensorId column : table.tensors)
        if (below[column].field) return refusal(code, column, "a table holds values without a range", {});
    for (const Zero& zero : circuit_.zeros)
      if (below[zero.tensor].field && below[zero.tensor].integer)
        return refusal(code, zero.tensor, "integers meet values without a range", {});
    for (TensorId id = 0; id < at_.size(); ++id) {
      const auto* map = std::get_if<Map>(&circuit_[id].def);
      if (map != nullptr && std::holds_alternative<PoseidonMatrix>(map->matrix) && below[map->source].integer)
        return refusal(code, id, "integers enter a sponge as they are, not as digits", {});
      const auto* packing = std::get_if<Packing>(&circuit_[id].def);
      if (packing == nullptr) continue;
      for (const Packing::Part& part : packing->parts) {
        const Interval& x = at_[part.source];
        if (!x.integer || x.lo < part.lo || x.hi > part.lo + ((std::int64_t{1} << part.bits) - 1))
          return refusal(code, part.source, "a digest takes values that nothing keeps in their declared range", {});
      }
    }
    const auto port_ok = [&](const auto& port) {
      const Interval& x = at_[port.tensor];
      return x.integer && !below[port.tensor].field && port.lo <= x.lo && x.hi <= port.hi;
    };
    for (const InputPort& port : circuit_.inputs)
      if (!port_ok(port)) return refusal(code, port.tensor, "an input is not in its port's range", {});
    for (const OutputPort& port : circuit_.outputs)
      if (!port_ok(port)) return refusal(code, port.tensor, "an output is not in its port's range", {});
    return Unit{};
  }

  std::vector<Interval> take() { return std::move(at_); }

 private:
  // What a tensor depends on, Poseidon matrices and packings not entered.
  struct Below {
    bool integer = false, field = false;
  };

  void seed() {
    for (TensorId id = 0; id < at_.size(); ++id)
      if (const auto* constant = std::get_if<Constant>(&circuit_[id].def); constant && !constant->poseidon) {
        const auto [lo, hi] = std::minmax_element(constant->values.begin(), constant->values.end());
        meet(id, {true, *lo, *hi});
        for (const std::int64_t c : constant->values)
          constants_[id].add(std::min<std::int64_t>(c, 0), std::max<std::int64_t>(c, 0));
      }
    for (const InputPort& port : circuit_.inputs)
      if (port.disclosed) meet(port.pub, {true, port.lo, port.hi});
    for (const OutputPort& port : circuit_.outputs) {
      meet(port.pub_lo, {true, port.lo, port.hi});
      meet(port.pub_hi, {true, port.lo, port.hi});
      meet(port.pub_outside, {true, 0, 1});
      if (!port.has_argmax) continue;
      for (const TensorId id : {port.pub_onehot, port.pub_on, port.pub_tie}) meet(id, {true, 0, 1});
    }
    std::vector<std::vector<Interval>> ranges(circuit_.tables.size());  // of each table's columns, found once
    for (std::size_t t = 0; t < ranges.size(); ++t)
      for (std::size_t k = 0; k < circuit_.tables[t].columns.size(); ++k)
        ranges[t].push_back(column_range(circuit_.tables[t], k));
    for (const Lookup& lookup : circuit_.lookups)
      for (std::size_t k = 0; k < ranges[lookup.table].size(); ++k) meet(lookup.columns[k], ranges[lookup.table][k]);
    for (const Zero& zero : circuit_.zeros) meet(zero.tensor, {true, 0, 0});
  }

  // A new fact about a tensor. An empty intersection stays, and is refused at the end.
  void meet(TensorId id, const Interval& fact) {
    Interval& x = at_[id];
    if (x.integer && x.lo > x.hi) return;
    const Interval before = x;
    x = x.integer ? Interval{true, std::max(x.lo, fact.lo), std::min(x.hi, fact.hi)} : fact;
    changed_ = changed_ || !(x == before);
  }
  void meet(TensorId id, Wide lo, Wide hi) {  // limited to what an interval holds: that is weaker, or it is empty
    lo = std::clamp(lo, -kTensorLimit, kTensorLimit);
    hi = std::clamp(hi, -kTensorLimit, kTensorLimit);
    meet(id, {true, static_cast<std::int64_t>(lo), static_cast<std::int64_t>(hi)});
  }

  // What a lookup finds in a private column is one of its cells.
  void private_columns(const Lookup& lookup) {
    const Table& table = circuit_.tables[lookup.table];
    for (std::size_t k = 0; k < table.tensors.size(); ++k) {
      const Interval& x = at_[table.tensors[k]];
      if (x.integer && x.lo <= x.hi) meet(lookup.columns[table.columns.size() + k], x);
    }
  }

  std::uint64_t divisor(TensorId id) const {
    const auto* affine = std::get_if<Affine>(&circuit_[id].def);
    return affine == nullptr ? 1 : affine->divisor;
  }

  // divisor * y as its definition says, if all sources are integers and no Poseidon matrix is in between.
  std::optional<Sum> forward(TensorId id) const {
    const TensorDef& tensor = circuit_[id];
    bool known = true;
    for_each_source(tensor, [&](TensorId source) { known = known && at_[source].integer; });
    if (!known) return std::nullopt;
    if (const auto* affine = std::get_if<Affine>(&tensor.def)) {
      Sum s;
      s.add(affine->constant, affine->constant);
      for (const AffineTerm& term : affine->terms) s.add(scaled(term.coef, at_[term.source]));
      return s;
    }
    if (const auto* contract = std::get_if<Contract>(&tensor.def)) return forward_contract(*contract);
    if (const auto* map = std::get_if<Map>(&tensor.def)) return forward_map(*map, tensor.dims[map->dim]);
    return std::nullopt;
  }

  Sum forward_contract(const Contract& c) const {
    const auto summed = [&](std::uint8_t label) {
      return std::find(c.y_labels.begin(), c.y_labels.end(), label) == c.y_labels.end();
    };
    std::uint64_t terms = 1;
    for (std::size_t d = 0; d < c.a_labels.size(); ++d)
      if (summed(c.a_labels[d])) terms *= circuit_[c.a].dims[d];
    // A constant has one label of extent above 1 at most: if it is summed, its values are added up.
    for (const auto& [k, labels, other] : {std::tuple{c.a, &c.a_labels, c.b}, std::tuple{c.b, &c.b_labels, c.a}}) {
      const auto* constant = std::get_if<Constant>(&circuit_[k].def);
      if (constant == nullptr || constant->poseidon) continue;
      for (std::size_t d = 0; d < labels->size(); ++d)
        if (circuit_[k].dims[d] > 1 && summed((*labels)[d]))
          return times(weighted(constants_[k], at_[other]), terms / circuit_[k].dims[d]);
    }
    const bool squares = c.a == c.b && c.a_labels == c.b_labels;
    return times(squares ? square(at_[c.a]) : product(at_[c.a], at_[c.b]), terms);
  }

  std::optional<Sum> forward_map(const Map& map, std::uint32_t rows) const {
    const Interval& x = at_[map.source];
    std::optional<Sum> all;
    if (const auto* sparse = std::get_if<SparseMatrix>(&map.matrix)) {
      const std::vector<SparseMatrix::Entry>& e = sparse->entries;
      std::uint32_t rows_with_entries = 0;
      for (std::size_t i = 0; i < e.size(); ++rows_with_entries) {
        Sum s;
        for (const std::uint32_t row = e[i].row; i < e.size() && e[i].row == row; ++i) s.add(scaled(e[i].coef, x));
        hull(all, s);
      }
      if (rows_with_entries < rows) hull(all, Sum{});
      return all;
    }
    if (const auto* shift = std::get_if<ShiftMatrix>(&map.matrix)) {
      hull(all, scaled(1, x));
      const std::int64_t cols = circuit_[map.source].dims[map.dim];
      if (shift->offset > 0 || rows > cols + shift->offset) hull(all, Sum{});  // rows that read nothing
      return all;
    }
    return std::nullopt;
  }

  // q * y - S: a multiple of p.
  Sum difference(std::uint64_t q, const Interval& y, const Sum& s) const {
    Sum d = scaled(static_cast<std::int64_t>(q), y);
    d.add(-s.hi, -s.lo);
    d.huge = d.huge || s.huge;
    return d;
  }

  void step(TensorId id) {
    const std::uint64_t q = divisor(id);
    const auto* affine = std::get_if<Affine>(&circuit_[id].def);
    const std::optional<Sum> sum = forward(id);
    if (sum && !at_[id].integer) {
      if (q == 1 && sum->below(kTensorLimit)) meet(id, sum->lo, sum->hi);
    } else if (sum && difference(q, at_[id], *sum).below(kIdentityLimit)) {  // an identity over the integers
      const auto d = static_cast<Wide>(q);
      meet(id, ceil_div(sum->lo, d), floor_div(sum->hi, d));
      if (affine != nullptr) shrink_sources(id, *affine, *sum);
    } else if (!sum && affine != nullptr && at_[id].integer) {
      determine_source(id, *affine);
    }
  }

  // a_k x_k = q y - (S - a_k x_k) over the integers.
  void shrink_sources(TensorId id, const Affine& affine, const Sum& sum) {
    const Sum left = scaled(static_cast<std::int64_t>(affine.divisor), at_[id]);
    for (const AffineTerm& term : affine.terms) {
      const Interval& x = at_[term.source];
      if (!reads_all(circuit_, term) || left.huge || x.lo > x.hi || at_[id].lo > at_[id].hi) continue;
      const Sum own = scaled(term.coef, x);
      const Wide lo = left.lo - (sum.hi - own.hi), hi = left.hi - (sum.lo - own.lo), a = term.coef;
      if (a > 0) {
        meet(term.source, ceil_div(lo, a), floor_div(hi, a));
      } else {
        meet(term.source, ceil_div(-hi, -a), floor_div(-lo, -a));
      }
    }
  }

  // +-x = q y - rest mod p, with x the only source that is not an integer yet.
  void determine_source(TensorId id, const Affine& affine) {
    const AffineTerm* open = nullptr;
    Sum rest;
    rest.add(affine.constant, affine.constant);
    for (const AffineTerm& term : affine.terms) {
      if (at_[term.source].integer) {
        rest.add(scaled(term.coef, at_[term.source]));
        continue;
      }
      if (open != nullptr) return;
      open = &term;
    }
    if ((open->coef != 1 && open->coef != -1) || !reads_all(circuit_, *open)) return;
    const Sum x = difference(affine.divisor, at_[id], rest);
    if (!x.below(kTensorLimit)) return;
    if (open->coef == 1) {
      meet(open->source, x.lo, x.hi);
    } else {
      meet(open->source, -x.hi, -x.lo);
    }
  }

  std::vector<Below> leaves() const {
    std::vector<Below> below(at_.size());
    for (TensorId id = 0; id < below.size(); ++id) {
      const TensorDef& tensor = circuit_[id];
      Below& b = below[id];
      if (std::holds_alternative<Committed>(tensor.def) || std::holds_alternative<Public>(tensor.def))
        b = {at_[id].integer, !at_[id].integer};
      if (const auto* constant = std::get_if<Constant>(&tensor.def)) b.field = constant->poseidon;
      b.field = b.field || std::holds_alternative<Cubic>(tensor.def);
      const auto* map = std::get_if<Map>(&tensor.def);
      if ((map != nullptr && std::holds_alternative<PoseidonMatrix>(map->matrix)) ||
          std::holds_alternative<Packing>(tensor.def)) {
        b.field = true;
        continue;
      }
      for_each_source(tensor, [&](TensorId source) {
        b.integer = b.integer || below[source].integer;
        b.field = b.field || below[source].field;
      });
    }
    return below;
  }

  Status check_identity(ErrorCode code, TensorId id) const {
    const std::optional<Sum> sum = forward(id);
    if (!sum) return Unit{};
    const std::uint64_t q = divisor(id);
    if (at_[id].integer) {
      const Sum d = difference(q, at_[id], *sum);
      if (!d.below(kIdentityLimit)) return refusal(code, id, "its two sides may differ by too much", d);
    } else {
      if (q > 1) return refusal(code, id, "nothing proves the range of a quotient", {});
      return refusal(code, id, "its values may be too large", *sum);
    }
    return Unit{};
  }

  Error refusal(ErrorCode code, TensorId id, const char* why, const Sum& sum) const {
    Error e{code, id, {}, {}};
    if (code == ErrorCode::kVKey) return e;  // a verifier says no more
    e.detail = "tensor " + std::to_string(id) + ": " + why;
    if (const unsigned bits = bits_of(sum); bits > 0)
      e.detail += " (" + std::to_string(bits) + " bits; integers have at most 62)";
    return e;
  }

  const Circuit& circuit_;
  std::vector<Interval> at_;
  std::vector<Sum> constants_;  // of a constant: the sums of its negative and of its positive values
  bool changed_ = false;
};

}  // namespace

Result<std::vector<Interval>> derive_bounds(const Circuit& circuit, ErrorCode code) {
  Derivation derivation(circuit);
  NESCIO_TRY_STATUS(derivation.check(code));
  return derivation.take();
}

}  // namespace nescio
