#include "nescio/sponge/poseidon.h"

#include "nescio/base/check.h"

namespace nescio {
namespace {

constexpr std::size_t kRounds = kPoseidonFullRounds + kPoseidonPartialRounds;

bool is_full(std::size_t round) { return round < kPoseidonFullRounds / 2 || round >= kRounds - kPoseidonFullRounds / 2; }

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

template <class T, class Mul>
std::array<T, kPoseidonWidth> mds(const std::array<T, kPoseidonWidth>& s, const Mul& add_scaled) {
  std::array<T, kPoseidonWidth> out{};
  for (std::size_t i = 0; i < kPoseidonWidth; ++i)
    for (std::size_t j = 0; j < kPoseidonWidth; ++j) add_scaled(out[i], s[j], F(poseidon_mds(i, j)));
  return out;
}

// An affine form in the 130 inputs of L: its last entry is the constant.
using AffineForm = std::array<F, kPoseidonInputs + 1>;

const std::vector<AffineForm>& sbox_forms() {
  static const std::vector<AffineForm> forms = [] {
    std::vector<AffineForm> out;
    std::array<AffineForm, kPoseidonWidth> state{};
    for (std::size_t i = 0; i < kPoseidonWidth; ++i) state[i][i] = F(1);
    for (std::size_t round = 0; round < kRounds; ++round) {
      for (std::size_t i = 0; i < kPoseidonWidth; ++i) state[i][kPoseidonInputs] += poseidon_round_constants()[round][i];
      for (std::size_t i = 0; i < (is_full(round) ? kPoseidonWidth : 1); ++i) {
        out.push_back(state[i]);
        state[i] = {};
        state[i][kPoseidonWidth + out.size() - 1] = F(1);
      }
      state = mds(state, [](AffineForm& acc, const AffineForm& x, F c) {
        for (std::size_t k = 0; k < acc.size(); ++k) acc[k] += c * x[k];
      });
    }
    NESCIO_CHECK(out.size() == kPoseidonSboxes);
    return out;
  }();
  return forms;
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

PoseidonState poseidon_permute(const PoseidonState& in) {
  PoseidonState s = in;
  for (std::size_t round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < kPoseidonWidth; ++i) s[i] += poseidon_round_constants()[round][i];
    for (std::size_t i = 0; i < (is_full(round) ? kPoseidonWidth : 1); ++i) {
      const F x3 = s[i] * s[i] * s[i];
      s[i] = x3 * x3 * s[i];
    }
    s = mds(s, [](F& acc, F x, F c) { acc += c * x; });
  }
  return s;
}

const std::vector<F>& poseidon_sbox_constants() {
  static const std::vector<F> constants = [] {
    std::vector<F> out;
    for (const AffineForm& f : sbox_forms()) out.push_back(f[kPoseidonInputs]);
    return out;
  }();
  return constants;
}

template <class E>
void poseidon_linear_transpose(std::span<const E> out, std::span<E> in) {
  NESCIO_CHECK(out.size() == kPoseidonSboxes && in.size() == kPoseidonInputs);
  std::fill(in.begin(), in.end(), E());
  for (std::size_t row = 0; row < kPoseidonSboxes; ++row)
    for (std::size_t k = 0; k < kPoseidonWidth + row; ++k) in[k] += out[row] * sbox_forms()[row][k];
}

void poseidon_linear(std::span<const F> in, std::span<F> out) {
  NESCIO_CHECK(out.size() == kPoseidonSboxes && in.size() == kPoseidonInputs);
  for (std::size_t row = 0; row < kPoseidonSboxes; ++row) {
    out[row] = F();
    for (std::size_t k = 0; k < kPoseidonWidth + row; ++k) out[row] += in[k] * sbox_forms()[row][k];
  }
}

template void poseidon_linear_transpose(std::span<const F>, std::span<F>);
template void poseidon_linear_transpose(std::span<const Ext2>, std::span<Ext2>);
template void poseidon_linear_transpose(std::span<const Ext3>, std::span<Ext3>);

}  // namespace nescio
