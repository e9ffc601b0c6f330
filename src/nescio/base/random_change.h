// base/random_change.h -- for fuzz targets: small changes of the parts of a value that was read, for mutators that
// write it again, so that mutants get past the reader.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace nescio {

class RandomChange {
 public:
  explicit RandomChange(unsigned seed) : rng_(seed) {}

  std::size_t below(std::size_t n) { return rng_() % n; }
  template <class List>
  typename List::value_type* any(List& list) {
    return list.empty() ? nullptr : &list[below(list.size())];
  }
  // One of the numbers at which something changes, or one near the old.
  template <class T>
  void number(T& x) {
    constexpr std::int64_t kEdges[] = {0, 1, 2, 3, 255, 256, 65535, 65536};
    switch (below(4)) {
      case 0:
        x = static_cast<T>(kEdges[below(std::size(kEdges))]);
        break;
      case 1:
        x = static_cast<T>(std::uint64_t{1} << below(8 * sizeof(T)));
        break;
      case 2:
        x = static_cast<T>(static_cast<std::uint64_t>(x) + 1);
        break;
      default:
        x = static_cast<T>(static_cast<std::uint64_t>(x) - 1);
    }
  }
  void real(double& x) {
    constexpr double kEdges[] = {0, -0.0, 1, -1, 0.5, 5e-324, 1.7976931348623157e308, INFINITY, -INFINITY, NAN};
    x = below(2) == 0 ? kEdges[below(std::size(kEdges))] : below(2) == 0 ? x * 2 : -x;
  }
  void bytes(std::span<std::uint8_t> x) {
    if (!x.empty()) x[below(x.size())] ^= static_cast<std::uint8_t>(1U << below(8));
  }
  // One element more, or less.
  template <class List>
  void length(List& list) {
    if (list.empty()) return;
    if (below(2) == 0) {
      const typename List::value_type copy = list[below(list.size())];
      list.push_back(copy);
    } else {
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(below(list.size())));
    }
  }
  template <class Text>
  void text(Text& x) {
    if (x.empty() || below(8) == 0) {
      x += static_cast<char>(below(256));
    } else if (below(2) == 0) {
      length(x);
    } else {
      x[below(x.size())] = static_cast<char>(below(256));
    }
  }

 private:
  std::mt19937 rng_;
};

// What LLVMFuzzerCustomMutator is to return: the size of the mutant, or 0 if there is no room.
template <class Bytes>
std::size_t put_mutant(const Bytes& mutant, std::uint8_t* data, std::size_t max_size) {
  if (mutant.size() > max_size) return 0;
  std::copy(mutant.begin(), mutant.end(), data);
  return mutant.size();
}

// What `data` says, with up to three changes, written again. 0 too if it cannot be read.
template <class Mutator, class Read, class Write>
std::size_t mutate_value(Read read, Write write, std::uint8_t* data, std::size_t size, std::size_t max_size,
                         unsigned seed) {
  auto value = read(std::span<const std::uint8_t>(data, size));
  if (!value.ok()) return 0;
  Mutator mutator(seed);
  for (unsigned i = 0; i < 1 + seed / 8 % 3; ++i) mutator(*value);
  return put_mutant(write(*value), data, max_size);
}

}  // namespace nescio
