#include "nescio/sumcheck/verifier.h"

namespace nescio::sumcheck {

template <class E>
Reduced<E> replay_eq(zk::Channel<E>& ch, const std::vector<E>& z, zk::Form<E> claim) {
  Reduced<E> out{claim, {}};
  out.point.reserve(z.size());
  for (const E& zi : z) {
    const auto h0 = ch.hidden("h0"), h2 = ch.hidden("h2");  // P -> V
    const E r = ch.challenge("r");                          // V -> P
    const E ratio = r * zi.inverse();
    out.claim = ch.tape().combine(E::zero(), ratio, out.claim, E::one() - ratio, h0) + h2 * (r * r - r);
    out.point.push_back(r);
  }
  return out;
}

template <class E>
Reduced<E> replay_plain(zk::Channel<E>& ch, unsigned rounds, unsigned degree, zk::Form<E> claim) {
  NESCIO_CHECK(degree >= 2 && degree <= 4);
  Reduced<E> out{claim, {}};
  out.point.reserve(rounds);
  for (unsigned i = 0; i < rounds; ++i) {
    const auto c0 = ch.hidden("c0"), c2 = ch.hidden("c2");  // P -> V
    const auto c3 = degree >= 3 ? ch.hidden("c3") : c0;
    const auto c4 = degree == 4 ? ch.hidden("c4") : c0;
    const E r = ch.challenge("r");  // V -> P
    const E r2 = r * r;
    out.claim = ch.tape().combine(E::zero(), r, out.claim, E::one() - r - r, c0) + c2 * (r2 - r);
    if (degree >= 3) out.claim = out.claim + c3 * (r2 * r - r);
    if (degree == 4) out.claim = out.claim + c4 * (r2 * r2 - r);
    out.point.push_back(r);
  }
  return out;
}

template Reduced<Ext2> replay_eq(zk::Channel<Ext2>&, const std::vector<Ext2>&, zk::Form<Ext2>);
template Reduced<Ext3> replay_eq(zk::Channel<Ext3>&, const std::vector<Ext3>&, zk::Form<Ext3>);
template Reduced<Ext2> replay_plain(zk::Channel<Ext2>&, unsigned, unsigned, zk::Form<Ext2>);
template Reduced<Ext3> replay_plain(zk::Channel<Ext3>&, unsigned, unsigned, zk::Form<Ext3>);

}  // namespace nescio::sumcheck
