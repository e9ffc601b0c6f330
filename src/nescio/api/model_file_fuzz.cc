// Hostile private files, compiled models and proving keys: no crash, one encoding, and whatever is read can be lowered
// or is refused. The inputs leave out the checksums, which the target puts in. The mutations start from valid files.
#include <algorithm>

#include "nescio/api/sample_model.h"
#include "nescio/base/fuzz_start.h"
#include "nescio/circuit/check.h"

namespace {

using namespace nescio;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kSum = 32;       // a checksum
constexpr std::size_t kKeyStart = 28;  // of the verifying key in a proving key: magic, version, its length
constexpr std::size_t kSalt = 32;

void seal(Bytes& file, std::size_t begin) {
  const Digest sum = Hasher().part(std::span(file).subspan(begin)).finish();
  file.insert(file.end(), sum.bytes.begin(), sum.bytes.end());
}

// Where a proving key's model begins; 0 if it has none, or if this is no proving key.
std::size_t model_start(std::span<const std::uint8_t> file) {
  const std::string_view magic = "nescio proving key";
  if (file.size() < kKeyStart || !std::equal(magic.begin(), magic.end(), file.begin())) return 0;
  std::uint64_t key = 0;
  for (std::size_t i = 8; i-- > 0;) key = key << 8 | file[kKeyStart - 8 + i];
  return key < file.size() && file.size() - key > kKeyStart + kSalt ? kKeyStart + key + kSalt : 0;
}

// What the target takes: without checksums.
Bytes unsealed(const SecretVector<std::uint8_t>& sealed) {
  Bytes file(sealed.begin(), sealed.end());
  file.resize(file.size() - (model_start(file) != 0 ? 2 : 1) * kSum);
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes file(data, data + size);
  const std::size_t start = model_start(file);
  if (start != 0) {
    seal(file, start);
    seal(file, 0);
    const auto key = read_proving_key(file);
    NESCIO_CHECK(!key.ok() || std::ranges::equal(write_proving_key(*key), file));
    return 0;
  }
  seal(file, 0);
  const auto model = read_model(file);
  if (!model.ok()) return 0;
  NESCIO_CHECK(std::ranges::equal(write_model(*model), file));
  const auto program = make_program(model->graph, model->plan);
  if (program.ok()) (void)check_circuit(program->emitted.circuit, false).ok();
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  static const auto* const valid = [] {
    const auto key = commit_model(small_model(), {});
    NESCIO_CHECK(key.ok());
    const auto whole = write_model(whole_model()), small = write_proving_key(*key);
    NESCIO_CHECK(read_model(whole).ok() && read_proving_key(small).ok());
    return new std::vector{unsealed(whole), unsealed(small)};
  }();
  return mutate_or_start_over(*valid, data, size, max_size, seed);
}
