#include "nescio/base/secret.h"

#include "nescio/base/kept_memory.h"

namespace nescio::detail {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kKeep = false;
#elif defined(__has_feature)
constexpr bool kKeep = !__has_feature(address_sanitizer);  // it should see each block
#else
constexpr bool kKeep = true;
#endif

bool is_kept(std::size_t bytes) {
  return kKeep && bytes >= kKeptFrom;
}

}  // namespace

void* allocate_secret(std::size_t bytes) {
  return is_kept(bytes) ? allocate_kept(bytes) : ::operator new(bytes, std::align_val_t{64});
}

void free_secret(void* p, std::size_t bytes) {
  if (is_kept(bytes)) return free_kept(p, bytes);
  wipe(p, bytes);
  ::operator delete(p, std::align_val_t{64});
}

}  // namespace nescio::detail
