#include "nescio/forest/read.h"

#include "nescio/forest/lightgbm.h"
#include "nescio/forest/xgboost.h"

namespace nescio {
namespace {

enum class Format { none, json, ubjson, lightgbm };

// An ONNX file starts with a field of its protobuf message, never with one of these. UBJSON's names start with the type
// of their length, JSON's with quotes.
Format format_of(std::span<const std::uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with("tree\n") || text.starts_with("tree\r\n")) return Format::lightgbm;
  const std::size_t brace = text.substr(0, 64).find_first_not_of(" \t\r\n");
  if (brace == std::string_view::npos || text[brace] != '{') return Format::none;
  if (brace == 0 && text.size() > 1 && std::string_view("iUIlL#").find(text[1]) != std::string_view::npos)
    return Format::ubjson;
  return Format::json;
}

}  // namespace

bool is_forest(std::span<const std::uint8_t> bytes) {
  return format_of(bytes) != Format::none;
}

Result<Graph> read_forest(std::span<const std::uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  Ensemble ensemble;
  switch (format_of(bytes)) {
    case Format::none:
      return malformed("neither a model of XGBoost (JSON, UBJSON) nor of LightGBM (text)");
    case Format::lightgbm: {
      NESCIO_TRY(ensemble, read_lightgbm(text));
      break;
    }
    case Format::json: {
      NESCIO_TRY(const Document document, read_json_document(text));
      NESCIO_TRY(ensemble, read_xgboost(document));
      break;
    }
    case Format::ubjson: {
      NESCIO_TRY(const Document document, read_ubjson_document(bytes));
      NESCIO_TRY(ensemble, read_xgboost(document));
      break;
    }
  }
  return graph_of(ensemble);
}

}  // namespace nescio
