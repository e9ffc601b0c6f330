#include "nescio/api/auc.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "nescio/base/check.h"

namespace nescio {

double area_under_curve(std::span<const double> scores, std::span<const double> labels) {
  NESCIO_CHECK(scores.size() == labels.size());
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double ones = 0, ranks = 0;  // sum of the mean ranks, from 1 on, of the rows labelled 1
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    double here = 0;
    while (end < order.size() && scores[order[end]] == scores[order[i]]) here += labels[order[end++]];
    ranks += here * static_cast<double>(i + end + 1) / 2;
    ones += here;
    i = end;
  }
  const double zeros = static_cast<double>(order.size()) - ones;
  NESCIO_CHECK(ones > 0 && zeros > 0);
  return (ranks - ones * (ones + 1) / 2) / (ones * zeros);
}

}  // namespace nescio
