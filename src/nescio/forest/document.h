// forest/document.h -- JSON and UBJSON, the two texts of XGBoost's models, as one tree of values.
//
// UBJSON (ubjson.org, draft 12) as XGBoost writes it: no high-precision numbers, characters or no-ops; a container may
// state its type and count. JSON may say NaN, which becomes null.
#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/base/secret.h"

namespace nescio {

// Its numbers are wiped.
using Document = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t, std::uint64_t, double,
                                      SecretAllocator>;

inline constexpr unsigned kMaxDepth = 32;

// kModel, with the byte where reading stopped.
Result<Document> read_json_document(std::string_view text);
Result<Document> read_ubjson_document(std::span<const std::uint8_t> bytes);

}  // namespace nescio
