// The digest in the circuit against the native one, and every lie about it.
#include "nescio/gadget/digest.h"

#include <random>

#include "nescio/circuit/digests.h"
#include "nescio/gadget/range.h"
#include "nescio/gadget/testing.h"

namespace nescio {
namespace {

using testing::satisfied;
using Names = std::set<std::string>;

constexpr std::int64_t kMany = std::int64_t{1} << 40;

// Tensors of several shapes and ranges, one of them virtual and of depth 1, bound to one digest.
struct Bound5 {
  std::vector<BoundTensor> tensors;
  DigestGadget gadget;
};

struct Model {
  Group group = Group::weights;
  std::vector<std::vector<std::int64_t>> values;  // of w, bias, kernel, scalar
  DigestCells salt{};
  std::int64_t lo = -8;  // declared for w

  explicit Model(std::uint64_t seed) {
    std::mt19937_64 rng(seed);
    const auto fill = [&](std::size_t n, std::int64_t from, std::int64_t to) {
      values.emplace_back();
      while (values.back().size() < n)
        values.back().push_back(from + static_cast<std::int64_t>(rng() % static_cast<std::uint64_t>(to - from + 1)));
    };
    fill(37 * 5, -8, 7);
    fill(37, -kMany, kMany - 1);
    fill(3 * 3 * 2 * 4, 0, 255);
    fill(1, -1, 0);
    for (F& x : salt) x = F(rng() % F::kModulus);
  }

  Bound5 lower(Backend& b) const {
    GadgetPlan plan;  // tables of exact widths
    plan.widths = 1U << 1 | 1U << 4 | 1U << 8;
    const auto tensor = [&](const char* name, const Dims& dims, Bound range, std::size_t i) {
      const Var v = b.commit(name, dims, [this, i](const HintView&, std::span<std::int64_t> out) {
        std::copy(values[i].begin(), values[i].end(), out.begin());
      });
      range_between(b, plan, name, v, range);
      return v;
    };
    Bound5 out;
    const Var w = tensor("w", {37, 5}, {-8, 7}, 0);
    const Var bias = tensor("bias", {37}, {-kMany, kMany - 1}, 1);
    const Var kernel = tensor("kernel", {3, 3, 2, 4}, {0, 255}, 2);
    const Var scalar = tensor("scalar", {}, {-1, 0}, 3);
    const Var square = b.product("square", w, w);
    out.tensors = {
        {w, {lo, 7}}, {bias, {-kMany, kMany - 1}}, {kernel, {0, 255}}, {scalar, {-1, 0}}, {square, {-64, 64}}};
    out.gadget = bind_digest(
        b, group, [this](const HintView&, std::span<F> s) { std::copy(salt.begin(), salt.end(), s.begin()); },
        out.tensors);
    return out;
  }

