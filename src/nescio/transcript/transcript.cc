#include "nescio/transcript/transcript.h"

#include "nescio/base/endian.h"

namespace nescio {

Transcript::Transcript(std::span<const std::uint8_t> domain) : state_(hash_parts({bytes_of("init"), domain})) {}

void Transcript::absorb(std::string_view kind, std::string_view label, std::span<const std::uint8_t> payload) {
  state_ = hash_parts({bytes_of("A"), state_.bytes, bytes_of(kind), bytes_of(label), payload});
}

Transcript::Squeeze Transcript::squeeze(std::string_view label) {
  const Squeeze words(state_, label);
  state_ = hash_parts({bytes_of("R"), state_.bytes, bytes_of(label)});
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
  NESCIO_CHECK(log_n <= 32);
  Squeeze words = squeeze(label);
  std::vector<std::uint32_t> out(count);
  for (std::uint32_t& i : out) i = static_cast<std::uint32_t>(words.next_word() & ((std::uint64_t{1} << log_n) - 1));
  return out;
}

Transcript Transcript::fork(std::string_view label, std::uint64_t index, std::uint64_t count) const {
  return Transcript(Hasher().part("F").part(state_.bytes).part(label).part(index).part(count).finish());
}

Digest Transcript::digest() const {
  return hash_parts({bytes_of("D"), state_.bytes});
}

Digest Transcript::work_seed(std::string_view label) const {
  return hash_parts({bytes_of("W"), state_.bytes, bytes_of(label)});
}

bool Transcript::check_nonce(std::string_view label, unsigned bits, std::uint64_t nonce) {
  NESCIO_CHECK(bits <= kMaxWorkBits);
  if (bits == 0) return true;
  const Digest seed = work_seed(label);
  std::array<std::uint8_t, 40> block;
  std::copy(seed.bytes.begin(), seed.bytes.end(), block.begin());
  store_u64(block.data() + 32, nonce);
  const Digest work = hash_padded(HashContext::kPow, block);
  absorb("pow", label, std::span(block).subspan(32));
  return (load_u64(work.bytes.data()) & ((std::uint64_t{1} << bits) - 1)) == 0;
}

}  // namespace nescio
