// The two sumchecks of a segment (docs/spec/relations.md): rounds of a claim, and whether it is true at the end.
#include "hidden.h"
#include "nescio/poly/mle.h"
#include "nescio/sumcheck/prover.h"
#include "nescio/sumcheck/verifier.h"

namespace nescio::vectors {
namespace {

template <class E>
std::vector<std::vector<E>> tables_of(const Json& in) {
  std::vector<std::vector<E>> out;
  for (const Json& t : in.at("tables")) out.push_back(elements<E>(t));
  return out;
}

// The claim after each number of rounds, the last one against the product of the tables. reduce(channel, n): n rounds.
template <class E, class Reduce>
Json replay(const Json& in, std::size_t rounds, const Reduce& reduce) {
  Json claims = Json::array();
  for (std::size_t n = 0;; ++n) {
    Hidden<E> hidden(in);
    auto& ch = hidden.channel();
    const sumcheck::Reduced<E> reduced = reduce(ch, n, ch.constant(element<E>(in.at("claim"))));
    if (!ch.status().ok()) return {{"code", code_of(ch.status())}};
    const E claim = hidden.value(reduced.claim);
    claims.push_back(hex(claim));
    if (n < rounds) continue;
    E value = E::one();
    for (const auto& t : tables_of<E>(in))
      value *= mle_eval<E>(std::span<const E>(t), std::span<const E>(reduced.point));
    return {{"code", Json()},
            {"point", list(reduced.point)},
            {"claims", claims},
            {"value", hex(value)},
            {"true", claim == value}};
  }
}

Json weighted(const Json& in) {
  return with_degree(in, [&](auto zero) {
    using E = decltype(zero);
    const auto z = elements<E>(in.at("z"));
    return replay<E>(in, z.size(), [&](auto& ch, std::size_t n, auto claim) {
      return sumcheck::replay_eq(ch, {z.begin(), z.begin() + static_cast<std::ptrdiff_t>(n)}, claim);
    });
  });
}
Json plain(const Json& in) {
  return with_degree(in, [&](auto zero) {
    using E = decltype(zero);
    const unsigned factors = in.at("factors");
    if (factors < 2 || factors > 4) throw std::invalid_argument("2, 3 or 4 factors");
    return replay<E>(in, in.at("rounds"), [&](auto& ch, std::size_t n, auto claim) {
      return sumcheck::replay_plain(ch, static_cast<unsigned>(n), factors, claim);
    });
  });
}

template <class E>
Json tables_json(const std::vector<std::vector<E>>& tables) {
  Json out = Json::array();
  for (const auto& t : tables) out.push_back(list(t));
  return out;
}
template <class E>
E sum_of_products(const std::vector<std::vector<E>>& tables, const std::vector<E>& z) {
  E sum = E::zero();
  for (std::size_t i = 0; i < tables[0].size(); ++i) {
    E x = z.empty() ? E::one() : eq_index<E>(std::span<const E>(z), i);
    for (const auto& t : tables) x *= t[i];
    sum += x;
  }
  return sum;
}

// An honest prover of sum_i eq(z, i) A(i) B(i), by definition.
template <class E>
Json honest_weighted(Source& any, unsigned rounds) {
  Json in = {{"degree", E::D}, {"domain", hex(bytes_of("sumcheck"))}};
  const auto z = any.elements<E>(rounds);
  std::vector<std::vector<E>> tables = {any.elements<E>(std::size_t{1} << rounds),
                                        any.elements<E>(std::size_t{1} << rounds)};
  in["z"] = list(z);
  in["claim"] = hex(sum_of_products(tables, z));
  in["tables"] = tables_json(tables);
  const auto pads = make_pads<E>(any, 2 * rounds, 0, in);
  ProofWriter out;
  zk::ProverChannel<E> ch(pads, Transcript(bytes_of("sumcheck")), out);
  for (unsigned i = 0; i < rounds; ++i) {
    auto &a = tables[0], &b = tables[1];
    const std::span<const E> later = std::span<const E>(z).subspan(i + 1);
    E h0 = E::zero(), h2 = E::zero();
    for (std::size_t x = 0; x < a.size() / 2; ++x) {
      const E w = eq_index<E>(later, x);
      h0 += w * a[2 * x] * b[2 * x];
      h2 += w * (a[2 * x + 1] - a[2 * x]) * (b[2 * x + 1] - b[2 * x]);
    }
    ch.hidden("h0", h0);
    ch.hidden("h2", h2);
    const E r = ch.challenge("r");
    for (auto& t : tables) {
      for (std::size_t x = 0; x < t.size() / 2; ++x) t[x] = t[2 * x] + r * (t[2 * x + 1] - t[2 * x]);
      t.resize(t.size() / 2);
    }
  }
  in["messages"] = hex(out.bytes());
  return in;
}

template <class E>
Json honest_plain(Source& any, unsigned rounds, unsigned factors) {
  Json in = {{"degree", E::D}, {"domain", hex(bytes_of("sumcheck"))}, {"rounds", rounds}, {"factors", factors}};
  std::vector<std::vector<E>> tables;
  sumcheck::Group<E> group{rounds, {}, {{E::one(), {}, {}}}};
  for (unsigned k = 0; k < factors; ++k) {
    tables.push_back(any.elements<E>(std::size_t{1} << rounds));
    ExtVector<E> table(tables[k].size());
    for (std::size_t i = 0; i < table.size(); ++i) table.set(i, tables[k][i]);
    group.tables.push_back(std::move(table));
    group.terms[0].factors.push_back(k);
  }
  in["claim"] = hex(sum_of_products<E>(tables, {}));
  in["tables"] = tables_json(tables);
  const auto pads = make_pads<E>(any, factors * rounds, 0, in);
  ProofWriter out;
  zk::ProverChannel<E> ch(pads, Transcript(bytes_of("sumcheck")), out);
  std::vector<sumcheck::Group<E>> groups;
  groups.push_back(std::move(group));
  (void)sumcheck::prove_plain(ch, rounds, factors, std::move(groups));
  in["messages"] = hex(out.bytes());
  return in;
}

// Each honest vector, then false ones.
void add(std::vector<Vector>& out, const std::string& name, const char* op, const Json& honest, bool and_false) {
  out.push_back({name, op, honest});
  if (!and_false) return;
  Json in = honest;
  in["claim"] = honest["pads"][0];
  out.push_back({name + ": another claim", op, in});
  in = honest;
  std::string messages = in["messages"];
  messages[0] = messages[0] == '0' ? '1' : '0';
  in["messages"] = messages;
  out.push_back({name + ": another message", op, in});
  messages.resize(messages.size() - 2);
  in["messages"] = messages;
  out.push_back({name + ": a byte is missing", op, in});
}

}  // namespace

File sumcheck_file() {
  Source any(6);
  std::vector<Vector> out;
  add(out, "3 rounds", "weighted", honest_weighted<Ext2>(any, 3), true);
  add(out, "2 rounds", "weighted", honest_weighted<Ext3>(any, 2), false);
  add(out, "two factors", "plain", honest_plain<Ext2>(any, 3, 2), true);
  add(out, "two factors", "plain", honest_plain<Ext3>(any, 2, 2), false);
  add(out, "three factors", "plain", honest_plain<Ext3>(any, 2, 3), true);
  add(out, "four factors", "plain", honest_plain<Ext2>(any, 2, 4), false);
  add(out, "four factors", "plain", honest_plain<Ext3>(any, 2, 4), false);
  return {"sumcheck",
          "docs/spec/relations.md: sumchecks of sum_i eq(z, i) A(i) B(i) and of sum_i A(i) B(i) (C(i) (D(i)))",
          {{"weighted", weighted}, {"plain", plain}},
          out};
}

}  // namespace nescio::vectors
