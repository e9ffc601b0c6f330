#include "nescio/prover/chosen/prf.h"

#include <deque>
#include <mutex>

#include "nescio/base/endian.h"
#include "nescio/base/secret.h"

namespace nescio {
namespace {

// An open stream. It lives on after its Prf: others may be open at the same time.
struct Stream {
  Digest key{};
  std::uint64_t words = 0;  // already taken
  Digest block{};
  const std::map<std::size_t, F>* cells = nullptr;  // what is chosen; null: nothing
  const std::map<std::size_t, Digest>* digests = nullptr;
  Drawn* drawn = nullptr;
  std::size_t cell = 0, digest = 0;  // the next one

  std::uint64_t next_word() {
    if (words % 4 == 0) {
      std::array<std::uint8_t, kHashBlock> input{};
      store_u64(input.data(), words / 4);
      block = Hasher::keyed(key).update(input).finish();
    }
    return load_u64(block.bytes.data() + 8 * (words++ % 4));
  }
};

struct Registry {
  std::mutex mutex;
  std::map<Digest, Chosen*> by_seed;
  std::map<Digest, std::pair<Chosen*, std::size_t>> by_key;  // and the number of the attempt
  std::deque<Stream> streams;
};
Registry& registry() {
  static Registry r;
  return r;
}
Stream& stream(std::uint64_t number) {
  const std::lock_guard lock(registry().mutex);
  return registry().streams[number];
}
template <class T>
const std::map<std::size_t, T>* chosen_of(const std::map<StreamName, std::map<std::size_t, T>>& all,
                                          const StreamName& name) {
  const auto it = all.find(name);
  return it == all.end() ? nullptr : &it->second;
}

}  // namespace

Digest seed_for(Chosen& chosen) {
  static std::uint64_t count = 0;
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  Digest seed{};
  store_u64(seed.bytes.data(), ++count);
  seed.bytes[31] = 1;
  r.by_seed[seed] = &chosen;
  return seed;
}

void watch(const Digest& seed, Chosen& chosen) {
  const std::lock_guard lock(registry().mutex);
  registry().by_seed[seed] = &chosen;
}

void forget(const Digest& seed) {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  const auto it = r.by_seed.find(seed);
  if (it == r.by_seed.end()) return;
  std::erase_if(r.by_key, [&](const auto& entry) { return entry.second.first == it->second; });
  r.by_seed.erase(it);
}

SecretDigest::~SecretDigest() {
  wipe(bytes.data(), bytes.size());
}

SecretDigest derive_proof_key(const Digest& seed, std::initializer_list<std::span<const std::uint8_t>> parts) {
  Hasher h = Hasher::keyed(seed);
  for (const auto& p : parts) h.part(p);
  SecretDigest key(h.finish());
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  if (const auto it = r.by_seed.find(seed); it != r.by_seed.end()) {
    std::vector<std::vector<std::uint8_t>> list;
    for (const auto& p : parts) list.emplace_back(p.begin(), p.end());
    r.by_key[key] = {it->second, it->second->attempts.size()};
    it->second->attempts.push_back({key, std::move(list)});
  }
  return key;
}

// block_ holds the number of the stream; the other members are not used.
Prf::Prf(const Digest& key, std::string_view label, std::uint64_t segment) : stream_(key) {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  block_ = r.streams.size();
  Stream& s = r.streams.emplace_back();
  Digest from = key;
  if (const auto it = r.by_key.find(key); it != r.by_key.end()) {
    Chosen& c = *it->second.first;
    Chosen::Attempt& attempt = c.attempts[it->second.second];
    const StreamName name(label, segment);
    attempt.opened.push_back(name);
    s.drawn = &attempt.drawn[name];
    if (it->second.second == c.attempt) {
      s.cells = chosen_of(c.cells, name);
      s.digests = chosen_of(c.digests, name);
      if (const auto fixed = c.fixed.find(name.first); fixed != c.fixed.end())
        from = Hasher().part("fixed").part(fixed->second).finish();
    }
  }
  s.key = Hasher::keyed(from).part("prf").part(label).part(segment).finish();
}

Prf::~Prf() = default;

F Prf::base() {
  F x;
  fill({&x, 1});
  return x;
}

void Prf::fill(std::span<F> out) {
  Stream& s = stream(block_);
  for (F& x : out) {
    std::uint64_t word = 0;
    do word = s.next_word();
    while (word >= F::kModulus);
    x = F(word);
    const std::size_t at = s.cell++;
    if (s.cells != nullptr)
      if (const auto it = s.cells->find(at); it != s.cells->end()) x = it->second;
    if (s.drawn != nullptr) s.drawn->cells.push_back(x);
  }
}

Digest Prf::bytes32() {
  Digest d;
  fill({&d, 1});
  return d;
}

void Prf::fill(std::span<Digest> out) {
  Stream& s = stream(block_);
  for (Digest& d : out) {
    for (std::size_t i = 0; i < 4; ++i) store_u64(d.bytes.data() + 8 * i, s.next_word());
    const std::size_t at = s.digest++;
    if (s.digests != nullptr)
      if (const auto it = s.digests->find(at); it != s.digests->end()) d = it->second;
    if (s.drawn != nullptr) s.drawn->digests.push_back(d);
  }
}

}  // namespace nescio
