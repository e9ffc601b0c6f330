// api/auc.h -- the area under the ROC curve.
#pragma once
#include <span>

namespace nescio {

// The probability that a random row labelled 1 scores above a random row labelled 0; ties count one half. Equal sizes,
// no NaN, both labels present.
double area_under_curve(std::span<const double> scores, std::span<const double> labels);

}  // namespace nescio
