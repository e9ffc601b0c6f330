// transcript/prf.h -- the prover's randomness: every random cell, pad and salt of a proof. Part of
// nescio_transcript_prove.
//
// k = keyed BLAKE3(seed; length-prefixed parts): label, parameters, key digest, public values, statement, context,
// digest of all private cells, attempt (derive_proof_key). One stream per (label, segment):
//   s = keyed BLAKE3(k; parts "prf", label, segment), block i = keyed BLAKE3(s; i as 64-bit word || 0^56), 4 words a
//   block.
// Base elements take the next word below p (rejection), digests the next 4 words. Streams do not depend on how they are
// read: fill(n) equals n single elements.
// Trust  BLAKE3 keyed is a PRF. Keys and buffers are wiped (stack frames of the BLAKE3 library are not).
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "nescio/field/goldilocks.h"
#include "nescio/hash/blake3.h"

namespace nescio {

// A digest that is a secret: wiped when it dies.
struct SecretDigest : Digest {
  explicit SecretDigest(const Digest& d) : Digest(d) {}
  SecretDigest(const SecretDigest&) = default;
  SecretDigest& operator=(const SecretDigest&) = default;
  ~SecretDigest();
};

SecretDigest derive_proof_key(const Digest& seed, std::initializer_list<std::span<const std::uint8_t>> parts);

class Prf {
 public:
  Prf(const Digest& key, std::string_view label, std::uint64_t segment);
  ~Prf();
  Prf(const Prf&) = delete;
  Prf& operator=(const Prf&) = delete;

  F base();
  template <class E>
  E ext() {
    std::array<F, E::D> c;
    fill(c);
    return E(c);
  }
  Digest bytes32();
  // Canonical, uniform. About 2 GB/s a core with AVX-512.
  void fill(std::span<F> out);
  void fill(std::span<Digest> out);

 private:
  static constexpr std::size_t kBlocks = 4 * kHashLanes;  // in the buffer
  static constexpr std::size_t kWords = 4 * kBlocks;
  void refill();
  std::uint64_t next_word();

  SecretDigest stream_;
  std::uint64_t block_ = 0;  // next block to make
  std::size_t used_ = kWords;
  std::array<std::uint64_t, kWords> words_;
  std::array<std::uint8_t, kBlocks * kHashBlock> input_{};  // counter blocks
};

}  // namespace nescio
