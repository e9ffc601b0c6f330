// gadget/digest.h -- integer tensors bound to a salted digest that the verifier knows (sponge/sponge.h).
//
// States   the public tensor [4] is the digest, under some salt, of these tensors: their shapes, declared ranges, order
//          and role are in the IV, which is a constant of the circuit; their values are read where they are.
// Needs    every value in its declared range by relations that come before the call. Else it is refused, here and by
// every
//          verifier (circuit/bounds.h): a cell tells its values only because each is a digit of known width.
// Relations  for each permutation n of the chain and each S-box k, with all of state and S-box inputs affine in
// committed
//          cells:  s = L [state_n; x7] + c,  state_n = block_n + M (last 12 x7 of n-1)  (n = 0: salt and IV),
//            "x7"     x7 = (s s s) (s s s) s                    depth 2
//            "digest" M (last 12 x7 of the last permutation) = digest
// Cost     118 cells and 2 cubics of [118, N] for N permutations, and 4 cells of salt; no cell for the packed data
// and no
//          lookup. N - 1 is the number of blocks, about values * bits / 480. A verifier pays a few hundred field
//          operations for each part of the packing, at two points, and nothing in proportion to N.
// Why the packed data are no cells of their own: a claim on blocks at a point is a claim on each part of a weight
// tensor
//          with a product of weights (relation/claims.cc), so 8 cells a permutation would only buy one more equation.
#pragma once
#include <vector>

#include "nescio/gadget/emit.h"
#include "nescio/sponge/sponge.h"

namespace nescio {

// dims() at least 1 each; any number of dimensions.
struct BoundTensor {
  Var values;
  Bound declared;  // contains bound(values); hi - lo < 2^62
};

// What the digest is of.
DigestSpec digest_spec(const Backend& b, Group group, const std::vector<BoundTensor>& tensors);

struct DigestGadget {
  Var digest;                      // public, [4]: of the key for weights, of the statement for inputs and outputs
  std::vector<BoundTensor> bound;  // the tensors as they enter: committed copies of what is deeper than 0
};
// `salt` gives 4 secret uniform elements, those that the digest was made with. The digest needs a port. kOverflow when
// a declared range has 2^62 integers or more.
DigestGadget bind_digest(Backend& b, Group group, const FieldHint& salt, const std::vector<BoundTensor>& tensors);

DigestPort digest_port(const EmitBackend& b, Group group, const DigestGadget& gadget);

}  // namespace nescio
