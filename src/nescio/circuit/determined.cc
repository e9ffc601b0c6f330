#include "nescio/circuit/determined.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace nescio {
namespace {

using Wide = __int128;
constexpr std::uint32_t kMaxUnknown = 64;  // terms of one identity that are found together

class Determination {
 public:
  Determination(const Circuit& circuit, const std::vector<Interval>& bounds)
      : circuit_(circuit),
        bounds_(bounds),
        known_(circuit.tensors.size()),
        unknown_(circuit.tensors.size()),
        ends_in_one_(circuit.tensors.size()),
        users_(circuit.tensors.size()),
        lookups_(circuit.tensors.size()) {
    for (TensorId id = 0; id < known_.size(); ++id)
      for_each_source(circuit[id], [&](TensorId source) {
        users_[source].push_back(id);
        ++unknown_[id];
        if (says_last_is_one(id, source)) ends_in_one_[source] = true;
      });
    for (std::uint32_t i = 0; i < circuit.lookups.size(); ++i)
      for (const auto* list : {&circuit.lookups[i].columns, &circuit.tables[circuit.lookups[i].table].tensors})
        for (const TensorId column : *list) lookups_[column].push_back(i);
    for (const InputPort& port : circuit.inputs) learn(port.tensor);
    for (const DigestPort& port : circuit.digests)
      if (digest_source(port.group) == Public::Source::key)
        for (const BoundRange& b : port.bound) learn(b.tensor);
    for (TensorId id = 0; id < known_.size(); ++id) {
      const Interval& x = bounds[id];
      if (std::holds_alternative<Constant>(circuit[id].def) || (x.integer && x.lo == x.hi)) learn(id);
    }
    for (TensorId id = 0; id < known_.size(); ++id) examine(id);
    while (!todo_.empty()) {
      const TensorId id = todo_.back();
      todo_.pop_back();
      for (const TensorId user : users_[id]) --unknown_[user];
      examine(id);
      TensorId last = id;  // one that names it again and again stands there in a row
      for (const TensorId user : users_[id])
        if (std::exchange(last, user) != user) examine(user);
      for (const std::uint32_t lookup : lookups_[id]) look(circuit.lookups[lookup]);
    }
  }
  std::vector<bool> take() { return std::move(known_); }

 private:
  void learn(TensorId id) {
    if (known_[id]) return;
    known_[id] = true;
    todo_.push_back(id);
  }

  void look(const Lookup& lookup) {
    const Table& table = circuit_.tables[lookup.table];
    if (!std::all_of(table.tensors.begin(), table.tensors.end(), [&](TensorId x) { return known_[x]; })) return;
    for (std::size_t k = 0; k < table.columns.size(); ++k)
      if (known_[lookup.columns[k]] && !table.columns[k].explicit_values && table.columns[k].step != 0)
        for (const TensorId column : lookup.columns) learn(column);
  }

  // What the definition of a tensor tells.
  void examine(TensorId id) {
    if (std::holds_alternative<Committed>(circuit_[id].def) || std::holds_alternative<Public>(circuit_[id].def)) return;
    if (unknown_[id] == 0) return learn(id);
    const auto* affine = std::get_if<Affine>(&circuit_[id].def);
    if (affine == nullptr || unknown_[id] > kMaxUnknown) return;
    if (identity(id, *affine)) return;
    argmax(id, *affine);
    if (unknown_[id] == 1)
      for (const TensorId user : users_[id]) quotient(id, *affine, user);
  }

  bool identity(TensorId id, const Affine& affine) {
    struct Unknown {
      Wide size, span;
    };
    std::vector<Unknown> list;
    bool integers = bounds_[id].integer;
    const auto add = [&](TensorId x, Wide coef) {
      integers = integers && bounds_[x].integer;
      if (!known_[x]) list.push_back({coef < 0 ? -coef : coef, Wide{bounds_[x].hi} - bounds_[x].lo});
    };
    add(id, static_cast<Wide>(affine.divisor));
    for (const AffineTerm& term : affine.terms) add(term.source, term.coef);
    if (!integers) return false;
    std::sort(list.begin(), list.end(), [](const Unknown& a, const Unknown& b) { return a.size < b.size; });
    Wide below = 0;  // at most 65 products below 2^125, and never more than the next factor: no overflow
    for (const Unknown& u : list) {
      if (u.size <= below) return false;
      below += u.size * u.span;
    }
    learn(id);
    for (const AffineTerm& term : affine.terms)
      if (reads_all(circuit_, term)) learn(term.source);
    return true;
  }

  // A term for the cells of x at the indices of the result, which has `skipped` dimensions less in front.
  AffineTerm cells(std::int64_t coef, TensorId x, std::uint32_t skipped = 0) const {
    AffineTerm out{coef, x, {}};
    const auto rank = static_cast<std::uint32_t>(circuit_[x].dims.size());
    for (std::uint32_t d = 0; d < rank; ++d) out.dims.push_back({false, d + skipped});
    return out;
  }
  bool not_negative(TensorId x) const { return bounds_[x].integer && bounds_[x].lo >= 0; }

