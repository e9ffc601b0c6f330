// api/words.h -- keys and verdicts in words: the same on the command line and in Python.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "nescio/api/verify.h"

namespace nescio {

std::string hex(std::span<const std::uint8_t> bytes);
// Bytes that somebody else chose: as they are if all are printable ASCII, else in hexadecimal.
std::string shown(std::span<const std::uint8_t> bytes);
// A name from a key, which a stranger chose: in quotes and cut unless it is one short word.
std::string label(const std::string& name);
// A category between quotes, at most 64 characters of it; " and \ are escaped.
std::string quoted(const std::string& category);

std::string group_name(Group group);  // "inputs"
// "inputs", or "input NAME, .." of those that it is of
std::string digest_name(const Circuit& circuit, const DigestPort& digest);
// "public", "private", "bound by a digest"
std::string disclosure_text(const Circuit& circuit, const InputPort& port);
std::string disclosure_text(const Circuit& circuit, const OutputPort& port);
// Whether a checked key leaves its prover a choice of function.
std::string one_model_text(bool established);
// What a proof that discloses this does not tell.
std::string hidden_text(const Circuit& circuit, const Disclosed& disclosed);

// Whether the integer of an input stands for a missing value.
bool is_missing(const InputPort& port, std::int64_t integer);
// integer * scale, exactly up to the rounding of a double.
double real_number(std::int64_t integer, const Scale& scale);

}  // namespace nescio
