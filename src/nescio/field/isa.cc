// field/isa.cc -- asks the CPU, and the environment.
#include "nescio/field/isa.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "nescio/base/check.h"

namespace nescio {
namespace {

Isa best_isa(Isa limit) {
  Isa best = Isa::kScalar;
  for (const Isa isa : kAllIsas)
    if (isa <= limit && isa_available(isa)) best = isa;
  return best;
}

Isa chosen_isa() {
  const char* name = std::getenv("NESCIO_ISA");
  if (name == nullptr || *name == 0) return best_isa(Isa::kAvx512Ifma);
  if (std::strcmp(name, "scalar") == 0) return Isa::kScalar;
  if (std::strcmp(name, "neon") == 0 && isa_available(Isa::kNeon)) return Isa::kNeon;
  if (std::strcmp(name, "avx2") == 0 && isa_available(Isa::kAvx2)) return Isa::kAvx2;
  if (std::strcmp(name, "avx512") == 0 && isa_available(Isa::kAvx512)) return best_isa(Isa::kAvx512Ifma);
  std::fprintf(stderr, "nescio: NESCIO_ISA=%s is not one of scalar, neon, avx2, avx512, or this CPU lacks it\n", name);
  std::abort();
}

Isa& current() {
  static Isa isa = chosen_isa();
  return isa;
}

}  // namespace

const char* isa_name(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return "scalar";
    case Isa::kNeon:
      return "neon";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx512Ifma:
      return "avx512ifma";
  }
  return "";
}

bool isa_available(Isa isa) {
  if (isa == Isa::kScalar) return true;
#if defined(__aarch64__)
  return isa == Isa::kNeon;  // part of the architecture
#elif defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") != 0;
  const bool avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
                      __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  if (isa == Isa::kAvx2) return avx2;
  if (isa == Isa::kAvx512) return avx2 && avx512;
  return isa == Isa::kAvx512Ifma && avx2 && avx512 && __builtin_cpu_supports("avx512ifma") != 0;
#else
  return false;
#endif
}

Isa active_isa() {
  return current();
}

void set_isa(Isa isa) {
  NESCIO_CHECK(isa_available(isa));
  current() = isa;
}

}  // namespace nescio
