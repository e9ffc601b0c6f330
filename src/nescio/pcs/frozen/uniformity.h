// pcs/frozen/uniformity.h -- for tests: are the words of messages uniform? From many proofs of one shape the lowest
// three and the highest three bits are counted, for each place of the proof by itself or pooled.
//
// Statistic   n KL(observed || uniform) over 8 buckets, half of what the G-test calls G (near uniform, Pearson's chi
//             square). For uniform words it exceeds t > 7 with probability at most e^-t (e t / 7)^7, for every n
//             (Agrawal, Finite-sample concentration of the multinomial in relative entropy, 2020): no approximation.
// Limit       68: below 2^-65 a statistic. A binary that makes 2^20 of them fails by chance with probability below
//             2^-44. (Elements mod p are not quite uniform in their highest bits: over 1000 proofs that changes
//             probabilities by a factor below 1.001.) Seeds are fixed, so nothing fails by chance from run to run.
// Power       a word that always has the same value reaches n ln 8: caught from 33 proofs on.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace nescio {

inline constexpr double kUniformityLimit = 68;

class Uniformity {
 public:
  // A word of 8 bytes. Words of one name and place are counted together.
  void add(const std::string& name, std::size_t place, const std::uint8_t* word) {
    Counts& c = counts_[{name, place}];
    ++c.low[word[0] & 7];
    ++c.high[word[7] >> 5];
  }
  // The largest statistic by name.
  std::map<std::string, double> worst() const {
    std::map<std::string, double> out;
    for (const auto& [at, c] : counts_)
      for (const Buckets& buckets : {c.low, c.high}) out[at.first] = std::max(out[at.first], statistic(buckets));
    return out;
  }

 private:
  using Buckets = std::array<unsigned, 8>;
  struct Counts {
    Buckets low{}, high{};
  };
  static double statistic(const Buckets& buckets) {
    double n = 0, sum = 0;
    for (const unsigned x : buckets) n += x;
    for (const unsigned x : buckets)
      if (x != 0) sum += x * std::log(x * 8 / n);
    return sum;
  }
  std::map<std::pair<std::string, std::size_t>, Counts> counts_;  // by name and place
};

}  // namespace nescio
