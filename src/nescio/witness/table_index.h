// witness/table_index.h -- finds the row of a public table that has given values.
#pragma once
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "nescio/circuit/circuit.h"

namespace nescio {

class TableIndex {
 public:
  // `columns` (of `rows` entries each) must outlive the index.
  TableIndex(std::uint32_t rows, const std::vector<TableColumn>& columns);
  // The first row equal to `row` (one value for each column), or -1.
  std::int64_t find(std::span<const std::int64_t> row) const;
  // Column 0 is start, start + 1, ..: then a row that begins with x can only be number x - start.
  bool begins_with_interval() const { return progression_ && (*columns_)[0].step == 1; }

 private:
  bool matches(std::uint32_t i, std::span<const std::int64_t> row) const;

  std::uint32_t rows_;
  const std::vector<TableColumn>* columns_;
  bool progression_;                                                      // column 0 is, with step 1 or -1
  std::unordered_map<std::int64_t, std::vector<std::uint32_t>> rows_of_;  // value of column 0 -> rows
};

}  // namespace nescio
