// ops/registry.h -- all operators.
#pragma once
#include <string_view>
#include <vector>

#include "nescio/ops/record.h"

namespace nescio {

std::vector<const OpRecord*> all_ops();
// The record that imports this ONNX operator, or null. The caller checks since and until.
const OpRecord* find_onnx_op(std::string_view domain, std::string_view op);
// The record of an operator of the graph, or null.
const OpRecord* find_graph_op(std::string_view op);
// Graph operators that only move cells.
bool moves_cells(std::string_view op);

}  // namespace nescio
