#include "nescio/base/parallel.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace nescio {
namespace {

// Each index is visited once, and ranges begin at multiples of the grain, for any number of threads.
TEST(Parallel, CoversEveryIndexOnce) {
  for (const unsigned threads : {1u, 2u, 7u, 0u}) {
    set_num_threads(threads);
    EXPECT_TRUE(threads == 0 ? num_threads() >= 1 : num_threads() == threads);
    for (const std::size_t n : {0u, 1u, 5u, 64u, 1000u, 4097u})
      for (const std::size_t grain : {0u, 1u, 3u, 64u, 5000u}) {
        std::vector<int> visits(n, 0);
        parallel_for(n, grain, [&](std::size_t begin, std::size_t end) {
          EXPECT_LT(begin, end);
          EXPECT_EQ(begin % std::max<std::size_t>(grain, 1), 0u);
          for (std::size_t i = begin; i < end; ++i) ++visits[i];
        });
        EXPECT_EQ(visits, std::vector<int>(n, 1)) << n << ' ' << grain;
      }
  }
  set_num_threads(0);
}

TEST(Parallel, Nests) {
  std::vector<std::size_t> sums(50);
  parallel_for(sums.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      std::vector<std::size_t> x(100);
      parallel_for(x.size(), 8, [&](std::size_t b, std::size_t e) {
        for (std::size_t j = b; j < e; ++j) x[j] = i * j;
      });
      sums[i] = std::accumulate(x.begin(), x.end(), std::size_t{0});
    }
  });
  for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_EQ(sums[i], i * 4950);
}

}  // namespace
}  // namespace nescio
