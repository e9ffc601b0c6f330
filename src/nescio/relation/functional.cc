#include "nescio/relation/functional.h"

#include <algorithm>

namespace nescio::relation {

template <class E>
E add_segment(const zk::Tape<E>& tape, std::span<const std::pair<zk::Form<E>, E>> seeds,
              const std::vector<Atom<E>>& atoms, const SegmentTensors& tensors, const Circuit& circuit,
              Functional<E>& out) {
  zk::Coefficients<E> c = tape.backward(seeds);
  const auto take = [&](zk::Leaf kind) -> std::vector<E>& { return c.leaves[static_cast<std::size_t>(kind)]; };
  for (const auto& [kind, tensor] :
       {std::pair{zk::Leaf::pad, tensors.pad}, std::pair{zk::Leaf::triple_a, tensors.triple_a},
        std::pair{zk::Leaf::triple_b, tensors.triple_b}, std::pair{zk::Leaf::triple_c, tensors.triple_c},
        std::pair{zk::Leaf::dummy, tensors.dummy}}) {
    std::vector<E>& w = take(kind);
    NESCIO_CHECK(w.size() <= circuit[tensor].dims[0]);
    w.resize(circuit[tensor].dims[0]);
    out.push_back({E::one(), tensor, extension_weights(Weight<E>::dense(std::move(w)))});
  }
  const std::vector<E>& coefs = take(zk::Leaf::atom);
  for (std::size_t i = 0; i < coefs.size(); ++i) out.push_back({coefs[i], atoms[i].tensor, atoms[i].weights});
  return c.constant;
}

namespace {

// One claim's weights on the pieces of blocks. Blocks are products of few pieces: each is computed once.
template <class E>
class OnPieces {
 public:
  explicit OnPieces(const Claim<E>& claim) : claim_(&claim), known_(claim.weights.size()) {}
  E on(const Block& block, std::span<const E> row) {
    E x = claim_->coef;
    std::size_t at = 0;
    for (std::size_t d = 0; d < block.pieces.size() && !x.is_zero(); ++d) {
      const Piece& piece = block.pieces[d];
      auto it = std::find_if(known_[d].begin(), known_[d].end(),
                             [&](const Known& k) { return k.at == at && k.piece == piece; });
      if (it != known_[d].end()) {
        x *= it->value;
      } else {
        const E value = claim_->weights[d].on_block(piece, row.subspan(at, piece.log));
        if (known_[d].size() < kKept) known_[d].push_back({at, piece, value});
        x *= value;
      }
      at += piece.log;
    }
    return x;
  }

 private:
  static constexpr std::size_t kKept = 64;  // a hostile layout has many more
  struct Known {
    std::size_t at;
    Piece piece;
    E value;
  };
  const Claim<E>* claim_;
  std::vector<std::vector<Known>> known_;  // by dimension
};

}  // namespace

template <class E>
E evaluate(const Functional<E>& functional, const Circuit& circuit, const Layout& layout, std::span<const E> column,
           std::span<const E> row) {
  std::vector<std::vector<OnPieces<E>>> by_tensor(circuit.tensors.size());
  for (const Claim<E>& c : functional) by_tensor[c.tensor].emplace_back(c);
  const std::vector<E> columns = eq_table<E>(column);
  E total;
  for (const Block& block : layout.blocks) {
    auto& claims = by_tensor[block.tensor];
    if (claims.empty()) continue;
    E sum;
    for (OnPieces<E>& claim : claims) sum += claim.on(block, row);
    const unsigned size = block.size_log();
    total += columns[block.column] * eq_index<E>(row.subspan(size), block.row >> size) * sum;
  }
  return total;
}

#define NESCIO_INSTANTIATE(E)                                                                                         \
  template E add_segment(const zk::Tape<E>&, std::span<const std::pair<zk::Form<E>, E>>, const std::vector<Atom<E>>&, \
                         const SegmentTensors&, const Circuit&, Functional<E>&);                                      \
  template E evaluate(const Functional<E>&, const Circuit&, const Layout&, std::span<const E>, std::span<const E>);
NESCIO_INSTANTIATE(Ext2)
NESCIO_INSTANTIATE(Ext3)
#undef NESCIO_INSTANTIATE

}  // namespace nescio::relation
