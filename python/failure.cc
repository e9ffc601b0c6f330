#include "failure.h"

namespace nescio::python {

nb::list problems(const Error& error) {
  nb::list out;
  const auto add = [&](const Error& e) {
    const std::string detail = e.detail.empty() ? error_text(e.code) : e.detail;
    // A model's names may be any bytes.
    const nb::object text = nb::steal(PyUnicode_DecodeUTF8(detail.data(), std::ssize(detail), "replace"));
    out.append(nb::make_tuple(error_name(e.code), static_cast<int>(e.code), e.where, text));
  };
  add(error);
  for (const Error& e : error.others) add(e);
  return out;
}

void translate_failures() {
  nb::register_exception_translator(
      [](const std::exception_ptr& thrown, void*) {
        try {
          std::rethrow_exception(thrown);
        } catch (const Failure& failure) {
          const nb::object made =
              nb::module_::import_("nescio.errors").attr("from_core")(failure.call, problems(failure.error));
          PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(made.ptr())), made.ptr());
        }
      },
      nullptr);
}

}  // namespace nescio::python
