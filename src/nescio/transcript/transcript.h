// transcript/transcript.h -- Fiat-Shamir: a typed, labelled, length-prefixed hash chain.
//
// State       32 bytes. H(parts) = BLAKE3 of the parts, each prefixed by its length as a 64-bit word.
//             start      H("init", domain)
//             absorb     H("A", state, kind, label, payload)
//             challenge  words of H("S", state, label, i), i = 0, 1, ..; the state becomes H("R", state, label)
//             work       block H("W", state, label) || nonce || 0^24 under HashContext::kPow; then absorb("pow", label,
//             nonce) fork       H("F", state, label, index, count)        digest  H("D", state)
// Challenges  uniform in E without 0 and 1: words >= p are skipped, never reduced.
// Soundness   collisions and programming in the random-oracle model; g bits of work multiply the error of the challenge
//             that they precede by 2^-g.
// Absorbs everything itself; messages go through ProofWriter and ProofReader so that both sides absorb the same bytes.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "nescio/base/check.h"
#include "nescio/field/goldilocks.h"
#include "nescio/hash/blake3.h"

namespace nescio {

class Transcript {
 public:
  static constexpr unsigned kMaxWorkBits = 40;

  explicit Transcript(std::span<const std::uint8_t> domain);

  void absorb(std::string_view kind, std::string_view label, std::span<const std::uint8_t> payload);

  // Uniform in E without 0 and 1.
  template <class E>
  E challenge(std::string_view label) {
    Squeeze words = squeeze(label);
    for (;;) {
      std::array<F, E::D> c;
      for (F& x : c) x = words.next_element();
      const E e(c);
      if (!(e == E::zero()) && !(e == E::one())) return e;
    }
  }
  // `count` independent uniform indices below 2^log_n, log_n <= 32, in order of drawing: with repetitions.
  std::vector<std::uint32_t> indices(std::string_view label, std::size_t count, unsigned log_n);

  // An independent transcript for part `index` of `count`; this one is unchanged.
  Transcript fork(std::string_view label, std::uint64_t index, std::uint64_t count) const;
  Digest digest() const;

  // The smallest nonce that check_nonce accepts; bits <= 40. Many threads, one result. Defined in
  // nescio_transcript_prove: a verifier cannot link it.
  std::uint64_t find_nonce(std::string_view label, unsigned bits) const;
  // Whether the nonce holds `bits` bits of work, bits <= 40; absorbs it either way. bits == 0: no nonce, no change.
  bool check_nonce(std::string_view label, unsigned bits, std::uint64_t nonce);

 private:
  // The words that follow from one state and label.
  class Squeeze {
   public:
    Squeeze(const Digest& state, std::string_view label) : state_(state), label_(label) {}
    std::uint64_t next_word();
    F next_element();  // rejection

   private:
    Digest state_;
    std::string_view label_;
    Digest block_{};
    std::uint64_t words_ = 0;
  };

  explicit Transcript(const Digest& state) : state_(state) {}
  Squeeze squeeze(std::string_view label);  // ratchets the state
  Digest work_seed(std::string_view label) const;

  Digest state_;
};

}  // namespace nescio
