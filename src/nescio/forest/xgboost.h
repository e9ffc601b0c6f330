// forest/xgboost.h -- XGBoost's own model files (doc/tutorials/saving_model.rst of its repository).
#pragma once
#include "nescio/forest/document.h"
#include "nescio/forest/ensemble.h"

namespace nescio {

// x < t goes left, a missing value where the node says. A categorical node sends the categories that it lists to the
// right, all else, what is no category too, to the left.
Result<Ensemble> read_xgboost(const Document& model);

}  // namespace nescio