  // rest = .. - 2h b y >= 0 and room = 2h b - 1 - rest >= 0, all but y known: b > 0, and y is a quotient.
  void quotient(TensorId rest, const Affine& remainder, TensorId room) {
    const auto* within = std::get_if<Affine>(&circuit_[room].def);
    if (within == nullptr || within->terms.size() != 2 || remainder.terms.empty() || !not_negative(rest) ||
        !not_negative(room))
      return;
    const TensorId b = within->terms[0].source, back = remainder.terms.back().source;
    const std::int64_t width = within->terms[0].coef;
    const auto integer = [&](const AffineTerm& t) { return bounds_[t.source].integer; };
    if (!std::all_of(remainder.terms.begin(), remainder.terms.end(), integer) || !bounds_[b].integer) return;
    if (!known_[b] || known_[back] || width <= 0 || remainder.divisor != 1 ||
        !(*within == Affine{{cells(width, b), cells(-1, rest)}, -1, 1}) ||
        !(remainder.terms.back() == cells(-width, back)))
      return;
    const auto* product = std::get_if<Contract>(&circuit_[back].def);
    if (product == nullptr) return;
    std::vector<std::uint8_t> each(circuit_[back].dims.size());
    std::iota(each.begin(), each.end(), std::uint8_t{0});
    if (*product == Contract{b, product->b, each, each, each} && bounds_[product->b].integer) learn(product->b);
  }

  // Rows along dimension 0: id = sum_j here_j y_j - y_i + c_i - 1 >= 0, here_i = c_i - c_(i-1) and c in [0, 1], the
  // last c is 1.
  void argmax(TensorId id, const Affine& lead) {
    if (lead.terms.size() != 3 || lead.constant != -1 || lead.divisor != 1 || !not_negative(id)) return;
    const TensorId most = lead.terms[0].source, y = lead.terms[1].source, c = lead.terms[2].source;
    const Dims& dims = circuit_[id].dims;
    if (dims.empty() || circuit_[c].dims != dims || circuit_[y].dims != dims || !known_[y] || !bounds_[y].integer ||
        !(lead == Affine{{cells(1, most, 1), cells(-1, y), cells(1, c)}, -1, 1}))
      return;
    std::vector<std::uint8_t> each(dims.size());
    std::iota(each.begin(), each.end(), std::uint8_t{0});
    const std::vector<std::uint8_t> rest(each.begin() + 1, each.end());
    const auto* sum = std::get_if<Contract>(&circuit_[most].def);
    if (sum == nullptr || !(*sum == Contract{sum->a, y, each, each, rest})) return;
    const auto* here = std::get_if<Affine>(&circuit_[sum->a].def);
    if (here == nullptr || here->terms.size() != 2) return;
    const TensorId before = here->terms[1].source;
    if (!(*here == Affine{{cells(1, c), cells(-1, before)}, 0, 1}) || !(circuit_[before] == moved(c))) return;
    const auto bit = [&](TensorId x) { return not_negative(x) && bounds_[x].hi <= 1; };
    if (ends_in_one_[c] && bit(c) && bit(sum->a)) learn(c);
  }
  // Whether a tensor says that the last cell of each row of x is 1.
  bool says_last_is_one(TensorId id, TensorId x) const {
    const auto* affine = std::get_if<Affine>(&circuit_[id].def);
    const Interval& b = bounds_[id];
    const Dims& dims = circuit_[x].dims;
    if (affine == nullptr || affine->terms.size() != 1 || dims.empty() || !b.integer || b.lo != 0 || b.hi != 0 ||
        circuit_[id].dims != Dims(dims.begin() + 1, dims.end()))
      return false;
    AffineTerm last{1, x, {{true, dims[0] - 1}}};
    for (std::uint32_t d = 1; d < dims.size(); ++d) last.dims.push_back({false, d - 1});
    return *affine == Affine{{last}, -1, 1};
  }
  TensorDef moved(TensorId c) const { return {circuit_[c].dims, Map{c, 0, ShiftMatrix{1}}}; }

  const Circuit& circuit_;
  const std::vector<Interval>& bounds_;
  std::vector<bool> known_;
  std::vector<std::uint32_t> unknown_;  // of each definition: sources that are not known, as often as it names them
  std::vector<bool> ends_in_one_;
  std::vector<std::vector<TensorId>> users_;
  std::vector<std::vector<std::uint32_t>> lookups_;
  std::vector<TensorId> todo_;  // known, and not yet told
};

}  // namespace

std::vector<bool> determined_tensors(const Circuit& circuit, const std::vector<Interval>& bounds) {
  return Determination(circuit, bounds).take();
}

}  // namespace nescio
