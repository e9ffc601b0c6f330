// prover/recorded/transcript.cc -- for tests: transcript/transcript.h as it is, but every step is recorded, and work
// always holds, so that a changed message does not end the run.
#include "nescio/transcript/transcript.h"

#include "nescio/base/endian.h"
#include "nescio/prover/recorded/steps.h"

namespace nescio {

std::vector<Step>& steps() {
  static std::vector<Step> list;
  return list;
}

Transcript::Transcript(std::span<const std::uint8_t> domain) : state_(hash_parts({bytes_of("init"), domain})) {}

void Transcript::absorb(std::string_view kind, std::string_view label, std::span<const std::uint8_t> payload) {
  const Digest before = state_;
  state_ = hash_parts({bytes_of("A"), state_.bytes, bytes_of(kind), bytes_of(label), payload});
  steps().push_back({Step::Kind::absorb, std::string(label), before, state_, {payload.begin(), payload.end()}});
}

Transcript::Squeeze Transcript::squeeze(std::string_view label) {
  const Squeeze words(state_, label);
  const Digest before = state_;
  state_ = hash_parts({bytes_of("R"), state_.bytes, bytes_of(label)});
  steps().push_back({Step::Kind::challenge, std::string(label), before, state_, {}});
  return words;
}

std::uint64_t Transcript::Squeeze::next_word() {
  const std::uint64_t at = words_++ % 4;
  if (at == 0) block_ = Hasher().part("S").part(state_.bytes).part(label_).part(words_ / 4).finish();
  return load_u64(block_.bytes.data() + 8 * at);
}

F Transcript::Squeeze::next_element() {
  for (;;)
    if (const std::uint64_t w = next_word(); w < F::kModulus) return F(w);
}

std::vector<std::uint32_t> Transcript::indices(std::string_view label, std::size_t count, unsigned log_n) {
  Squeeze words = squeeze(label);
  std::vector<std::uint32_t> out(count);
  for (std::uint32_t& i : out) i = static_cast<std::uint32_t>(words.next_word() & ((std::uint64_t{1} << log_n) - 1));
  return out;
}

Transcript Transcript::fork(std::string_view label, std::uint64_t index, std::uint64_t count) const {
  return Transcript(Hasher().part("F").part(state_.bytes).part(label).part(index).part(count).finish());
}

Digest Transcript::digest() const {
  const Digest d = hash_parts({bytes_of("D"), state_.bytes});
  steps().push_back({Step::Kind::digest, {}, state_, d, {}});
  return d;
}

Digest Transcript::work_seed(std::string_view label) const {
  return hash_parts({bytes_of("W"), state_.bytes, bytes_of(label)});
}

bool Transcript::check_nonce(std::string_view label, unsigned bits, std::uint64_t nonce) {
  if (bits == 0) return true;
  std::array<std::uint8_t, 8> bytes;
  store_u64(bytes.data(), nonce);
  absorb("pow", label, bytes);
  return true;
}

}  // namespace nescio
