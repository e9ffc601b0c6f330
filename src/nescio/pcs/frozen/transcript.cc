// pcs/frozen/transcript.cc -- for tests: another definition of transcript/transcript.h, linked in its place. Challenges
// depend on the domain and on their position, not on what is absorbed; work always holds. So challenges are known in
// advance, as to a simulator that programs the random oracle, or to a cheat where Fiat-Shamir is broken. No production
// code is changed, recompiled or aware of it.
//
// The domain "constant" gives every challenge of a label the same value; pcs/frozen/tape.h sets single ones.
#include "nescio/transcript/transcript.h"

#include <algorithm>

#include "nescio/base/endian.h"
#include "nescio/pcs/frozen/tape.h"

namespace nescio {
namespace {

// The end of the states of a scripted transcript.
constexpr std::array<std::uint8_t, 4> kScripted = {'t', 'a', 'p', 'e'};
bool is_scripted(const Digest& state) {
  return std::equal(kScripted.begin(), kScripted.end(), state.bytes.end() - kScripted.size());
}
Digest scripted(Digest state) {
  std::ranges::copy(kScripted, state.bytes.end() - kScripted.size());
  return state;
}

Digest first_state(std::span<const std::uint8_t> domain) {
  const bool constant = std::ranges::equal(domain, bytes_of("constant"));
  const Digest state = constant ? Digest{} : hash_parts({bytes_of("frozen"), domain});
  if (tape_script().starts == 0) return state;
  --tape_script().starts;
  return scripted(state);
}

}  // namespace

TapeScript& tape_script() {
  static TapeScript script;
  return script;
}

Transcript::Transcript(std::span<const std::uint8_t> domain) : state_(first_state(domain)) {}

void Transcript::absorb(std::string_view, std::string_view, std::span<const std::uint8_t>) {}

Transcript::Squeeze Transcript::squeeze(std::string_view label) {
  const Squeeze words(state_, label);
  if (state_ == Digest{}) return words;
  const Digest next = hash_parts({bytes_of("R"), state_.bytes, bytes_of(label)});
  state_ = is_scripted(state_) ? scripted(next) : next;
  return words;
}

std::uint64_t Transcript::Squeeze::next_word() {
  const std::uint64_t at = words_++ % 4;
  if (is_scripted(state_)) {
    const auto it = tape_script().words.find(std::string(label_));
    if (it != tape_script().words.end()) return it->second[(words_ - 1) % it->second.size()];
  }
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
  return Digest{};
}

Digest Transcript::work_seed(std::string_view) const {
  return Digest{};
}

bool Transcript::check_nonce(std::string_view, unsigned, std::uint64_t) {
  return true;
}

}  // namespace nescio
