#include "nescio/relation/prover_functional.h"

#include <algorithm>

#include "nescio/base/parallel.h"
#include "nescio/field/kernels.h"

namespace nescio::relation {
namespace {

template <class E>
ExtVector<E> to_planes(const std::vector<E>& w) {
  ExtVector<E> out(w.size());
  for (std::size_t i = 0; i < w.size(); ++i) out.set(i, w[i]);
  return out;
}

// The weight tables of one claim, one for each dimension.
template <class E>
struct Tables {
  E coef;
  std::vector<ExtVector<E>> dims;
};

// Adds coef * outer product of the tables over the block's pieces to out[2^size_log].
template <class E>
void add_block(const Tables<E>& t, const Block& block, ExtSpan<E> out) {
  E coef = t.coef;
  std::vector<ExtView<E>> factors;  // pieces of more than one cell
  for (std::size_t d = 0; d < block.pieces.size(); ++d) {
    const Piece& piece = block.pieces[d];
    if (piece.log == 0) {
      coef *= t.dims[d].get(piece.offset);
    } else {
      factors.push_back(t.dims[d].subspan(piece.offset, std::size_t{1} << piece.log));
    }
  }
  if (factors.empty()) {
    out.set(0, out.get(0) + coef);
    return;
  }
  if (factors.size() == 1) {
    axpy<E>(coef, factors[0], out);
    return;
  }
  ExtVector<E> product(factors[0].size());
  scale<E>(coef, factors[0], product);
  for (std::size_t f = 1; f < factors.size(); ++f) {
    const std::size_t size = product.size();
    const bool last = f + 1 == factors.size();
    ExtVector<E> next(last ? 0 : size * factors[f].size());
    for (std::size_t i = 0; i < factors[f].size(); ++i) {
      if (last) {
        axpy<E>(factors[f].get(i), product, out.subspan(i * size, size));
      } else {
        scale<E>(factors[f].get(i), product, next.subspan(i * size, size));
      }
    }
    product = std::move(next);
  }
}

}  // namespace

template <class E>
std::vector<ExtVector<E>> dense(const Functional<E>& functional, const Circuit& circuit, const Layout& layout) {
  std::vector<Tables<E>> tables(functional.size());
  parallel_for(functional.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Claim<E>& claim = functional[i];
      tables[i].coef = claim.coef;
      for (std::size_t d = 0; d < claim.weights.size(); ++d)
        tables[i].dims.push_back(to_planes(claim.weights[d].table(circuit[claim.tensor].dims[d])));
    }
  });
  std::vector<std::vector<std::size_t>> claims(circuit.tensors.size());
  for (std::size_t i = 0; i < functional.size(); ++i) claims[functional[i].tensor].push_back(i);
  std::vector<std::vector<const Block*>> blocks(layout.columns());
  for (const Block& b : layout.blocks)
    if (!claims[b.tensor].empty()) blocks[b.column].push_back(&b);
  std::vector<ExtVector<E>> out(layout.columns());
  parallel_for(out.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t c = begin; c < end; ++c) {
      if (blocks[c].empty()) continue;
      out[c].resize(std::size_t{1} << layout.log_rows);
      for (const Block* block : blocks[c])
        for (const std::size_t i : claims[block->tensor])
          add_block(tables[i], *block, out[c].subspan(block->row, std::size_t{1} << block->size_log()));
    }
  });
  return out;
}

template std::vector<ExtVector<Ext2>> dense(const Functional<Ext2>&, const Circuit&, const Layout&);
template std::vector<ExtVector<Ext3>> dense(const Functional<Ext3>&, const Circuit&, const Layout&);

}  // namespace nescio::relation
