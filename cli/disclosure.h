// cli/disclosure.h -- in words, what every proof of a key tells of its inputs and outputs.
#pragma once
#include "command.h"
#include "nescio/api/digest_text.h"
#include "nescio/api/verify.h"

namespace nescio::cli {

std::string group_name(Group group);  // "inputs"
// "inputs", or "input NAME, .." of those that it is of
std::string digest_name(const Circuit& circuit, const DigestPort& digest);
// "public", "private", "bound by a digest"
std::string disclosure_text(const Circuit& circuit, const InputPort& port);
std::string disclosure_text(const Circuit& circuit, const OutputPort& port);
// Prints a line for each input and output.
void show_disclosure(const Options& options, const Circuit& circuit);
nlohmann::ordered_json disclosure_json(const Circuit& circuit);
// Whether a checked key leaves its prover a choice of function.
std::string one_model_text(bool established);

}  // namespace nescio::cli
