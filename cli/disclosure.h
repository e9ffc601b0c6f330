// cli/disclosure.h -- in words, what every proof of a key tells of its inputs and outputs.
#pragma once
#include "command.h"
#include "nescio/api/digest_text.h"
#include "nescio/api/words.h"

namespace nescio::cli {

// Prints a line for each input and output.
void show_disclosure(const Options& options, const Circuit& circuit);
nlohmann::ordered_json disclosure_json(const Circuit& circuit);

}  // namespace nescio::cli
