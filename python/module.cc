// nescio._core -- the functions of src/nescio/api for python/nescio, which is what users meet.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "accuracy.h"
#include "arrays.h"
#include "card.h"
#include "failure.h"
#include "issuer.h"
#include "key.h"
#include "model.h"
#include "nescio/api/prover_memory.h"
#include "unlocked.h"

NB_MODULE(_core, m) {
  namespace nb = nanobind;
  using namespace nescio;  // NOLINT(google-build-using-namespace)
  m.doc() = "The library behind nescio; its names may change.";
  python::translate_failures();
  python::bind_arrays(m);
  python::bind_key(m);
  python::bind_accuracy(m);
  python::bind_issuer(m);
  python::bind_card(m);
  python::bind_model(m);
  m.def(
      "set_threads",
      [](unsigned threads) {
        if (python::Unlocked::running() != 0)
          throw python::Failure("threads", {ErrorCode::kUsage, 0, "work is going on; set the threads before it", {}});
        set_num_threads(threads);
      },
      nb::arg("threads"));
  m.def("threads", &num_threads);
  m.def("forbid_core_dumps", &forbid_core_dumps);
  m.def("parse_size", [](const std::string& text) { return python::take("size", parse_size(text)); }, nb::arg("text"));
  m.def(
      "write_public_file",
      [](const std::string& path, const nb::bytes& bytes) {
        const auto* data = static_cast<const std::uint8_t*>(bytes.data());
        python::take("save", write_file(path, {data, bytes.size()}, 0644));
      },
      nb::arg("path"), nb::arg("data"));
  m.attr("version") = NESCIO_VERSION;
}
