#include "nescio/circuit/determined.h"

#include <algorithm>
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
    if (!identity(id, *affine)) argmax(id, *affine);
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

  // id = sum_j here_j y_j - y_i + c_i - 1 >= 0, here_i = c_i - c_(i-1) and c in [0, 1], the last c is 1.
  void argmax(TensorId id, const Affine& lead) {
    const std::vector<DimRef> each = {{false, 0}};
    if (lead.terms.size() != 3 || lead.constant != -1 || lead.divisor != 1 || !bounds_[id].integer ||
        bounds_[id].lo < 0)
      return;
    const AffineTerm &most = lead.terms[0], &own = lead.terms[1], &reached = lead.terms[2];
    const TensorId y = own.source, c = reached.source;
    if (circuit_[c].dims.size() != 1 || !known_[y] || !(most == AffineTerm{1, most.source, {}}) ||
        !(own == AffineTerm{-1, y, each}) || !(reached == AffineTerm{1, c, each}))
      return;
    const auto* sum = std::get_if<Contract>(&circuit_[most.source].def);
    if (sum == nullptr || !(*sum == Contract{sum->a, y, {0}, {0}, {}})) return;
    const auto* here = std::get_if<Affine>(&circuit_[sum->a].def);
    if (here == nullptr || here->terms.size() != 2) return;
    const TensorId before = here->terms[1].source;
    if (!(*here == Affine{{{1, c, each}, {-1, before, each}}, 0, 1}) || !(circuit_[before] == moved(c))) return;
    const auto bit = [&](TensorId x) { return bounds_[x].integer && bounds_[x].lo >= 0 && bounds_[x].hi <= 1; };
    if (ends_in_one_[c] && bit(c) && bit(sum->a)) learn(c);
  }
  // Whether a tensor says that the last cell of x is 1.
  bool says_last_is_one(TensorId id, TensorId x) const {
    const auto* affine = std::get_if<Affine>(&circuit_[id].def);
    const Interval& b = bounds_[id];
    return affine != nullptr && affine->terms.size() == 1 && circuit_[x].dims.size() == 1 && b.integer && b.lo == 0 &&
           b.hi == 0 && *affine == Affine{{{1, x, {{true, circuit_[x].dims[0] - 1}}}}, -1, 1};
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
