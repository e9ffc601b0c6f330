// nescio -- the command line. One file per command; commands use the functions of src/nescio/api only.
#include <cstdio>
#include <exception>

#include "command.h"

namespace nescio::cli {
namespace {

int run(int argc, char** argv) {
  CLI::App app("Nescio: prove what a private model says of a private input, and nothing else.", "nescio");
  app.set_version_flag("--version", NESCIO_VERSION);
  app.require_subcommand(1);
  app.fallthrough();  // options may follow the command
  Options options;
  int exit_code = kDone;
  app.add_flag("--json", options.json, "one JSON object on stdout");
  app.add_option("--threads", options.threads, "threads (default: all cores); never changes a proof")
      ->check(CLI::Range(1, 1024));
  app.parse_complete_callback([&] { set_num_threads(options.threads); });
  add_compile(app, options, exit_code);
  add_commit(app, options, exit_code);
  add_prove(app, options, exit_code);
  add_verify(app, options, exit_code);
  add_attest(app, options, exit_code);
  add_accuracy(app, options, exit_code);
  add_card(app, options, exit_code);
  add_inspect(app, options, exit_code);
  add_report(app, options, exit_code);
  add_bench(app, options, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kDone : kUsage;
  }
  return exit_code;
}

}  // namespace
}  // namespace nescio::cli

int main(int argc, char** argv) {
  try {
    return nescio::cli::run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "nescio: E_MEMORY: out of memory\n");
  } catch (const std::exception& e) {
    std::fprintf(stderr, "nescio: %s\n", e.what());
  }
  return nescio::cli::kUsage;
}
