// ntt/ntt.h -- number-theoretic transforms of many columns at once, and the Reed-Solomon code made of them.
//
// Layout      data[row][column], row-major; `stride` words from one row to the next, a multiple of 8. A column is one
//             vector over F; columns are SIMD lanes, so nothing is transposed and a row is a contiguous Merkle leaf.
//             An extension-field column is D base columns (the transform is F-linear).
// Roots       w_n = F::root_of_unity(log2 n).
// Code        of a message m (coefficients, f(X) = sum_i m[i] X^i, rows = 2^log_rows): n = rows * 2^log_inv_rate
//             positions; position j holds f(w_n^rev(j)), rev = bit reversal on log2 n bits. Hence
//             - block b of `rows` positions is the transform of f on the coset w_n^rev_log_inv_rate(b) <w_rows>, in
//               bit-reversed order;
//             - positions 2j and 2j+1 hold f(x) and f(-x), x = w_n^rev(2j);
//             - fold law: with e = (f(x) + f(-x)) / 2 and o = (f(x) - f(-x)) / (2x), position j of the code of the
//               folded message m'[i] = m[2i] + r (m[2i+1] - m[2i]) (2^(log_rows-1) rows, same log_inv_rate) holds
//               e + r (o - e), because f(X) = f_even(X^2) + X f_odd(X^2) and x^2 = w_{n/2}^rev(j).
// Cost        about 0.5 ns per butterfly and column on AVX-512.
#pragma once
#include <cstddef>

#include "nescio/field/goldilocks.h"

namespace nescio {

// In place, natural order in, bit-reversed order out: row rev(k) becomes sum_i data[i] w_rows^(ik), for each column
// < stride. log_rows <= 32. Words may be non-canonical, also in the output. Serial.
void ntt_rows(F* data, unsigned log_rows, std::size_t stride);

// code[2^(log_rows+log_inv_rate)][stride] from message[2^log_rows][stride]; only columns < `columns` are used, those
// from `columns` to the next multiple of 8 are encoded as they stand, the rest of code is left alone. Not in place.
// Code words are canonical (they are hashed). Uses all threads.
void encode_rows(const F* message, F* code, unsigned log_rows, unsigned log_inv_rate, std::size_t stride,
                 std::size_t columns);

}  // namespace nescio
