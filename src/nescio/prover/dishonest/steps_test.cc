// Provers of whole proofs that cheat at one step and do the rest as if the lie were true. Each is refused with a code
// that does not change, and the claim that fails on the committed cells has a name.
#include <gtest/gtest.h>

#include <algorithm>

#include "nescio/prover/dishonest/dishonest_prover.h"
#include "nescio/prover/every_relation.h"
#include "nescio/relation/test_network.h"

namespace nescio {
namespace {

using E = Ext3;
using Names = std::set<std::string>;

VerifyingKey key_of(const EveryRelation& net) {
  VerifyingKey key = toy_key<E>(net.circuit(), 9);
  key.bindings = net.bindings;
  return key;
}
Outcome<E> outcome(const EveryRelation& net, const Cheat<E>& cheat = {}) {
  return try_cheat<E>(key_of(net), net.witness, net.statement, cheat);
}

struct Step {
  std::string name;
  std::function<void(EveryRelation&, const VerifyingKey&, Cheat<E>&)> cheat;
  Names failing;  // claims that do not hold of the committed cells
  std::string
      place;  // the message before which the verifier says no; "end": after all, when it knows that some claim fails
};

// Adds X to message number n with this label, from the end if n < 0.
auto change(std::string label, int n) {
  return [label, n](EveryRelation& net, const VerifyingKey& key, Cheat<E>& cheat) {
    const Told<E> honest = tell<E>(key, net.witness, net.statement, {});
    std::vector<std::pair<std::uint32_t, std::size_t>> all;
    for (std::uint32_t s = 0; s < honest.messages.size(); ++s)
      for (std::size_t i = 0; i < honest.messages[s].size(); ++i)
        if (honest.messages[s][i].label == label) all.emplace_back(s, i);
    const auto which = all.at(n < 0 ? all.size() - static_cast<std::size_t>(-n) : static_cast<std::size_t>(n));
    cheat.message = [which](std::uint32_t s, std::size_t at, std::string_view, const E& x) {
      return which == std::pair(s, at) ? x + E::basis(1) : x;
    };
  };
}

TEST(DishonestStep, each_step_is_caught_by_an_equation) {
  const EveryRelation honest;
  const VerifyingKey key = key_of(honest);
  const auto tensors = relation::segment_tensors(key.circuit)[0];
  const auto commit = [](TensorId id, std::size_t cell) {
    return [id, cell](EveryRelation&, const VerifyingKey&, Cheat<E>& cheat) {
      cheat.committed = [id, cell](TensorValues& cells) { cells[id][cell] += F(1); };
    };
  };
  const auto opened = [](std::size_t from_end, bool mask_column) {
    return [from_end, mask_column](EveryRelation&, const VerifyingKey& k, Cheat<E>& cheat) {
      cheat.opened = [from_end, mask_column, columns = k.params.columns](std::span<F> matrix, std::size_t stride) {
        matrix[matrix.size() - from_end * stride + (mask_column ? columns : 0)] += F(1);
      };
    };
  };
  const auto oracle = [](std::size_t number) {
    return [number](EveryRelation&, const VerifyingKey&, Cheat<E>& cheat) {
      cheat.oracle = [number](std::size_t i, std::vector<E>& f) {
        if (i == number) f[1] += E::one();
      };
    };
  };
  const auto opening = [](std::string label, unsigned n) {
    return [label, n](EveryRelation&, const VerifyingKey&, Cheat<E>& cheat) {
      cheat.opening = [label, n](const pcs::ReferenceProver<E>::Message& m, const E& x) {
        return m.label == label && m.count == n ? x + E::one() : x;
      };
    };
  };
  const auto reserved = key.params.reserved_rows();
  const Step steps[] = {
      {"weight: another one is committed",
       commit(honest.w, 7),
       {"relation.affine", "relation.final", "relation.wave"},
       "end"},
      {"activation: another one is committed", commit(honest.y, 7), {"relation.final", "relation.wave"}, "end"},
      {"remainder: another one is committed", commit(honest.r, 7), {"relation.wave"}, "end"},
      {"multiplicity",
       [](EveryRelation& n, const VerifyingKey& k, Cheat<E>&) {
         n.witness.values[k.circuit.tables[0].multiplicity][3] += F(1);
       },
       {"cancel"},
       "end"},
      {"multiplicity: another one is committed", commit(key.circuit.tables[0].multiplicity, 3), {"lookup.p"}, "end"},
      {"pad, first", commit(tensors.pad, 0), {"lookup.layer"}, "end"},
      {"pad, last", commit(tensors.pad, key.circuit[tensors.pad].dims[0] - 1), {"triple.product"}, "end"},
      {"triple, factor", commit(tensors.triple_a, 0), {"lookup.layer", "triple.a"}, "end"},
      {"triple, other factor", commit(tensors.triple_b, 0), {"lookup.layer", "triple.b"}, "end"},
      {"triple, product", commit(tensors.triple_c, 0), {"lookup.layer", "triple.product"}, "end"},
      {"triple: c is not a b",
       [](EveryRelation&, const VerifyingKey&, Cheat<E>& c) {
         c.pads = [](std::uint32_t, zk::Pads<E>& p) { p.triple_c[0] += E::one(); };
       },
       {"lookup.layer", "triple.product"},
       "end"},
      {"triple: the last c is not a b",
       [](EveryRelation&, const VerifyingKey&, Cheat<E>& c) {
         c.pads = [](std::uint32_t, zk::Pads<E>& p) { p.triple_c.back() += E::one(); };
       },
       {"triple.product"},
       "end"},
      {"dummy", commit(tensors.dummy, 0), {"relation.wave"}, "end"},
      {"claim", change("root.p", 0), {"lookup.layer"}, "end"},
      {"root.q", change("root.q", 0), {"lookup.layer"}, "end"},
      {"round polynomial of a layer, h0", change("h0", 0), {"lookup.layer"}, "end"},
      {"round polynomial of a layer, h2", change("h2", 5), {"lookup.layer"}, "end"},
      {"round polynomial of the triples, h0", change("h0", -1), {"triple.product"}, "end"},
      {"round polynomial of the triples, h2", change("h2", -1), {"triple.product"}, "end"},
      {"round polynomial of a wave, c0", change("c0", 0), {"relation.wave"}, "end"},
      {"round polynomial of a wave, c2", change("c2", 0), {"relation.wave"}, "end"},
      {"round polynomial of a wave, c3", change("c3", 0), {"relation.wave"}, "end"},
      {"fraction, u", change("u", 0), {"lookup.layer"}, "end"},
      {"fraction, q1", change("q1", 0), {"lookup.layer"}, "end"},
      {"fraction, p1", change("p1", 0), {"lookup.layer"}, "end"},
      {"fraction, q0", change("q0", 0), {"lookup.layer"}, "end"},
      {"fraction at the leaves, u", change("u", -1), {"lookup.layer", "lookup.p"}, "end"},
      {"fraction at the leaves, q1", change("q1", -1), {"lookup.layer", "relation.wave"}, "end"},
      {"factor a", change("a", 0), {"relation.final", "relation.wave"}, "end"},
      {"factor b", change("b", 0), {"relation.final", "relation.wave"}, "end"},
      {"factor a of a cubic", change("a", -1), {"relation.affine", "relation.cubic"}, "end"},
      {"factors a b of a cubic", change("ab", 0), {"relation.cubic", "relation.wave"}, "end"},
      {"factor c of a cubic", change("c", 0), {"relation.wave"}, "end"},
      {"round polynomial of a wave, c4", change("c4", 0), {"relation.wave"}, "end"},
      {"triple.a", change("triple.a", 0), {"triple.a", "triple.product"}, "end"},
      {"triple.b", change("triple.b", 0), {"triple.b", "triple.product"}, "end"},
      {"mask row", opened(reserved, false), {}, "end"},
      {"hiding row", opened(1, false), {}, "end"},
      {"mask column", opened(reserved, true), {}, "end"},
      {"folded oracle 1", oracle(1), {}, "end"},
      {"folded oracle 2", oracle(2), {}, "end"},
      {"final polynomial", oracle(3), {}, "whir.last.c0"},
      {"claim of the opening", opening("open.sigma_res", 0), {}, "end"},
      {"claim on the mask column", opening("open.mu_g", 0), {}, "end"},
      {"column round", opening("open.col.c0", 1), {}, "end"},
      {"sample", opening("whir.ood.y", 0), {}, "end"},
      {"fold", opening("whir.fold.c2", 2), {}, "end"},
      {"last round", opening("whir.last.c2", 1), {}, "end"},
  };
  for (const Step& step : steps) {
    SCOPED_TRACE(step.name);
    Cheat<E> cheat;
    EveryRelation net = honest;
    net.fit(key);
    step.cheat(net, key, cheat);
    const Outcome<E> caught = try_cheat<E>(key, net.witness, net.statement, cheat);
    EXPECT_EQ(caught.code(), ErrorCode::kVOpening);
    EXPECT_EQ(caught.told.failing, step.failing);
    if (caught.verdict.ok()) continue;
    const auto& log = caught.told.log;
    const auto at = std::ranges::find_if(log, [&](const auto& e) { return e.offset >= caught.verdict.error().where; });
    EXPECT_EQ(at == log.end() ? "end" : at->label, step.place);
  }
}

// What a segment sends in clear at its end, before the join.
struct Ends {
  std::vector<E> a, b;  // triple.a, triple.b of each segment
};
Ends ends_of(const VerifyingKey& key, const Witness& witness, const PublicValues& statement) {
  Ends out;
  Cheat<E> cheat;
  cheat.opens = false;
  cheat.message = [&](std::uint32_t, std::size_t, std::string_view label, const E& x) {
    if (label == "triple.a") out.a.push_back(x);
    if (label == "triple.b") out.b.push_back(x);
    return x;
  };
  tell<E>(key, witness, statement, cheat);
  return out;
}

// Errors that cancel: each claim has a power of rho of its own. First in one segment: the two factors exchanged, whose
// product is the same.
TEST(DishonestStep, opposite_errors_of_one_segment) {
  EveryRelation net(7);
  const VerifyingKey key = key_of(net);
  net.fit(key);
  const Ends ends = ends_of(key, net.witness, net.statement);
  for (std::uint32_t which = 0; which < 7; ++which) {
    Cheat<E> cheat;
    cheat.message = [&](std::uint32_t s, std::size_t, std::string_view label, const E& x) {
      if (s != which) return x;
      return label == "triple.a" ? ends.b[s] : label == "triple.b" ? ends.a[s] : x;
    };
    const Outcome<E> out = outcome(net, cheat);
    EXPECT_EQ(out.told.failing, (Names{"triple.a", "triple.b"}));
    EXPECT_EQ(out.code(), ErrorCode::kVOpening) << which;
  }
}

// Then in two segments that claim the same: all three errors of the one are those of the other, negated.
TEST(DishonestStep, opposite_errors_of_two_segments) {
  TestNetwork net(4, 7);
  const VerifyingKey key = toy_key<E>(net.circuit, 7);
  net.witness.values.resize(key.circuit.tensors.size());
  net.statement.resize(key.circuit.tensors.size());
  const std::vector<relation::Counts> counts = relation::count_messages<E>(key.circuit);
  const Ends ends = ends_of(key, net.witness, net.statement);
  for (std::uint32_t first = 1; first < 5; ++first) {
    const std::uint32_t second = first + 1;  // segments 1 to 5 are empty
    ASSERT_EQ(counts[first].constraints, counts[second].constraints);
    const E da = E::one();
    const E db = (ends.b[second] - ends.b[first]) * (ends.a[first] - ends.a[second] + da + da).inverse();
    Cheat<E> cheat;
    E product;  // the error of both
    cheat.message = [&](std::uint32_t s, std::size_t, std::string_view label, const E& x) {
      if (s != first && s != second) return x;
      const E sign = s == first ? E::one() : -E::one();
      if (label == "triple.b") product += (ends.a[s] + sign * da) * (x + sign * db) - ends.a[s] * x;
      return label == "triple.a" ? x + sign * da : label == "triple.b" ? x + sign * db : x;
    };
    const Outcome<E> out = try_cheat<E>(key, net.witness, net.statement, cheat);
    EXPECT_TRUE(product.is_zero());
    EXPECT_EQ(out.told.failing, (Names{"triple.a", "triple.b", "triple.product"}));
    EXPECT_EQ(out.code(), ErrorCode::kVOpening) << first;
  }
}

// A denominator of zero says nothing about its fraction: it has a code of its own.
TEST(DishonestStep, a_root_of_zero) {
  const EveryRelation net(2);
  Cheat<E> cheat;
  cheat.message = [](std::uint32_t s, std::size_t, std::string_view label, const E& x) {
    return s == 1 && label == "root.q" ? E::zero() : x;
  };
  EXPECT_EQ(outcome(net, cheat).code(), ErrorCode::kVLookup);
}

// Rows that are not the committed ones.
TEST(DishonestStep, other_rows_than_the_committed_ones) {
  const EveryRelation net;
  const Outcome<E> honest = outcome(net);
  for (const ProofWriter::Entry& e : honest.told.log) {
    if (e.label != "row.cells" && e.label != "row.salt" && e.label != "row.path" && e.label != "whir.leaf" &&
        e.label != "whir.path")
      continue;
    std::vector<std::uint8_t> bad = honest.told.proof;
    bad[e.offset] ^= 1;
    const Status s = verify(UncheckedKeyForTests::make(key_of(net)), net.statement, {}, {}, bad);
    ASSERT_FALSE(s.ok());
    EXPECT_EQ(s.error().code, ErrorCode::kVMerkle) << e.label;
  }
}

}  // namespace
}  // namespace nescio
