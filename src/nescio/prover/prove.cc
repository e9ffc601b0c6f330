#include "nescio/prover/prove.h"

#include <chrono>
#include <deque>

#include "nescio/proof/opening_shape.h"
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

Digest digest_of(const TensorValues& values) {
  Hasher h = Hasher::derive_key("nescio 2026 v1 witness");
  SecretVector<std::uint8_t> buffer;
  for (const auto& cells : values) {
    buffer.resize(8 * cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) encode(cells[i], buffer.data() + 8 * i);
    h.part(buffer);
  }
  return h.finish();
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
    SecretVector<F> message = lay_out(task_.key, shape, cells);
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
      relation::prove_segment(circuit_, publics_, values_, s, alpha, beta, ch);
      ends.push_back(ch.transcript());
    }
    clock.lap(timings_.segments);
    relation::Functional<E> functional;
    const Result<E> joined = join(tr, parts, ends, alpha, beta, cells, functional);
    if (!joined.ok() && joined.error().code == ErrorCode::kVLookup) return pcs::Opened::kRestart;  // a denominator is 0
    NESCIO_TRY(const E sigma, joined);
    for (const ProofWriter& part : parts) out.append(part);
    std::vector<ExtVector<E>> weight = relation::dense(functional, circuit_, task_.key.layout);
    weight.resize(std::size_t{1} << task_.key.params.kappa);
    clock.lap(timings_.functional);
    const pcs::CommittedMatrix* trees[] = {&matrix};
    NESCIO_TRY(const pcs::Opened opened, pcs::open<E>(task_.key.params, trees, std::move(weight), sigma, tr, out));
    proof = out.bytes();
    clock.lap(timings_.opening);
    return opened;
  }

 private:
  // The verifier's replay on our own bytes: it yields the functional, and must end in our transcript.
  Result<E> join(Transcript& tr, const std::vector<ProofWriter>& parts, const std::vector<Transcript>& ends,
                 const E& alpha, const E& beta, const std::vector<std::span<const F>>& cells,
                 relation::Functional<E>& functional) {
    std::deque<zk::Tape<E>> tapes(circuit_.segments);
    std::vector<zk::Channel<E>> channels;
    std::vector<relation::Segment<E>> segments;
    for (std::uint32_t s = 0; s < circuit_.segments; ++s) {
      ProofReader in(parts[s].bytes());
      channels.emplace_back(tapes[s], tr.fork("segment", s, circuit_.segments), &in);
      segments.push_back(relation::replay_segment(circuit_, publics_, tensors_[s], s, alpha, beta, channels.back()));
      NESCIO_TRY_STATUS(channels.back().status());
      NESCIO_CHECK(in.end().ok() && channels.back().transcript().digest() == ends[s].digest());
    }
    for (const Transcript& end : ends) tr.absorb("digest", "join", end.digest().bytes);
    const E rho = tr.template challenge<E>("rho");
    E power = E::one(), constant;
    std::vector<std::vector<std::pair<zk::Form<E>, E>>> seeds(circuit_.segments);
    for (std::uint32_t s = 0; s < circuit_.segments; ++s)
      for (const auto& claim : channels[s].ledger()) {
        seeds[s].push_back({claim.form, power});
        power *= rho;
      }
    for (std::uint32_t s = 0; s < circuit_.segments; ++s) {
      seeds[s].push_back({segments[s].root_p, power * segments[s].root_q.inverse()});
      constant += relation::add_segment<E>(tapes[s], seeds[s], segments[s].atoms, tensors_[s], circuit_, functional);
    }
    (void)cells;
    return -constant;
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
  NESCIO_TRY(const Evaluated values, evaluate_virtual(task.key.circuit, task.witness, publics));
  const Digest witness = digest_of(task.witness.values);
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
  return proof;
}

}  // namespace nescio
