#include "nescio/statement/switches.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace nescio {
namespace {

constexpr TensorId kOne = ~TensorId{0};  // no factor
constexpr std::size_t kMaxTerms = 8;     // what a gadget needs at most is 6
const std::vector<DimRef> kCellByCell = {{false, 0}};

// Sums of products of at most two tensors [n], cell by cell.
using Monomial = std::pair<TensorId, TensorId>;  // first <= second
using Form = std::map<Monomial, F>;

void add_term(Monomial m, F coef, Form& f) {
  if (m.first > m.second) std::swap(m.first, m.second);
  F& c = f[m];
  c += coef;
  if (c == F()) f.erase(m);
}
void add(const Form& more, F coef, Form& f) {
  for (const auto& [m, c] : more) add_term(m, c * coef, f);
}
bool linear(const Form& f) {
  return std::all_of(f.begin(), f.end(), [](const auto& term) { return term.first.second == kOne; });
}
Form product(const Form& a, const Form& b) {  // both linear
  Form f;
  for (const auto& [x, c] : a)
    for (const auto& [y, d] : b) add_term({x.first, y.first}, c * d, f);
  return f;
}

class Switches {
 public:
  Switches(const Circuit& circuit, const std::vector<Interval>& bounds) : circuit_(circuit), bounds_(bounds) {
    for (std::uint32_t i = 0; i < circuit.outputs.size(); ++i) {
      const OutputPort& port = circuit.outputs[i];
      for (const TensorId id : {port.tensor, port.pub_lo, port.pub_hi, port.pub_outside}) names_.insert(id);
      by_lo_[port.pub_lo] = by_hi_[port.pub_hi] = i;
      if (port.has_argmax) by_tie_[port.pub_tie] = i;
    }
    low_.resize(circuit.outputs.size());
    high_.resize(circuit.outputs.size());
    argmax_.resize(circuit.outputs.size());
    for (TensorId id = 0; id < circuit.tensors.size(); ++id) {
      if (!names_.contains(id)) define(id);
      if (bounds[id].integer && bounds[id].lo >= 0) visit(id);
    }
  }

  bool enforced(std::uint32_t i) const {
    const bool sides = std::any_of(low_[i].begin(), low_[i].end(), [&](TensorId s) { return high_[i].contains(s); });
    return sides && (argmax_[i] || !circuit_.outputs[i].has_argmax);
  }

 private:
  Form of(TensorId id) const {
    if (const auto it = forms_.find(id); it != forms_.end()) return it->second;
    const Interval& x = bounds_[id];
    if (x.integer && x.lo == 0 && x.hi == 0) return {};
    return {{{id, kOne}, F(1)}};
  }

  // Keeps the form of a tensor that is affine in others or a product of two, cell by cell.
  void define(TensorId id) {
    const auto& tensor = circuit_[id];
    if (tensor.dims.size() != 1) return;
    Form f;
    if (const auto* affine = std::get_if<Affine>(&tensor.def)) {
      if (affine->divisor != 1) return;
      if (affine->constant != 0) add_term({kOne, kOne}, F::from_signed(affine->constant), f);
      for (const AffineTerm& term : affine->terms) {
        if (term.dims != kCellByCell) return;
        add(of(term.source), F::from_signed(term.coef), f);
        if (f.size() > kMaxTerms) return;
      }
    } else if (const auto* c = std::get_if<Contract>(&tensor.def)) {
      if (c->a_labels != c->b_labels || c->a_labels != c->y_labels) return;
      const Form a = of(c->a), b = of(c->b);
      if (!linear(a) || !linear(b)) return;
      f = product(a, b);
      if (f.size() > kMaxTerms) return;
    } else {
      return;
    }
    forms_.emplace(id, std::move(f));
  }

  // What a tensor that is never negative shows of the ports.
  void visit(TensorId id) {
    visit_argmax(id);
    const auto it = forms_.find(id);
    if (it == forms_.end()) return;
    for (const auto& [m, coef] : it->second) {
      if (m.second != kOne) continue;
      if (const auto lo = by_lo_.find(m.first); lo != by_lo_.end()) visit_side(it->second, lo->second, true);
      if (const auto hi = by_hi_.find(m.first); hi != by_hi_.end()) visit_side(it->second, hi->second, false);
    }
  }

