#include "nescio/sponge/poseidon.h"

#include <algorithm>

#include "nescio/base/check.h"

namespace nescio {
namespace {

constexpr std::size_t kRounds = kPoseidonFullRounds + kPoseidonPartialRounds;

constexpr bool is_full(std::size_t round) {
  return round < kPoseidonFullRounds / 2 || round >= kRounds - kPoseidonFullRounds / 2;
}

// The self-shrinking Grain LFSR: 80 bits of parameters, 160 bits discarded.
class Grain {
 public:
  Grain() {
    push(1, 2);  // prime field
    push(0, 4);  // x^alpha
    push(64, 12);
    push(kPoseidonWidth, 12);
    push(kPoseidonFullRounds, 10);
    push(kPoseidonPartialRounds, 10);
    push((1U << 30) - 1, 30);
    for (int i = 0; i < 160; ++i) step();
  }
  F element() {  // 64 bits, highest first; words >= p are skipped
    for (;;) {
      std::uint64_t w = 0;
      for (int i = 0; i < 64; ++i) w = 2 * w + (bit() ? 1 : 0);
      if (w < F::kModulus) return F(w);
    }
  }

 private:
  void push(std::uint32_t value, unsigned bits) {
    while (bits-- > 0) state_[size_++] = ((value >> bits) & 1) != 0;
  }
  bool step() {
    const auto at = [&](std::size_t i) { return state_[(head_ + i) % kSize]; };
    const bool b = at(62) ^ at(51) ^ at(38) ^ at(23) ^ at(13) ^ at(0);
    state_[head_] = b;
    head_ = (head_ + 1) % kSize;
    return b;
  }
  bool bit() {
    for (;;) {
      const bool keep = step(), b = step();
      if (keep) return b;
    }
  }

