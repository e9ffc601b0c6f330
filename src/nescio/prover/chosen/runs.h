// prover/chosen/runs.h -- for tests: what a proof says, word by word, as a function of the prover's random cells, on
// frozen challenges.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "nescio/base/endian.h"
#include "nescio/base/parallel.h"
#include "nescio/prover/chosen/prf.h"
#include "nescio/prover/frozen/simulator.h"
#include "nescio/prover/frozen/span.h"
#include "nescio/prover/matrix.h"
#include "nescio/prover/prove.h"
#include "nescio/relation/prover.h"
#include "nescio/verifier/test_key.h"
#include "nescio/witness/evaluate.h"

namespace nescio {

using Cells = std::map<StreamName, std::map<std::size_t, F>>;
struct Cell {
  StreamName stream;
  std::size_t index;
};

// The words of the field elements of all proofs of one key, and where they stand.
struct Words {
  std::vector<std::size_t> offset;   // in the proof
  std::vector<std::string> label;    // of the message
  std::vector<std::size_t> segment;  // for messages of a segment

  std::vector<F> of(std::span<const std::uint8_t> proof) const {
    std::vector<F> out;
    for (const std::size_t at : offset) out.push_back(F(load_u64(&proof[at])));
    return out;
  }
};

// Values minus pads, factors minus entries of triples; and what is sent in clear.
inline bool is_product(const std::string& label) {
  static const std::set<std::string> products = {"u", "q1", "p1", "q0", "a", "b", "ab", "c"};
  return products.contains(label);
}
inline bool is_clear(const std::string& label) {
  return label == "root.q" || label == "triple.a" || label == "triple.b";
}

template <class E>
class Runs {
 public:
  // A key with toy parameters, without work; any witness.
  Runs(VerifyingKey verifying_key, PublicValues statement_values, const Witness& witness)
      : key(std::move(verifying_key)),
        statement(std::move(statement_values)),
        checked(UncheckedKeyForTests::make(key)) {
    const ProofWriter sim = simulate<E>(checked, statement, {}, {}, Digest{});
    std::vector<std::pair<std::string, std::size_t>> sent;  // by the segments
    for (std::uint32_t s = 0; s < key.circuit.segments; ++s)
      for (const std::string& label : segment_labels(s, witness)) sent.push_back({label, s});
    for (const ProofWriter::Entry& e : sim.log()) {
      if (e.kind != "E" && e.kind != "F") continue;
      const bool upstream = e.label == "segment";
      if (upstream) ++messages_;
      for (std::size_t at = e.offset; at < e.offset + e.size; at += 8) {
        words.offset.push_back(at);
        words.label.push_back(upstream ? sent.at(messages_ - 1).first : e.label);
        words.segment.push_back(upstream ? sent.at(messages_ - 1).second : 0);
      }
    }
    NESCIO_CHECK(messages_ == sent.size());
  }

  // A proof in which all randomness is fixed but these cells. Its random cells are added to `drawn`.
  std::vector<std::uint8_t> bytes(const Witness& witness, const Cells& cells,
                                  std::map<StreamName, Drawn>* drawn = nullptr) const {
    Chosen chosen;
    chosen.cells = cells;
    for (const char* label :
         {"zk.pad", "zk.triple.a", "zk.triple.b", "zk.dummy", "pcs.reserved", "pcs.masks", "pcs.salt"})
      chosen.fixed[label] = 1;
    const auto proof = prove({key, witness, statement, {}, {}}, SecretDigest(seed_for(chosen)));
    NESCIO_CHECK(proof.ok() && chosen.attempts.size() == 1);
    if (drawn != nullptr) *drawn = chosen.attempts[0].drawn;
    return *proof;
  }
  std::vector<F> real(const Witness& witness, const Cells& cells) const { return words.of(bytes(witness, cells)); }
  std::vector<F> simulated(const Cells& cells, std::map<StreamName, Drawn>* drawn = nullptr) const {
    Chosen chosen;
    chosen.cells = cells;
    for (const char* label : {"sim.segment", "sim.columns", "sim.folded", "sim.rows", "sim.digests"})
      chosen.fixed[label] = 1;
    const SecretDigest random = derive_proof_key(seed_for(chosen), {});
    const ProofWriter proof = simulate<E>(checked, statement, {}, {}, random);
    if (drawn != nullptr) *drawn = chosen.attempts[0].drawn;
    return words.of(proof.bytes());
  }

  VerifyingKey key;
  PublicValues statement;
  CheckedKey checked;
  Words words;

 private:
  // What the prover calls the messages of a segment, in order.
  std::vector<std::string> segment_labels(std::uint32_t s, const Witness& witness) const {
    const Circuit& circuit = key.circuit;
    const PublicValues publics = *public_values(key, statement);
    const auto values = evaluate_virtual(circuit, witness, publics);
    NESCIO_CHECK(values.ok());
    relation::Values list;
    for (TensorId t = 0; t < circuit.tensors.size(); ++t) list.push_back((*values)[t]);
    const auto pads = make_pads<E>(circuit, checked.segment_tensors()[s], s, Digest{});
    ProofWriter out(true);
    Transcript tr = start_transcript(key.params);
    const E alpha = tr.challenge<E>("alpha"), beta = tr.challenge<E>("beta");
    zk::ProverChannel<E> ch(pads, tr.fork("segment", s, circuit.segments), out);
    relation::prove_segment(circuit, publics, list, s, alpha, beta, ch);
    std::vector<std::string> labels;
    for (const ProofWriter::Entry& e : out.log()) labels.push_back(e.label);
    return labels;
  }

  std::size_t messages_ = 0;  // of all segments
};

// words = base + sum over the cells of (value - its value in the base) * row. If the cells are uniform, the words are
// uniform on base + span of the rows.
struct AffineWords {
  std::vector<F> base;
  std::vector<std::vector<F>> rows;
  std::vector<Cell> cells;  // [rows]

  Span span() const {
    Span out(base.size());
    for (const auto& row : rows) out.add(row);
    return out;
  }
};

// run(cells) -> words; `fixed` are cells that are not the run's own in the base; one row for each cell of `free`, whose
// values in the base are `values`.
template <class Run>
AffineWords affine(const Run& run, const Cells& fixed, const std::vector<Cell>& free, const std::vector<F>& values) {
  AffineWords out{run(fixed), std::vector<std::vector<F>>(free.size()), free};
  parallel_for(free.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      Cells cells = fixed;
      cells[free[i].stream][free[i].index] = values[i] + F(1);
      out.rows[i] = difference(run(cells), out.base);
    }
  });
  // It is affine: all cells at once give what the rows say.
  Cells cells = fixed;
  std::vector<F> expected = out.base;
  for (std::size_t i = 0; i < free.size(); ++i) {
    const F by(1000003 * i * i + 17);
    cells[free[i].stream][free[i].index] = values[i] + by;
    for (std::size_t w = 0; w < expected.size(); ++w) expected[w] += by * out.rows[i][w];
  }
  EXPECT_EQ(run(cells), expected);
  return out;
}

// Uniform on one affine space.
inline bool same_distribution(const AffineWords& a, const AffineWords& b) {
  const Span in_a = a.span();
  if (!in_a.contains(difference(b.base, a.base))) return false;
  const Span in_b = b.span();
  return in_a.rank() == in_b.rank() && in_a.contains(in_b);
}

}  // namespace nescio
