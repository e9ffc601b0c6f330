#include "nescio/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace nescio {
namespace {

Error io_error(const std::string& what, const std::string& path) {
  return Error{ErrorCode::kIo, 0, what + " " + path + ": " + std::strerror(errno), {}};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

template <class Bytes>
Result<Bytes> read_bytes(const std::string& path, std::size_t max_bytes) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return io_error("cannot open", path);
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return io_error("cannot read", path);
  if (!S_ISREG(info.st_mode)) return Error{ErrorCode::kIo, 0, "not a file: " + path, {}};
  if (static_cast<std::uint64_t>(info.st_size) > max_bytes)
    return Error{ErrorCode::kIo, 0, "too large: " + path + " has " + std::to_string(info.st_size) + " bytes", {}};
  Bytes bytes(static_cast<std::size_t>(info.st_size));
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t n = ::read(fd.get(), bytes.data() + at, bytes.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return io_error("cannot read", path);
    at += static_cast<std::size_t>(n);
  }
  return bytes;
}

}  // namespace

Result<std::vector<std::uint8_t>> read_file(const std::string& path, std::size_t max_bytes) {
  return read_bytes<std::vector<std::uint8_t>>(path, max_bytes);
}
Result<SecretVector<std::uint8_t>> read_private_file(const std::string& path, std::size_t max_bytes) {
  return read_bytes<SecretVector<std::uint8_t>>(path, max_bytes);
}

Status write_file(const std::string& path, std::span<const std::uint8_t> bytes, unsigned mode) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  std::string temporary = path + ".XXXXXX";
  const int raw = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (raw < 0) return io_error("cannot write into", folder);
  const auto fail = [&](const char* what) {
    const Error e = io_error(what, path);
    ::unlink(temporary.c_str());
    return e;
  };
  {
    const Descriptor fd(raw);
    if (::fchmod(fd.get(), static_cast<mode_t>(mode)) != 0) return fail("cannot set the mode of");
    std::size_t at = 0;
    while (at < bytes.size()) {
      const ssize_t n = ::write(fd.get(), bytes.data() + at, bytes.size() - at);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return fail("cannot write");
      at += static_cast<std::size_t>(n);
    }
    if (::fsync(fd.get()) != 0) return fail("cannot sync");
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return fail("cannot rename to");
  const Descriptor dir(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (dir.get() >= 0) (void)::fsync(dir.get());
  return Unit{};
}

}  // namespace nescio
