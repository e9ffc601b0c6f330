// circuit/packed_integers.h -- lists of integers in as few bits as one width allows: see circuit/serialize.h.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "nescio/base/byte_reader.h"
#include "nescio/base/byte_writer.h"

namespace nescio {

void write_integers(std::span<const std::int64_t> values, ByteWriter& out);
// Refuses every encoding but that of write_integers, and more numbers than are `left`, which falls by what was read: a
// byte may stand for 64 bytes of memory.
Result<std::vector<std::int64_t>> read_integers(ByteReader& in, std::uint64_t& left);

}  // namespace nescio
