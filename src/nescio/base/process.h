// base/process.h -- what the operating system may do with the memory of this process.
#pragma once

namespace nescio {

// No core dump is written, also not through a pipe, and other processes of the same user may not attach or read the
// memory. For the rest of the process. False where the system refuses.
bool forbid_core_dumps();

}  // namespace nescio
