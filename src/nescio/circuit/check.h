// circuit/check.h -- what a circuit must be before anything else looks at it. The circuit may be hostile: its owner may
// want a verifier to accept what is not so, to read out of range, or to run for ever.
//
// After check_circuit every id, index, label and segment is in range, extents agree, sizes fit, recursion over
// definitions is bounded, and every definition has the meaning that circuit/circuit.h gives it. It does not say that
// identities over the integers cannot wrap: that is circuit/bounds.h.
// Cost: linear in the circuit.
#pragma once
#include <cstdint>

#include "nescio/base/error.h"
#include "nescio/circuit/circuit.h"

namespace nescio {

inline constexpr std::uint32_t kMaxSegments = 256;
inline constexpr std::size_t kMaxTensors = std::size_t{1} << 20;
inline constexpr std::size_t kMaxLookups = std::size_t{1} << 20;  // zeros too
inline constexpr std::size_t kMaxTables = 1024;
inline constexpr std::size_t kMaxPorts = 1024;       // of each kind
inline constexpr std::size_t kMaxName = 256;         // bytes, printable ASCII
inline constexpr std::size_t kMaxCategories = 1024;  // of an input, each with as many bytes as a name
inline constexpr std::int32_t kMaxScaleExponent = 4096;
inline constexpr std::uint32_t kMaxExtent = std::uint32_t{1} << 31;  // so a dimension has at most 31 variables
// Cells of one tensor, of all committed tensors together, and rows of all lookups together, are fewer.
inline constexpr std::uint64_t kMaxCells = std::uint64_t{1} << 40;
inline constexpr std::uint64_t kMaxPublicCells = std::uint64_t{1} << 21;  // of all public and constant tensors
// Numbers in lists: constants, values of tables, and three for each entry of a sparse matrix.
inline constexpr std::uint64_t kMaxListed = std::uint64_t{1} << 24;
inline constexpr std::int64_t kMaxInteger = (std::int64_t{1} << 62) - 1;  // coefficients, constants, table entries
inline constexpr unsigned kMaxNesting = 256;                              // definitions below a tensor

// `where` of the kVKey that the checks return.
enum class CircuitRule : std::uint32_t {
  kCount = 1,      // numbers of segments, tensors, tables, lookups, zeros, ports
  kDims = 2,       // at most kMaxDims dimensions, each from 1 to kMaxExtent, fewer than kMaxCells cells
  kTotal = 3,      // kMaxCells, kMaxPublicCells and kMaxListed, all tensors and tables together
  kCommitted = 4,  // role and segment in range; shape of the argument's tensors
  kSource = 5,     // a definition names earlier tensors, none of them a multiplicity or the argument's
  kScalar = 6,     // a coefficient, constant or divisor in range; divisor not 0
  kIndex = 7,      // DimRefs: one for each source dimension, in range, equal extents, no dimension used twice
  kLabels = 8,     // of a contraction: see circuit/circuit.h; equal extents, of a cubic's operands too
  kMatrix = 9,     // a map's dimension, its entries in range and sorted; dims of the result
  kConstant = 10,  // one value for each cell, in range
  kPublicOperand =
      11,  // a contraction or map has a private operand, a cubic three; one that is not is constant or public itself
           // (not affine in such), and a scalar or a vector along one label of the private operand
  kTable = 12,         // rows, width, entries in range; private columns [rows] or [2^a, rows / 2^a]
  kMultiplicity = 13,  // each table has its own multiplicity tensor [rows], and there are no others
  kLookup = 14,        // as many columns as the table's, of equal dims
  kZero = 15,
  kDepth = 16,          // kMaxDepth
  kNesting = 17,        // kMaxNesting
  kWork = 18,           // kMaxWork (circuit/work.h)
  kUnconstrained = 19,  // a committed value tensor that no lookup and no zero depends on
  kArgument = 20,       // pad, triples, dummy once in each segment, of one degree
  kPacking = 22,        // a packing's dims; its parts inside their source and the blocks, sharing no cell
  kPort = 21,           // names, shapes, scales, ranges; each public tensor has exactly one port
  kDisclosure = 23,     // a disclosed input equals its public tensor; a digest of inputs is of ports in order, none
                        // in two; that of outputs of all ports
};

// `with_argument`: a circuit as it stands in a key. Without: as it is lowered, before the argument's tensors are added.
Status check_circuit(const Circuit& circuit, bool with_argument = true);

// Parts of the check. The definition of one tensor, given the tensors before it (all but kPublicOperand and what needs
// the whole circuit); one table; one lookup.
Status check_tensor(const Circuit& circuit, TensorId id);
Status check_table(const Circuit& circuit, const Table& table);
Status check_lookup(const Circuit& circuit, const Lookup& lookup);

}  // namespace nescio
