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

// The weight tables of one claim, one for each dimension of more than one entry, and everything else as a factor.
template <class E>
struct Tables {
  E coef;
  std::vector<ExtVector<E>> dims;
};

// Adds coef * outer product of the tables over the block's pieces to out[2^size_log].
template <class E>
void add_block(const Tables<E>& t, const Block& block, ExtSpan<E> out) {
  ExtVector<E> product(1);
  product.set(0, t.coef);
  std::size_t size = 1;
  std::size_t last = block.pieces.size();  // the last piece of more than one cell is added straight to `out`
  for (std::size_t d = 0; d < block.pieces.size(); ++d)
    if (block.pieces[d].log > 0) last = d;
  for (std::size_t d = 0; d < block.pieces.size(); ++d) {
    const Piece& piece = block.pieces[d];
    const auto w = t.dims[d].subspan(piece.offset, std::size_t{1} << piece.log);
    if (piece.log == 0) {
      scale<E>(w.get(0), product.subspan(0, size), product.subspan(0, size));
      continue;
    }
    if (size == 1) {
      ExtVector<E> next(w.size());
      scale<E>(product.get(0), w, next);
      product = std::move(next);
    } else if (d == last) {
      bool unit_rest = true;  // pieces after `last` have one cell: take their weights first
      for (std::size_t e = d + 1; e < block.pieces.size(); ++e) unit_rest = unit_rest && block.pieces[e].log == 0;
      NESCIO_CHECK(unit_rest);
      E rest = E::one();
      for (std::size_t e = d + 1; e < block.pieces.size(); ++e) rest *= t.dims[e].get(block.pieces[e].offset);
      for (std::size_t i = 0; i < w.size(); ++i)
        axpy<E>(w.get(i) * rest, product.subspan(0, size), out.subspan(i * size, size));
      return;
    } else {
      ExtVector<E> next(size * w.size());
      for (std::size_t i = 0; i < w.size(); ++i) scale<E>(w.get(i), product.subspan(0, size), next.subspan(i * size, size));
      product = std::move(next);
    }
    size *= w.size();
  }
  axpy<E>(E::one(), product.subspan(0, size), out);
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
