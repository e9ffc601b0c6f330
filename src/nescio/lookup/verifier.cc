#include "nescio/lookup/verifier.h"

#include "nescio/sumcheck/verifier.h"

namespace nescio::lookup {

template <class E>
Tree<E> replay_tree(zk::Channel<E>& ch, unsigned n) {
  const E root_q = ch.clear("root.q");  // P -> V
  ch.require(!root_q.is_zero(), ErrorCode::kVLookup);
  const auto root_p = ch.hidden("root.p");  // P -> V
  Tree<E> t{root_p, root_q, root_p, ch.constant(root_q), {}};
  for (unsigned layer = 0; layer < n; ++layer) {
    const E lambda = ch.challenge("lambda");  // V -> P
    auto [claim, r] = sumcheck::replay_eq(ch, t.z, t.p + t.q * lambda);
    const auto uq = ch.product("u", "q1"), pq = ch.product("p1", "q0");  // P -> V
    ch.zero("lookup.layer", claim - uq.ab - pq.ab);
    const E mu = ch.challenge("mu");  // V -> P
    const auto p0 = uq.a - pq.b * lambda;
    t.p = p0 * (E::one() - mu) + pq.a * mu;
    t.q = pq.b * (E::one() - mu) + uq.b * mu;
    t.z.assign(1, mu);
    t.z.insert(t.z.end(), r.begin(), r.end());
  }
  return t;
}

template Tree<Ext2> replay_tree(zk::Channel<Ext2>&, unsigned);
template Tree<Ext3> replay_tree(zk::Channel<Ext3>&, unsigned);

}  // namespace nescio::lookup
