#include "nescio/statement/public_values.h"

#include <algorithm>

#include "nescio/statement/rounding.h"

namespace nescio {
namespace {

Error refuse(std::string detail) {
  return Error{ErrorCode::kVStatement, 0, std::move(detail), {}};
}

std::string name_of(const Predicate& p) {
  return to_string(Statement{{p}});
}

// What one predicate asks of the integer of its cell: inside [lo, hi], or outside of it.
struct Ask {
  std::int64_t lo = 0, hi = 0;
  bool outside = false;
  bool holds(std::int64_t y) const { return (lo <= y && y <= hi) != outside; }
};

Result<Ask> ask(const Predicate& p, const OutputPort& port) {
  const Quotient a = divide(p.a, port.scale), b = divide(p.b, port.scale);
  const std::int64_t least = port.lo, most = port.hi;
  switch (p.kind) {
    case Predicate::Kind::ge:
      return Ask{a.ceil, most, false};
    case Predicate::Kind::gt:
      return Ask{a.floor + 1, most, false};
    case Predicate::Kind::le:
      return Ask{least, a.floor, false};
    case Predicate::Kind::lt:
      return Ask{least, a.ceil - 1, false};
    case Predicate::Kind::eq:
      if (a.floor != a.ceil)
        return refuse("'" + name_of(p) + "': the quantised output " + port.name +
                      " never equals this number; it is between the steps " + std::to_string(a.floor) + " and " +
                      std::to_string(a.ceil) + " of its scale. Use 'in [a, b]'.");
      return Ask{a.floor, a.ceil, false};
    case Predicate::Kind::in:
      return Ask{a.ceil, b.floor, false};
    case Predicate::Kind::not_in:
      return Ask{a.ceil, b.floor, true};
    case Predicate::Kind::argmax:
      break;
  }
  NESCIO_CHECK(p.kind != Predicate::Kind::argmax);
  return Ask{};
}

Result<std::size_t> find_port(const Circuit& circuit, const std::string& name) {
  if (name.empty() && circuit.outputs.size() == 1) return std::size_t{0};
  for (std::size_t i = 0; i < circuit.outputs.size(); ++i)
    if (circuit.outputs[i].name == name) return i;
  std::string known;
  for (const OutputPort& port : circuit.outputs) known += (known.empty() ? "" : ", ") + port.name;
  return refuse(name.empty() ? "argmax of which output? The model has: " + known
                             : "the model has no output '" + name + "'; it has: " + known);
}

// The cell that a predicate is about.
Result<std::size_t> find_cell(const Predicate& p, const OutputPort& port) {
  const std::uint64_t n = num_cells(port.dims);
  if (!p.index && n != 1)
    return refuse("'" + name_of(p) + "': " + port.name + " has " + std::to_string(n) + " values; write " + port.name +
                  "[0] or argmax");
  if (p.index && *p.index >= n)
    return refuse("'" + name_of(p) + "': " + port.name + " has only " + std::to_string(n) + " values");
  return p.index ? *p.index : 0;
}

struct PortValues {
  std::vector<Ask> inside, excluded;  // by cell; excluded: empty interval if none
  std::int64_t argmax = -1;
};

// Both of a cell's intervals as one.
Result<Ask> merge(const Ask& in, const Ask& out, const OutputPort& port) {
  Ask r = in;
  const Ask cut{std::max(out.lo, in.lo), std::min(out.hi, in.hi), true};
  if (r.lo <= r.hi && cut.lo <= cut.hi) {  // something is cut away
    if (cut.lo == r.lo) {
      r.lo = cut.hi + 1;
    } else if (cut.hi == r.hi) {
      r.hi = cut.lo - 1;
    } else if (r.lo == port.lo && r.hi == port.hi) {
      return cut;
    } else {
      return refuse("the conditions on " + port.name +
                    " leave two intervals of which neither is open; state one of them");
    }
  }
  if (r.lo > r.hi) return refuse("no value of " + port.name + " fulfils the conditions on it");
  return r;
}

Error missing(const std::string& what) {
  return Error{ErrorCode::kVPublic, 0, "the proof does not tell " + what + ", which its key makes public", {}};
}

const Revealed* find(const std::vector<Revealed>& list, const std::string& name) {
  const auto it = std::find_if(list.begin(), list.end(), [&](const Revealed& r) { return r.name == name; });
  return it == list.end() ? nullptr : &*it;
}

// As many values as the port has cells, each an integer of its range.
template <class Port>
Status check_values(const Revealed& r, const Port& port) {
  if (r.values.size() != num_cells(port.dims))
    return Error{ErrorCode::kVPublic, 0, "the revealed " + port.name + " has another number of values", {}};
  if (!std::all_of(r.values.begin(), r.values.end(), [&](std::int64_t v) { return port.lo <= v && v <= port.hi; }))
    return Error{ErrorCode::kVPublic, 0, "a revealed value of " + port.name + " is out of its range", {}};
  return Unit{};
}

// The values of disclosed inputs and the digests of the statement.
Status add_disclosed(const Circuit& circuit, const Disclosed& disclosed, PublicValues& publics) {
  std::size_t used = 0;
  for (const InputPort& port : circuit.inputs) {
    if (!port.disclosed) continue;
    const Revealed* shown = find(disclosed.inputs, port.name);
    if (shown == nullptr) return missing("the input " + port.name);
    NESCIO_TRY_STATUS(check_values(*shown, port));
    for (const std::int64_t v : shown->values) publics[port.pub].push_back(F::from_signed(v));
    ++used;
  }
  if (used != disclosed.inputs.size())
    return Error{ErrorCode::kVPublic, 0, "the proof tells an input that its key does not make public", {}};
  used = 0;
  for (const DigestPort& port : circuit.digests) {
    if (digest_source(port.group) == Public::Source::key) continue;
    if (used == disclosed.digests.size() || disclosed.digests[used].group != port.group)
      return missing(port.group == Group::inputs ? "a digest of inputs" : "the digest of the outputs");
    const auto& digest = disclosed.digests[used++].digest;
    publics[port.tensor].assign(digest.begin(), digest.end());
  }
  if (used != disclosed.digests.size())
    return Error{ErrorCode::kVPublic, 0, "the proof tells a digest that its key does not ask for", {}};
  return Unit{};
}

}  // namespace

Result<PublicValues> statement_values(const Circuit& circuit, const Statement& statement, const Disclosed& disclosed) {
  const std::vector<Revealed>& revealed = disclosed.outputs;
  for (const Revealed& r : revealed)  // an empty name is none of them, even where a condition may leave it out
    if (std::none_of(circuit.outputs.begin(), circuit.outputs.end(),
                     [&](const OutputPort& port) { return port.name == r.name; }))
      return refuse("values of '" + r.name + "' are revealed, but the model has no such output");
  std::vector<PortValues> values(circuit.outputs.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const OutputPort& port = circuit.outputs[i];
    values[i].inside.assign(num_cells(port.dims), Ask{port.lo, port.hi, false});
    values[i].excluded.assign(num_cells(port.dims), Ask{0, -1, true});
  }
  for (const Predicate& p : statement.predicates) {
    NESCIO_TRY(const std::size_t i, find_port(circuit, p.output));
    const OutputPort& port = circuit.outputs[i];
    if (p.kind == Predicate::Kind::argmax) {
      if (!port.has_argmax) return refuse("'" + name_of(p) + "': " + port.name + " has one value only");
      if (p.a.digits >= static_cast<std::int64_t>(num_cells(port.dims)))
        return refuse("'" + name_of(p) + "': there is no such class");
      if (values[i].argmax >= 0 && values[i].argmax != p.a.digits)
        return refuse("two different classes of " + port.name);
      values[i].argmax = p.a.digits;
      continue;
    }
    NESCIO_TRY(const std::size_t cell, find_cell(p, port));
    NESCIO_TRY(const Ask a, ask(p, port));
    if (!a.outside) {
      Ask& in = values[i].inside[cell];
      in = {std::max(in.lo, a.lo), std::min(in.hi, a.hi), false};
      continue;
    }
    Ask& out = values[i].excluded[cell];
    if (a.lo > a.hi) continue;  // no integer there: nothing is excluded
    if (out.lo <= out.hi) return refuse("two 'not in' conditions on one value of " + port.name);
    out = a;
  }
  PublicValues publics(circuit.tensors.size());
  NESCIO_TRY_STATUS(add_disclosed(circuit, disclosed, publics));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const OutputPort& port = circuit.outputs[i];
    const std::size_t n = values[i].inside.size();
    const Revealed* shown = find(revealed, port.name);
    if (shown == nullptr && port.disclosed) return missing("the output " + port.name);
    if (shown != nullptr) NESCIO_TRY_STATUS(check_values(*shown, port));
    for (std::size_t c = 0; c < n; ++c) {
      NESCIO_TRY(Ask a, merge(values[i].inside[c], values[i].excluded[c], port));
      if (shown != nullptr) {
        const std::int64_t y = shown->values[c];
        if (!a.holds(y)) return refuse("the revealed " + port.name + " contradicts the statement");
        a = {y, y, false};
      }
      publics[port.pub_lo].push_back(F::from_signed(a.lo));
      publics[port.pub_hi].push_back(F::from_signed(a.hi));
      publics[port.pub_outside].push_back(F(a.outside ? 1 : 0));
    }
    if (!port.has_argmax) continue;
    const std::int64_t k = values[i].argmax;
    publics[port.pub_on] = {F(k >= 0 ? 1 : 0)};
    for (std::int64_t c = 0; c < static_cast<std::int64_t>(n); ++c) {
      publics[port.pub_onehot].push_back(F(c == k ? 1 : 0));
      publics[port.pub_tie].push_back(F(c < k ? 1 : 0));
    }
  }
  return publics;
}

Status fulfils(const Circuit& circuit, const Statement& statement,
               const std::vector<SecretVector<std::int64_t>>& outputs) {
  NESCIO_CHECK(outputs.size() == circuit.outputs.size());
  for (const Predicate& p : statement.predicates) {
    NESCIO_TRY(const std::size_t i, find_port(circuit, p.output));
    const OutputPort& port = circuit.outputs[i];
    bool ok = false;
    if (p.kind == Predicate::Kind::argmax) {
      ok = std::max_element(outputs[i].begin(), outputs[i].end()) - outputs[i].begin() == p.a.digits;
    } else {
      NESCIO_TRY(const std::size_t cell, find_cell(p, port));
      NESCIO_TRY(const Ask a, ask(p, port));
      ok = a.holds(outputs[i][cell]);
    }
    if (!ok)
      return Error{
          ErrorCode::kStatementFalse,
          0,
          "'" + name_of(p) + "' is not true for this input: there is nothing to prove, and no file was written",
          {}};
  }
  return Unit{};
}

}  // namespace nescio
