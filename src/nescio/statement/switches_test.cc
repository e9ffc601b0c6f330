// Which circuits enforce what a verdict says of their outputs.
#include "nescio/statement/switches.h"

#include <gtest/gtest.h>

#include "nescio/circuit/builder.h"
#include "nescio/circuit/check.h"
#include "nescio/gadget/emit.h"
#include "nescio/gadget/output.h"

namespace nescio {
namespace {

// Outputs y [n], committed or a contraction, with the gadget that every compiled model has.
Emitted emit(std::uint32_t n, bool is_virtual, Bound range = {-5, 9}) {
  EmitBackend b;
  const auto rows = static_cast<std::uint32_t>(range.hi - range.lo + 1);
  const Var x = b.commit("x", {n}, {});
  b.lookup("x", b.interval_table(range.lo, rows), {x});
  Var y = x;
  if (is_virtual) {
    const Var w = b.commit("w", {n}, {});
    b.lookup("w", b.interval_table(0, 2), {w});
    y = b.product("y", w, x);
  }
  const OutputSwitches s = output_gadget(b, GadgetPlan(), "out", y);
  OutputPort p;
  p.name = "y";
  p.dims = {n};
  p.tensor = b.tensor(y);
  p.lo = b.bound(y).lo;
  p.hi = b.bound(y).hi;
  p.pub_lo = b.tensor(s.lo);
  p.pub_hi = b.tensor(s.hi);
  p.pub_outside = b.tensor(s.outside);
  p.has_argmax = s.has_argmax;
  if (s.has_argmax) {
    p.pub_onehot = b.tensor(s.onehot);
    p.pub_on = b.tensor(s.on);
    p.pub_tie = b.tensor(s.tie);
  }
  b.builder().output(p);
  auto out = b.finish();
  NESCIO_CHECK(out.ok());
  return std::move(*out);
}

// Whether verify_key would take these outputs.
bool accepted(const Circuit& circuit) {
  if (!check_circuit(circuit, false).ok()) return false;
  const auto bounds = derive_bounds(circuit);
  return bounds.ok() && check_switches(circuit, *bounds, 0).ok();
}

TEST(Switches, the_gadget_is_known) {
  for (const std::uint32_t n : {1U, 2U, 7U})
    for (const bool is_virtual : {false, true})
      for (const Bound range : {Bound{-5, 9}, Bound{0, 255}, Bound{-100, -90}})
        EXPECT_TRUE(accepted(emit(n, is_virtual, range).circuit)) << n;
}

TEST(Switches, each_range_of_the_gadget_is_needed) {
  for (const std::uint32_t n : {1U, 3U})
    for (const char* part : {"out/above", "out/lo/", "out/hi/", "out/argmax/"}) {
      const Emitted e = emit(n, true);
      Circuit c = e.circuit;
      for (std::size_t l = c.lookups.size(); l-- > 0;)
        if (e.names.lookups[l].starts_with(part)) c.lookups.erase(c.lookups.begin() + static_cast<std::ptrdiff_t>(l));
      EXPECT_EQ(accepted(c), c.lookups.size() == e.circuit.lookups.size()) << part;
    }
}

// Every coefficient and constant of distances and lead but that of `above` where y < lo: there any N will do.
TEST(Switches, each_coefficient_of_the_gadget_is_needed) {
  const Emitted e = emit(3, false);
  const OutputPort& port = e.circuit.outputs[0];
  std::size_t mutations = 0, kept = 0;
  for (TensorId id = port.pub_lo; id < e.circuit.tensors.size(); ++id) {
    const auto* affine = std::get_if<Affine>(&e.circuit[id].def);
    if (affine == nullptr || affine->terms.size() < 2) continue;  // one: a multiple of a distance, looked up
    for (std::size_t t = 0; t <= affine->terms.size(); ++t) {
      Circuit c = e.circuit;
      auto& changed = std::get<Affine>(c.tensors[id].def);
      if (t < affine->terms.size()) {
        changed.terms[t].coef = -changed.terms[t].coef;
      } else {
        changed.constant += 1;
      }
      ++mutations;
      if (accepted(c)) ++kept;
    }
  }
  EXPECT_GE(mutations, 20U);
  EXPECT_EQ(kept, 1U);
}

TEST(Switches, names_must_be_those_of_the_gadget) {
  const Circuit good = emit(3, true).circuit;
  ASSERT_TRUE(accepted(good));
  const auto with = [&](const auto& change) {
    Circuit c = good;
    change(c, c.outputs[0]);
    return c;
  };
  EXPECT_FALSE(accepted(with([](Circuit&, OutputPort& p) { std::swap(p.pub_lo, p.pub_hi); })));
  EXPECT_FALSE(accepted(with([](Circuit&, OutputPort& p) { std::swap(p.pub_onehot, p.pub_tie); })));
  EXPECT_FALSE(accepted(with([](Circuit&, OutputPort& p) { std::swap(p.pub_outside, p.pub_tie); })));
  EXPECT_FALSE(accepted(with([](Circuit&, OutputPort& p) { p.tensor = 0; })));  // another tensor of that range
  // A second output that nobody speaks about.
  EXPECT_FALSE(accepted(with([](Circuit& c, OutputPort& p) {
    OutputPort other = p;
    other.name = "z";
    other.has_argmax = false;
    for (TensorId* id : {&other.pub_lo, &other.pub_hi, &other.pub_outside}) {
      *id = static_cast<TensorId>(c.tensors.size());
      c.tensors.push_back({Dims{3}, Public{}});
    }
    other.pub_onehot = other.pub_on = other.pub_tie = 0;
    c.outputs.push_back(other);
  })));
}

// y = lo + w: true of every statement, and of no input.
TEST(Switches, an_output_may_not_depend_on_the_statement) {
  CircuitBuilder b;
  const TensorId lo = b.public_values({1}, Public::Source::statement),
                 hi = b.public_values({1}, Public::Source::statement);
  const TensorId outside = b.public_values({1}, Public::Source::statement), w = b.committed({1}, 0);
  const TensorId y = b.affine({1}, {b.term(lo), b.term(w)});
  const std::uint32_t bit = b.table(2, {progression(0, 1)}, 0), byte = b.table(256, {progression(0, 1)}, 0);
  b.lookup(bit, 0, {w});
  b.lookup(byte, 0, {y});
  b.lookup(bit, 0, {b.affine({1}, {b.term(y), b.term(lo, -1)})});
  b.lookup(byte, 0, {b.affine({1}, {b.term(hi), b.term(y, -1)})});
  b.zero(outside, 0);
  for (const bool stated : {true, false}) {
    Circuit c = b.circuit();
    c.outputs.push_back({"y", {1}, y, {}, 0, 255, lo, hi, outside, false, 0, 0, 0});
    if (!stated) std::get<Affine>(c.tensors[y].def).terms.erase(std::get<Affine>(c.tensors[y].def).terms.begin());
    EXPECT_EQ(accepted(c), !stated);
  }
}

}  // namespace
}  // namespace nescio
