// base/file.h -- whole files, read with a limit and written atomically.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/base/secret.h"

namespace nescio {

// kIo with the path and the system's reason; also when the file is longer than max_bytes.
Result<std::vector<std::uint8_t>> read_file(const std::string& path, std::size_t max_bytes = std::size_t{1} << 36);

// The same for files that hold secrets: the memory is wiped when it is released.
Result<SecretVector<std::uint8_t>> read_private_file(const std::string& path,
                                                     std::size_t max_bytes = std::size_t{1} << 36);

// The file has either its old content or all of the new one, whatever happens: written to a temporary file in the same
// directory, synced, renamed, directory synced. mode: 0644 or, for private files, 0600.
Status write_file(const std::string& path, std::span<const std::uint8_t> bytes, unsigned mode);

}  // namespace nescio