  Emitted emit() const {
    EmitBackend b;
    const Bound5 bound = lower(b);
    b.builder().digest(digest_port(b, group, bound.gadget));
    Result<Emitted> out = b.finish();
    EXPECT_TRUE(out.ok()) << (out.ok() ? "" : to_string(out.error()));
    return std::move(*out);
  }
  DigestCells digest() const {
    EmitBackend b;
    const DigestSpec spec = digest_spec(b, group, lower(b).tensors);
    std::vector<std::vector<std::int64_t>> all = values;
    all.emplace_back();
    for (const std::int64_t x : values[0]) all.back().push_back(x * x);
    const std::vector<std::span<const std::int64_t>> views(all.begin(), all.end());
    const auto d = sponge_digest(spec, salt, views);
    EXPECT_TRUE(d.ok());
    return *d;
  }
};

PublicValues publics_of(const Emitted& e, const DigestCells& digest) {
  PublicValues out(e.circuit.tensors.size());
  out[e.circuit.digests[0].tensor].assign(digest.begin(), digest.end());
  return out;
}

// The witness of an honest run on these values, whatever the public digest.
Witness witness_of(const Model& m, const Emitted& e) {
  const PublicValues publics = publics_of(e, m.digest());
  EvalBackend eval(e, publics);
  m.lower(eval);
  const Result<Witness> w = eval.witness();
  EXPECT_TRUE(w.ok()) << (w.ok() ? "" : to_string(w.error()));
  return w.ok() ? *w : Witness{};
}

// The vanishing tensors that do not, and "lookup" if a lookup fails.
Names broken(const Emitted& e, const Witness& w, const PublicValues& publics) {
  Names out;
  const auto values = evaluate_virtual(e.circuit, w, publics);
  EXPECT_TRUE(values.ok());
  for (std::size_t z = 0; z < e.circuit.zeros.size(); ++z)
    for (const F& x : (*values)[e.circuit.zeros[z].tensor])
      if (!(x == F())) out.insert(e.names.zeros[z]);
  Circuit lookups = e.circuit;
  lookups.zeros.clear();
  const Status s = check_relations(lookups, *values);
  if (!s.ok() && s.error().where < lookups.lookups.size()) out.insert("lookup");
  return out;
}

class Digests : public ::testing::Test {
 protected:
  TensorId named(const std::string& name) const {
    for (TensorId id = 0; id < e.cells.size(); ++id)
      if (e.cells[id] == name) return id;
    ADD_FAILURE() << name;
    return 0;
  }
  Names broken() const { return nescio::broken(e, w, publics); }
  void add(const std::string& name, std::size_t cell, std::int64_t by) {
    w.values[named(name)][cell] += F::from_signed(by);
  }
  const std::string x7 = "digest of weights/x7", out = "digest of weights/digest", salt = "digest of weights/salt";
  const Model model{1};
  const Emitted e = model.emit();
  Witness w = witness_of(model, e);
  PublicValues publics = publics_of(e, model.digest());
};

TEST_F(Digests, HonestRunIsSoundAndComplete) {
  EXPECT_TRUE(check_circuit(e.circuit, false).ok()) << check_circuit(e.circuit, false).error().where;
  const auto bounds = derive_bounds(e.circuit, ErrorCode::kOverflow);
  EXPECT_TRUE(bounds.ok()) << to_string(bounds.error());
  EXPECT_TRUE(check_witness(e.circuit, w, publics, &e.names).ok());
  EXPECT_EQ(broken(), Names());
  EXPECT_EQ(depths(e.circuit)[named(x7)], 0U);
  const DigestCells native = model.digest();
  EXPECT_NE(native, Model(2).digest());
}

TEST_F(Digests, InterpretersAgreeOnEveryFieldTensor) {
  EvalBackend eval(e, publics);
  model.lower(eval);
  const auto values = evaluate_virtual(e.circuit, w, publics);
  ASSERT_TRUE(values.ok());
  std::size_t count = 0;
  for (std::uint32_t v = 0; v < eval.size(); ++v) {
    if (!eval.info(Var{v}).field) continue;
    const auto x = eval.elements(Var{v});
    const auto y = (*values)[e.tensor[v]];
    EXPECT_TRUE(std::equal(x.begin(), x.end(), y.begin(), y.end())) << v;
    ++count;
  }
  EXPECT_GT(count, 18U);
}

TEST_F(Digests, CellsAndBlocks) {
  EmitBackend b;
  const std::uint32_t n = plan_blocks(digest_spec(b, model.group, model.lower(b).tensors).tensors).blocks;
  EXPECT_EQ(e.circuit[named(x7)].dims, (Dims{kPoseidonSboxes, n}));
  EXPECT_EQ(e.circuit[named(salt)].dims, Dims{4});
}

// ---- lies, each caught by its relation

TEST_F(Digests, AnotherWeight) {
  const std::vector<std::int64_t> honest = model.values[0];
  add("w", 17, honest[17] < 7 ? 1 : -1);
  EXPECT_EQ(broken().count(x7), 1U);
  EXPECT_EQ(broken().count("lookup") + broken().count(out), 0U);
}
TEST_F(Digests, AnotherWeightWithItsOwnChain) {
  Model other = model;
  other.values[0][17] += other.values[0][17] < 7 ? 1 : -1;
  w = witness_of(other, e);
  EXPECT_EQ(broken(), Names{out});
}
TEST_F(Digests, SwappedBlocks) {
  Model other = model;  // columns 1 and 2 of w[37, 5], whose blocks follow each other
  for (std::size_t i = 0; i < 37; ++i) std::swap(other.values[0][37 + i], other.values[0][74 + i]);
  w = witness_of(other, e);
  EXPECT_EQ(broken(), Names{out});
}
TEST_F(Digests, SwappedPermutations) {
  for (std::size_t k = 0; k < kPoseidonSboxes; ++k)
    std::swap(w.values[named(x7)][kPoseidonSboxes + k], w.values[named(x7)][2 * kPoseidonSboxes + k]);
  EXPECT_EQ(broken(), Names{x7});
}
TEST_F(Digests, OneSeventhPower) {
  add(x7, 118 * 2 + 60, 1);
  EXPECT_EQ(broken(), Names{x7});  // and every S-box after it
}
TEST_F(Digests, TheLastSeventhPower) {
  add(x7, w.values[named(x7)].size() - 1, 1);  // no S-box after it, and the digest
  EXPECT_EQ(broken(), (Names{x7, out}));
}
TEST_F(Digests, AnotherSalt) {
  for (std::size_t i = 0; i < 4; ++i) {
    Model other = model;
    other.salt[i] += F(1);
    w = witness_of(other, e);
    EXPECT_EQ(broken(), Names{out});
  }
  w = witness_of(model, e);
  add(salt, 2, 1);
  EXPECT_EQ(broken(), Names{x7});
}
TEST_F(Digests, AnotherIv) {
  Model other = model;
  other.lo = -9;  // the same values in a wider declared range
  publics = publics_of(e, other.digest());
  EXPECT_EQ(broken(), Names{out});
  other = model;
  other.group = Group::inputs;
  publics = publics_of(e, other.digest());
  EXPECT_EQ(broken(), Names{out});
}
TEST_F(Digests, AnotherDigest) {
  for (std::size_t i = 0; i < 4; ++i) {
    publics = publics_of(e, model.digest());
    publics[e.circuit.digests[0].tensor][i] += F(1);
    EXPECT_EQ(broken(), Names{out});
  }
}
// Why ranges are part of it: 16 in one digit is 1 in the next. Only the range catches it.
TEST_F(Digests, CarryBetweenDigits) {
  const Packing::Part* part = nullptr;
  for (const auto& t : e.circuit.tensors)
    if (const auto* packing = std::get_if<Packing>(&t.def))
      for (const Packing::Part& p : packing->parts)
        if (p.source == named("w")) part = &p;
  ASSERT_NE(part, nullptr);
  ASSERT_EQ(part->along, 0);
  add("w", 0, 16);
  add("w", 1, -1);
  const Names names = broken();
  EXPECT_EQ(names.count(x7) + names.count(out), 0U);
  EXPECT_EQ(names.count("lookup"), 1U);
}

// ---- the check of a hostile key: one text, one circuit

TEST_F(Digests, AKeyIsCheckedAgainstWhatIsEmitted) {
  EXPECT_TRUE(check_digests(e.circuit, 300).ok());
  const TensorId base = first_member(e.circuit.digests[0]);
  EXPECT_EQ(base, named(salt));
  const auto refused = [&](const auto& change) {
    Circuit c = e.circuit;
    change(c);
    const Status s = check_digests(c, 300);
    if (s.ok()) return false;
    EXPECT_EQ(s.error().code, ErrorCode::kVKey);
    EXPECT_EQ(s.error().where, 300U);
    return true;
  };
  // Each definition replaced by another of its kind.
  for (TensorId i = 0; i < kDigestMembers; ++i) {
    EXPECT_TRUE(refused([&](Circuit& c) { c.tensors[base + i].dims.back() += 1; })) << i;
    EXPECT_TRUE(refused([&](Circuit& c) {
      auto& def = c.tensors[base + i].def;
      if (auto* affine = std::get_if<Affine>(&def)) affine->terms.back().coef += 1;
      if (auto* map = std::get_if<Map>(&def)) {
        auto* shift = std::get_if<ShiftMatrix>(&map->matrix);
        auto* sparse = std::get_if<SparseMatrix>(&map->matrix);
        if (shift != nullptr) shift->offset += 1;
        if (sparse != nullptr) sparse->entries[17].coef += 1;
        if (shift == nullptr && sparse == nullptr) map->source -= 1;
      }
      if (auto* cubic = std::get_if<Cubic>(&def)) cubic->c = base + 1;
      if (auto* constant = std::get_if<Constant>(&def)) {
        constant->poseidon = false;
        constant->values.resize(num_cells(c[base + i].dims));
        constant->values.back() += 1;
      }
      if (auto* packing = std::get_if<Packing>(&def)) packing->parts.back().lo -= 1;
      if (auto* committed = std::get_if<Committed>(&def)) committed->role = Role::pad;
      if (auto* known = std::get_if<Public>(&def)) known->source = Public::Source::statement;
    })) << i;
    EXPECT_TRUE(refused([&](Circuit& c) { c.tensors[base + i].def = c.tensors[base + (i + 3) % kDigestMembers].def; }))
        << i;
  }
  for (std::size_t z = 0; z < e.circuit.zeros.size(); ++z) {
    const bool own = e.names.zeros[z] == x7 || e.names.zeros[z] == out;
    EXPECT_EQ(refused([&](Circuit& c) { c.zeros.erase(c.zeros.begin() + static_cast<std::ptrdiff_t>(z)); }), own) << z;
  }
  // Another list than the one that is packed.
  EXPECT_TRUE(refused([](Circuit& c) { c.digests[0].group = Group::inputs; }));
  EXPECT_TRUE(refused([](Circuit& c) { c.digests[0].tensor -= 1; }));
  EXPECT_TRUE(refused([](Circuit& c) { c.digests[0].tensor = 0; }));
  EXPECT_TRUE(refused([](Circuit& c) { c.digests[0].bound.pop_back(); }));
  EXPECT_TRUE(refused([](Circuit& c) { c.digests[0].bound.push_back(c.digests[0].bound[1]); }));
  EXPECT_TRUE(refused([](Circuit& c) { std::swap(c.digests[0].bound[0], c.digests[0].bound[2]); }));
  for (std::size_t i = 0; i < e.circuit.digests[0].bound.size(); ++i) {
    EXPECT_TRUE(refused([&](Circuit& c) { c.digests[0].bound[i].lo -= 1; })) << i;
    EXPECT_TRUE(refused([&](Circuit& c) { c.digests[0].bound[i].hi += 1; })) << i;
    EXPECT_TRUE(refused([&](Circuit& c) { c.digests[0].bound[i].tensor = named(salt); })) << i;
  }
  // Lists that nothing could pack, and that must not be tried.
  EXPECT_TRUE(refused([&](Circuit& c) { c.digests[0].bound[0].hi = kMaxInteger; }));
  EXPECT_TRUE(refused([&](Circuit& c) { c.tensors[c.digests[0].bound[0].tensor].dims = {1U << 20, 1U << 19}; }));
  EXPECT_TRUE(refused([&](Circuit& c) { c.tensors.resize(base + kDigestMembers - 1); }));
}

TEST(DigestCheck, TakesEveryListOfShapes) {
  std::mt19937_64 rng(8);
  for (int round = 0; round < 60; ++round) {
    EmitBackend b;
    GadgetPlan plan;
    plan.widths = 1U << 8;
    std::vector<BoundTensor> tensors;
    for (std::uint64_t t = 0; t < 1 + rng() % 5; ++t) {
      Dims dims;
      for (std::uint64_t d = 0; d < rng() % 4; ++d) dims.push_back(static_cast<std::uint32_t>(1 + rng() % 30));
      const Bound range{-static_cast<std::int64_t>(rng() % 300), static_cast<std::int64_t>(rng() % 3000)};
      const Var v = b.commit("v", dims, {});
      range_between(b, plan, "v", v, range);
      tensors.push_back({rng() % 4 == 0 ? b.product("square", v, v) : v, range});
      tensors.back().declared = b.bound(tensors.back().values);
    }
    const Group group = round % 2 == 0 ? Group::weights : Group::outputs;
    const DigestGadget gadget = bind_digest(b, group, {}, tensors);
    b.builder().digest(digest_port(b, group, gadget));
    const auto out = b.finish();
    ASSERT_TRUE(out.ok()) << to_string(out.error());
    EXPECT_TRUE(check_digests(out->circuit, 0).ok()) << round;
    EXPECT_EQ(digest_spec(out->circuit, out->circuit.digests[0]).tensors.size(), tensors.size());
    const auto bounds = derive_bounds(out->circuit, ErrorCode::kOverflow);
    EXPECT_TRUE(bounds.ok()) << to_string(bounds.error());
  }
}

// ---- refusals

TEST(DigestRefuses, ARangeWiderThanDeclared) {
  EmitBackend b;
  const Var v = b.commit("v", {5}, {});
  range_bits(b, {}, "v", v, 8);
  bind_digest(b, Group::weights, {}, {{v, {0, 127}}});
  const auto out = b.finish();
  ASSERT_FALSE(out.ok());
  EXPECT_EQ(out.error().code, ErrorCode::kOverflow);
}
TEST(DigestRefuses, ARangeOf63Bits) {
  EmitBackend b;
  const Var v = b.affine("v", {5}, {{1, b.constant("c", {5}, {0, 1, 2, 3, 4})}});
  const std::int64_t half = std::int64_t{1} << 61;
  EXPECT_TRUE(bind_digest(b, Group::outputs, {}, {{v, {-half, half - 1}}}).bound.size() == 1);
  EXPECT_FALSE(b.failed());
  bind_digest(b, Group::outputs, {}, {{v, {-half, half}}});
  EXPECT_EQ(b.status().error().code, ErrorCode::kOverflow);
}

// Every width of the range, every width of the tables: what range_between proves can be bound as it is declared.
TEST(Digest, TakesWhatRangeBetweenProves) {
  for (unsigned bits = 1; bits <= 20; ++bits)
    for (const std::uint32_t widths : {1U << 1, 1U << 5, 1U << 8, 1U << 16, 1U << 3 | 1U << 16, 1U << 7 | 1U << 9})
      for (const std::int64_t lo : {-(std::int64_t{1} << (bits - 1)), std::int64_t{0}, std::int64_t{-3}}) {
        EmitBackend b;
        GadgetPlan plan;
        plan.widths = widths;
        const Bound range{lo, lo + (std::int64_t{1} << bits) - 1};
        const Var v = b.commit("v", {5}, {});
        range_between(b, plan, "v", v, range);
        EXPECT_EQ(b.bound(v), range) << bits << " bits, tables " << widths;
        b.builder().digest(digest_port(b, Group::weights, bind_digest(b, Group::weights, {}, {{v, range}})));
        const auto out = b.finish();
        ASSERT_TRUE(out.ok()) << to_string(out.error());
        const auto bounds = derive_bounds(out->circuit, ErrorCode::kOverflow);
        EXPECT_TRUE(bounds.ok()) << to_string(bounds.error());
      }
}

TEST(DigestRefusesDeath, ValuesWithoutARange) {
  EmitBackend b;
  const Var v = b.commit("v", {5}, {});
  EXPECT_DEATH(bind_digest(b, Group::weights, {}, {{v, {0, 127}}}), "internal error");
}

}  // namespace
}  // namespace nescio
