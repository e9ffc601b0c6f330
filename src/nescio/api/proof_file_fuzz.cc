// Hostile proof files: one encoding, no crash.
#include <algorithm>
#include <cstdlib>

#include "nescio/api/proof_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nescio;
  const auto file = read_proof_file(std::span(data, size));
  if (!file.ok()) return 0;
  const auto bytes = write_proof_file(*file);
  if (!std::equal(bytes.begin(), bytes.end(), data, data + size)) std::abort();
  const auto statement = parse_statement(file->statement);
  if (statement.ok() && !(*parse_statement(to_string(*statement)) == *statement)) std::abort();
  return 0;
}
