// python/failure.h -- errors of the library as exceptions of Python: python/nescio/errors.py has the classes.
#pragma once
#include <nanobind/nanobind.h>

#include <exception>
#include <utility>

#include "nescio/api/environment.h"

namespace nescio::python {

namespace nb = nanobind;

class Failure : public std::exception {
 public:
  // made_by: "compile", "prove", .., which decides between families for codes that have two meanings.
  Failure(const char* made_by, Error found) : call(made_by), error(std::move(found)) {}
  const char* what() const noexcept override { return error_text(error.code); }
  const char* call;
  Error error;
};

template <class T>
T take(const char* call, Result<T> result) {
  if (!result.ok()) throw Failure(call, result.error());
  return std::move(*result);
}

// [(name, number, where, detail or the code's sentence)]: the error and all found with it.
nb::list problems(const Error& error);
// From here on a Failure becomes an exception of nescio.errors.
void translate_failures();

}  // namespace nescio::python
