// poly/eq.h -- the multilinear equality polynomial eq(z, x) = prod_j (z_j x_j + (1 - z_j)(1 - x_j)), whole and
// truncated.
//
// Index bit j is variable j. A vector of logical length n <= 2^k has the multilinear extension (MLE) of its zero
// extension, so its weights are eq(z, i) [i < n]; lt_sum and eq_trunc evaluate that in O(k).
// Scalar code for prover and verifier; tables by the million: field/kernels.h.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "nescio/base/check.h"

namespace nescio {

template <class E>
using PointView = std::span<const std::type_identity_t<E>>;

// One factor: x y + (1-x)(1-y).
template <class E>
E eq1(const E& x, const E& y) {
  const E xy = x * y;
  return E::one() - x - y + xy + xy;
}

// eq(a, b); sizes equal.
template <class E>
E eq(PointView<E> a, PointView<E> b) {
  NESCIO_CHECK(a.size() == b.size());
  E r = E::one();
  for (std::size_t j = 0; j < a.size(); ++j) r *= eq1<E>(a[j], b[j]);
  return r;
}

// eq(z, bits of i), i < 2^k.
template <class E>
E eq_index(PointView<E> z, std::uint64_t i) {
  NESCIO_CHECK(z.size() >= 64 || i >> z.size() == 0);
  E r = E::one();
  for (std::size_t j = 0; j < z.size(); ++j) r *= j < 64 && ((i >> j) & 1) != 0 ? z[j] : E::one() - z[j];
  return r;
}

// [2^k]: entry i is eq(z, i).
template <class E>
std::vector<E> eq_table(PointView<E> z) {
  NESCIO_CHECK(z.size() < 40);
  std::vector<E> t(std::size_t{1} << z.size());
  t[0] = E::one();
  for (std::size_t j = 0, n = 1; j < z.size(); ++j, n *= 2)
    for (std::size_t i = 0; i < n; ++i) {
      t[n + i] = t[i] * z[j];
      t[i] -= t[n + i];
    }
  return t;
}

namespace detail {
// sum_{i<n} prod_j (bit j of i ? e1(j) : e0(j)), k factors. Walks the bits of n from the bottom: with s(j) the sum over
// the numbers < n mod 2^j on j bits and f(j) that over all of them, s(j+1) = bit j of n ? e0 f + e1 s : e0 s.
template <class E, class E0, class E1>
E prefix_sum(std::size_t k, std::uint64_t n, const E0& e0, const E1& e1) {
  E s = E::zero(), f = E::one();
  for (std::size_t j = 0; j < k; ++j) {
    const E a = e0(j), b = e1(j);
    s = j < 64 && ((n >> j) & 1) != 0 ? a * f + b * s : a * s;
    f *= a + b;
  }
  return k < 64 && n >> k != 0 ? f : s;
}
}  // namespace detail

// sum_{i<n} eq(z, i): the MLE of [i < n]. n >= 2^k gives 1.
template <class E>
E lt_sum(PointView<E> z, std::uint64_t n) {
  return detail::prefix_sum<E>(
      z.size(), n, [&](std::size_t j) { return E::one() - z[j]; }, [&](std::size_t j) { return z[j]; });
}

// sum_{i<n} eq(z, i) eq(r, i): the MLE at r of the weights eq(z, i) [i < n]; sizes equal. n >= 2^k gives eq(z, r).
template <class E>
E eq_trunc(PointView<E> z, PointView<E> r, std::uint64_t n) {
  NESCIO_CHECK(z.size() == r.size());
  return detail::prefix_sum<E>(
      z.size(), n, [&](std::size_t j) { return (E::one() - z[j]) * (E::one() - r[j]); },
      [&](std::size_t j) { return z[j] * r[j]; });
}

// eq(z, i) for begin <= i < end <= 2^k, in O(end - begin + k^2).
template <class E>
std::vector<E> eq_range(PointView<E> z, std::uint64_t begin, std::uint64_t end) {
  std::vector<E> out;
  out.reserve(end - begin);
  while (begin < end) {
    std::size_t log = 0;  // of the largest aligned piece at `begin`
    while (log < z.size() && begin % (std::uint64_t{2} << log) == 0 && begin + (std::uint64_t{2} << log) <= end) ++log;
    const E factor = eq_index<E>(z.subspan(log), begin >> log);
    for (const E& x : eq_table<E>(z.first(log))) out.push_back(factor * x);
    begin += std::uint64_t{1} << log;
  }
  return out;
}

// sum_{i<n} eq(r, i) eq(z, i + shift), i + shift an index of z: the MLE at r of the weights eq(z, i + shift) [i < n].
// Adds the numbers bit by bit, lowest first; a state is the carry. n <= 2^r.size(), |shift| < 2^62.
template <class E>
E eq_shift(PointView<E> z, PointView<E> r, std::int64_t shift, std::uint64_t n) {
  const std::size_t bits = std::max(z.size(), r.size());
  const bool whole = n >> r.size() != 0;
  // By carry, for the low bits: sums over all i, and over those below the low bits of n.
  std::array<E, 2> all = {E::one(), E::zero()}, below = {E::zero(), E::zero()};
  for (std::size_t j = 0; j < bits; ++j) {
    // factor[i][o]: bit j of i, and of the sum. Beyond a point its bit is 0.
    const E zj = j < z.size() ? z[j] : E::zero(), rj = j < r.size() ? r[j] : E::zero(), both = zj * rj;
    const std::array<std::array<E, 2>, 2> factor = {{{E::one() - zj - rj + both, zj - both}, {rj - both, both}}};
    const unsigned limit = static_cast<unsigned>((n >> j) & 1), add = static_cast<unsigned>((shift >> j) & 1);
    std::array<E, 2> next_all = {}, next_below = {};
    for (const unsigned carry : {0U, 1U})
      for (const unsigned bit : {0U, 1U}) {
        const unsigned sum = bit + carry + add;
        const E& f = factor[bit][sum & 1];
        const E part = f * all[carry];
        next_all[sum >> 1] += part;
        if (whole) continue;
        if (bit < limit) next_below[sum >> 1] += part;
        if (bit == limit) next_below[sum >> 1] += f * below[carry];
      }
    all = next_all;
    below = next_below;
  }
  const std::int64_t high = shift >> bits;  // and the carry: must be 0
  if (high != 0 && high != -1) return E::zero();
  return (whole ? all : below)[high == 0 ? 0 : 1];
}

}  // namespace nescio
