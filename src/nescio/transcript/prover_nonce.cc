// Proof of work in batches. Rounds of nonces are tried in increasing order, each round by all threads; the smallest hit
// of the first round with one is the smallest nonce, whatever the threads did.
#include <algorithm>
#include <atomic>
#include <limits>

#include "nescio/base/endian.h"
#include "nescio/base/parallel.h"
#include "nescio/transcript/transcript.h"

namespace nescio {
namespace {

constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kBatch = 4 * kHashLanes;

// The smallest nonce in [begin, end) with low & mask == 0, or kNone; gives up when `found` is below its next batch.
std::uint64_t search(const Digest& seed, std::uint64_t mask, std::uint64_t begin, std::uint64_t end,
                     const std::atomic<std::uint64_t>& found) {
  std::array<std::uint8_t, kBatch * kHashBlock> blocks{};
  std::array<Digest, kBatch> out;
  for (std::size_t i = 0; i < kBatch; ++i) std::copy_n(seed.bytes.begin(), 32, blocks.begin() + i * kHashBlock);
  for (std::uint64_t at = begin; at < end && at < found.load(std::memory_order_relaxed); at += kBatch) {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(kBatch, end - at));
    for (std::size_t i = 0; i < n; ++i) store_u64(blocks.data() + i * kHashBlock + 32, at + i);
    hash_many(HashContext::kPow, blocks.data(), kHashBlock, n, 1, out.data());
    for (std::size_t i = 0; i < n; ++i)
      if ((load_u64(out[i].bytes.data()) & mask) == 0) return at + i;
  }
  return kNone;
}

}  // namespace

std::uint64_t Transcript::find_nonce(std::string_view label, unsigned bits) const {
  NESCIO_CHECK(bits <= kMaxWorkBits);
  if (bits == 0) return 0;
  const Digest seed = work_seed(label);
  const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  // A round is a quarter of the expected work, so that little is wasted and threads have long ranges.
  const std::uint64_t round = std::clamp<std::uint64_t>(mask / 4, kBatch, std::uint64_t{1} << 20);
  for (std::uint64_t begin = 0;; begin += round) {
    std::atomic<std::uint64_t> found = kNone;
    parallel_for(round, 16 * kBatch, [&](std::size_t lo, std::size_t hi) {
      const std::uint64_t hit = search(seed, mask, begin + lo, begin + hi, found);
      for (std::uint64_t old = found.load(); hit < old && !found.compare_exchange_weak(old, hit);) {
      }
    });
    if (found != kNone) return found;
  }
}

}  // namespace nescio
