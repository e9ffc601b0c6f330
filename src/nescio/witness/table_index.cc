#include "nescio/witness/table_index.h"

namespace nescio {

TableIndex::TableIndex(std::uint32_t rows, const std::vector<TableColumn>& columns, Private tensors)
    : rows_(rows), columns_(&columns), tensors_(std::move(tensors)) {
  const TableColumn& c = columns[0];
  progression_ = !c.explicit_values && (c.step == 1 || c.step == -1);
  if (progression_) return;
  for (std::uint32_t i = 0; i < rows; ++i) rows_of_[c.at(i)].push_back(i);
}

bool TableIndex::matches(std::uint32_t i, std::span<const std::int64_t> row) const {
  for (std::size_t k = 1; k < row.size(); ++k)
    if (at(k, i) != row[k]) return false;
  return true;
}

std::int64_t TableIndex::find(std::span<const std::int64_t> row) const {
  if (progression_) {
    const TableColumn& c = (*columns_)[0];
    // Differences of values below 2^63 in magnitude, mod 2^64: right whenever the true one is a row number.
    const std::uint64_t up = static_cast<std::uint64_t>(row[0]) - static_cast<std::uint64_t>(c.start);
    const std::uint64_t i = c.step == 1 ? up : 0 - up;
    return i < rows_ && matches(static_cast<std::uint32_t>(i), row) ? static_cast<std::int64_t>(i) : -1;
  }
  const auto it = rows_of_.find(row[0]);
  if (it == rows_of_.end()) return -1;
  for (const std::uint32_t i : it->second)
    if (matches(i, row)) return i;
  return -1;
}

}  // namespace nescio
