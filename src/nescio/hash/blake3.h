// hash/blake3.h -- the hash of Fiat-Shamir and commitments: BLAKE3, one message or many of equal length in lanes.
//
// Domains  every use outside the transcript has its own derive-key context (HashContext); its messages are zero-padded
//          to whole 64-byte blocks, and the length of a message is fixed by its context and the verifying key.
//          Length-prefixed parts (hash_parts, Hasher::part) are plain BLAKE3, a domain of its own.
// Trust    collision resistance and the random-oracle model, 256-bit digests.
// Dispatch by CPU. The environment variable NESCIO_ISA=scalar|avx2|avx512 lowers it; the results are equal.
#pragma once
#include <blake3.h>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace nescio {

struct Digest {
  std::array<std::uint8_t, 32> bytes;
  friend bool operator==(const Digest&, const Digest&) = default;
  friend auto operator<=>(const Digest&, const Digest&) = default;
};
static_assert(sizeof(Digest) == 32);

// The key-derivation context is "nescio 2026 v1 " and the name without k, in lower case.
enum class HashContext : std::uint8_t { kLeaf, kSeg, kNode, kExt, kPow };
inline constexpr std::size_t kHashContexts = 5;
const char* context_string(HashContext context);

inline constexpr std::size_t kHashBlock = 64;
// Messages that are hashed side by side at full speed on the widest machine; tiles are multiples of it.
inline constexpr std::size_t kHashLanes = 16;
// Bytes after zero-padding to whole blocks.
constexpr std::size_t hash_padded_size(std::size_t bytes) {
  return (bytes + kHashBlock - 1) / kHashBlock * kHashBlock;
}

inline std::span<const std::uint8_t> bytes_of(std::string_view s) {
  return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}

// Streaming BLAKE3. It is wiped when it dies, so it may hold keys.
class Hasher {
 public:
  Hasher();  // plain
  static Hasher keyed(const Digest& key);
  static Hasher derive_key(std::string_view context);
  ~Hasher();
  Hasher(const Hasher&) = default;
  Hasher& operator=(const Hasher&) = default;

  Hasher& update(std::span<const std::uint8_t> bytes);
  // The length as a 64-bit word, then the bytes: a list of parts is encoded injectively.
  Hasher& part(std::span<const std::uint8_t> bytes);
  Hasher& part(std::string_view bytes) { return part(bytes_of(bytes)); }
  Hasher& part(std::uint64_t word);  // a part of 8 bytes
  Digest finish() const;
  // Bytes [offset, offset + out.size()) of the extended output.
  void finish(std::span<std::uint8_t> out, std::uint64_t offset = 0) const;

 private:
  blake3_hasher state_;
};

// BLAKE3 of the length-prefixed parts.
Digest hash_parts(std::initializer_list<std::span<const std::uint8_t>> parts);

// Digest of the zero-padded message. Equals Hasher::derive_key(context_string(context)) on the padded message.
Digest hash_padded(HashContext context, std::span<const std::uint8_t> message);

// out[i] = hash_padded(context, blocks * 64 bytes at inputs[i]), i < count. Any count, any number of blocks; 16 blocks
// (1 KiB) or fewer need no memory. Serial: parallel callers split the count.
void hash_many(HashContext context, const std::uint8_t* const* inputs, std::size_t count, std::size_t blocks,
               Digest* out);
// As above, message i at base + i * stride (bytes).
void hash_many(HashContext context, const std::uint8_t* base, std::size_t stride, std::size_t count, std::size_t blocks,
               Digest* out);
// out[i] = keyed BLAKE3 of the single 64-byte block at base + i * 64.
void hash_many_keyed(const Digest& key, const std::uint8_t* base, std::size_t count, Digest* out);

}  // namespace nescio
