// cli/heap.h -- the memory of this program: operator new and delete that overwrite every block before it is freed.
// Keys, models and inputs pass through lists and strings of libraries (JSON, protobuf, the standard library) that know
// nothing of secrets. Blocks of SecretVector are wiped by the library itself, on the stack nothing is.
#pragma once

namespace nescio::cli {

// What returns a wiped block to the system: std::free, but in tests.
extern void (*free_block)(void*);

}  // namespace nescio::cli
