// field/isa.h -- which instruction set the slice kernels run on.
#pragma once

namespace nescio {

// Ordered: a later one is preferred where the CPU has it.
enum class Isa { kScalar, kNeon, kAvx2, kAvx512, kAvx512Ifma };
inline constexpr Isa kAllIsas[] = {Isa::kScalar, Isa::kNeon, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Ifma};

const char* isa_name(Isa isa);
// Compiled in, and this CPU and operating system can run it.
bool isa_available(Isa isa);
// The best available one, or what the environment variable NESCIO_ISA (scalar, neon, avx2, avx512) asks for; avx512
// uses IFMA52 if present. Aborts with a message if that is unknown or not available. Decided at first use.
Isa active_isa();
// For tests and benchmarks only: switches all later calls. Not while another thread computes. isa must be available.
void set_isa(Isa isa);

}  // namespace nescio