  void visit_side(Form rest, std::uint32_t i, bool low) {
    const OutputPort& port = circuit_.outputs[i];
    Form u, turned;
    add(of(port.tensor), low ? F(1) : -F(1), u);
    add(of(low ? port.pub_lo : port.pub_hi), low ? -F(1) : F(1), u);
    add(u, F(2), turned);
    add_term({kOne, kOne}, F(1), turned);
    const Form outside = of(port.pub_outside);
    add(u, -F(1), rest);
    add(product(outside, turned), F(1), rest);
    // What is left: outside * N s, or outside * N (1 - s).
    std::set<TensorId>& sides = low ? low_[i] : high_[i];
    if (outside.empty()) {
      if (rest.empty()) sides.insert(kOne);
      return;
    }
    F n;
    if (!low) {
      const auto constant = rest.find({port.pub_outside, kOne});
      if (constant == rest.end()) return;
      n = constant->second;
      rest.erase(constant);
    }
    if (rest.size() != 1) return;
    const auto& [m, coef] = *rest.begin();
    if (m.second == kOne || (m.first != port.pub_outside && m.second != port.pub_outside)) return;
    const TensorId s = m.first == port.pub_outside ? m.second : m.first;
    const Interval& x = bounds_[s];
    if (x.integer && x.lo >= 0 && x.hi <= 1 && (low || coef == -n)) sides.insert(s);
  }

  bool contracts(TensorId id, TensorId x, TensorId y, bool sum) const {
    const auto* c = std::get_if<Contract>(&circuit_[id].def);
    if (c == nullptr) return false;
    const bool turned = c->a == y;
    if ((turned ? c->b : c->a) != x || (turned ? c->a : c->b) != y) return false;
    const auto &x_labels = turned ? c->b_labels : c->a_labels, &y_labels = turned ? c->a_labels : c->b_labels;
    if (sum) return c->y_labels.empty();
    return c->y_labels == std::vector<std::uint8_t>{y_labels[0], x_labels[0]};
  }

  // sum_j onehot_j y_j - on y_i - tie_i
  void visit_argmax(TensorId id) {
    const auto* lead = std::get_if<Affine>(&circuit_[id].def);
    if (lead == nullptr || lead->terms.size() != 3 || lead->constant != 0 || lead->divisor != 1) return;
    for (const AffineTerm& t : lead->terms) {
      const auto it = by_tie_.find(t.source);
      if (it == by_tie_.end()) continue;
      const OutputPort& port = circuit_.outputs[it->second];
      bool chosen = false, each = false, tie = false;
      for (const AffineTerm& term : lead->terms) {
        tie = tie || (term == AffineTerm{-1, port.pub_tie, kCellByCell});
        chosen = chosen || (term.coef == 1 && contracts(term.source, port.pub_onehot, port.tensor, true));
        each = each || (term.coef == -1 && contracts(term.source, port.pub_on, port.tensor, false) &&
                        term.dims == std::vector<DimRef>{{false, 0}, {true, 0}});
      }
      if (chosen && each && tie) argmax_[it->second] = true;
    }
  }

  const Circuit& circuit_;
  const std::vector<Interval>& bounds_;
  std::set<TensorId> names_;
  std::unordered_map<TensorId, std::uint32_t> by_lo_, by_hi_, by_tie_;  // ports
  std::unordered_map<TensorId, Form> forms_;
  std::vector<std::set<TensorId>> low_, high_;  // by port: sides that fit; kOne if outside is 0
  std::vector<bool> argmax_;
};

// [tensors]: whether it depends on values of the statement.
std::vector<bool> stated(const Circuit& circuit) {
  std::vector<bool> out(circuit.tensors.size());
  for (TensorId id = 0; id < out.size(); ++id) {
    const auto* p = std::get_if<Public>(&circuit[id].def);
    bool b = p != nullptr && p->source == Public::Source::statement;
    for_each_source(circuit[id], [&](TensorId source) { b = b || out[source]; });
    out[id] = b;
  }
  return out;
}

}  // namespace

Status check_switches(const Circuit& circuit, const std::vector<Interval>& bounds, std::uint32_t rule) {
  const Switches switches(circuit, bounds);
  const std::vector<bool> from_statement = stated(circuit);
  for (std::uint32_t i = 0; i < circuit.outputs.size(); ++i)
    NESCIO_VERIFY(switches.enforced(i) && !from_statement[circuit.outputs[i].tensor], ErrorCode::kVKey, rule + i);
  return Unit{};
}

}  // namespace nescio
