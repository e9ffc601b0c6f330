// cli/progress.h -- a progress bar on stderr, on a terminal only.
#pragma once
#include "command.h"
#include "nescio/api/prover_model.h"

namespace nescio::cli {

Progress progress_bar(const Options& options);

}  // namespace nescio::cli
