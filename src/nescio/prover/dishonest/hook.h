// prover/dishonest/hook.h -- for tests: what dishonest/writer.cc calls for each message that a prover sends.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace nescio {

using MessageHook = std::function<void(std::string_view label, std::span<std::uint8_t> bytes)>;
// Called by whoever writes; empty: nothing is changed.
MessageHook& message_hook();

}  // namespace nescio
