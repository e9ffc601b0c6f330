// Hostile tree models: read, and where they are models, evaluated once. The mutations keep to the format: values of a
// document, numbers and lines of a text.
#include <algorithm>

#include "nescio/base/fuzz_start.h"
#include "nescio/base/mutate_text.h"
#include "nescio/forest/document.h"
#include "nescio/forest/read.h"
#include "nescio/ops/evaluate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nescio;
  const auto graph = read_forest({data, size});
  if (!graph.ok()) return 0;
  NESCIO_CHECK(is_forest({data, size}) && validate(*graph).ok() && graph->inputs.size() == 1);
  const TensorType& type = graph->value(graph->inputs[0].value).type;
  const Tensor zeros(type.dtype, {1, std::min<std::int64_t>(type.shape[1], 256)});
  if (type.shape == zeros.shape()) (void)evaluate(*graph, std::span(&zeros, 1)).ok();
  return 0;
}

namespace nescio {
namespace {

class DocumentMutator : private RandomChange {
 public:
  explicit DocumentMutator(unsigned seed) : RandomChange(seed) {}

  void operator()(Document& root) {
    std::vector<Document*> all;
    list(root, all);
    Document &one = **any(all), &other = **any(all);
    switch (below(4)) {
      case 0:
        if (below(2) == 0) one = Document(other);
        break;
      case 1:
        if (one.is_array() || one.is_object()) members(one);
        break;
      default:
        value(one);
    }
  }

 private:
  void list(Document& d, std::vector<Document*>& all) {
    all.push_back(&d);
    if (d.is_structured())
      for (Document& inner : d) list(inner, all);
  }
  void members(Document& d) {
    if (d.empty()) return;
    const std::size_t which = below(d.size());
    if (d.is_object()) {
      d.erase(std::next(d.begin(), static_cast<std::ptrdiff_t>(which)));
    } else if (below(3) == 0) {
      d.erase(which);
    } else if (below(2) == 0) {
      d.push_back(Document(d[which]));
    } else {
      std::swap(d[which], d[below(d.size())]);
    }
  }
  void value(Document& d) {
    if (d.is_number_float()) {
      auto x = d.get<double>();
      real(x);
      d = x;
    } else if (d.is_number()) {
      auto x = d.get<std::int64_t>();
      number(x);
      d = x;
    } else if (d.is_boolean()) {
      d = !d.get<bool>();
    } else if (d.is_string()) {  // many numbers are strings, and whole texts stand in strings
      TextMutator mutator(static_cast<unsigned>(below(1U << 31)));
      d = mutator(d.get<std::string>());
    }
  }
};

std::size_t mutate_document(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  const auto read = [](std::span<const std::uint8_t> bytes) {
    auto json = read_json_document({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return json.ok() ? std::move(json) : read_ubjson_document(bytes);
  };
  const auto write = [seed](const Document& document) {
    if (seed / 64 % 2 == 0) {
      const bool typed = seed / 256 % 2 == 0;
      return Document::to_ubjson(document, typed || seed / 128 % 2 == 0, typed);
    }
    const std::string json = document.dump(-1, ' ', false, Document::error_handler_t::replace);
    return std::vector<std::uint8_t>(json.begin(), json.end());
  };
  return mutate_value<DocumentMutator>(read, write, data, size, max_size, seed);
}

}  // namespace
}  // namespace nescio

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  std::size_t n = 0;
  if (seed % 4 == 1) n = nescio::mutate_document(data, size, max_size, seed);
  if (n == 0 && seed % 4 != 0) n = nescio::mutate_text(data, size, max_size, seed);
  return n != 0 ? n : LLVMFuzzerMutate(data, size, max_size);
}
