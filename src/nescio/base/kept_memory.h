// base/kept_memory.h -- large blocks of memory for secrets: wiped when released, then kept for later blocks of any
// size.
#pragma once
#include <cstddef>

namespace nescio::detail {

constexpr std::size_t kKeptFrom = std::size_t{1} << 16;  // bytes: blocks from this size on are worth keeping

// Aligned to 64 KiB at least; all bytes are 0. Throws std::bad_alloc. For blocks of kKeptFrom bytes and more; where
// there is no Linux, ordinary memory that is not set to 0.
void* allocate_kept(std::size_t bytes);
void free_kept(void* p, std::size_t bytes);  // wipes

}  // namespace nescio::detail
