#include "nescio/pcs/prover_oracle.h"

#include <algorithm>

#include "nescio/base/bits.h"
#include "nescio/base/check.h"
#include "nescio/base/parallel.h"
#include "nescio/field/kernels.h"
#include "nescio/ntt/ntt.h"
#include "nescio/pcs/opening.h"

namespace nescio::pcs {
namespace {

constexpr std::size_t kLanes = 8;
constexpr std::size_t kTile = 1024;

// out[i] = first * x^i
void base_powers(F x, F first, BaseSpan out) {
  out[0] = first;
  F step = x;
  for (std::size_t n = 1; n < out.size(); n *= 2, step *= step)
    scale(step, out.first(std::min(n, out.size() - n)), out.subspan(n, std::min(n, out.size() - n)));
}

// Word 0 of lane l; the next ones stand kLanes apart.
const F* lane(std::span<const SecretArray<F>> lanes, std::size_t l) {
  return lanes[l / kLanes].data() + l % kLanes;
}

}  // namespace

template <class E>
Oracle<E>::Oracle(ExtView<E> message, unsigned log_inv_rate, unsigned fold)
    : log_message_(log2_floor(message.size())),
      lanes_(encode(message, log_inv_rate)),
      tree_(hash(lanes_, log_message_, log_inv_rate, fold)) {}

template <class E>
E Oracle<E>::at(std::size_t position) const {
  const std::size_t block = position >> log_message_, row = position - (block << log_message_);
  E e;
  for (unsigned d = 0; d < E::D; ++d) e[d] = lane(lanes_, block * E::D + d)[row * kLanes];
  return e;
}

template <class E>
typename Oracle<E>::Lanes Oracle<E>::encode(ExtView<E> message, unsigned log_inv_rate) {
  const std::size_t rows = message.size(), blocks = std::size_t{1} << log_inv_rate;
  const unsigned log_message = log2_floor(rows);
  const F root = F::root_of_unity(log_message + log_inv_rate);
  Lanes lanes((blocks * E::D + kLanes - 1) / kLanes);
  for (SecretArray<F>& m : lanes) m = SecretArray<F>(rows * kLanes);
  const std::size_t tiles = (rows + kTile - 1) / kTile;
  // Block b is the transform of f(shift X): coefficient i times shift^i.
  parallel_for(lanes.size() * tiles, 1, [&](std::size_t first, std::size_t last) {
    std::vector<F> powers(kTile);
    SecretArray<F> scaled(kTile);
    for (std::size_t t = first; t < last; ++t) {
      const std::size_t begin = t % tiles * kTile, n = std::min(kTile, rows - begin);
      F* out = lanes[t / tiles].data() + begin * kLanes;
      for (std::size_t l = 0; l < kLanes; ++l) {
        const std::size_t block = (t / tiles * kLanes + l) / E::D;
        const auto d = static_cast<unsigned>((t / tiles * kLanes + l) % E::D);
        if (block >= blocks) {
          for (std::size_t i = 0; i < n; ++i) out[i * kLanes + l] = F();
          continue;
        }
        if (l == 0 || d == 0) {
          const F shift = root.pow(reverse_bits(block, log_inv_rate));
          base_powers(shift, shift.pow(begin), std::span(powers).first(n));
        }
        mul(BaseView(message.plane(d) + begin, n), BaseView(powers).first(n), BaseSpan(scaled).first(n));
        for (std::size_t i = 0; i < n; ++i) out[i * kLanes + l] = scaled[i];
      }
    }
  });
  parallel_for(lanes.size(), 1, [&](std::size_t first, std::size_t last) {
    for (std::size_t g = first; g < last; ++g) {
      ntt_rows(lanes[g].data(), log_message, kLanes);
      canonicalise(lanes[g]);
    }
  });
  return lanes;
}

template <class E>
merkle::Tree Oracle<E>::hash(const Lanes& lanes, unsigned log_message, unsigned log_inv_rate, unsigned fold) {
  const std::size_t rows = std::size_t{1} << log_message;
  std::vector<Digest> leaves;
  leaves.reserve(rows << log_inv_rate >> fold);
  for (std::size_t b = 0; b >> log_inv_rate == 0; ++b) {
    std::array<const F*, E::D> planes;
    for (unsigned d = 0; d < E::D; ++d) planes[d] = lane(lanes, b * E::D + d);
    const std::vector<Digest> part = merkle::coset_leaves(planes, kLanes, rows, fold);
    leaves.insert(leaves.end(), part.begin(), part.end());
  }
  return merkle::Tree(std::move(leaves));
}

// With i = i1 2^b + i0: x_s^i = x_s^i0 (x_s^(2^b))^i1, and x_s^(2^b) is a power e_s mod R of the R-th root, R = N /
// 2^b. So for each i0 the sum over s is one transform of length R of the sparse vector with coef[s] x_s^i0 at e_s mod
// R.
template <class E>
void add_powers(std::span<const std::uint32_t> leaves, std::span<const E> coef, unsigned log_leaves, ExtSpan<E> v) {
  const unsigned m = log2_floor(v.size());
  NESCIO_CHECK(is_power_of_two(v.size()) && m <= log_leaves && coef.size() == leaves.size());
  constexpr unsigned kLogTransform = 9;
  const unsigned b = log_leaves <= kLogTransform ? 0 : std::min(m, log_leaves - kLogTransform);
  const unsigned log_r = log_leaves - b;
  constexpr std::size_t kAtOnce = 8;  // values of i0 side by side
  const std::size_t low = std::size_t{1} << b, at_once = std::min(low, kAtOnce);
  const std::size_t stride = (at_once * E::D + 7) / 8 * 8;
  const std::vector<F> points = leaf_points(leaves, log_leaves);
  parallel_for(low / at_once, 1, [&](std::size_t first, std::size_t last) {
    std::vector<F> data(stride << log_r);
    for (std::size_t chunk = first; chunk < last; ++chunk) {
      const std::size_t i0 = chunk * at_once;
      std::fill(data.begin(), data.end(), F());
      for (std::size_t s = 0; s < leaves.size(); ++s) {
        const std::size_t e = reverse_bits(leaves[s], log_leaves) & ((std::size_t{1} << log_r) - 1);
        F* row = data.data() + e * stride;
        E c = coef[s] * points[s].pow(i0);
        for (std::size_t j = 0; j < at_once; ++j, c = c * points[s])
          for (unsigned d = 0; d < E::D; ++d) row[j * E::D + d] += c[d];
      }
      ntt_rows(data.data(), log_r, stride);
      for (std::size_t i1 = 0; i1 < v.size() >> b; ++i1) {
        const F* row = data.data() + reverse_bits(i1, log_r) * stride;
        for (std::size_t j = 0; j < at_once; ++j)
          for (unsigned d = 0; d < E::D; ++d) v.plane(d)[(i1 << b) + i0 + j] += row[j * E::D + d];
      }
    }
  });
}

template <class E>
void power_table(const E& z, const E& first, ExtSpan<E> v) {
  v.set(0, first);
  E step = z;
  for (std::size_t n = 1; n < v.size(); n *= 2, step *= step) {
    const std::size_t more = std::min(n, v.size() - n);
    scale<E>(step, v.subspan(0, more), v.subspan(n, more));
  }
}

template class Oracle<Ext2>;
template class Oracle<Ext3>;
template void add_powers<Ext2>(std::span<const std::uint32_t>, std::span<const Ext2>, unsigned, ExtSpan<Ext2>);
template void add_powers<Ext3>(std::span<const std::uint32_t>, std::span<const Ext3>, unsigned, ExtSpan<Ext3>);
template void power_table<Ext2>(const Ext2&, const Ext2&, ExtSpan<Ext2>);
template void power_table<Ext3>(const Ext3&, const Ext3&, ExtSpan<Ext3>);

}  // namespace nescio::pcs
