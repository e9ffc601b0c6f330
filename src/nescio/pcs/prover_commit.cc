#include <algorithm>

#include "nescio/base/check.h"
#include "nescio/ntt/ntt.h"
#include "nescio/pcs/prover.h"

namespace nescio::pcs {
namespace {

// Fills rows [begin, end) of columns [first, last) of message[..][stride] from one stream, row by row.
void fill_block(Prf& prf, std::size_t begin, std::size_t end, std::size_t first, std::size_t last, std::size_t stride,
                std::span<F> message) {
  constexpr std::size_t kRows = 256;
  const std::size_t width = last - first;
  SecretArray<F> cells(kRows * width);
  for (std::size_t at = begin; at < end; at += kRows) {
    const std::size_t n = std::min(kRows, end - at);
    prf.fill(std::span(cells).first(n * width));
    for (std::size_t i = 0; i < n; ++i)
      std::copy_n(cells.begin() + i * width, width, message.begin() + (at + i) * stride + first);
  }
}

SecretArray<F> encode(const Params& p, const MatrixShape& shape, const SecretVector<F>& message, std::size_t stride) {
  NESCIO_CHECK(message.size() == p.rows() * stride);
  SecretArray<F> code(stride << p.log_code());
  encode_rows(message.data(), code.data(), p.log_rows, p.log_inv_rate, stride, shape.stored_columns(p));
  return code;
}

SecretArray<Digest> draw_salts(const Params& p, const Digest& key) {
  SecretArray<Digest> salts(std::size_t{1} << p.log_code());
  Prf prf(key, "pcs.salt", 0);
  prf.fill(std::span(salts));
  return salts;
}

}  // namespace

std::size_t row_stride(const Params& p, const MatrixShape& shape) {
  return (shape.stored_columns(p) + 7) / 8 * 8;
}

void fill_random(const Params& p, const MatrixShape& shape, std::size_t reserved, const Digest& key,
                 std::span<F> message) {
  const std::size_t rows = p.rows(), stride = row_stride(p, shape), columns = shape.positions.size();
  NESCIO_CHECK(message.size() == rows * stride && reserved <= rows);
  for (std::size_t s = 0; s < shape.groups.size(); ++s) {
    const merkle::ColumnGroup& g = shape.groups[s];
    if (g.begin >= columns) break;  // the mask columns
    Prf prf(key, "pcs.reserved", s);
    fill_block(prf, rows - reserved, rows, g.begin, g.end, stride, message);
  }
  if (!shape.fresh) return;
  Prf prf(key, "pcs.masks", 0);
  fill_block(prf, 0, rows, columns, shape.stored_columns(p), stride, message);
}

CommittedMatrix::CommittedMatrix(const Params& p, MatrixShape shape, SecretVector<F> message, const Digest& key)
    : shape_(std::move(shape)),
      stride_(row_stride(p, shape_)),
      message_(std::move(message)),
      code_(encode(p, shape_, message_, stride_)),
      salts_(draw_salts(p, key)),
      tree_(merkle::row_leaves(code_.data(), salts_.size(), stride_, shape_.groups, salts_)) {}

}  // namespace nescio::pcs
