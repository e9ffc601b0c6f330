#include "arrays.h"

#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <limits>
#include <memory>

#include "failure.h"
#include "unlocked.h"

namespace nescio::python {
namespace {

// Row-major.
template <class T>
void copy_values(const AnyArray& from, SecretVector<double>& to) {
  const auto* data = static_cast<const T*>(from.data());
  std::vector<std::size_t> at(from.ndim());
  std::int64_t offset = 0;
  for (std::size_t left = from.size(); left != 0; --left) {
    to.push_back(static_cast<double>(data[offset]));
    for (std::size_t d = from.ndim(); d-- > 0;) {
      offset += from.stride(d);
      if (++at[d] < from.shape(d)) break;
      offset -= from.stride(d) * static_cast<std::int64_t>(from.shape(d));
      at[d] = 0;
    }
  }
}

template <class T>
bool copy_if(const AnyArray& from, SecretVector<double>& to) {
  if (from.dtype() != nb::dtype<T>()) return false;
  copy_values<T>(from, to);
  return true;
}

bool copy_any(const AnyArray& a, SecretVector<double>& to) {
  return copy_if<double>(a, to) || copy_if<float>(a, to) || copy_if<std::int64_t>(a, to) ||
         copy_if<std::int32_t>(a, to) || copy_if<std::int16_t>(a, to) || copy_if<std::int8_t>(a, to) ||
         copy_if<std::uint64_t>(a, to) || copy_if<std::uint32_t>(a, to) || copy_if<std::uint16_t>(a, to) ||
         copy_if<std::uint8_t>(a, to) || copy_if<bool>(a, to);
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string s;
  for (const std::uint64_t n : shape) s += (s.empty() ? "" : ", ") + std::to_string(n);
  return "[" + s + "]";
}

bool joint(const Arrays& arrays) {
  return arrays.list.size() == 1 && arrays.list[0].first.empty();
}

Result<std::uint64_t> rows_of(const Array& array, std::uint64_t cells, const std::string& what) {
  const std::uint64_t n = array.values.size(), rows = array.shape.empty() ? 1 : array.shape[0];
  if (n != 0 && rows * cells == n) return rows;
  if (n != 0 && n == cells) return std::uint64_t{1};
  return Error{ErrorCode::kInShape,
               0,
               what + " has shape " + shape_text(array.shape) + "; an example of this model has " +
                   std::to_string(cells) + " numbers",
               {}};
}

}  // namespace

Arrays arrays_of(const std::vector<std::pair<std::string, AnyArray>>& named,
                 const std::vector<std::pair<std::string, Words>>& words) {
  Arrays out;
  const Unlocked free;
  for (const auto& [name, from] : named) {
    Array to;
    for (std::size_t d = 0; d < from.ndim(); ++d) to.shape.push_back(from.shape(d));
    if (from.size() > kMaxArrayValues) throw Failure("read", {ErrorCode::kInFormat, 0, "too many values", {}});
    to.values.reserve(from.size());
    if (!copy_any(from, to.values))
      throw Failure("read", {ErrorCode::kInFormat, 0, "numbers of this type are not read; use float32 or float64", {}});
    out.list.emplace_back(name, std::move(to));
  }
  for (const auto& [name, from] : words) {
    Array to{from.shape, SecretVector<double>(from.texts.size(), std::numeric_limits<double>::quiet_NaN())};
    for (const SecretString& text : from.texts) to.words.push_back({text, false});
    out.list.emplace_back(name, std::move(to));
  }
  return out;
}

Result<std::uint64_t> count_examples(const std::vector<PortCells>& ports, const Arrays& arrays) {
  if (joint(arrays)) {
    std::uint64_t cells = 0;
    for (const PortCells& port : ports) cells += port.cells;
    return rows_of(arrays.list[0].second, cells, "the data");
  }
  std::uint64_t rows = 0;
  for (std::size_t i = 0; i < arrays.list.size(); ++i) {
    const auto& [name, array] = arrays.list[i];
    // Without names: in the order of the ports. An unknown name is told by who runs the example.
    std::uint64_t cells = array.values.size();
    for (std::size_t p = 0; p < ports.size(); ++p)
      if (ports[p].name == name || (name.empty() && p == i)) cells = ports[p].cells;
    NESCIO_TRY(const std::uint64_t n, rows_of(array, cells, "'" + name + "'"));
    if (i != 0 && n != rows) return Error{ErrorCode::kInShape, 0, "the inputs have different numbers of rows", {}};
    rows = n;
  }
  if (rows == 0) return Error{ErrorCode::kInShape, 0, "there are no numbers", {}};
  return rows;
}

NamedArrays example(const std::vector<PortCells>& ports, const Arrays& arrays, std::uint64_t r) {
  NamedArrays out;
  const auto part = [&](const std::string& name, const Array& array, std::uint64_t begin, std::uint64_t cells) {
    const auto from = array.values.begin() + static_cast<std::ptrdiff_t>(begin);
    Array& to = out.emplace_back(name, Array{{cells}, {from, from + static_cast<std::ptrdiff_t>(cells)}}).second;
    for (std::uint64_t i = begin; i < begin + cells && !array.words.empty(); ++i) to.words.push_back(array.words[i]);
  };
  if (joint(arrays)) {
    std::uint64_t stride = 0, offset = 0;
    for (const PortCells& port : ports) stride += port.cells;
    for (const PortCells& port : ports) {
      part(port.name, arrays.list[0].second, r * stride + offset, port.cells);
      offset += port.cells;
    }
    return out;
  }
  for (std::size_t i = 0; i < arrays.list.size(); ++i) {
    const auto& [name, array] = arrays.list[i];
    std::uint64_t cells = array.values.size();
    for (std::size_t p = 0; p < ports.size(); ++p)
      if (ports[p].name == name || (name.empty() && p == i)) cells = ports[p].cells;
    part(name, array, r * cells, cells);
  }
  return out;
}

nb::object numpy(std::vector<double> values, const std::vector<std::size_t>& shape) {
  auto owned = std::make_unique<std::vector<double>>(std::move(values));
  double* data = owned->data();
  const nb::capsule owner(owned.get(), [](void* p) noexcept { delete static_cast<std::vector<double>*>(p); });
  owned.release();
  return nb::cast(nb::ndarray<nb::numpy, double>(data, shape.size(), shape.data(), owner));
}

void bind_arrays(nb::module_& m) {
  nb::class_<Words>(m, "Words", "Words in row-major order.")
      .def("__init__", [](Words* self, std::vector<std::uint64_t> shape, std::vector<std::string> texts) {
        std::uint64_t cells = 1;
        for (const std::uint64_t n : shape)
          cells = n != 0 && cells > kMaxArrayValues / n ? ~std::uint64_t{0} : cells * n;
        if (cells != texts.size()) throw Failure("read", {ErrorCode::kInShape, 0, "not as many words as cells", {}});
        new (self) Words{std::move(shape), {}};
        for (std::string& text : texts) {  // Python has a copy of its own
          self->texts.emplace_back(text);
          wipe(text.data(), text.size());
        }
      });
  nb::class_<Arrays>(m, "Arrays",
                     "Numbers and words by the name of their input, in memory that is wiped when it is released.")
      .def(
          "__init__",
          [](Arrays* self, const std::vector<std::pair<std::string, AnyArray>>& named,
             const std::vector<std::pair<std::string, Words>>& words) { new (self) Arrays(arrays_of(named, words)); },
          nb::arg("named"), nb::arg("words") = std::vector<std::pair<std::string, Words>>{})
      .def("__len__",
           [](const Arrays& a) {
             std::size_t n = 0;
             for (const auto& array : a.list) n += array.second.values.size();
             return n;
           })
      .def_static(
          "read",
          [](const std::string& path) {
            const Unlocked free;
            return Arrays{take("read", read_arrays(path))};
          },
          nb::arg("path"));
}

}  // namespace nescio::python
