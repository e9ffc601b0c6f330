// forest/lightgbm.h -- LightGBM's text files (GBDT::SaveModelToString and Tree::ToString of its repository).
#pragma once
#include <string_view>

#include "nescio/forest/ensemble.h"

namespace nescio {

// x <= t goes left; numbers are compared in double precision, so a float32 input exactly. A node says what is missing:
// nothing (NaN counts as 0), 0 and NaN alike, or NaN; and where it goes. What is at most 1e-35 in size is 0. A
// categorical node sends the categories that it lists to the left, all else to the right.
Result<Ensemble> read_lightgbm(std::string_view text);

}  // namespace nescio
