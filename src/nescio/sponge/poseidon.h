// sponge/poseidon.h -- the Poseidon permutation over Goldilocks, as arithmetic: binds weights and inputs to a digest
// inside the circuit. Never the hash of the transcript or of commitments.
//
// Paper   Poseidon (ePrint 2019/458): width 12, rate 8, capacity 4, x^7, 8 full and 22 partial rounds; round constants
// by
//         the Grain LFSR of its appendix E (prime field, x^alpha, n = 64, t = 12). A round adds constants, applies the
//         S-boxes, multiplies by the circulant MDS matrix with first row kPoseidonMdsRow (Plonky3's for this width).
// In a circuit only S-boxes are cells: 8*12 + 22 = 118 of them, each with its x^7. The input of an S-box is affine
//         in the 12 inputs of the permutation and in the outputs of earlier S-boxes:
//           sbox_in = L [state_in; sbox_out] + c,   L: 118 x 130, strictly lower triangular in its last 118 columns;
//         S-boxes are numbered round by round, lane 0 first; a partial round has lane 0 only. The state after the
//         permutation is the MDS matrix times the last twelve S-box outputs.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nescio/field/extension.h"

namespace nescio {

inline constexpr std::size_t kPoseidonWidth = 12;
inline constexpr std::size_t kPoseidonRate = 8;
inline constexpr std::size_t kPoseidonFullRounds = 8;
inline constexpr std::size_t kPoseidonPartialRounds = 22;
inline constexpr std::size_t kPoseidonSboxes = kPoseidonFullRounds * kPoseidonWidth + kPoseidonPartialRounds;  // 118
inline constexpr std::size_t kPoseidonInputs = kPoseidonWidth + kPoseidonSboxes;  // columns of L
inline constexpr std::array<std::uint8_t, kPoseidonWidth> kPoseidonMdsRow = {1, 1, 2, 1, 8, 9, 10, 7, 5, 9, 4, 10};

// Entry (i, j) of the MDS matrix.
constexpr std::uint8_t poseidon_mds(std::size_t i, std::size_t j) {
  return kPoseidonMdsRow[(j + kPoseidonWidth - i) % kPoseidonWidth];
}

using PoseidonState = std::array<F, kPoseidonWidth>;
PoseidonState poseidon_permute(const PoseidonState& in);
// The same in place, and x^7 of every S-box.
void poseidon_permute(PoseidonState& state, std::span<F, kPoseidonSboxes> x7);

// [30][12], round by round.
const std::vector<PoseidonState>& poseidon_round_constants();
// c, [118].
const std::vector<F>& poseidon_sbox_constants();
// in = L^T out and out = L in; out[118], in[130]; disjoint. The transpose is instantiated for Ext2 and Ext3.
template <class E>
void poseidon_linear_transpose(std::span<const E> out, std::span<E> in);
void poseidon_linear(std::span<const F> in, std::span<F> out);

}  // namespace nescio
