#include <algorithm>
#include <cstring>

#include "nescio/base/endian.h"
#include "nescio/base/secret.h"
#include "nescio/transcript/prf.h"

namespace nescio {

SecretDigest::~SecretDigest() {
  wipe(bytes.data(), bytes.size());
}

SecretDigest derive_proof_key(const Digest& seed, std::initializer_list<std::span<const std::uint8_t>> parts) {
  Hasher h = Hasher::keyed(seed);
  for (const auto& p : parts) h.part(p);
  return SecretDigest(h.finish());
}

Prf::Prf(const Digest& key, std::string_view label, std::uint64_t segment)
    : stream_(Hasher::keyed(key).part("prf").part(label).part(segment).finish()) {}

Prf::~Prf() {
  wipe(words_.data(), sizeof words_);
}

void Prf::refill() {
  for (std::size_t i = 0; i < kBlocks; ++i) store_u64(input_.data() + i * kHashBlock, block_ + i);
  std::array<Digest, kBlocks> out;
  hash_many_keyed(stream_, input_.data(), kBlocks, out.data());
  std::memcpy(words_.data(), out.data(), sizeof words_);
  wipe(out.data(), sizeof out);
  block_ += kBlocks;
  used_ = 0;
}

std::uint64_t Prf::next_word() {
  if (used_ == kWords) refill();
  return words_[used_++];
}

F Prf::base() {
  for (;;)
    if (const std::uint64_t w = next_word(); w < F::kModulus) return F(w);
}

Digest Prf::bytes32() {
  Digest d;
  fill({&d, 1});
  return d;
}

void Prf::fill(std::span<F> out) {
  for (std::size_t done = 0; done < out.size();) {
    if (used_ == kWords) refill();
    // A word is rejected once in 2^32: copy a run, and look at single words only where that happened.
    const std::size_t n = std::min(kWords - used_, out.size() - done);
    const auto run = std::span(words_).subspan(used_, n);
    bool clean = true;
    for (const std::uint64_t w : run) clean &= w < F::kModulus;
    if (clean) {
      for (std::size_t i = 0; i < n; ++i) out[done + i] = F(run[i]);
      used_ += n;
      done += n;
    } else {
      out[done++] = base();
    }
  }
}

void Prf::fill(std::span<Digest> out) {
  for (Digest& d : out)
    for (std::size_t i = 0; i < 4; ++i) store_u64(d.bytes.data() + 8 * i, next_word());
}

}  // namespace nescio
