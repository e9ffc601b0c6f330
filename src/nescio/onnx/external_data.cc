// onnx/external_data.cc -- opens each part of the path by itself, following no link.
#include "nescio/onnx/external_data.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "nescio/graph/graph.h"

namespace nescio {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { reset(-1); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  void reset(int fd) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Error refused(const std::string& location, const std::string& why) {
  return Error{ErrorCode::kModel, 0, "external data " + quote_name(location) + ": " + why, {}};
}

}  // namespace

Result<SecretVector<std::uint8_t>> read_external(const std::string& directory, const ExternalRange& range) {
  const std::string& location = range.location;
  if (directory.empty()) return refused(location, "the folder of the model is not known");
  if (location.find('\0') != std::string::npos || location.find('\\') != std::string::npos) {
    return refused(location, "not a portable path");
  }
  // O_NONBLOCK: opening a pipe must not wait for its other end.
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  Descriptor at(open(directory.c_str(), kFlags | O_DIRECTORY));
  if (at.get() < 0) return Error{ErrorCode::kIo, 0, "cannot open the folder of the model", {}};
  std::string_view rest = location;
  while (true) {
    const std::size_t slash = rest.find('/');
    const std::string part(rest.substr(0, slash));
    if (part.empty() || part == "." || part == "..")
      return refused(location, "must be a path inside the model's folder");
    const bool last = slash == std::string_view::npos;
    at.reset(openat(at.get(), part.c_str(), kFlags | O_NOFOLLOW | (last ? 0 : O_DIRECTORY)));
    if (at.get() < 0) {
      const bool link = errno == ELOOP || errno == ENOTDIR;
      if (link) return refused(location, "symbolic links are not followed; copy the file into the model's folder");
      return Error{ErrorCode::kIo, 0, "external data " + quote_name(location) + " cannot be opened", {}};
    }
    if (last) break;
    rest.remove_prefix(slash + 1);
  }
  struct stat info{};
  if (fstat(at.get(), &info) != 0 || !S_ISREG(info.st_mode)) return refused(location, "not a regular file");
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (range.offset > size || range.length > size - range.offset) {
    return refused(location, "the file ends before the tensor does");
  }
  SecretVector<std::uint8_t> bytes(range.length);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n =
        pread(at.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(range.offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Error{ErrorCode::kIo, 0, "external data " + quote_name(location) + " cannot be read", {}};
    done += static_cast<std::size_t>(n);
  }
  return bytes;
}

}  // namespace nescio
