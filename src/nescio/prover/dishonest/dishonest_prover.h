// prover/dishonest/dishonest_prover.h -- for tests: the prover of whole proofs (prover/prove.cc), which cheats where it
// is told to and does everything else as if the lie were true: the segments by the real code, whose messages pass
// through a hook, the opening by pcs/reference_prover.h. It names the claims that do not hold of the committed cells.
#pragma once
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "nescio/pcs/lies.h"
#include "nescio/proof/opening_shape.h"
#include "nescio/proof/replay.h"
#include "nescio/prover/dishonest/hook.h"
#include "nescio/prover/ledger.h"
#include "nescio/prover/matrix.h"
#include "nescio/relation/prover.h"
#include "nescio/relation/prover_functional.h"
#include "nescio/verifier/test_key.h"
#include "nescio/verifier/verifier.h"
#include "nescio/witness/evaluate.h"

namespace nescio {

template <class E>
struct Cheat {
  // The randomness of a segment, used and committed alike.
  std::function<void(std::uint32_t segment, zk::Pads<E>& pads)> pads;
  // The cells that are committed, by tensor id, in the place of those that are used.
  std::function<void(TensorValues& cells)> committed;
  // What a segment sends in the place of message number `at` of its part.
  std::function<E(std::uint32_t segment, std::size_t at, std::string_view label, const E& honest)> message;
  // The matrix [row][column] that the opening speaks of, in the place of the committed one.
  std::function<void(std::span<F> matrix, std::size_t stride)> opened;
  // A message of the opening, or what an oracle holds: pcs/reference_prover.h, pcs/lies.h.
  std::function<E(const typename pcs::ReferenceProver<E>::Message& m, const E& honest)> opening;
  std::function<void(std::size_t oracle, std::vector<E>& f)> oracle;
  const pcs::Lie* lie = nullptr;
  bool opens = true;  // else it stops when the error is known
};

template <class E>
struct Told {
  std::vector<std::uint8_t> proof;
  // Labels of the claims that the committed cells do not satisfy; "cancel" if only the segments' fractions do not
  // cancel.
  std::set<std::string> failing;
  E error;                                                // what the functional should be minus what it is
  std::vector<std::vector<ProofWriter::Entry>> messages;  // of each segment's part
  std::vector<ProofWriter::Entry> log;                    // of the whole proof
};

// A cheat and what the verifier says to it.
template <class E>
struct Outcome {
  Told<E> told;
  Status verdict = Unit{};
  ErrorCode code() const { return verdict.ok() ? ErrorCode{} : verdict.error().code; }
};

// Challenges are those of the transcript that the test is linked with. No seed: pads and masks are always the same.
template <class E>
Told<E> tell(const VerifyingKey& key, const Witness& witness, const PublicValues& statement, const Cheat<E>& cheat) {
  const Circuit& circuit = key.circuit;
  const auto known = public_values(key, statement);
  NESCIO_CHECK(known.ok());
  const PublicValues& publics = *known;
  const auto evaluated = evaluate_virtual(circuit, witness, publics);
  NESCIO_CHECK(evaluated.ok());
  relation::Values values;
  for (TensorId t = 0; t < circuit.tensors.size(); ++t) values.push_back((*evaluated)[t]);
  const auto tensors = relation::segment_tensors(circuit);
  std::vector<zk::Pads<E>> pads;
  TensorValues cells = witness.values;
  for (std::uint32_t s = 0; s < circuit.segments; ++s) {
    pads.push_back(make_pads<E>(circuit, tensors[s], s, Digest{}));
    if (cheat.pads) cheat.pads(s, pads.back());
    add_pad_cells(tensors[s], pads.back(), cells);
  }
  if (cheat.committed) cheat.committed(cells);
  const std::vector<std::span<const F>> views(cells.begin(), cells.end());
  const pcs::MatrixShape shape = matrix_shape(key.params, key.layout);
  SecretVector<F> matrix = lay_out(key, shape, views);
  pcs::fill_random(key.params, shape, key.params.reserved_rows(), Digest{}, matrix);

  Told<E> told;
  pcs::Sample<E> sample(key.params, 0);
  sample.shapes = {shape};
  sample.messages = {matrix};
  sample.trees.clear();
  sample.trees.push_back(std::make_unique<pcs::CommittedMatrix>(key.params, shape, std::move(matrix), Digest{}));
  ProofWriter out(true);
  Transcript tr = start_transcript(key.params);
  out.digest("root", sample.trees[0]->root(), tr);
  absorb_public(key, key_id(key), publics, {}, {}, tr);
  out.nonce("lookup", tr, key.params.lookup_pow);
  const E alpha = tr.challenge<E>("alpha"), beta = tr.challenge<E>("beta");
  Replay<E> replay(circuit, publics, tensors);
  bool refused = false;  // a denominator is zero
  for (std::uint32_t s = 0; s < circuit.segments; ++s) {
    ProofWriter part(true);
    std::size_t at = 0;
    if (cheat.message)
      message_hook() = [&](std::string_view label, std::span<std::uint8_t> bytes) {
        E x;
        NESCIO_CHECK(bytes.size() == E::kBytes && decode(bytes.data(), x));
        encode(cheat.message(s, at++, label, x), bytes.data());
      };
    zk::ProverChannel<E> ch(pads[s], tr.fork("segment", s, circuit.segments), part);
    relation::prove_segment(circuit, publics, values, s, alpha, beta, ch);
    message_hook() = {};
    ProofReader in(part.bytes());
    refused = !replay.segment(tr, in, alpha, beta).ok() || refused;
    told.messages.push_back(part.log());
    out.append(part);
    if (!refused)
      for (std::string& name :
           failing_claims(circuit, views, tensors[s], replay.channel(s), replay.tape(s), replay.atoms(s)))
        told.failing.insert(std::move(name));
  }
  if (refused) {
    told.proof = out.bytes();
    return told;
  }
  relation::Functional<E> functional;
  const E sigma = replay.join(tr, functional);
  const std::vector<ExtVector<E>> weight = relation::dense(functional, circuit, key.layout);
  sample.w.assign(std::size_t{1} << key.params.kappa, {});
  for (std::size_t j = 0; j < weight.size(); ++j)
    for (std::size_t i = 0; i < weight[j].size(); ++i) sample.w[j].push_back(weight[j].get(i));
  sample.sigma = sample.value();
  told.error = sigma - sample.sigma;
  if (!told.error.is_zero() && told.failing.empty()) told.failing.insert("cancel");
  if (!cheat.opens) return told;

  if (cheat.lie != nullptr) {
    pcs::prove_falsely<E>(sample, *cheat.lie, sigma, tr, out);
  } else {
    pcs::ReferenceProver<E> prover;
    std::vector<SecretVector<F>> opened = sample.messages;
    if (cheat.opened) cheat.opened(opened[0], pcs::row_stride(key.params, shape));
    prover.messages = &opened;
    if (cheat.opening) prover.tamper = cheat.opening;
    if (cheat.oracle)
      prover.substitute = [&](std::size_t i, std::vector<E>& f, const std::vector<E>&, const E&, Transcript) {
        cheat.oracle(i, f);
      };
    prover.run(sample, sigma, tr, out);
  }
  told.proof = out.bytes();
  told.log = out.log();
  return told;
}

template <class E>
Outcome<E> try_cheat(const VerifyingKey& key, Witness witness, PublicValues statement, const Cheat<E>& cheat = {}) {
  witness.values.resize(key.circuit.tensors.size());
  statement.resize(key.circuit.tensors.size());
  Outcome<E> out{tell<E>(key, witness, statement, cheat)};
  out.verdict = verify(UncheckedKeyForTests::make(key), statement, {}, {}, out.told.proof);
  return out;
}

}  // namespace nescio
