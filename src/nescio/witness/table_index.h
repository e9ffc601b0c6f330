// witness/table_index.h -- finds the row of a table that has given values.
#pragma once
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "nescio/base/secret.h"
#include "nescio/circuit/circuit.h"

namespace nescio {

class TableIndex {
 public:
  // Of its private columns, the values.
  using Private = std::vector<SecretVector<std::int64_t>>;
  // `columns` (of `rows` entries each, like those of `tensors`) must outlive the index.
  TableIndex(std::uint32_t rows, const std::vector<TableColumn>& columns, Private tensors = {});
  // The first row equal to `row` (one value for each column, public ones first), or -1.
  std::int64_t find(std::span<const std::int64_t> row) const;
  // Column 0 is start, start + 1, ..: then a row that begins with x can only be number x - start.
  bool begins_with_interval() const { return progression_ && (*columns_)[0].step == 1; }
  std::int64_t at(std::size_t column, std::uint32_t i) const {
    return column < columns_->size() ? (*columns_)[column].at(i) : tensors_[column - columns_->size()][i];
  }
  // All values of a column, null if it is a progression.
  const std::int64_t* listed(std::size_t column) const {
    if (column >= columns_->size()) return tensors_[column - columns_->size()].data();
    return (*columns_)[column].explicit_values ? (*columns_)[column].values.data() : nullptr;
  }

 private:
  bool matches(std::uint32_t i, std::span<const std::int64_t> row) const;

  std::uint32_t rows_;
  const std::vector<TableColumn>* columns_;
  Private tensors_;
  bool progression_;                                                      // column 0 is, with step 1 or -1
  std::unordered_map<std::int64_t, std::vector<std::uint32_t>> rows_of_;  // value of column 0 -> rows
};

}  // namespace nescio