  static constexpr std::size_t kSize = 80;
  std::array<bool, kSize> state_{};
  std::size_t size_ = 0, head_ = 0;
};

// sum_d row[d] x[(i + d) mod 12] for all i, |x| < 2^33. A cyclic convolution: it splits along x^12 - 1 = (x^6 + 1)(x^3
// + 1) (x^3 - 1), which leaves 54 of 144 multiplications by small constants.
using Words = std::array<std::int64_t, kPoseidonWidth>;
[[gnu::always_inline]] inline void convolve(const Words& x, Words& out) {
  constexpr auto row = [](std::size_t d) { return std::int64_t{kPoseidonMdsRow[d]}; };
  std::array<std::int64_t, 6> plus, minus, m{};
  for (std::size_t i = 0; i < 6; ++i) {
    plus[i] = x[i] + x[i + 6];
    minus[i] = x[i] - x[i + 6];
  }
  for (std::size_t i = 0; i < 6; ++i)  // mod x^6 + 1
    for (std::size_t d = 0; d < 6; ++d) {
      const std::int64_t c = row(d) - row(d + 6);
      m[i] += (i + d < 6 ? c : -c) * minus[(i + d) % 6];
    }
  for (std::size_t i = 0; i < 3; ++i) {  // mod x^3 - 1 and x^3 + 1
    std::int64_t p = 0, q = 0;
    for (std::size_t d = 0; d < 3; ++d) {
      const std::size_t k = (i + d) % 3;
      const std::int64_t c0 = row(d) + row(d + 6), c1 = row(d + 3) + row(d + 9);
      p += (c0 + c1) * (plus[k] + plus[k + 3]);
      q += (i + d < 3 ? c0 - c1 : c1 - c0) * (plus[k] - plus[k + 3]);
    }
    const std::int64_t lo = (p + q) >> 1, hi = (p - q) >> 1;  // exact
    out[i] = (lo + m[i]) >> 1;
    out[i + 6] = (lo - m[i]) >> 1;
    out[i + 3] = (hi + m[i + 3]) >> 1;
    out[i + 9] = (hi - m[i + 3]) >> 1;
  }
}

// s = M s + c, on the low and high halves of the words; each row of M adds up to less than 2^7.
[[gnu::always_inline]] inline void mds(PoseidonState& s, const PoseidonState& c) {
  constexpr std::uint64_t kEpsilon = 0xFFFFFFFF;  // 2^64 mod p, and the mask of a half
  Words lo, hi, a, b;
  for (std::size_t i = 0; i < kPoseidonWidth; ++i) {
    lo[i] = static_cast<std::int64_t>(s[i].word() & kEpsilon);
    hi[i] = static_cast<std::int64_t>(s[i].word() >> 32);
  }
  convolve(lo, a);
  convolve(hi, b);
  for (std::size_t i = 0; i < kPoseidonWidth; ++i) {
    const std::uint64_t low = static_cast<std::uint64_t>(a[i]) + (c[i].word() & kEpsilon);
    const std::uint64_t high = static_cast<std::uint64_t>(b[i]) + (c[i].word() >> 32);
    const std::uint64_t rest = low + (high >> 32) * kEpsilon;  // below 2^41
    std::uint64_t sum = 0;
    s[i] = F(__builtin_add_overflow(high << 32, rest, &sum) ? sum + kEpsilon : sum);
  }
}
constexpr PoseidonState kNothing{};

// s = M^T s: the matrix is circulant, so M between two reversals of the lanes.
void mds_transpose(PoseidonState& s) {
  std::reverse(s.begin() + 1, s.end());
  mds(s, kNothing);
  std::reverse(s.begin() + 1, s.end());
}

constexpr std::size_t sboxes_of(std::size_t round) {
  return is_full(round) ? kPoseidonWidth : 1;
}

}  // namespace

const std::vector<PoseidonState>& poseidon_round_constants() {
  static const std::vector<PoseidonState> constants = [] {
    Grain grain;
    std::vector<PoseidonState> out(kRounds);
    for (PoseidonState& round : out)
      for (F& x : round) x = grain.element();
    return out;
  }();
  return constants;
}

void poseidon_permute(PoseidonState& state, std::span<F, kPoseidonSboxes> x7) {
  const std::vector<PoseidonState>& constants = poseidon_round_constants();
  PoseidonState s = state;
  for (std::size_t i = 0; i < kPoseidonWidth; ++i) s[i] += constants[0][i];
  F* p7 = x7.data();
  const auto sbox = [&](F& x) {
    const F x2 = x * x, x4 = x2 * x2;
    x = *p7++ = x4 * (x2 * x);
  };
  for (std::size_t round = 0; round < kRounds; ++round) {
    if (is_full(round)) {
      for (F& x : s) sbox(x);
    } else {
      sbox(s[0]);
    }
    mds(s, round + 1 < kRounds ? constants[round + 1] : kNothing);
  }
  state = s;
}

PoseidonState poseidon_permute(const PoseidonState& in) {
  std::array<F, kPoseidonSboxes> x7;
  PoseidonState s = in;
  poseidon_permute(s, x7);
  return s;
}

const std::vector<F>& poseidon_sbox_constants() {
  static const std::vector<F> constants = [] {
    std::vector<F> out;
    PoseidonState s = kNothing;
    for (std::size_t round = 0; round < kRounds; ++round) {
      for (std::size_t i = 0; i < kPoseidonWidth; ++i) s[i] += poseidon_round_constants()[round][i];
      for (std::size_t i = 0; i < sboxes_of(round); ++i) {
        out.push_back(s[i]);
        s[i] = F();
      }
      mds(s, kNothing);
    }
    NESCIO_CHECK(out.size() == kPoseidonSboxes);
    return out;
  }();
  return constants;
}

void poseidon_linear(std::span<const F> in, std::span<F> out) {
  NESCIO_CHECK(out.size() == kPoseidonSboxes && in.size() == kPoseidonInputs);
  PoseidonState s;
  std::copy_n(in.begin(), kPoseidonWidth, s.begin());
  for (std::size_t round = 0, k = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < sboxes_of(round); ++i, ++k) {
      out[k] = s[i];
      s[i] = in[kPoseidonWidth + k];
    }
    mds(s, kNothing);
  }
}

// The same steps backwards, one coefficient after the other.
template <class E>
void poseidon_linear_transpose(std::span<const E> out, std::span<E> in) {
  NESCIO_CHECK(out.size() == kPoseidonSboxes && in.size() == kPoseidonInputs);
  for (unsigned d = 0; d < E::D; ++d) {
    PoseidonState s = kNothing;
    for (std::size_t round = kRounds, k = kPoseidonSboxes; round-- > 0;) {
      mds_transpose(s);
      for (std::size_t i = sboxes_of(round); i-- > 0;) {
        --k;
        in[kPoseidonWidth + k][d] = s[i];
        s[i] = out[k][d];
      }
    }
    for (std::size_t i = 0; i < kPoseidonWidth; ++i) in[i][d] = s[i];
  }
}
template void poseidon_linear_transpose(std::span<const Ext2>, std::span<Ext2>);
template void poseidon_linear_transpose(std::span<const Ext3>, std::span<Ext3>);

}  // namespace nescio
