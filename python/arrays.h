// python/arrays.h -- numbers from NumPy or a file, in memory that is wiped; and the examples that they are.
#pragma once
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <string>
#include <utility>
#include <vector>

#include "nescio/api/prover_model.h"

namespace nescio::python {

namespace nb = nanobind;

// Any strides, never written to; no copy is made on Python's side.
using AnyArray = nb::ndarray<nb::ro, nb::device::cpu>;

struct Arrays {
  NamedArrays list;
};
// Words in row-major order, of this shape.
struct Words {
  std::vector<std::uint64_t> shape;
  SecretVector<SecretString> texts;
};
// Real and integer types of up to 64 bits, and bool; and words. kInFormat for others.
Arrays arrays_of(const std::vector<std::pair<std::string, AnyArray>>& named,
                 const std::vector<std::pair<std::string, Words>>& words);

// What an example of a model is made of.
struct PortCells {
  std::string name;
  std::uint64_t cells = 0;
};
// How many examples `arrays` holds: one array without a name has the cells of all ports in each row; otherwise one
// array for each port, by name. kInShape.
Result<std::uint64_t> count_examples(const std::vector<PortCells>& ports, const Arrays& arrays);
// Example r of them, one array for each port that is there.
NamedArrays example(const std::vector<PortCells>& ports, const Arrays& arrays, std::uint64_t r);

// A NumPy array that owns `values`.
nb::object numpy(std::vector<double> values, const std::vector<std::size_t>& shape);

void bind_arrays(nb::module_& m);

}  // namespace nescio::python
