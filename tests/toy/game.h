// For tests: a conversation with the verifier's own code over the toy field, in which every challenge is told in
// advance by the test. No message is masked: pads are 0.
#pragma once
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "nescio/field/extension.h"
#include "nescio/transcript/encoding.h"
#include "nescio/transcript/reader.h"
#include "nescio/zk/channel.h"

namespace nescio::toy {

using E = Ext2;

// The words that the transcript draws challenges from, in order (transcript.cc).
std::vector<std::uint64_t>& script();

// All elements but 0 and 1: those that a challenge can be.
inline std::vector<E> challenges() {
  std::vector<E> out;
  for (std::uint64_t i = 2; i < F::kModulus * F::kModulus; ++i)
    out.push_back(E({F(i % F::kModulus), F(i / F::kModulus)}));
  return out;
}

// One conversation: `replay` is the verifier's code, and says whether its last claims are true.
class Game {
 public:
  Game(const std::vector<E>& challenges, const std::vector<E>& messages) {
    script().clear();
    for (const E& c : challenges)
      for (unsigned d = 0; d < E::D; ++d) script().push_back(c[d].canonical());
    bytes_.resize(messages.size() * E::kBytes);
    for (std::size_t i = 0; i < messages.size(); ++i) encode(messages[i], bytes_.data() + i * E::kBytes);
  }
  // replay(channel, value): value(form) after the replay.
  bool accepts(
      const std::function<std::function<bool(const std::function<E(zk::Form<E>)>&)>(zk::Channel<E>&)>& replay) {
    zk::Tape<E> tape;
    ProofReader in(bytes_);
    zk::Channel<E> channel(tape, Transcript(std::span<const std::uint8_t>()), &in);
    const auto end = replay(channel);
    NESCIO_CHECK(in.end().ok() || !channel.status().ok());
    if (!channel.status().ok()) return false;
    const std::vector<E> values = tape.forward([](zk::Leaf, std::uint32_t) { return E(); });
    const auto value = [&](const zk::Form<E>& f) { return values[zk::Tape<E>::index(f)]; };
    for (const auto& claim : channel.ledger())
      if (!value(claim.form).is_zero()) return false;
    return end(value);
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

// Calls visit(tuple) for all tuples of `n` challenges.
inline void for_all(std::size_t n, const std::function<void(const std::vector<E>&)>& visit) {
  const std::vector<E> all = challenges();
  std::vector<std::size_t> at(n);
  std::vector<E> tuple(n, all[0]);
  for (;;) {
    visit(tuple);
    std::size_t i = n;
    while (i > 0 && at[i - 1] + 1 == all.size()) at[--i] = 0, tuple[i] = all[0];
    if (i == 0) return;
    tuple[i - 1] = all[++at[i - 1]];
  }
}

}  // namespace nescio::toy
