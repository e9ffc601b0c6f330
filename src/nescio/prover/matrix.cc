#include "nescio/prover/matrix.h"

#include "nescio/base/parallel.h"
#include "nescio/transcript/prf.h"

namespace nescio {

template <class E>
zk::Pads<E> make_pads(const Circuit& circuit, const relation::SegmentTensors& tensors, std::uint32_t segment,
                      const Digest& key) {
  const auto stream = [&](std::string_view label, TensorId tensor) {
    Prf prf(key, label, segment);
    SecretVector<E> out(circuit[tensor].dims[0]);
    for (E& x : out) x = prf.ext<E>();
    return out;
  };
  zk::Pads<E> pads;
  pads.pad = stream("zk.pad", tensors.pad);
  pads.triple_a = stream("zk.triple.a", tensors.triple_a);
  pads.triple_b = stream("zk.triple.b", tensors.triple_b);
  pads.triple_c.resize(pads.triple_a.size());
  for (std::size_t i = 0; i < pads.triple_c.size(); ++i) pads.triple_c[i] = pads.triple_a[i] * pads.triple_b[i];
  Prf dummy(key, "zk.dummy", segment);
  do {
    pads.dummy.value = dummy.ext<E>();
  } while (pads.dummy.value.is_zero());
  return pads;
}

template <class E>
void add_pad_cells(const relation::SegmentTensors& tensors, const zk::Pads<E>& pads, TensorValues& cells) {
  const auto put = [&](TensorId id, std::span<const E> values) {
    cells[id].resize(values.size() * E::D);
    for (std::size_t i = 0; i < values.size(); ++i)
      for (unsigned d = 0; d < E::D; ++d) cells[id][d * values.size() + i] = values[i][d];
  };
  put(tensors.pad, pads.pad);
  put(tensors.triple_a, pads.triple_a);
  put(tensors.triple_b, pads.triple_b);
  put(tensors.triple_c, pads.triple_c);
  put(tensors.dummy, std::span<const E>(&pads.dummy.value, 1));
}

SecretVector<F> lay_out(const VerifyingKey& key, const pcs::MatrixShape& shape,
                        const std::vector<std::span<const F>>& cells) {
  const std::size_t stride = pcs::row_stride(key.params, shape);
  SecretVector<F> message(key.params.rows() * stride);
  const auto& blocks = key.layout.blocks;
  parallel_for(blocks.size(), 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t b = begin; b < end; ++b) {
      const Block& block = blocks[b];
      const Dims& dims = key.circuit[block.tensor].dims;
      const std::span<const F> source = cells[block.tensor];
      const std::size_t size0 = dims.empty() ? 1 : std::size_t{1} << block.pieces[0].log;
      const std::size_t rows = (std::size_t{1} << block.size_log()) / size0;
      F* out = message.data() + block.row * stride + block.column;
      for (std::size_t i = 0; i < rows; ++i) {
        std::size_t rest = i, at = dims.empty() ? 0 : block.pieces[0].offset, step = dims.empty() ? 1 : dims[0];
        for (std::size_t d = 1; d < dims.size(); ++d) {
          at += (block.pieces[d].offset + (rest & ((std::size_t{1} << block.pieces[d].log) - 1))) * step;
          rest >>= block.pieces[d].log;
          step *= dims[d];
        }
        for (std::size_t k = 0; k < size0; ++k, out += stride) *out = source[at + k];
      }
    }
  });
  return message;
}

template zk::Pads<Ext2> make_pads(const Circuit&, const relation::SegmentTensors&, std::uint32_t, const Digest&);
template zk::Pads<Ext3> make_pads(const Circuit&, const relation::SegmentTensors&, std::uint32_t, const Digest&);
template void add_pad_cells(const relation::SegmentTensors&, const zk::Pads<Ext2>&, TensorValues&);
template void add_pad_cells(const relation::SegmentTensors&, const zk::Pads<Ext3>&, TensorValues&);

}  // namespace nescio
