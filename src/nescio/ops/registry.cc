// ops/registry.cc -- the explicit list of operator families.
#include "nescio/ops/registry.h"

#include <array>

#include "nescio/ops/families.h"

namespace nescio {
namespace {

constexpr auto kFamilies = std::to_array({
    activation_ops, affine_ops,    arithmetic_ops,    comparison_ops, constant_ops, curve_ops,   encoder_ops,
    gather_ops,     impute_ops,    linear_model_ops,  linear_ops,     logic_ops,    mod_ops,     one_hot_ops,
    pick_ops,       ratio_ops,     reduce_ops,        reshape_ops,    slice_ops,    softmax_ops, svm_ops,
    top_ops,        transpose_ops, tree_ensemble_ops, tree_ops,       window_ops,
});

template <class Matches>
const OpRecord* find(Matches&& matches) {
  for (const auto family : kFamilies) {
    for (const OpRecord& record : family()) {
      if (matches(record)) return &record;
    }
  }
  return nullptr;
}

}  // namespace

std::vector<const OpRecord*> all_ops() {
  std::vector<const OpRecord*> out;
  for (const auto family : kFamilies) {
    for (const OpRecord& record : family()) out.push_back(&record);
  }
  return out;
}

const OpRecord* find_onnx_op(std::string_view domain, std::string_view op) {
  return find([&](const OpRecord& r) { return r.import != nullptr && r.name == op && r.domain == domain; });
}

const OpRecord* find_graph_op(std::string_view op) {
  return find([&](const OpRecord& r) { return r.infer != nullptr && r.name == op; });
}

bool moves_cells(std::string_view op) {
  return op == "Reshape" || op == "Transpose" || op == "Slice" || op == "Concat" || op == "Cast" || op == "Pick";
}

}  // namespace nescio
