// Model cards on the terminal.
#pragma once
#include "command.h"
#include "nescio/api/card.h"

namespace nescio::cli {

// Prints what a card says; the same as JSON.
nlohmann::ordered_json show_card(const Options& options, const ModelCard& card);

}  // namespace nescio::cli
