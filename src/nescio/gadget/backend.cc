#include "nescio/gadget/backend.h"

#include <algorithm>
#include <bit>

#include "nescio/base/check.h"
#include "nescio/sponge/poseidon.h"

namespace nescio {
namespace {

using Wide = __int128;

Wide magnitude(Bound b) {
  return std::max(Wide{b.hi}, -Wide{b.lo});
}
Wide absolute(Wide x) {
  return x < 0 ? -x : x;
}

// Values of y for x in b, as a pair ordered low to high.
struct WideBound {
  Wide lo = 0, hi = 0;
};
WideBound scaled(Bound b, Wide c) {
  const Wide x = c * b.lo, y = c * b.hi;
  return {std::min(x, y), std::max(x, y)};
}
WideBound multiplied(Bound a, Bound b) {
  const WideBound x = scaled(a, b.lo), y = scaled(a, b.hi);
  return {std::min(x.lo, y.lo), std::max(x.hi, y.hi)};
}
Wide floor_div(Wide a, Wide b) {  // b > 0
  const Wide q = a / b;
  return q * b > a ? q - 1 : q;
}
Wide ceil_div(Wide a, Wide b) {
  return -floor_div(-a, b);
}
Bound narrow(WideBound b) {
  return {static_cast<std::int64_t>(b.lo), static_cast<std::int64_t>(b.hi)};
}

std::vector<DimRef> all_dims(std::size_t n) {
  std::vector<DimRef> out(n);
  for (std::size_t d = 0; d < n; ++d) out[d].value = static_cast<std::uint32_t>(d);
  return out;
}

bool same_column(const TableColumn& a, const TableColumn& b) {
  return a.explicit_values == b.explicit_values && a.start == b.start && a.step == b.step && a.values == b.values;
}

// Values that form a progression are stored as one, so that the same table is found again.
TableColumn normalised(TableColumn c) {
  if (!c.explicit_values || c.values.empty()) return c;
  const std::vector<std::int64_t>& v = c.values;
  const std::int64_t step = v.size() > 1 ? v[1] - v[0] : 0;
  for (std::size_t i = 1; i < v.size(); ++i)
    if (v[i] - v[i - 1] != step) return c;
  return {false, v[0], step, {}};
}

unsigned bits_of(Wide x) {
  unsigned n = 0;
  for (; x != 0; x >>= 1) ++n;
  return n;
}

}  // namespace

Var Backend::make(VarInfo info) {
  NESCIO_CHECK(info.dims.size() <= kMaxDims);
  for (const std::uint32_t d : info.dims) NESCIO_CHECK(d > 0);
  NESCIO_CHECK(info.depth <= kMaxDepth);
  if (failed()) info.bounded = true;  // shapes go on, numbers mean nothing
  info_.push_back(std::move(info));
  return Var{size() - 1};
}

bool Backend::fits(std::string_view name, __int128 m) {
  if (m < kMaxMagnitude) return true;
  fail(ErrorCode::kOverflow, name,
       "an integer may need " + std::to_string(bits_of(m)) +
           " bits, 62 are safe: use fewer bits for the weights or inputs of this node, or split its sum");
  return false;
}

Bound Backend::bound(Var v) const {
  NESCIO_CHECK(info(v).bounded || failed());
  return info(v).bound;
}

void Backend::give_bound(std::string_view name, Var v, Bound b) {
  VarInfo& x = info_[v.index];
  if (x.bounded) {
    x.bound = {std::max(x.bound.lo, b.lo), std::min(x.bound.hi, b.hi)};
    if (x.bound.lo > x.bound.hi) x.bound.hi = x.bound.lo;  // no value satisfies the circuit: any interval is right
    if (x.multiple) {
      const VarInfo::Multiple m = *x.multiple;
      const Wide lo = Wide{x.bound.lo} - m.constant, hi = Wide{x.bound.hi} - m.constant;
      const WideBound part = m.coef > 0 ? WideBound{ceil_div(lo, m.coef), floor_div(hi, m.coef)}
                                        : WideBound{ceil_div(-hi, -Wide{m.coef}), floor_div(-lo, -Wide{m.coef})};
      give_bound(name, m.source, narrow(part));
    }
    return;
  }
  if (!fits(name, magnitude(b) * static_cast<Wide>(x.divisor))) return;
  x.bounded = true;
  x.bound = b;
  if (x.pending) {
    const VarInfo::Pending p = *x.pending;
    x.pending.reset();
    const WideBound moved{Wide{b.lo} - p.rest.hi, Wide{b.hi} - p.rest.lo};
    if (!fits(name, std::max(absolute(moved.lo), absolute(moved.hi)))) return;
    give_bound(name, p.source, narrow(p.coef > 0 ? moved : WideBound{-moved.hi, -moved.lo}));
  }
}

Var Backend::adopt(TensorId id, VarInfo info) {
  NESCIO_CHECK(!info.field && info.bounded);
  const Var v = make(std::move(info));
  if (!failed()) on_adopt(v, id);
  return v;
}

// ---- committed

Var Backend::commit(std::string_view name, Dims dims, const Hint& hint) {
  VarInfo i;
  i.dims = std::move(dims);
  i.committed = true;
  const Var v = make(std::move(i));
  if (!failed()) on_commit(v, name, hint);
  return v;
}

Var Backend::commit_field(std::string_view name, Dims dims, const FieldHint& hint) {
  VarInfo i;
  i.dims = std::move(dims);
  i.committed = i.field = true;
  const Var v = make(std::move(i));
  if (!failed()) on_commit_field(v, name, hint);
  return v;
}

Var Backend::materialise(std::string_view name, Var v) {
  const Scope scope(*this, name);
  Var copy;
  if (info(v).field) {
    copy = commit_field("cell", dims(v), [v](const HintView& view, std::span<F> out) {
      std::copy_n(view.field(v).begin(), out.size(), out.begin());
    });
  } else {
    copy = commit("cell", dims(v), CellHint{{v}});
  }
  zero("copy", affine("difference", dims(v), {{1, copy}, {-1, v}}));
  return copy;
}

// ---- virtual

Var Backend::affine(std::string_view name, Dims dims, const std::vector<Term>& terms, std::int64_t constant,
                    std::uint64_t divisor) {
  NESCIO_CHECK(divisor > 0 && divisor < static_cast<std::uint64_t>(kMaxMagnitude));
  VarInfo y;
  y.dims = dims;
  y.divisor = divisor;
  std::vector<Term> full = terms;
  WideBound sum{constant, constant};
  Wide total = absolute(constant);
  const Term* open = nullptr;  // the term without a bound
  for (Term& t : full) {
    const VarInfo& x = info(t.source);
    NESCIO_CHECK(t.coef != 0);
    if (t.dims.empty()) t.dims = all_dims(x.dims.size());
    NESCIO_CHECK(t.dims.size() == x.dims.size());
    for (std::size_t d = 0; d < t.dims.size(); ++d) {
      const DimRef ref = t.dims[d];
      NESCIO_CHECK(ref.fixed ? ref.value < x.dims[d] : ref.value < dims.size() && dims[ref.value] == x.dims[d]);
    }
    y.depth = std::max(y.depth, x.depth);
    y.field = y.field || x.field;
    if (x.field) continue;
    if (!x.bounded) {
      NESCIO_CHECK(failed() || (open == nullptr && (x.committed || x.pending)));
      open = &t;
      continue;
    }
    const WideBound part = scaled(x.bound, t.coef);
    sum.lo += part.lo;
    sum.hi += part.hi;
    total += absolute(Wide{t.coef}) * magnitude(x.bound);
    if (total > Wide{kMaxMagnitude} * kMaxMagnitude) total = Wide{kMaxMagnitude} * kMaxMagnitude;  // no wrap
  }
  const bool ok = y.field || fits(name, total);
  if (!y.field && ok) {
    if (open == nullptr) {
      y.bounded = divisor == 1;
      if (y.bounded) y.bound = narrow(sum);
    } else {
      NESCIO_CHECK(divisor == 1 && (open->coef == 1 || open->coef == -1) && info(open->source).dims == dims &&
                   open->dims == all_dims(dims.size()));
      y.pending = VarInfo::Pending{open->source, open->coef, narrow(sum)};
    }
    if (divisor == 1 && full.size() == 1 && info(full[0].source).dims == dims && full[0].dims == all_dims(dims.size()))
      y.multiple = VarInfo::Multiple{full[0].source, full[0].coef, constant};
  }
  const Var v = make(std::move(y));
  if (!failed()) on_affine(v, full, constant, divisor);
  return v;
}

Var Backend::contract(std::string_view name, Var a, std::vector<std::uint8_t> a_labels, Var b,
                      std::vector<std::uint8_t> b_labels, std::vector<std::uint8_t> y_labels) {
  const VarInfo &ia = info(a), &ib = info(b);
  NESCIO_CHECK(a_labels.size() == ia.dims.size() && b_labels.size() == ib.dims.size());
  const auto extent_in = [](const std::vector<std::uint8_t>& labels, const Dims& d, std::uint8_t label) {
    const auto it = std::find(labels.begin(), labels.end(), label);
    return it == labels.end() ? 0U : d[static_cast<std::size_t>(it - labels.begin())];
  };
  VarInfo y;
  for (const std::uint8_t label : y_labels) {
    const std::uint32_t in_a = extent_in(a_labels, ia.dims, label), in_b = extent_in(b_labels, ib.dims, label);
    NESCIO_CHECK((in_a != 0 || in_b != 0) && (in_a == 0 || in_b == 0 || in_a == in_b));
    y.dims.push_back(std::max(in_a, in_b));
  }
  Wide summed = 1;
  for (std::size_t d = 0; d < a_labels.size(); ++d) {
    if (std::find(y_labels.begin(), y_labels.end(), a_labels[d]) != y_labels.end()) continue;
    NESCIO_CHECK(extent_in(b_labels, ib.dims, a_labels[d]) == ia.dims[d]);
    summed *= ia.dims[d];
  }
  for (const std::uint8_t label : b_labels)
    NESCIO_CHECK(std::find(y_labels.begin(), y_labels.end(), label) != y_labels.end() ||
                 extent_in(a_labels, ia.dims, label) != 0);
  // A verifier evaluates the extension of a known operand in one pass over its values: one dimension, shared.
  for (const auto& [known, known_labels, other_labels] :
       {std::tuple{&ia, &a_labels, &b_labels}, std::tuple{&ib, &b_labels, &a_labels}}) {
    if (!known->known) continue;
    unsigned wide = 0;
    for (std::size_t d = 0; d < known_labels->size(); ++d) {
      if (known->dims[d] == 1) continue;
      ++wide;
      NESCIO_CHECK(std::find(other_labels->begin(), other_labels->end(), (*known_labels)[d]) != other_labels->end());
    }
    NESCIO_CHECK(wide <= 1);
  }
  y.field = ia.field || ib.field;
  y.depth = ia.known ? ib.depth : ib.known ? ia.depth : 1 + std::max(ia.depth, ib.depth);
  if (!y.field) {
    NESCIO_CHECK(failed() || (ia.bounded && ib.bounded));
    if (ia.bounded && ib.bounded) {
      const Wide each = magnitude(ia.bound) * magnitude(ib.bound);
      if (fits(name, std::min(each, Wide{1} << 80) * summed)) {
        const WideBound p = multiplied(ia.bound, ib.bound);
        y.bounded = true;
        y.bound = narrow({p.lo * summed, p.hi * summed});
      }
    }
  }
  const Var v = make(std::move(y));
  if (!failed()) {
    Contract labels;
    labels.a_labels = std::move(a_labels);
    labels.b_labels = std::move(b_labels);
    labels.y_labels = std::move(y_labels);
    on_contract(v, a, b, labels);
  }
  return v;
}

Var Backend::product(std::string_view name, Var a, Var b) {
  NESCIO_CHECK(dims(a) == dims(b));
  std::vector<std::uint8_t> labels;
  for (std::size_t d = 0; d < dims(a).size(); ++d) labels.push_back(static_cast<std::uint8_t>(d));
  return contract(name, a, labels, b, labels, labels);
}

Var Backend::cubic(std::string_view, Var a, Var b, Var c) {
  VarInfo y;
  y.dims = dims(a);
  y.field = true;
  for (const Var x : {a, b, c}) {
    NESCIO_CHECK(dims(x) == y.dims && info(x).field && !info(x).known);
    y.depth = std::max(y.depth, 1 + info(x).depth);
  }
  const Var v = make(std::move(y));
  if (!failed()) on_cubic(v, a, b, c);
  return v;
}

Var Backend::map_any(std::string_view name, Var source, Map map, std::uint32_t extent) {
  const VarInfo& x = info(source);
  NESCIO_CHECK(map.dim < x.dims.size());
  VarInfo y;
  y.dims = x.dims;
  y.dims[map.dim] = extent;
  y.depth = x.depth;
  y.field = x.field || std::holds_alternative<PoseidonMatrix>(map.matrix);
  if (!y.field && !failed()) {
    NESCIO_CHECK(x.bounded);
    WideBound most;
    if (const auto* sparse = std::get_if<SparseMatrix>(&map.matrix)) {
      std::size_t i = 0;
      const auto& e = sparse->entries;
      while (i < e.size()) {
        WideBound row;
        Wide total = 0;
        const std::uint32_t r = e[i].row;
        for (; i < e.size() && e[i].row == r; ++i) {
          NESCIO_CHECK(e[i].row < extent && e[i].col < x.dims[map.dim]);
          NESCIO_CHECK(i == 0 || e[i - 1].row < e[i].row || (e[i - 1].row == e[i].row && e[i - 1].col < e[i].col));
          const WideBound part = scaled(x.bound, e[i].coef);
          row.lo += part.lo;
          row.hi += part.hi;
          total += absolute(Wide{e[i].coef}) * magnitude(x.bound);
        }
        if (!fits(name, total)) break;
        most = {std::min(most.lo, row.lo), std::max(most.hi, row.hi)};
      }
    } else {
      most = {std::min(Wide{0}, Wide{x.bound.lo}), std::max(Wide{0}, Wide{x.bound.hi})};
    }
    y.bounded = !failed();
    if (y.bounded) y.bound = narrow(most);
  }
  const Var v = make(std::move(y));
  if (!failed()) on_map(v, source, map);
  return v;
}

Var Backend::map(std::string_view name, Var source, std::uint32_t dim, std::uint32_t extent, SparseMatrix matrix) {
  return map_any(name, source, Map{0, dim, std::move(matrix)}, extent);
}
Var Backend::map(std::string_view name, Var source, std::uint32_t dim, std::uint32_t extent, ShiftMatrix matrix) {
  return map_any(name, source, Map{0, dim, matrix}, extent);
}
Var Backend::map(std::string_view name, Var source, std::uint32_t dim, std::uint32_t extent, PoseidonMatrix matrix) {
  return map_any(name, source, Map{0, dim, matrix}, extent);
}

Var Backend::packing(std::string_view name, std::uint32_t blocks, const std::vector<PackedDigits>& parts) {
  VarInfo y;
  y.dims = {kPoseidonRate, blocks};
  y.field = true;
  for (const PackedDigits& p : parts) {
    const VarInfo& x = info(p.source);
    NESCIO_CHECK(!x.field && (x.bounded || failed()));
    const Wide top = Wide{p.layout.lo} + (Wide{1} << p.layout.bits);
    if (!failed() && (x.bound.lo < p.layout.lo || x.bound.hi >= top))
      fail(ErrorCode::kOverflow, name, "a digest packs a tensor whose proven range is wider than its declared range");
    y.depth = std::max(y.depth, x.depth);
  }
  const Var v = make(std::move(y));
  if (!failed()) on_packing(v, parts);
  return v;
}

// ---- known

Var Backend::constant(std::string_view name, Dims dims, std::vector<std::int64_t> values) {
  NESCIO_CHECK(values.size() == num_cells(dims));
  VarInfo y;
  y.dims = std::move(dims);
  y.known = true;
  const auto [lo, hi] = std::minmax_element(values.begin(), values.end());
  y.bounded = fits(name, std::max(absolute(*lo), absolute(*hi)));
  y.bound = {*lo, *hi};
  const Var v = make(std::move(y));
  if (!failed()) on_constant(v, Constant{false, std::move(values)});
  return v;
}

Var Backend::poseidon_constants(Dims dims) {
  VarInfo y;
  y.dims = std::move(dims);
  y.known = y.field = true;
  const Var v = make(std::move(y));
  if (!failed()) on_constant(v, Constant{true, {}});
  return v;
}

Var Backend::statement(std::string_view name, Dims dims, Bound bound) {
  VarInfo y;
  y.dims = std::move(dims);
  y.known = y.bounded = true;
  y.bound = bound;
  const Var v = make(std::move(y));
  if (!failed()) on_public(v, name, Public::Source::statement);
  return v;
}

Var Backend::public_field(std::string_view name, Dims dims, Public::Source source) {
  VarInfo y;
  y.dims = std::move(dims);
  y.known = y.field = true;
  const Var v = make(std::move(y));
  if (!failed()) on_public(v, name, source);
  return v;
}

// ---- relations

TableVar Backend::table(std::string_view name, std::uint32_t rows, std::vector<TableColumn> columns) {
  NESCIO_CHECK(rows > 0 && !columns.empty() && columns.size() <= kMaxLookupWidth);
  for (TableColumn& c : columns) {
    NESCIO_CHECK(!c.explicit_values || c.values.size() == rows);
    c = normalised(std::move(c));
  }
  for (std::uint32_t i = 0; i < tables_.size(); ++i)
    if (tables_[i].rows == rows && tables_[i].tensors.empty() &&
        std::equal(columns.begin(), columns.end(), tables_[i].columns.begin(), tables_[i].columns.end(), same_column))
      return TableVar{i};
  if (rows > kMaxTableRows)
    fail(ErrorCode::kTableSize, name,
         "the table has " + std::to_string(rows) + " rows, at most " + std::to_string(kMaxTableRows) + " are possible");
  TableInfo t;
  t.rows = rows;
  t.columns = std::move(columns);
  for (const TableColumn& c : t.columns) {
    Bound b{c.at(0), c.at(0)};
    if (c.explicit_values) {
      const auto [lo, hi] = std::minmax_element(c.values.begin(), c.values.end());
      b = {*lo, *hi};
    } else {
      b = {std::min(c.at(0), c.at(rows - 1)), std::max(c.at(0), c.at(rows - 1))};
    }
    t.bounds.push_back(b);
  }
  tables_.push_back(std::move(t));
  const TableVar id{static_cast<std::uint32_t>(tables_.size() - 1)};
  if (!failed()) on_table(id);
  return id;
}

TableVar Backend::table_once(const std::string& key, std::uint32_t rows,
                             const std::function<std::vector<TableColumn>()>& make) {
  const auto it = keys_.find(key);
  if (it != keys_.end()) return it->second;
  return keys_[key] = table(key, rows, make());
}

TableVar Backend::private_table(std::string_view name, const std::vector<Var>& tensors) {
  NESCIO_CHECK(!tensors.empty() && tensors.size() < kMaxLookupWidth);
  const Dims& shape = dims(tensors[0]);
  NESCIO_CHECK(shape.size() == 1 || (shape.size() == 2 && std::has_single_bit(shape[0])));
  TableInfo t;
  t.rows = static_cast<std::uint32_t>(num_cells(shape));
  t.columns.emplace_back();
  t.bounds.push_back({0, std::int64_t{t.rows} - 1});
  t.tensors = tensors;
  for (const Var v : tensors) {
    NESCIO_CHECK(dims(v) == shape && !info(v).field && (info(v).bounded || failed()));
    t.bounds.push_back(info(v).bound);
  }
  if (t.rows > kMaxPrivateRows)
    fail(ErrorCode::kTableSize, name,
         "the table has " + std::to_string(t.rows) + " rows, at most " + std::to_string(kMaxPrivateRows) +
             " are possible");
  tables_.push_back(std::move(t));
  const TableVar id{static_cast<std::uint32_t>(tables_.size() - 1)};
  if (!failed()) on_table(id);
  return id;
}

TableVar Backend::interval_table(std::int64_t start, std::uint32_t rows) {
  TableColumn c;
  c.start = start;
  return table("range of " + std::to_string(rows), rows, {c});
}

void Backend::lookup(std::string_view name, TableVar table, const std::vector<Var>& columns) {
  const TableInfo& t = tables_[table.index];
  NESCIO_CHECK(columns.size() == t.bounds.size());
  for (const Var c : columns) NESCIO_CHECK(dims(c) == dims(columns[0]) && !info(c).field);
  for (std::size_t k = 0; k < columns.size() && !failed(); ++k) give_bound(name, columns[k], t.bounds[k]);
  if (!failed()) on_lookup(name, table, columns);
}

void Backend::zero(std::string_view name, Var v) {
  if (failed()) return;
  if (!info(v).field) {
    if (!info(v).bounded) NESCIO_CHECK(info(v).pending.has_value());
    give_bound(name, v, {0, 0});
  }
  if (!failed()) on_zero(name, v);
}

void Backend::expect(std::string_view name, Var v, Bound range, ErrorCode code, std::string_view advice) {
  if (!failed()) on_expect(name, v, range, code, advice);
}

// ---- errors

Status Backend::status() {
  if (error_) return *error_;
  return Unit{};
}

void Backend::fail(ErrorCode code, std::string_view name, std::string_view detail) {
  fail_at(code, full_name(name), detail);
}

void Backend::fail_at(ErrorCode code, const std::string& full_name, std::string_view detail) {
  if (!error_) error_ = Error{code, 0, full_name + ": " + std::string(detail), {}};
}

}  // namespace nescio
