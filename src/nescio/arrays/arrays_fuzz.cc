// Hostile input files. The mutations keep to the format: numbers and fields of a text, the header of a
// .npy file.
#include "nescio/arrays/array.h"
#include "nescio/base/fuzz_start.h"
#include "nescio/base/mutate_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nescio;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)read_npy(std::span(data, size)).ok();
  (void)read_npz(std::span(data, size)).ok();
  (void)read_csv(text).ok();
  (void)read_json(text).ok();
  return 0;
}

namespace {

// A .npy file of version 1 whose header says something else; 0 if it is none, or if there is no room.
std::size_t mutate_header(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  constexpr std::string_view kMagic = "\x93NUMPY\x01";
  constexpr std::size_t kStart = 10;
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  if (!file.starts_with(kMagic) || size < kStart) return 0;
  const std::size_t n = std::size_t{data[8]} + 256 * std::size_t{data[9]};
  if (n > size - kStart) return 0;
  nescio::TextMutator mutator(seed);
  const std::string header = mutator(file.substr(kStart, n));
  std::string out(file.substr(0, kStart));
  out[8] = static_cast<char>(header.size() % 256);
  out[9] = static_cast<char>(header.size() / 256);
  out += header;
  out += file.substr(kStart + n);
  return nescio::put_mutant(out, data, max_size);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  const bool binary = std::any_of(data, data + size, [](std::uint8_t c) { return c >= 0x7F || c == 0; });
  std::size_t n = 0;
  if (seed % 2 == 1) n = (binary ? mutate_header : nescio::mutate_text)(data, size, max_size, seed);
  return n != 0 ? n : LLVMFuzzerMutate(data, size, max_size);
}
