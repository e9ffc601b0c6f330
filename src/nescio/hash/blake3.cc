#include "nescio/hash/blake3.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "nescio/base/check.h"
#include "nescio/base/endian.h"
#include "nescio/base/secret.h"

// Of the library's blake3_impl.h, which is not a C++ header.
extern "C" {
void blake3_compress_in_place(std::uint32_t cv[8], const std::uint8_t block[64], std::uint8_t block_len,
                              std::uint64_t counter, std::uint8_t flags);
void blake3_hash_many(const std::uint8_t* const* inputs, std::size_t num_inputs, std::size_t blocks,
                      const std::uint32_t key[8], std::uint64_t counter, bool increment_counter, std::uint8_t flags,
                      std::uint8_t flags_start, std::uint8_t flags_end, std::uint8_t* out);
extern unsigned g_cpu_features;
unsigned get_cpu_features(void);
}

namespace nescio {
namespace {

constexpr std::uint8_t kChunkStart = 1, kChunkEnd = 2, kParent = 4, kRoot = 8, kKeyed = 16, kMaterial = 64;
constexpr std::size_t kChunkBlocks = BLAKE3_CHUNK_LEN / kHashBlock;
using KeyWords = std::array<std::uint32_t, 8>;

// Lowers the library's dispatch before any thread starts. Bits: SSE2 .. AVX2 are 0 .. 4, AVX512F and VL 5 and 6.
const bool kIsaChosen = [] {
  const char* isa = std::getenv("NESCIO_ISA");
  unsigned features = get_cpu_features();
  if (isa != nullptr && std::strcmp(isa, "scalar") == 0) features = 0;
  if (isa != nullptr && std::strcmp(isa, "avx2") == 0) features &= 0x1f;
  g_cpu_features = features;
  return true;
}();

const KeyWords& key_words(HashContext context) {
  static const auto kWords = [] {
    std::array<KeyWords, kHashContexts> words;
    for (std::size_t i = 0; i < kHashContexts; ++i) {
      blake3_hasher h;
      blake3_hasher_init_derive_key(&h, context_string(static_cast<HashContext>(i)));
      std::copy_n(h.key, 8, words[i].begin());
    }
    return words;
  }();
  return kWords[static_cast<std::size_t>(context)];
}

// Messages of more than one chunk, count <= kHashLanes: chunk by chunk and parent by parent across the messages.
// Pairing level by level, an odd last value carried up, gives BLAKE3's tree.
void hash_long(const KeyWords& key, std::uint8_t flags, const std::uint8_t* const* inputs, std::size_t count,
               std::size_t blocks, Digest* out) {
  std::size_t width = (blocks + kChunkBlocks - 1) / kChunkBlocks;
  std::vector<Digest> cv(width * count);  // [width][count]
  const std::uint8_t* at[kHashLanes];
  for (std::size_t c = 0; c < width; ++c) {
    for (std::size_t m = 0; m < count; ++m) at[m] = inputs[m] + c * BLAKE3_CHUNK_LEN;
    blake3_hash_many(at, count, std::min(kChunkBlocks, blocks - c * kChunkBlocks), key.data(), c, false, flags,
                     kChunkStart, kChunkEnd, cv[c * count].bytes.data());
  }
  std::array<std::array<Digest, 2>, kHashLanes> pair;
  for (std::size_t m = 0; m < count; ++m) at[m] = pair[m][0].bytes.data();
  for (; width > 1; width = (width + 1) / 2) {
    const auto parent = static_cast<std::uint8_t>(flags | kParent | (width == 2 ? kRoot : 0));
    for (std::size_t j = 0; j < width / 2; ++j) {
      for (std::size_t m = 0; m < count; ++m) pair[m] = {cv[2 * j * count + m], cv[(2 * j + 1) * count + m]};
      blake3_hash_many(at, count, 1, key.data(), 0, false, parent, 0, 0, cv[j * count].bytes.data());
    }
    if (width % 2 != 0) std::copy_n(cv.begin() + (width - 1) * count, count, cv.begin() + width / 2 * count);
  }
  std::copy_n(cv.begin(), count, out);
}

void hash_tile(const KeyWords& key, std::uint8_t flags, const std::uint8_t* const* inputs, std::size_t count,
               std::size_t blocks, Digest* out) {
  if (blocks <= kChunkBlocks) {
    blake3_hash_many(inputs, count, blocks, key.data(), 0, false, flags, kChunkStart, kChunkEnd | kRoot,
                     out->bytes.data());
    return;
  }
  for (std::size_t i = 0; i < count; i += kHashLanes)
    hash_long(key, flags, inputs + i, std::min(kHashLanes, count - i), blocks, out + i);
}

void hash_strided(const KeyWords& key, std::uint8_t flags, const std::uint8_t* base, std::size_t stride,
                  std::size_t count, std::size_t blocks, Digest* out) {
  constexpr std::size_t kTile = 4 * kHashLanes;
  const std::uint8_t* at[kTile];
  for (std::size_t i = 0; i < count; i += kTile) {
    const std::size_t n = std::min(kTile, count - i);
    for (std::size_t m = 0; m < n; ++m) at[m] = base + (i + m) * stride;
    hash_tile(key, flags, at, n, blocks, out + i);
  }
}

}  // namespace

const char* context_string(HashContext context) {
  switch (context) {
    case HashContext::kLeaf:
      return "nescio 2026 v1 leaf";
    case HashContext::kSeg:
      return "nescio 2026 v1 seg";
    case HashContext::kNode:
      return "nescio 2026 v1 node";
    case HashContext::kExt:
      return "nescio 2026 v1 ext";
    case HashContext::kPow:
      return "nescio 2026 v1 pow";
  }
  detail::check_failed("unknown hash context", __FILE__, __LINE__);
}

Hasher::Hasher() {
  blake3_hasher_init(&state_);
}
Hasher Hasher::keyed(const Digest& key) {
  Hasher h;
  blake3_hasher_init_keyed(&h.state_, key.bytes.data());
  return h;
}
Hasher Hasher::derive_key(std::string_view context) {
  Hasher h;
  blake3_hasher_init_derive_key_raw(&h.state_, context.data(), context.size());
  return h;
}
Hasher::~Hasher() {
  wipe(&state_, sizeof state_);
}

Hasher& Hasher::update(std::span<const std::uint8_t> bytes) {
  blake3_hasher_update(&state_, bytes.data(), bytes.size());
  return *this;
}
Hasher& Hasher::part(std::span<const std::uint8_t> bytes) {
  std::uint8_t length[8];
  store_u64(length, bytes.size());
  return update(length).update(bytes);
}
Hasher& Hasher::part(std::uint64_t word) {
  std::uint8_t bytes[8];
  store_u64(bytes, word);
  return part(bytes);
}
Digest Hasher::finish() const {
  Digest d;
  finish(d.bytes);
  return d;
}
void Hasher::finish(std::span<std::uint8_t> out, std::uint64_t offset) const {
  blake3_hasher_finalize_seek(&state_, offset, out.data(), out.size());
}

Digest hash_parts(std::initializer_list<std::span<const std::uint8_t>> parts) {
  Hasher h;
  for (const auto& p : parts) h.part(p);
  return h.finish();
}

Digest hash_padded(HashContext context, std::span<const std::uint8_t> message) {
  static constexpr std::uint8_t kZeros[kHashBlock] = {};
  const std::size_t padded = hash_padded_size(message.size());
  if (message.empty() || padded > BLAKE3_CHUNK_LEN)
    return Hasher::derive_key(context_string(context))
        .update(message)
        .update(std::span(kZeros).first(padded - message.size()))
        .finish();
  KeyWords cv = key_words(context);
  std::uint8_t flags = kMaterial | kChunkStart;
  for (std::size_t at = 0; at < padded; at += kHashBlock) {
    std::uint8_t block[kHashBlock] = {};
    std::memcpy(block, message.data() + at, std::min(kHashBlock, message.size() - at));
    if (at + kHashBlock == padded) flags |= kChunkEnd | kRoot;
    blake3_compress_in_place(cv.data(), block, kHashBlock, 0, flags);
    flags = kMaterial;
  }
  Digest d;
  std::memcpy(d.bytes.data(), cv.data(), sizeof d);
  return d;
}

void hash_many(HashContext context, const std::uint8_t* const* inputs, std::size_t count, std::size_t blocks,
               Digest* out) {
  if (count == 0) return;
  if (blocks == 0) return std::fill_n(out, count, hash_padded(context, {})), void();
  hash_tile(key_words(context), kMaterial, inputs, count, blocks, out);
}

void hash_many(HashContext context, const std::uint8_t* base, std::size_t stride, std::size_t count, std::size_t blocks,
               Digest* out) {
  if (blocks == 0) return std::fill_n(out, count, hash_padded(context, {})), void();
  hash_strided(key_words(context), kMaterial, base, stride, count, blocks, out);
}

void hash_many_keyed(const Digest& key, const std::uint8_t* base, std::size_t count, Digest* out) {
  KeyWords words;
  std::memcpy(words.data(), key.bytes.data(), sizeof words);
  hash_strided(words, kKeyed, base, kHashBlock, count, 1, out);
  wipe(words.data(), sizeof words);
}

}  // namespace nescio
