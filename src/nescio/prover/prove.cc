#include "nescio/prover/prove.h"

#include <chrono>
#include <set>

#include "nescio/proof/opening_shape.h"
#include "nescio/proof/replay.h"
#include "nescio/prover/ledger.h"
#include "nescio/prover/matrix.h"
#include "nescio/relation/prover.h"
#include "nescio/relation/prover_functional.h"
#include "nescio/transcript/encoding.h"
#include "nescio/witness/evaluate.h"

namespace nescio {
namespace {

// Adds the time since the last call to a phase.
class Clock {
 public:
  void lap(double& phase) {
    const auto now = std::chrono::steady_clock::now();
    phase += std::chrono::duration<double, std::milli>(now - last_).count();
    last_ = now;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// Whoever knows it can try witnesses: a secret.
SecretDigest digest_of(const TensorValues& values) {
  Hasher h = Hasher::derive_key("nescio 2026 v1 witness");
  SecretVector<std::uint8_t> buffer;
  for (const auto& cells : values) {
    buffer.resize(8 * cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) encode(cells[i], buffer.data() + 8 * i);
    h.part(buffer);
  }
  return SecretDigest(h.finish());
}

SecretDigest proof_key(const ProofTask& task, const Digest& id, const PublicValues& publics, const Digest& witness,
                       const SecretDigest& seed, std::uint64_t attempt) {
  ByteWriter params, values, number;
  pcs::write_params(task.key.params, params);
  for (const auto& v : publics)
    for (const F& x : v) values.u(x.canonical());
  number.u(attempt);
  return derive_proof_key(seed, {bytes_of("nescio/zk/v1"), params.data(), id.bytes, values.data(), task.statement,
                                 task.context, witness.bytes, number.data()});
}

// The share of words that hide the others among all that are committed.
double random_share(const VerifyingKey& key) {
  constexpr double kSalt = 4;  // words of a row
  const pcs::Params& p = key.params;
  const auto rows = static_cast<double>(p.rows());
  double random = rows * (p.degree + kSalt) + static_cast<double>(p.reserved_rows()) * p.columns;
  for (const TensorDef& tensor : key.circuit.tensors)
    if (const auto* c = std::get_if<Committed>(&tensor.def); c != nullptr && c->role >= Role::pad)
      random += static_cast<double>(num_cells(tensor.dims));
  return random / (rows * (p.columns + p.degree + kSalt));
}

template <class E>
class Prover {
 public:
  Prover(const ProofTask& task, const PublicValues& publics, const Evaluated& values, Timings& timings)
      : task_(task),
        circuit_(task.key.circuit),
        publics_(publics),
        id_(key_id(task.key)),
        tensors_(relation::segment_tensors(circuit_)),
        timings_(timings) {
    for (TensorId t = 0; t < circuit_.tensors.size(); ++t) values_.push_back(values[t]);
  }

  // One attempt. kRestart asks for the next.
  Result<pcs::Opened> attempt(const SecretDigest& key, std::vector<std::uint8_t>& proof) {
    Clock clock;
    std::vector<zk::Pads<E>> pads;
    TensorValues pad_cells(circuit_.tensors.size());
    for (std::uint32_t s = 0; s < circuit_.segments; ++s) {
      pads.push_back(make_pads<E>(circuit_, tensors_[s], s, key));
      add_pad_cells(tensors_[s], pads.back(), pad_cells);
    }
    std::vector<std::span<const F>> cells(values_);
    for (TensorId t = 0; t < cells.size(); ++t)
      if (!pad_cells[t].empty()) cells[t] = pad_cells[t];
    const pcs::MatrixShape shape = matrix_shape(task_.key.params, task_.key.layout);
    clock.lap(timings_.random);
    SecretVector<F> message = lay_out(task_.key, shape, cells);
    clock.lap(timings_.commit);
    pcs::fill_random(task_.key.params, shape, task_.key.params.reserved_rows(), key, message);
    clock.lap(timings_.random);
    const pcs::CommittedMatrix matrix(task_.key.params, shape, std::move(message), key);
    clock.lap(timings_.commit);

    ProofWriter out;
    Transcript tr = start_transcript(task_.key.params);
    out.digest("root", matrix.root(), tr);  // P -> V
    absorb_public(task_.key, id_, publics_, task_.statement, task_.context, tr);
    out.nonce("lookup", tr, task_.key.params.lookup_pow);  // P -> V
    const E alpha = tr.template challenge<E>("alpha"), beta = tr.template challenge<E>("beta");

    std::vector<ProofWriter> parts(circuit_.segments);
    std::vector<Transcript> ends;
    for (std::uint32_t s = 0; s < circuit_.segments; ++s) {
      zk::ProverChannel<E> ch(pads[s], tr.fork("segment", s, circuit_.segments), parts[s]);
      relation::prove_segment(circuit_, publics_, values_, s, alpha, beta, ch, &timings_.segment);
      ends.push_back(ch.transcript());
    }
    clock.lap(timings_.segments);
    // The verifier's replay on our own bytes: it yields the functional, and must end in our transcript.
    Replay<E> replay(circuit_, publics_, tensors_);
    for (std::uint32_t s = 0; s < circuit_.segments; ++s) {
      ProofReader in(parts[s].bytes());
      const Status status = replay.segment(tr, in, alpha, beta);
      if (!status.ok() && status.error().code == ErrorCode::kVLookup)
        return pcs::Opened::kRestart;  // a denominator is 0
      NESCIO_CHECK(status.ok() && in.end().ok() && replay.channel(s).transcript().digest() == ends[s].digest());
    }
    relation::Functional<E> functional;
    const E sigma = replay.join(tr, functional);
    for (const ProofWriter& part : parts) out.append(part);
    std::vector<ExtVector<E>> weight = relation::dense(functional, circuit_, task_.key.layout);
    weight.resize(std::size_t{1} << task_.key.params.kappa);
    clock.lap(timings_.functional);
    const pcs::CommittedMatrix* trees[] = {&matrix};
    Result<pcs::Opened> opened = pcs::open<E>(task_.key.params, trees, std::move(weight), sigma, tr, out);
    if (!opened.ok()) return self_check_failed(replay, cells);
    proof = out.bytes();
    clock.lap(timings_.opening);
    return opened;
  }

 private:
  Error self_check_failed(const Replay<E>& replay, const std::vector<std::span<const F>>& cells) const {
    std::set<std::string> names;
    for (std::uint32_t s = 0; s < circuit_.segments; ++s)
      for (std::string& name :
           failing_claims(circuit_, cells, tensors_[s], replay.channel(s), replay.tape(s), replay.atoms(s)))
        names.insert(std::move(name));
    std::string detail = "the witness does not satisfy the circuit:";
    if (names.empty()) detail += " a value is in none of the rows of its table";  // only the fractions do not cancel
    for (const std::string& name : names) detail += " " + name;
    return Error{ErrorCode::kSelfCheck, 0, std::move(detail), {}};
  }

  const ProofTask& task_;
  const Circuit& circuit_;
  const PublicValues& publics_;
  Digest id_;
  std::vector<relation::SegmentTensors> tensors_;
  relation::Values values_;
  Timings& timings_;
};

template <class E>
Result<std::vector<std::uint8_t>> prove_as(const ProofTask& task, const PublicValues& publics, const SecretDigest& seed,
                                           Timings& timings) {
  Clock clock;
  NESCIO_TRY(const Evaluated values, evaluate_virtual(task.key.circuit, task.witness, publics, Keep::operands));
  const SecretDigest witness = digest_of(task.witness.values);
  clock.lap(timings.evaluate);
  Prover<E> prover(task, publics, values, timings);
  for (std::uint64_t attempt = 0;; ++attempt) {
    std::vector<std::uint8_t> proof;
    NESCIO_TRY(const pcs::Opened opened,
               prover.attempt(proof_key(task, key_id(task.key), publics, witness, seed, attempt), proof));
    if (opened == pcs::Opened::kDone) return proof;
  }
}

}  // namespace

Result<std::vector<std::uint8_t>> prove(const ProofTask& task, const SecretDigest& seed, Timings* timings) {
  Timings local;
  Timings& t = timings != nullptr ? *timings : local;
  Clock clock;
  NESCIO_TRY(const PublicValues publics, public_values(task.key, task.statement_values));
  auto proof =
      task.key.params.degree == 2 ? prove_as<Ext2>(task, publics, seed, t) : prove_as<Ext3>(task, publics, seed, t);
  clock.lap(t.total);
  t.zero_knowledge = t.random + t.segment.triples + random_share(task.key) * (t.commit + t.opening);
  return proof;
}

}  // namespace nescio
