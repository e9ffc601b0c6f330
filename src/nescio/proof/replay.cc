#include "nescio/proof/replay.h"

#include "nescio/base/check.h"

namespace nescio {

template <class E>
Status Replay<E>::segment(const Transcript& global, ProofReader& in, const E& alpha, const E& beta) {
  const auto s = static_cast<std::uint32_t>(segments_.size());
  NESCIO_CHECK(s < circuit_.segments);
  channels_.emplace_back(tapes_[s], global.fork("segment", s, circuit_.segments), &in);
  segments_.push_back(relation::replay_segment(circuit_, publics_, tensors_[s], s, alpha, beta, channels_.back()));
  return channels_.back().status();
}

template <class E>
E Replay<E>::join(Transcript& global, relation::Functional<E>& functional) const {
  NESCIO_CHECK(segments_.size() == circuit_.segments);
  for (const zk::Channel<E>& ch : channels_) global.absorb("digest", "join", ch.transcript().digest().bytes);
  const E rho = global.challenge<E>("rho");  // V -> P
  E power = E::one(), constant;
  std::vector<std::vector<std::pair<zk::Form<E>, E>>> seeds(circuit_.segments);
  for (std::uint32_t s = 0; s < circuit_.segments; ++s)
    for (const auto& claim : channels_[s].ledger()) {
      seeds[s].push_back({claim.form, power});
      power *= rho;
    }
  for (std::uint32_t s = 0; s < circuit_.segments; ++s) {
    seeds[s].push_back({segments_[s].root_p, power * segments_[s].root_q.inverse()});  // the channel refused zero
    constant += relation::add_segment<E>(tapes_[s], seeds[s], segments_[s].atoms, tensors_[s], circuit_, functional);
  }
  return -constant;
}

template class Replay<Ext2>;
template class Replay<Ext3>;

}  // namespace nescio
