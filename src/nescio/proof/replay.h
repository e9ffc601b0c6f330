// proof/replay.h -- steps 4 to 6 of a proof as the verifier sees them: segments replayed, joined, and all of their
// claims as one functional. The prover runs it on its own bytes, so both sides open the same thing.
//
// Transcript  fork("segment", s, S) for each segment; join: absorb each fork's digest; V -> P rho
// Claims      every claim of every ledger once, by powers of rho; last, that the segments' fractions cancel:
//             sum_s P_s / Q_s = 0
// Soundness   rho: (#claims - 1)/|E| (soundness/terms.h)
#pragma once
#include <cstdint>
#include <deque>
#include <vector>

#include "nescio/relation/functional.h"

namespace nescio {

template <class E>
class Replay {
 public:
  // All must outlive this object.
  Replay(const Circuit& circuit, const PublicValues& publics, const std::vector<relation::SegmentTensors>& tensors)
      : circuit_(circuit), publics_(publics), tensors_(tensors), tapes_(circuit.segments) {}

  // The next segment, from its messages in `in`; `global` is the transcript before the fork. kVFormat, kVLookup.
  Status segment(const Transcript& global, ProofReader& in, const E& alpha, const E& beta);
  // After all segments. The functional <w, M> must be the value returned.
  E join(Transcript& global, relation::Functional<E>& functional) const;

  const zk::Channel<E>& channel(std::uint32_t s) const { return channels_[s]; }
  const zk::Tape<E>& tape(std::uint32_t s) const { return tapes_[s]; }
  const std::vector<relation::Atom<E>>& atoms(std::uint32_t s) const { return segments_[s].atoms; }

 private:
  const Circuit& circuit_;
  const PublicValues& publics_;
  const std::vector<relation::SegmentTensors>& tensors_;
  std::deque<zk::Tape<E>> tapes_;  // forms point to their tape
  std::vector<zk::Channel<E>> channels_;
  std::vector<relation::Segment<E>> segments_;
};

}  // namespace nescio
