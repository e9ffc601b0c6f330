// What the prover leaves behind on the heap: nothing. Every block that is freed while a proof is made is searched for
// words that are known to be secret: pads, triples, masks, salts, cells of the code, values behind pads, keys. Memory
// of SecretVector is zero by then; a secret in any other list is found. (The stack is not looked at.)
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <unordered_set>

#include "nescio/prover/chosen/runs.h"
#include "nescio/prover/frozen/small_model.h"
#include "nescio/relation/test_network.h"

namespace nescio {
namespace {

const std::unordered_set<std::uint64_t>* g_secrets = nullptr;  // while blocks are searched
std::atomic<std::size_t> g_blocks = 0, g_words = 0, g_found = 0;

// Small integers, also negative ones, are everywhere.
bool is_large(std::uint64_t w) {
  return w >> 32 != 0 && (F::kModulus - w) >> 32 != 0;
}

// Also clears the block, or what tests leave behind would be found in the unused parts of later ones.
void search(void* p) {
  if (p == nullptr) return;
  const std::size_t n = malloc_usable_size(p) / 8;
  const std::unique_ptr<void, void (*)(void*)> clear(p, [](void* q) { wipe(q, malloc_usable_size(q)); });
  if (g_secrets == nullptr) return;
  ++g_blocks;
  g_words += n;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t w = load_u64(static_cast<const std::uint8_t*>(p) + 8 * i);
    if (is_large(w) && g_secrets->contains(w)) ++g_found;
  }
}

}  // namespace
}  // namespace nescio

