// The argument of a circuit with a real digest, switches and every kind of relation: pads and messages, one to one.
#include "nescio/prover/chosen/runs.h"
#include "nescio/prover/every_relation.h"

namespace nescio {
namespace {

template <class E>
void expect_one_message_for_each_pad(std::uint32_t segments) {
  EveryRelation every(segments);
  VerifyingKey key = toy_key<E>(every.emitted.circuit, 8);
  key.params.query_pow = key.params.fold_pow = key.params.lookup_pow = 0;
  for (pcs::Round& round : key.params.rounds) round.query_pow = round.fold_pow = 0;
  key.bindings = every.bindings;
  every.fit(key);
  const Runs<E> runs(key, every.statement, every.witness);
  std::map<StreamName, Drawn> drawn;
  runs.bytes(every.witness, {}, &drawn);
  const std::vector<F> base = runs.real(every.witness, {});
  std::size_t upstream = 0;
  while (runs.words.label[upstream] != "open.sigma_res") ++upstream;
  std::set<std::string> labels(runs.words.label.begin(),
                               runs.words.label.begin() + static_cast<std::ptrdiff_t>(upstream));
  EXPECT_TRUE(labels.contains("c4") && labels.contains("ab") && labels.contains("c"));
  std::vector<Cell> cells;
  for (const auto& [stream, d] : drawn)
    if (stream.first == "zk.pad" || stream.first == "zk.triple.a" || stream.first == "zk.triple.b")
      for (std::size_t i = 0; i < d.cells.size(); ++i) cells.push_back({stream, i});
  std::vector<std::size_t> word(cells.size(), ~std::size_t{0});
  parallel_for(cells.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Cell& c = cells[i];
      Cells changed;
      changed[c.stream][c.index] = drawn.at(c.stream).cells[c.index] + F(1);
      const std::vector<F> now = runs.real(every.witness, changed);
      const bool pad = c.stream.first == "zk.pad";
      for (std::size_t w = 0; w < upstream; ++w) {
        if (now[w] == base[w] || (!pad && !is_product(runs.words.label[w]))) continue;
        EXPECT_EQ(word[i], ~std::size_t{0});
        EXPECT_EQ(now[w], base[w] - F(1));
        EXPECT_EQ(is_product(runs.words.label[w]), !pad);
        EXPECT_EQ(runs.words.segment[w], c.stream.second);
        word[i] = w;
      }
    }
  });
  std::set<std::size_t> covered;
  std::size_t idle = 0;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (word[i] == ~std::size_t{0}) {
      ++idle;  // the blinding triple
      EXPECT_NE(cells[i].stream.first, "zk.pad");
    } else {
      EXPECT_TRUE(covered.insert(word[i]).second);
    }
  EXPECT_EQ(idle, 2 * E::D * segments);
  for (std::size_t w = 0; w < upstream; ++w) EXPECT_NE(covered.contains(w), is_clear(runs.words.label[w]));
}

TEST(EveryMessage, has_one_pad_and_each_pad_one_message) {
  expect_one_message_for_each_pad<Ext2>(3);
  expect_one_message_for_each_pad<Ext3>(1);
}

}  // namespace
}  // namespace nescio
