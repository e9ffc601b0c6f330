#include "nescio/circuit/layout.h"

#include <algorithm>
#include <array>
#include <functional>
#include <queue>

#include "nescio/base/bits.h"
#include "nescio/circuit/check.h"
#include "nescio/circuit/work.h"

namespace nescio {
namespace {

// A run of 2^size_log cells of a tensor: of its product number `product`, from cell `position` of it.
struct Run {
  TensorId tensor;
  std::uint32_t product;
  std::uint64_t position;
  unsigned size_log;
};
struct PlacedRun {
  Run run;
  std::uint32_t column, row;
};

// Free aligned ranges of the columns of one segment, by size: a buddy allocator that never frees.
class Holes {
 public:
  void add_column(std::uint32_t column, std::uint32_t usable_rows) {
    for (const Piece& piece : binary_pieces(usable_rows)) add(piece.log, column, piece.offset);
  }
  // The first hole of the smallest size that holds 2^size_log rows; what is left of it stays free. False if there is
  // none.
  bool take(unsigned size_log, PlacedRun& placed) {
    unsigned log = size_log;
    while (log < by_size_.size() && by_size_[log].empty()) ++log;
    if (log >= by_size_.size()) return false;
    const std::uint64_t place = by_size_[log].top();
    by_size_[log].pop();
    placed.column = static_cast<std::uint32_t>(place >> 32);
    placed.row = static_cast<std::uint32_t>(place);
    while (log > size_log) {
      --log;
      add(log, placed.column, placed.row + (std::uint32_t{1} << log));
    }
    return true;
  }

