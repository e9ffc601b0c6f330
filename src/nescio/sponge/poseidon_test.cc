#include "nescio/sponge/poseidon.h"

#include <gtest/gtest.h>

#include <random>

namespace nescio {
namespace {

// Second source: Plonky3, goldilocks/src/poseidon1.rs (2026-08), GOLDILOCKS_POSEIDON1_RC_12 and the known-answer test
// of width 12.
TEST(Poseidon, round_constants_are_the_published_ones) {
  const auto& rc = poseidon_round_constants();
  EXPECT_EQ(rc.front()[0], F(0x13dcf33aba214f46));
  EXPECT_EQ(rc.front()[11], F(0x4a00be0466bca75e));
  EXPECT_EQ(rc.back()[11], F(0x23c7426af725a6a0));
}

TEST(Poseidon, permutation_has_the_published_answer) {
  PoseidonState in;
  for (std::size_t i = 0; i < kPoseidonWidth; ++i) in[i] = F(i);
  const PoseidonState expected = {F(15595088881848875364U), F(9564850329150784619U),  F(13607005230761744521U),
                                  F(12117102595842533385U), F(2814257411756993122U),  F(11640647689983397089U),
                                  F(14363867760831937423U), F(13323891071259596526U), F(11219803511311150468U),
                                  F(9221595262780869902U),  F(5898229059046891887U),  F(18181291031484020550U)};
  EXPECT_EQ(poseidon_permute(in), expected);
}

TEST(Poseidon, layers_of_sbox_cells_give_the_permutation) {
  std::mt19937_64 rng(1);
  std::vector<F> v(kPoseidonInputs), in(kPoseidonSboxes);
  PoseidonState state;
  for (std::size_t i = 0; i < kPoseidonWidth; ++i) v[i] = state[i] = F(rng());
  for (std::size_t j = 0; j < kPoseidonSboxes; ++j) {  // outputs that are not known yet are zero and do not matter
    poseidon_linear(v, in);
    v[kPoseidonWidth + j] = (in[j] + poseidon_sbox_constants()[j]).pow(7);
  }
  const PoseidonState expected = poseidon_permute(state);
  for (std::size_t i = 0; i < kPoseidonWidth; ++i) {
    F out;
    for (std::size_t j = 0; j < kPoseidonWidth; ++j)
      out += F(poseidon_mds(i, j)) * v[kPoseidonInputs - kPoseidonWidth + j];
    EXPECT_EQ(out, expected[i]);
  }
}

template <class E>
void check_adjoint() {
  std::mt19937_64 rng(2);
  const auto random = [&] {
    std::array<F, E::D> c;
    for (F& x : c) x = F(rng());
    return E(c);
  };
  std::vector<F> x(kPoseidonInputs), lx(kPoseidonSboxes);
  std::vector<E> y(kPoseidonSboxes), lty(kPoseidonInputs);
  for (F& e : x) e = F(rng());
  for (E& e : y) e = random();
  poseidon_linear(x, lx);
  poseidon_linear_transpose<E>(y, lty);
  E a, b;
  for (std::size_t i = 0; i < x.size(); ++i) a += lty[i] * x[i];
  for (std::size_t i = 0; i < y.size(); ++i) b += y[i] * lx[i];
  EXPECT_EQ(a, b);
}
TEST(Poseidon, transpose_is_adjoint) {
  check_adjoint<Ext2>();
  check_adjoint<Ext3>();
}

// Words at or above p, and the extremes of the delayed reduction, against rounds in plain field arithmetic.
TEST(Poseidon, any_words_and_every_cell) {
  std::mt19937_64 rng(3);
  const std::uint64_t kWords[] = {
      0, 1, F::kModulus - 1, F::kModulus, ~std::uint64_t{0}, 0xFFFFFFFF, 0xFFFFFFFF00000000};
  for (int round = 0; round < 200; ++round) {
    PoseidonState state;
    for (F& x : state) x = F(round < 100 ? kWords[rng() % 7] : rng());
    PoseidonState s = state;
    std::array<F, kPoseidonSboxes> x7;
    poseidon_permute(state, x7);
    std::size_t k = 0;
    for (std::size_t r = 0; r < kPoseidonFullRounds + kPoseidonPartialRounds; ++r) {
      for (std::size_t i = 0; i < kPoseidonWidth; ++i) s[i] += poseidon_round_constants()[r][i];
      const bool full = r < 4 || r >= 26;
      for (std::size_t i = 0; i < (full ? kPoseidonWidth : 1); ++i, ++k) EXPECT_EQ(x7[k], s[i] = s[i].pow(7));
      PoseidonState next{};
      for (std::size_t i = 0; i < kPoseidonWidth; ++i)
        for (std::size_t j = 0; j < kPoseidonWidth; ++j) next[i] += F(poseidon_mds(i, j)) * s[j];
      s = next;
    }
    EXPECT_EQ(k, kPoseidonSboxes);
    EXPECT_EQ(s, state);
  }
}

}  // namespace
}  // namespace nescio
