// circuit/serialize.h -- the canonical bytes of a circuit and of a layout. Part of the verifying key; hashed into the
// model's id.
//
// Format    little-endian; fields in order of declaration; a variant is its number (1 byte) and its fields; lists are
//           preceded by their number of items: 1 byte for dimensions, labels, columns of a table or lookup, 2 for the
//           bytes of a name, else 4. bool: 0 or 1. Left out: fields that do not apply (`start`, `step` of listed
//           values, the ids of an argmax that is not there, `pub` of an input that is not disclosed).
// DimRef    1 byte: the dimension it runs with; or 255 and the index (4 bytes).
// Integers  of constants, listed table columns and sparse matrices (rows, then cols, then coefs): number n (4), form
// (1),
//           bits. Value v is the word 2v or -2v-1, whichever is not negative. Form w in 1..64: n words of w bits; form
//           128 + w: the first value (8 bytes), then n-1 words of w bits, the differences mod 2^64. Word i stands at
//           bit i*w, lowest first; the last byte is filled with zeros. w is the least that fits, at least 1, and
//           differences are used if and only if 64 + (n-1) w' < n w.
// Layout    log_rows, reserved_rows, segments of the columns, then for each block in order its size_log (1), column
// (2),
//           row / 2^size_log (4): its tensor and pieces follow from the circuit (layout.h, BlockCursor).
// One encoding: a parsed circuit, written again, gives the same bytes; other bytes are refused.
// Memory    at most a constant times the number of bytes read.
#pragma once
#include "nescio/base/byte_reader.h"
#include "nescio/base/byte_writer.h"
#include "nescio/circuit/circuit.h"
#include "nescio/circuit/layout.h"
#include "nescio/hash/blake3.h"

namespace nescio {

// `circuit` passes check_circuit (with or without the argument).
void write_circuit(const Circuit& circuit, ByteWriter& out);
// Refuses with the reader's code. What it returns is well-formed bytes, not yet a circuit: next comes check_circuit.
Result<Circuit> read_circuit(ByteReader& in);

// `layout` passes check_layout.
void write_layout(const Layout& layout, ByteWriter& out);
// `circuit` has passed check_circuit. Next comes check_layout.
Result<Layout> read_layout(ByteReader& in, const Circuit& circuit);

// BLAKE3 with the derive-key context "nescio 2026 v1 circuit" of the bytes of write_circuit.
Digest circuit_digest(const Circuit& circuit);

}  // namespace nescio