 private:
  void add(unsigned log, std::uint32_t column, std::uint32_t row) {
    by_size_[log].push(std::uint64_t{column} << 32 | row);
  }
  using Heap = std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>>;
  std::array<Heap, kMaxLogRows + 1> by_size_;
};

constexpr std::size_t kSizes = 64;  // a tensor has fewer than 2^63 cells
using RunsBySize = std::array<std::vector<Run>, kSizes>;

RunsBySize products_of_segment(const Circuit& circuit, std::uint32_t segment) {
  RunsBySize runs;
  std::vector<Piece> pieces;
  for (TensorId id = 0; id < circuit.tensors.size(); ++id) {
    const Committed* committed = circuit.committed(id);
    if (committed == nullptr || committed->segment != segment) continue;
    std::uint32_t product = 0;
    for (BlockCursor cursor(circuit[id].dims); !cursor.done(); ++product) {
      const unsigned log = cursor.product_log();
      runs[log].push_back({id, product, 0, log});
      NESCIO_CHECK(cursor.next(log, pieces));
    }
  }
  return runs;
}

// Biggest first, each in the best hole; a run larger than the largest hole is halved. So a half fills its hole, and
// everything fits as long as there are as many free cells as cells.
void place(RunsBySize runs, Holes& holes, std::vector<PlacedRun>& out) {
  for (std::size_t log = kSizes; log-- > 0;)
    for (const Run& run : runs[log]) {
      PlacedRun placed{run, 0, 0};
      if (holes.take(run.size_log, placed)) {
        out.push_back(placed);
        continue;
      }
      NESCIO_CHECK(log > 0);
      const unsigned half = run.size_log - 1;
      runs[half].push_back({run.tensor, run.product, run.position, half});
      runs[half].push_back({run.tensor, run.product, run.position + (std::uint64_t{1} << half), half});
    }
}

std::vector<std::uint64_t> columns_of_segments(const Circuit& circuit, unsigned log_rows, std::uint32_t reserved_rows) {
  NESCIO_CHECK(log_rows <= kMaxLogRows && reserved_rows < std::uint64_t{1} << log_rows);
  const std::uint64_t usable = (std::uint64_t{1} << log_rows) - reserved_rows;
  std::vector<std::uint64_t> columns(circuit.segments);
  for (TensorId id = 0; id < circuit.tensors.size(); ++id)
    if (const Committed* committed = circuit.committed(id)) columns[committed->segment] += num_cells(circuit[id].dims);
  for (std::uint64_t& n : columns) n = (n + usable - 1) / usable;
  return columns;
}

}  // namespace

unsigned Block::size_log() const {
  unsigned log = 0;
  for (const Piece& piece : pieces) log += piece.log;
  return log;
}

std::vector<Piece> binary_pieces(std::uint32_t n) {
  std::vector<Piece> pieces;
  for (std::uint32_t offset = 0; offset < n;) {
    const unsigned log = log2_floor(n - offset);
    pieces.push_back({offset, static_cast<std::uint8_t>(log)});
    offset += std::uint32_t{1} << log;
  }
  return pieces;
}

BlockCursor::BlockCursor(const Dims& dims) : choice_(dims.size()) {
  for (const std::uint32_t n : dims) {
    NESCIO_CHECK(n >= 1);
    pieces_.push_back(binary_pieces(n));
  }
}

unsigned BlockCursor::product_log() const {
  unsigned log = 0;
  for (std::size_t d = 0; d < pieces_.size(); ++d) log += pieces_[d][choice_[d]].log;
  return log;
}

bool BlockCursor::next(unsigned size_log, std::vector<Piece>& pieces) {
  const unsigned all = product_log();
  if (done_ || size_log > all || position_ % (std::uint64_t{1} << size_log) != 0) return false;
  pieces.resize(pieces_.size());
  unsigned below = 0, left = size_log;  // variables of lower dimensions; those of the block in this and higher ones
  for (std::size_t d = 0; d < pieces_.size(); ++d) {
    const Piece& whole = pieces_[d][choice_[d]];
    const unsigned log = std::min<unsigned>(whole.log, left);
    const std::uint64_t index = (position_ >> below) & ((std::uint64_t{1} << whole.log) - 1);
    pieces[d] = {whole.offset + static_cast<std::uint32_t>(index), static_cast<std::uint8_t>(log)};
    below += whole.log;
    left -= log;
  }
  position_ += std::uint64_t{1} << size_log;
  if (position_ >> all == 0) return true;
  position_ = 0;
  for (std::size_t d = 0; d < pieces_.size(); ++d) {
    if (++choice_[d] < pieces_[d].size()) return true;
    choice_[d] = 0;
  }
  done_ = true;
  return true;
}

std::uint64_t num_columns(const Circuit& circuit, unsigned log_rows, std::uint32_t reserved_rows) {
  std::uint64_t sum = 0;
  for (const std::uint64_t n : columns_of_segments(circuit, log_rows, reserved_rows)) sum += n;
  return std::max<std::uint64_t>(sum, 1);
}

Layout pack(const Circuit& circuit, unsigned log_rows, std::uint32_t reserved_rows) {
  const std::vector<std::uint64_t> columns = columns_of_segments(circuit, log_rows, reserved_rows);
  NESCIO_CHECK(num_columns(circuit, log_rows, reserved_rows) <= kMaxColumns);
  const auto usable = static_cast<std::uint32_t>((std::uint64_t{1} << log_rows) - reserved_rows);
  Layout layout;
  layout.log_rows = static_cast<std::uint8_t>(log_rows);
  layout.reserved_rows = reserved_rows;
  std::vector<PlacedRun> placed;
  for (std::uint32_t segment = 0; segment < circuit.segments; ++segment) {
    Holes holes;
    for (std::uint64_t i = 0; i < columns[segment]; ++i) {
      holes.add_column(layout.columns(), usable);
      layout.column_segment.push_back(segment);
    }
    place(products_of_segment(circuit, segment), holes, placed);
  }
  if (layout.column_segment.empty()) layout.column_segment.push_back(0);

  std::sort(placed.begin(), placed.end(), [](const PlacedRun& a, const PlacedRun& b) {
    if (a.run.tensor != b.run.tensor) return a.run.tensor < b.run.tensor;
    if (a.run.product != b.run.product) return a.run.product < b.run.product;
    return a.run.position < b.run.position;
  });
  layout.blocks.reserve(placed.size());
  for (std::size_t i = 0; i < placed.size();) {
    const TensorId id = placed[i].run.tensor;
    for (BlockCursor cursor(circuit[id].dims); !cursor.done(); ++i) {
      Block& block = layout.blocks.emplace_back(Block{id, {}, placed[i].column, placed[i].row});
      NESCIO_CHECK(cursor.next(placed[i].run.size_log, block.pieces));
    }
  }
  return layout;
}

Status check_layout(const Circuit& circuit, const Layout& layout) {
  constexpr auto kBad = ErrorCode::kVKey;
  NESCIO_VERIFY(layout.log_rows <= kMaxLogRows && layout.reserved_rows < std::uint64_t{1} << layout.log_rows, kBad, 1);
  const std::uint64_t usable = (std::uint64_t{1} << layout.log_rows) - layout.reserved_rows;
  const std::vector<std::uint32_t>& segments = layout.column_segment;
  NESCIO_VERIFY(!segments.empty() && segments.size() <= kMaxColumns && segments.back() < circuit.segments &&
                    std::is_sorted(segments.begin(), segments.end()),
                kBad, 2);

  struct Used {
    std::uint32_t column;
    std::uint64_t begin, end;
  };
  std::vector<Used> used;
  used.reserve(layout.blocks.size());
  std::vector<Piece> pieces;
  const std::vector<ClaimCounts> claims = claim_counts(circuit);
  std::uint64_t work = 0;
  const auto add_work = [&](std::uint64_t n, std::uint64_t steps) {
    work = saturating_add(work, saturating_mul(n, steps));
  };
  std::size_t i = 0;
  for (TensorId id = 0; id < circuit.tensors.size(); ++id) {
    const Committed* committed = circuit.committed(id);
    if (committed == nullptr) continue;
    for (BlockCursor cursor(circuit[id].dims); !cursor.done(); ++i) {
      NESCIO_VERIFY(i < layout.blocks.size(), kBad, 3);
      const Block& block = layout.blocks[i];
      const unsigned log = block.size_log();
      NESCIO_VERIFY(block.tensor == id && cursor.next(log, pieces) && block.pieces == pieces, kBad, 4);
      NESCIO_VERIFY(block.column < segments.size() && segments[block.column] == committed->segment, kBad, 5);
      const std::uint64_t size = std::uint64_t{1} << log;
      NESCIO_VERIFY(block.row % size == 0 && block.row + size <= usable, kBad, 6);
      used.push_back({block.column, block.row, block.row + size});
      add_work(claims[id].all, kBlockSteps);
      for (std::size_t d = 0; d < pieces.size(); ++d)
        add_work(std::min(claims[id].vectors[d], saturating_mul(claims[id].all, std::uint64_t{1} << pieces[d].log)),
                 kEntrySteps);
    }
  }
  NESCIO_VERIFY(i == layout.blocks.size(), kBad, 3);
  NESCIO_VERIFY(work <= kMaxWork, kBad, 8);
  std::sort(used.begin(), used.end(), [](const Used& a, const Used& b) {
    return a.column != b.column ? a.column < b.column : a.begin < b.begin;
  });
  for (std::size_t k = 1; k < used.size(); ++k)
    NESCIO_VERIFY(used[k - 1].column != used[k].column || used[k - 1].end <= used[k].begin, kBad, 7);
  return Unit{};
}

}  // namespace nescio
