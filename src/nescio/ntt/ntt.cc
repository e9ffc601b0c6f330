#include "nescio/ntt/ntt.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "nescio/base/check.h"
#include "nescio/base/parallel.h"

namespace nescio {
void ntt_rows(F* data, unsigned log_rows, std::size_t stride) {
  NESCIO_CHECK(stride % 8 == 0 && log_rows <= F::kTwoAdicity);
  for (unsigned k = log_rows; k >= 1; --k) {
    const std::size_t half = std::size_t{1} << (k - 1);
    const F w = F::root_of_unity(k);
    for (std::size_t block = 0; block < std::size_t{1} << log_rows; block += 2 * half) {
      F t(1);
      for (std::size_t j = 0; j < half; ++j, t *= w) {
        F* a = data + (block + j) * stride;
        F* b = a + half * stride;
        for (std::size_t c = 0; c < stride; ++c) {
          const F x = a[c], y = b[c];
          a[c] = x + y;
          b[c] = (x - y) * t;
        }
      }
    }
  }
}
void encode_rows(const F* message, F* code, unsigned log_rows, unsigned log_inv_rate, std::size_t stride,
                 std::size_t columns) {
  NESCIO_CHECK(stride % 8 == 0 && columns <= stride && log_rows + log_inv_rate <= F::kTwoAdicity);
  const std::size_t rows = std::size_t{1} << log_rows;
  for (std::size_t b = 0; b < std::size_t{1} << log_inv_rate; ++b) {
    std::size_t rev = 0;
    for (unsigned i = 0; i < log_inv_rate; ++i) rev |= (b >> i & 1) << (log_inv_rate - 1 - i);
    const F shift = F::root_of_unity(log_rows + log_inv_rate).pow(rev);
    F s(1);
    F* out = code + b * rows * stride;
    for (std::size_t i = 0; i < rows; ++i, s *= shift)
      for (std::size_t c = 0; c < stride; ++c) out[i * stride + c] = message[i * stride + c] * s;
    ntt_rows(out, log_rows, stride);
    for (std::size_t i = 0; i < rows * stride; ++i) out[i] = F(out[i].canonical());
  }
}
}  // namespace nescio
