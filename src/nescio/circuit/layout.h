// circuit/layout.h -- where every committed cell lives in the proof's matrix.
//
// The index space of a tensor is cut into blocks: in each dimension an aligned piece [offset, offset + 2^log), so a
// block has 2^(sum of logs) cells, dimension 0 lowest. A block lies in one column at a row that is a multiple of its
// size, above the reserved rows. The functional on a block is then a product over its own variables, times eq of the
// remaining row and column variables: O(log) for the verifier.
#pragma once
#include <cstdint>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/circuit/circuit.h"

namespace nescio {

inline constexpr std::uint32_t kMaxColumns = 1024;
inline constexpr unsigned kMaxLogRows = 31;

struct Piece {
  std::uint32_t offset = 0;
  std::uint8_t log = 0;
  friend bool operator==(const Piece&, const Piece&) = default;
};
struct Block {
  TensorId tensor = 0;
  std::vector<Piece> pieces;  // one for each dimension
  std::uint32_t column = 0;   // column position, 0 <= column < 2^kappa
  std::uint32_t row = 0;      // multiple of 2^size_log()
  unsigned size_log() const;
  friend bool operator==(const Block&, const Block&) = default;
};
struct Layout {
  std::uint8_t log_rows = 0;        // h
  std::uint32_t reserved_rows = 0;  // R_a
  // The segment of each column, not decreasing; positions 0, 1, 2, .. are all fresh.
  std::vector<std::uint32_t> column_segment;
  // By tensor; for one tensor in the order of BlockCursor.
  std::vector<Block> blocks;

  friend bool operator==(const Layout&, const Layout&) = default;
  std::uint32_t columns() const { return static_cast<std::uint32_t>(column_segment.size()); }
};

// The exact binary decomposition of [0, n): aligned pieces, largest first.
std::vector<Piece> binary_pieces(std::uint32_t n);

// Walks the blocks of a tensor in their one order: the products of binary pieces, dimension 0 fastest; each product cut
// into aligned runs of its cells (so a cut halves the highest dimension that is not yet down to one index).
class BlockCursor {
 public:
  explicit BlockCursor(const Dims& dims);  // each at least 1, fewer than 2^63 cells
  bool done() const { return done_; }
  unsigned product_log() const;                         // log2 of the cells of the product at the cursor
  std::uint64_t position() const { return position_; }  // cells of that product already passed
  // Sets `pieces` to those of the next 2^size_log cells and passes them. False, and nothing changes, if no such block
  // begins here.
  bool next(unsigned size_log, std::vector<Piece>& pieces);

 private:
  std::vector<std::vector<Piece>> pieces_;  // of each dimension
  std::vector<std::size_t> choice_;
  std::uint64_t position_ = 0;
  bool done_ = false;
};

// The number of columns of pack(): for each segment, its cells divided by the usable rows, rounded up; at least 1.
std::uint64_t num_columns(const Circuit& circuit, unsigned log_rows, std::uint32_t reserved_rows);

// The deterministic packing of all committed tensors of `circuit` into the least number of columns of 2^log_rows rows,
// the last `reserved_rows` of which stay free. A column belongs to one segment. Columns are a contiguous range of
// positions from 0 and kappa = log2_ceil(columns), so positions 0 and 2^i, i < kappa, are fresh.
// num_columns() must not exceed kMaxColumns.
Layout pack(const Circuit& circuit, unsigned log_rows, std::uint32_t reserved_rows);

// Every committed cell is in exactly one block, blocks are in order, aligned and disjoint, above the reserved rows, in
// columns of their own segment; and not so many of them that all claims (claim_counts) take a verifier more than
// kMaxWork (circuit/work.h). kVKey otherwise. `circuit` has passed check_circuit.
Status check_layout(const Circuit& circuit, const Layout& layout);

}  // namespace nescio