[[gnu::noinline]] void* operator new(std::size_t n) {
  if (void* p = std::malloc(n != 0 ? n : 1)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t n, std::align_val_t alignment) {
  const auto a = static_cast<std::size_t>(alignment);
  if (void* p = std::aligned_alloc(a, (n / a + 1) * a)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept {
  nescio::search(p);
  std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::align_val_t) noexcept {
  nescio::search(p);
  std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept {
  operator delete(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t, std::align_val_t alignment) noexcept {
  operator delete(p, alignment);
}

namespace nescio {
namespace {

// Words that a run of prove() must not leave.
class Secrets {
 public:
  void add(F x) { words.insert(x.canonical()); }
  void add(const Digest& d) {
    for (std::size_t i = 0; i < 4; ++i) words.insert(load_u64(d.bytes.data() + 8 * i));
  }
  void remove(std::span<const std::uint8_t> bytes) {
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) words.erase(load_u64(&bytes[i]));
  }
  std::unordered_set<std::uint64_t> words;
};

template <class E>
Secrets secrets_of(const VerifyingKey& key, const Witness& witness, const PublicValues& statement, const Digest& seed) {
  Chosen chosen;
  watch(seed, chosen);
  const auto proof = prove({key, witness, statement, {}, {}}, SecretDigest(seed));
  NESCIO_CHECK(proof.ok() && chosen.attempts.size() == 1);
  const Chosen::Attempt& attempt = chosen.attempts[0];
  Secrets out;
  out.add(attempt.key);
  Digest digest{};
  std::copy_n(attempt.parts[attempt.parts.size() - 2].begin(), 32, digest.bytes.begin());
  out.add(digest);  // of the witness
  for (const auto& [name, d] : attempt.drawn) {
    for (const F x : d.cells) out.add(x);
    for (const Digest& x : d.digests) out.add(x);
  }
  // The matrix and its code.
  const CheckedKey checked = UncheckedKeyForTests::make(key);
  std::vector<std::span<const F>> cells(key.circuit.tensors.size());
  TensorValues pad_cells(cells.size());
  std::vector<zk::Pads<E>> pads;
  for (std::uint32_t s = 0; s < key.circuit.segments; ++s) {
    pads.push_back(make_pads<E>(key.circuit, checked.segment_tensors()[s], s, attempt.key));
    add_pad_cells(checked.segment_tensors()[s], pads.back(), pad_cells);
  }
  for (TensorId t = 0; t < cells.size(); ++t)
    cells[t] = pad_cells[t].empty() ? std::span<const F>(witness.values[t]) : pad_cells[t];
  const pcs::MatrixShape& shape = checked.shape();
  SecretVector<F> message = lay_out(key, shape, cells);
  pcs::fill_random(key.params, shape, key.params.reserved_rows(), attempt.key, message);
  for (const F x : message) out.add(x);
  const pcs::CommittedMatrix matrix(key.params, shape, std::move(message), attempt.key);
  for (std::size_t i = 0; i >> key.params.log_code() == 0; ++i)
    for (std::size_t j = 0; j < matrix.stride(); ++j) out.add(matrix.code_row(i)[j]);
  // The values that are sent behind pads and triples.
  const Runs<E> runs(key, statement, witness);
  const std::vector<F> sent = runs.words.of(*proof);
  std::map<std::size_t, std::size_t> pad, factor;
  for (std::size_t w = 0; runs.words.label[w] != "open.sigma_res"; w += E::D) {
    const std::size_t s = runs.words.segment[w];
    E x;
    if (is_product(runs.words.label[w])) {
      const std::size_t n = factor[s]++;
      x = n % 2 == 0 ? pads[s].triple_a[n / 2] : pads[s].triple_b[n / 2];
    } else if (!is_clear(runs.words.label[w])) {
      x = pads[s].pad[pad[s]++];
    }
    for (unsigned d = 0; d < E::D; ++d)
      if (!is_clear(runs.words.label[w])) out.add(sent[w + d] + x[d]);
  }
  out.remove(*proof);
  return out;
}

template <class E>
std::size_t left_behind(const VerifyingKey& key, const Witness& witness, const PublicValues& statement) {
  static std::uint64_t count = 0;
  ++count;
  const Digest seed = hash_parts({bytes_of("left behind"), {reinterpret_cast<const std::uint8_t*>(&count), 8}});
  const Secrets secrets = secrets_of<E>(key, witness, statement, seed);
  EXPECT_GT(secrets.words.size(), 1000U);
  forget(seed);
  g_blocks = g_words = g_found = 0;
  g_secrets = &secrets.words;
  const bool ok = prove({key, witness, statement, {}, {}}, SecretDigest(seed)).ok();
  // What is lost in a list of another kind would be found.
  const std::size_t before = g_found;
  {
    std::vector<std::uint64_t> list(secrets.words.begin(), secrets.words.end());
  }
  g_secrets = nullptr;
  EXPECT_TRUE(ok);
  EXPECT_GT(g_blocks, 100U);
  EXPECT_GE(g_found - before, secrets.words.size() - 100);
  return before;
}

TEST(Wiped, no_freed_block_holds_a_secret) {
  for (const std::uint32_t segments : {1U, 2U}) {
    const SmallModel two = SmallModel::make<Ext2>(segments), three = SmallModel::make<Ext3>(segments);
    EXPECT_EQ(left_behind<Ext2>(two.key, two.witness({1, 2, 3}, {1, 2, 3}), two.statement), 0U);
    EXPECT_EQ(left_behind<Ext3>(three.key, three.witness({1, 2, 3}, {1, 2, 3}), three.statement), 0U);
    // Of the second layer: 3, 11, 5. With (2, 2, 0), say, its value at a point r is 2 - 2 r_1, which is public
    // arithmetic too.
    const TestNetwork net(1, segments);
    VerifyingKey key = toy_key<Ext3>(net.circuit, 8);
    key.params.query_pow = key.params.fold_pow = key.params.lookup_pow = 0;
    for (pcs::Round& r : key.params.rounds) r.query_pow = r.fold_pow = 0;
    Witness witness = net.witness;
    PublicValues statement = net.statement;
    witness.values.resize(key.circuit.tensors.size());
    statement.resize(key.circuit.tensors.size());
    EXPECT_EQ(left_behind<Ext3>(key, witness, statement), 0U);
  }
}

}  // namespace
}  // namespace nescio
