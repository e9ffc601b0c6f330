// Laws of pieces and packings, on random circuits; then each field of a block is changed and refused.
#include "nescio/circuit/layout.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "nescio/base/bits.h"
#include "nescio/circuit/check.h"
#include "nescio/circuit/work.h"

namespace nescio {
namespace {

using Rng = std::mt19937_64;
std::uint32_t below(Rng& rng, std::uint32_t n) {
  return static_cast<std::uint32_t>(rng() % n);
}

// Committed tensors only: layouts do not look at anything else.
Circuit random_tensors(Rng& rng, std::uint32_t segments, std::uint32_t count, std::uint32_t max_cells) {
  Circuit circuit;
  circuit.segments = segments;
  for (std::uint32_t i = 0; i < count; ++i) {
    TensorDef tensor;
    std::uint64_t room = max_cells;
    for (std::size_t d = below(rng, kMaxDims + 1); d > 0 && room > 1; --d) {
      const auto n = 1 + below(rng, static_cast<std::uint32_t>(std::min<std::uint64_t>(room, 1 + below(rng, 300))));
      tensor.dims.push_back(n);
      room /= n;
    }
    tensor.def = Committed{Role::value, below(rng, segments)};
    circuit.tensors.push_back(tensor);
  }
  return circuit;
}

std::uint64_t cells_of(const Circuit& circuit) {
  std::uint64_t n = 0;
  for (const TensorDef& t : circuit.tensors)
    if (std::holds_alternative<Committed>(t.def)) n += num_cells(t.dims);
  return n;
}

TEST(BinaryPieces, CoverExactlyLargestFirst) {
  for (std::uint32_t n = 1; n < 3000; ++n) {
    std::uint32_t next = 0;
    unsigned last = 32;
    for (const Piece& p : binary_pieces(n)) {
      EXPECT_EQ(p.offset, next);
      EXPECT_EQ(p.offset % (1U << p.log), 0U);
      EXPECT_LT(p.log, last);
      last = p.log;
      next += 1U << p.log;
    }
    EXPECT_EQ(next, n);
  }
  EXPECT_EQ(binary_pieces(0xFFFFFFFFU).size(), 32U);
}

// Every logical cell lies in exactly one block, whatever the cuts.
TEST(BlockCursor, EveryCutCoversEachCellOnce) {
  Rng rng(1);
  for (int round = 0; round < 200; ++round) {
    const Circuit circuit = random_tensors(rng, 1, 1, 2000);
    const Dims& dims = circuit[0].dims;
    std::vector<unsigned> hits(num_cells(dims));
    std::vector<Piece> pieces;
    for (BlockCursor cursor(dims); !cursor.done();) {
      unsigned log = below(rng, cursor.product_log() + 1);
      while (!cursor.next(log, pieces)) --log;  // 0 always fits
      unsigned sum = 0;
      for (const Piece& p : pieces) {
        EXPECT_EQ(p.offset % (1U << p.log), 0U);
        sum += p.log;
      }
      ASSERT_EQ(sum, log);
      for (std::uint64_t i = 0; i < std::uint64_t{1} << log; ++i) {
        std::uint64_t index = 0, stride = 1, rest = i;
        for (std::size_t d = 0; d < dims.size(); ++d) {
          const std::uint64_t x = pieces[d].offset + (rest & ((1U << pieces[d].log) - 1));
          rest >>= pieces[d].log;
          ASSERT_LT(x, dims[d]);
          index += x * stride;
          stride *= dims[d];
        }
        ++hits[index];
      }
    }
    for (const unsigned h : hits) ASSERT_EQ(h, 1U);
  }
}

TEST(BlockCursor, RefusesWhatDoesNotBeginHere) {
  BlockCursor cursor(Dims{8});
  std::vector<Piece> pieces;
  EXPECT_FALSE(cursor.next(4, pieces));
  EXPECT_TRUE(cursor.next(0, pieces));
  EXPECT_FALSE(cursor.next(1, pieces));  // position 1 is odd
  EXPECT_TRUE(cursor.next(0, pieces));
  EXPECT_FALSE(cursor.next(2, pieces));
  EXPECT_TRUE(cursor.next(1, pieces));
  EXPECT_TRUE(cursor.next(2, pieces));
  EXPECT_TRUE(cursor.done());
  EXPECT_FALSE(cursor.next(0, pieces));
}

TEST(Pack, PassesTheCheckWithTheFewestColumns) {
  Rng rng(2);
  for (int round = 0; round < 300; ++round) {
    const std::uint32_t segments = 1 + below(rng, 4);
    const Circuit circuit = random_tensors(rng, segments, below(rng, 40), 1U << below(rng, 14));
    const unsigned log_rows = 5 + below(rng, 6);
    const std::uint32_t reserved = below(rng, (1U << log_rows) * 3 / 4);
    std::uint64_t columns = 0;
    std::vector<std::uint64_t> cells(segments);
    for (const TensorDef& t : circuit.tensors) cells[std::get<Committed>(t.def).segment] += num_cells(t.dims);
    for (const std::uint64_t n : cells)
      columns += (n + (1U << log_rows) - reserved - 1) / ((1U << log_rows) - reserved);
    columns = std::max<std::uint64_t>(columns, 1);
    ASSERT_EQ(num_columns(circuit, log_rows, reserved), columns);
    if (columns > kMaxColumns) continue;
    const Layout layout = pack(circuit, log_rows, reserved);
    EXPECT_TRUE(check_layout(circuit, layout).ok());
    EXPECT_EQ(layout.columns(), columns);
    EXPECT_GT(layout.columns(), log2_ceil(layout.columns()));  // kappa + 1
    std::uint64_t covered = 0;
    for (const Block& b : layout.blocks) covered += std::uint64_t{1} << b.size_log();
    EXPECT_EQ(covered, cells_of(circuit));
  }
}

TEST(Pack, IsDeterministic) {
  Rng rng(3);
  const Circuit circuit = random_tensors(rng, 3, 60, 1 << 12);
  const Layout a = pack(circuit, 10, 77), b = pack(circuit, 10, 77);
  ASSERT_EQ(a.blocks.size(), b.blocks.size());
  for (std::size_t i = 0; i < a.blocks.size(); ++i) {
    EXPECT_EQ(a.blocks[i].column, b.blocks[i].column);
    EXPECT_EQ(a.blocks[i].row, b.blocks[i].row);
  }
}

// A model of odd sizes in H = 2^16 rows with 124 reserved: full columns, few cuts.
TEST(Pack, FillsColumnsWithSeveralTensors) {
  Circuit circuit;
  for (const Dims& dims :
       {Dims{768, 768}, Dims{3, 3, 64, 128}, Dims{1000, 512}, Dims{65536}, Dims{100, 100}, Dims{5000, 3}, Dims{300, 3},
        Dims{300, 3}, Dims{300, 3}, Dims{1, 3}, Dims{197, 64, 12}, Dims{50257}})
    circuit.tensors.push_back({dims, Committed{}});
  const Layout layout = pack(circuit, 16, 124);
  ASSERT_TRUE(check_layout(circuit, layout).ok());
  const double fill = static_cast<double>(cells_of(circuit)) / (layout.columns() * (65536.0 - 124));
  EXPECT_GT(fill, 0.95);
  std::set<TensorId> sharing;  // tensors in the column with the most tensors
  for (std::uint32_t c = 0; c < layout.columns(); ++c) {
    std::set<TensorId> here;
    for (const Block& b : layout.blocks)
      if (b.column == c) here.insert(b.tensor);
    if (here.size() > sharing.size()) sharing = here;
  }
  EXPECT_GE(sharing.size(), 3U);
  EXPECT_LT(layout.blocks.size(), 500U);
}

TEST(Pack, ManyBlocks) {
  Rng rng(4);
  const Circuit circuit = random_tensors(rng, 2, 16000, 4096);
  const Layout layout = pack(circuit, 16, 124);
  EXPECT_GT(layout.blocks.size(), 100000U);
  EXPECT_TRUE(check_layout(circuit, layout).ok());
}

TEST(Pack, EmptyCircuitHasOneColumn) {
  const Layout layout = pack(Circuit{}, 8, 100);
  EXPECT_EQ(layout.columns(), 1U);
  EXPECT_TRUE(check_layout(Circuit{}, layout).ok());
}

class CheckLayout : public testing::Test {
 protected:
  CheckLayout() {
    Rng rng(5);
    circuit_ = random_tensors(rng, 3, 12, 600);
    circuit_.tensors.push_back({Dims{37, 3}, Committed{Role::value, 1}});
    layout_ = pack(circuit_, 8, 40);
  }
  void refused(const Layout& layout) const {
    const Status status = check_layout(circuit_, layout);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::kVKey);
  }
  Circuit circuit_;
  Layout layout_;
};

TEST_F(CheckLayout, RefusesEveryChangedBlockField) {
  ASSERT_TRUE(check_layout(circuit_, layout_).ok());
  for (std::size_t i = 0; i < layout_.blocks.size(); ++i) {
    const auto with = [&](const auto& change) {
      Layout changed = layout_;
      change(changed.blocks[i]);
      return changed;
    };
    refused(with([](Block& b) { b.tensor += 1; }));
    refused(with([](Block& b) { b.tensor = 0xFFFFFFFF; }));
    refused(with([](Block& b) { b.column = 0xFFFFFFFF; }));
    refused(with([](Block& b) { b.pieces.push_back({0, 0}); }));
    refused(with([](Block& b) { b.pieces.push_back({0, 255}); }));
    refused(with([&](Block& b) { b.row = (1U << 8) - 40 - (1U << b.size_log()) + 1; }));
    refused(with([](Block& b) { b.row = 0xFFFFFFFF; }));
    if (layout_.blocks[i].size_log() > 0) refused(with([](Block& b) { b.row += 1; }));
    for (std::size_t d = 0; d < layout_.blocks[i].pieces.size(); ++d) {
      refused(with([&](Block& b) { b.pieces[d].log = static_cast<std::uint8_t>(b.pieces[d].log + 1); }));
      refused(with([&](Block& b) { b.pieces[d].log = 255; }));
      refused(with([&](Block& b) { b.pieces[d].offset += 1U << b.pieces[d].log; }));
      refused(with([&](Block& b) { b.pieces[d].offset ^= 1; }));
    }
    // A column of another segment, or the place of another block of the same column.
    for (std::uint32_t c = 0; c < layout_.columns(); ++c)
      if (layout_.column_segment[c] != layout_.column_segment[layout_.blocks[i].column])
        refused(with([&](Block& b) { b.column = c; }));
    for (std::size_t j = 0; j < layout_.blocks.size(); ++j)
      if (j != i &&
          layout_.column_segment[layout_.blocks[j].column] == layout_.column_segment[layout_.blocks[i].column])
        refused(with([&](Block& b) {
          b.column = layout_.blocks[j].column;
          b.row = layout_.blocks[j].row & ~((1U << b.size_log()) - 1);
        }));
  }
}

TEST_F(CheckLayout, RefusesMissingExtraAndSwappedBlocks) {
  for (std::size_t i = 0; i < layout_.blocks.size(); ++i) {
    Layout missing = layout_, extra = layout_, swapped = layout_;
    missing.blocks.erase(missing.blocks.begin() + static_cast<std::ptrdiff_t>(i));
    refused(missing);
    extra.blocks.insert(extra.blocks.begin() + static_cast<std::ptrdiff_t>(i), layout_.blocks[i]);
    refused(extra);
    if (i == 0) continue;
    std::swap(swapped.blocks[i - 1], swapped.blocks[i]);
    refused(swapped);
  }
}

TEST_F(CheckLayout, RefusesWrongColumnsAndRows) {
  const auto with = [&](const auto& change) {
    Layout changed = layout_;
    change(changed);
    return changed;
  };
  refused(with([](Layout& l) { l.log_rows = 32; }));
  refused(with([](Layout& l) { l.log_rows = 7; }));
  refused(with([](Layout& l) { l.reserved_rows = 256; }));
  refused(with([](Layout& l) { l.reserved_rows = 0xFFFFFFFF; }));
  refused(with([](Layout& l) { l.column_segment.clear(); }));
  refused(with([](Layout& l) { l.column_segment.back() = 3; }));
  refused(with([](Layout& l) { l.column_segment.front() = 2; }));
  refused(with([](Layout& l) { l.column_segment.resize(kMaxColumns + 1, 2); }));
  refused(with([](Layout& l) { l.column_segment.pop_back(); }));
  EXPECT_TRUE(check_layout(circuit_, with([](Layout& l) { l.column_segment.push_back(2); })).ok());
}

// A tensor with many claims may not lie in many pieces.
TEST_F(CheckLayout, RefusesMoreWorkThanAVerifierDoes) {
  Circuit circuit;
  circuit.tensors.push_back({Dims{4096}, Committed{}});
  const Layout whole = pack(circuit, 13, 100);
  Layout cells = whole;
  cells.blocks.clear();
  for (std::uint32_t i = 0; i < 4096; ++i) cells.blocks.push_back({0, {{i, 0}}, 0, i});
  for (std::uint32_t i = 0; i < kMaxWork / kBlockSteps / 4096; ++i) circuit.zeros.push_back({0, 0});
  EXPECT_TRUE(check_layout(circuit, cells).ok());
  circuit.zeros.push_back({0, 0});
  EXPECT_FALSE(check_layout(circuit, cells).ok());
  EXPECT_TRUE(check_layout(circuit, whole).ok());
}

// A claim with a dense vector of weights goes through the whole vector again in each piece of another dimension.
TEST_F(CheckLayout, RefusesDenseWeightsOverManyPieces) {
  constexpr unsigned kLog = 16, kPieces = 11;  // of 2^16 cells
  Circuit circuit;
  circuit.tensors.push_back({Dims{1U << kLog, 1U << kPieces}, Committed{}});
  circuit.tensors.push_back({Dims{2, 1U << kPieces}, Map{0, 0, SparseMatrix{{{0, 0, 1}}}}});
  circuit.zeros.push_back({1, 0});
  const Layout whole = pack(circuit, kLog + kPieces + 1, 100);
  EXPECT_TRUE(check_layout(circuit, whole).ok());
  Layout pieces = whole;
  pieces.blocks.clear();
  for (std::uint32_t i = 0; i < 1U << kPieces; ++i) pieces.blocks.push_back({0, {{0, kLog}, {i, 0}}, 0, i << kLog});
  EXPECT_FALSE(check_layout(circuit, pieces).ok());
  circuit.zeros[0].tensor = 0;
  EXPECT_TRUE(check_layout(circuit, pieces).ok());
}

}  // namespace
}  // namespace nescio
