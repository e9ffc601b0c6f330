// ops/builder.cc -- adding nodes, with folding.
#include "nescio/ops/builder.h"

#include <algorithm>

#include "nescio/base/utf8.h"
#include "nescio/ops/operands.h"
#include "nescio/ops/registry.h"

namespace nescio {

ValueId GraphBuilder::input(const std::string& name, TensorType type, std::vector<std::string> labels) {
  const auto id = static_cast<ValueId>(graph_.values.size());
  graph_.values.push_back({name, std::move(type)});
  graph_.inputs.push_back({name, id, std::move(labels)});
  return id;
}

ValueId GraphBuilder::constant(const std::string& name, Tensor tensor) {
  return constant(name, std::make_shared<const Tensor>(std::move(tensor)));
}

ValueId GraphBuilder::constant(const std::string& name, std::shared_ptr<const Tensor> tensor) {
  const auto id = static_cast<ValueId>(graph_.values.size());
  budget_ -= static_cast<std::int64_t>(tensor->size());
  graph_.values.push_back({name, tensor->type(), std::move(tensor)});
  return id;
}

void GraphBuilder::name_if_new(ValueId id, const std::string& name) {
  if (id >= scope_begin_) graph_.values[id].name = name;
}

void GraphBuilder::label(ValueId id, std::vector<std::string> labels) {
  for (const std::string& l : labels) budget_ -= static_cast<std::int64_t>(l.size()) + 8;
  labels_[id] = std::move(labels);
}

void GraphBuilder::output(const std::string& name, ValueId id) {
  const auto* known = labels(id);
  if (known) budget_ -= static_cast<std::int64_t>(known->size());
  graph_.outputs.push_back({name, id, known ? *known : std::vector<std::string>{}});
}

Result<std::int64_t> GraphBuilder::place_of(const std::string& word) {
  constexpr std::size_t kMostWords = 1024, kLongest = 256;  // of a key (circuit/check.h)
  if (const auto it = places_.find(word); it != places_.end()) return it->second;
  if (word.size() > kLongest || !is_printable_utf8(word))
    return attr_error("a category is longer than 256 bytes, or not printable UTF-8");
  if (dictionary_.size() == kMostWords) return attr_error("the model has more than 1024 categories");
  const auto place = static_cast<std::int64_t>(dictionary_.size());
  dictionary_.push_back(word);
  places_.emplace(word, place);
  return place;
}

Graph GraphBuilder::take() {
  if (dictionary_.empty()) dictionary_.emplace_back();
  for (auto* ports : {&graph_.inputs, &graph_.outputs})
    for (Port& port : *ports)
      if (holds_words(port.value)) port.labels = dictionary_;
  return std::move(graph_);
}

const std::vector<std::string>* GraphBuilder::labels(ValueId id) const {
  const auto it = labels_.find(id);
  return it == labels_.end() ? nullptr : &it->second;
}

Result<ValueId> GraphBuilder::add(std::string_view op, std::vector<ValueId> inputs, Attributes attributes) {
  NESCIO_TRY(const auto ids, add_all(op, std::move(inputs), std::move(attributes)));
  NESCIO_CHECK(ids.size() == 1);
  return ids[0];
}

Result<ValueId> GraphBuilder::as_float32(ValueId id) {
  if (dtype(id) == DType::kFloat32) return id;
  return add("Cast", {id}, {{"to", std::string(dtype_name(DType::kFloat32))}});
}

Status GraphBuilder::afford(std::int64_t elements) const {
  if (elements > budget_) {
    return Error{ErrorCode::kMemory, 0, "its constants would take more memory than a model of this size warrants", {}};
  }
  return Unit{};
}

Result<std::vector<ValueId>> GraphBuilder::add_all(std::string_view op, std::vector<ValueId> inputs,
                                                   Attributes attributes) {
  const OpRecord* record = find_graph_op(op);
  NESCIO_CHECK(record != nullptr);
  Node node{std::string(op), scope_, std::move(inputs), {}, std::move(attributes)};

  std::vector<const Value*> operands;
  std::vector<const Tensor*> constants;
  bool all_constant = true;
  for (const ValueId id : node.inputs) {
    operands.push_back(id == kNoValue ? nullptr : &graph_.values[id]);
    constants.push_back(graph_.constant(id));
    all_constant = all_constant && (id == kNoValue || constants.back() != nullptr);
  }
  NESCIO_TRY(const std::vector<TensorType> types, record->infer(node, operands));
  std::int64_t size = 0;
  for (const TensorType& t : types) {
    const auto n = element_count(t.shape);
    if (!n) {
      return Error{ErrorCode::kMemory,
                   0,
                   "a tensor of shape " + to_string(t.shape) + " is too large, or has too many dimensions",
                   {}};
    }
    size += *n;
  }

  std::vector<Tensor> folded;
  if (all_constant) {
    NESCIO_TRY_STATUS(afford(size));
    budget_ -= size;
    for (const TensorType& t : types) folded.emplace_back(t.dtype, t.shape);
    NESCIO_TRY_STATUS(record->evaluate(node, constants, folded));
  }
  for (std::size_t i = 0; i < types.size(); ++i) {
    const auto id = static_cast<ValueId>(graph_.values.size());
    node.outputs.push_back(id);
    Value v{scope_ + "/" + node.op, types[i]};
    if (all_constant) v.constant = std::make_shared<const Tensor>(std::move(folded[i]));
    graph_.values.push_back(std::move(v));
  }
  std::vector<ValueId> out = node.outputs;
  if (!all_constant) graph_.nodes.push_back(std::move(node));
  return out;
}

}  // namespace nescio
