#include "nescio/merkle/prover.h"

#include <algorithm>
#include <cstring>

#include "nescio/base/bits.h"
#include "nescio/base/check.h"
#include "nescio/base/parallel.h"
#include "nescio/base/secret.h"

namespace nescio::merkle {
namespace {

const std::uint8_t* bytes(const void* p) {
  return static_cast<const std::uint8_t*>(p);
}

// Rows or leaves that are staged and hashed together: their messages stay in the L1 and L2 caches.
constexpr std::size_t kTile = 4 * kHashLanes;
// Leaves of a subtree that one thread hashes up to its root while it is in the cache.
constexpr unsigned kLogSubtree = 12;

// Digests of one column group of rows [0, n), n <= kTile; `row` is the first row's first cell of the group.
void hash_group(const F* row, std::size_t n, std::size_t stride, std::size_t width, SecretVector<std::uint8_t>& staging,
                Digest* out) {
  const std::size_t size = width * F::kBytes;
  const std::size_t padded = hash_padded_size(size);
  if (padded == size) {
    hash_many(HashContext::kSeg, bytes(row), stride * F::kBytes, n, padded / kHashBlock, out);
    return;
  }
  staging.resize(n * padded);
  for (std::size_t i = 0; i < n; ++i) {
    std::memcpy(staging.data() + i * padded, row + i * stride, size);
    std::memset(staging.data() + i * padded + size, 0, padded - size);
  }
  hash_many(HashContext::kSeg, staging.data(), padded, n, padded / kHashBlock, out);
}

}  // namespace

Tree::Tree(std::vector<Digest> leaves) : log_n_(log2_floor(leaves.size())), leaves_(std::move(leaves)) {
  const std::size_t n = leaves_.size();
  NESCIO_CHECK(is_power_of_two(n) && log_n_ <= 32);
  nodes_ = std::make_unique_for_overwrite<Digest[]>(n - 1);
  // Nodes [begin, end) of level l from level l - 1.
  const auto fill = [&](unsigned l, std::size_t begin, std::size_t end) {
    hash_many(HashContext::kNode, bytes(level(l - 1) + 2 * begin), 2 * sizeof(Digest), end - begin, 1,
              nodes_.get() + offset(l) + begin);
  };
  const unsigned low = std::min(log_n_, kLogSubtree);
  parallel_for(n >> low, 1, [&](std::size_t first, std::size_t last) {
    for (std::size_t s = first; s < last; ++s)
      for (unsigned l = 1; l <= low; ++l) fill(l, s << (low - l), (s + 1) << (low - l));
  });
  for (unsigned l = low + 1; l <= log_n_; ++l) fill(l, 0, n >> l);
}

const Digest* Tree::level(unsigned l) const {
  return l == 0 ? leaves_.data() : nodes_.get() + offset(l);
}

std::vector<Digest> Tree::multiproof(std::span<const std::uint32_t> indices) const {
  NESCIO_CHECK(!indices.empty() && indices.back() < leaves_.size());
  for (std::size_t i = 1; i < indices.size(); ++i) NESCIO_CHECK(indices[i - 1] < indices[i]);
  std::vector<Digest> out;
  std::vector<std::uint32_t> known(indices.begin(), indices.end());
  for (unsigned l = 0; l < log_n_; ++l) {
    std::size_t parents = 0;
    for (std::size_t i = 0; i < known.size(); ++parents) {
      const std::uint32_t x = known[i++];
      if (i < known.size() && known[i] == (x ^ 1)) {
        ++i;
      } else {
        out.push_back(level(l)[x ^ 1]);
      }
      known[parents] = x >> 1;
    }
    known.resize(parents);
  }
  return out;
}

std::vector<Digest> row_leaves(const F* code, std::size_t rows, std::size_t stride, std::span<const ColumnGroup> groups,
                               std::span<const Digest> salts) {
  NESCIO_CHECK(salts.size() == rows);
  for (const ColumnGroup& g : groups) NESCIO_CHECK(g.begin <= g.end && g.end <= stride);
  const std::size_t leaf_size = hash_padded_size((1 + groups.size()) * sizeof(Digest));
  std::vector<Digest> out(rows);
  parallel_for(rows, kTile, [&](std::size_t begin, std::size_t end) {
    SecretVector<std::uint8_t> staging, leaf(kTile * leaf_size);  // cells; salts
    std::array<Digest, kTile> d;
    for (std::size_t at = begin; at < end; at += kTile) {
      const std::size_t n = std::min(kTile, end - at);
      for (std::size_t i = 0; i < n; ++i) std::memcpy(leaf.data() + i * leaf_size, &salts[at + i], sizeof(Digest));
      for (std::size_t s = 0; s < groups.size(); ++s) {
        hash_group(code + at * stride + groups[s].begin, n, stride, groups[s].end - groups[s].begin, staging, d.data());
        for (std::size_t i = 0; i < n; ++i)
          std::memcpy(leaf.data() + i * leaf_size + (1 + s) * sizeof(Digest), &d[i], sizeof(Digest));
      }
      hash_many(HashContext::kLeaf, leaf.data(), leaf_size, n, leaf_size / kHashBlock, &out[at]);
    }
  });
  return out;
}

std::vector<Digest> coset_leaves(std::span<const F* const> planes, std::size_t step, std::size_t n, unsigned k) {
  NESCIO_CHECK(k < 32 && n % (std::size_t{1} << k) == 0);
  const std::size_t degree = planes.size();
  const std::size_t size = hash_padded_size((degree << k) * F::kBytes);
  std::vector<Digest> out(n >> k);
  parallel_for(out.size(), kTile, [&](std::size_t begin, std::size_t end) {
    std::vector<std::uint8_t> staging(kTile * size);
    for (std::size_t at = begin; at < end; at += kTile) {
      const std::size_t leaves = std::min(kTile, end - at);
      for (std::size_t d = 0; d < degree; ++d)
        for (std::size_t i = 0; i < leaves; ++i) {
          const F* in = planes[d] + ((at + i) << k) * step;
          std::uint8_t* word = staging.data() + i * size + d * F::kBytes;
          for (std::size_t j = 0; j >> k == 0; ++j, in += step, word += degree * F::kBytes)
            std::memcpy(word, in, F::kBytes);
        }
      hash_many(HashContext::kExt, staging.data(), size, leaves, size / kHashBlock, &out[at]);
    }
  });
  return out;
}

}  // namespace nescio::merkle
