// ops/builder.h -- grows a Graph node by node: infers types and folds constants on the way.
//
// Folding while building is what makes shapes static: a Shape of a typed value is a constant, so is what is computed
// from it.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/graph/graph.h"

namespace nescio {

class GraphBuilder {
 public:
  // `budget`: elements that constants may take in total, those from folding included. A small model must not cost much
  // memory: `grant` more in proportion to what it brings.
  explicit GraphBuilder(std::int64_t budget) : budget_(budget) {}

  // labels: of an input of words, see Port::labels; those of marked words are added at the end.
  ValueId input(const std::string& name, TensorType type, std::vector<std::string> labels = {});
  ValueId constant(const std::string& name, Tensor tensor);
  ValueId constant(const std::string& name, std::shared_ptr<const Tensor> tensor);
  // Adds a node of operator `op` (its record must exist), or folds it when all inputs are constants.
  // Nodes and values are named after the current `scope`. Errors: those of infer and evaluate; kMemory.
  Result<std::vector<ValueId>> add_all(std::string_view op, std::vector<ValueId> inputs, Attributes attributes = {});
  // As add_all, for operators with one output.
  Result<ValueId> add(std::string_view op, std::vector<ValueId> inputs, Attributes attributes = {});

  // `id` cast to float32; itself when it is that already.
  Result<ValueId> as_float32(ValueId id);
  // kMemory when constants of so many elements would pass the budget. To be asked before making large ones from little;
  // making them charges them.
  Status afford(std::int64_t elements) const;
  void grant(std::int64_t elements) { budget_ += elements; }

  // Name of the model's node that is being translated.
  void scope(std::string name) {
    scope_ = std::move(name);
    scope_begin_ = graph_.values.size();
  }
  void note(std::string sentence) { graph_.notes.push_back(std::move(sentence)); }
  // Declares that `id` holds class indices; see Port::labels.
  void label(ValueId id, std::vector<std::string> labels);
  const std::vector<std::string>* labels(ValueId id) const;
  // Words are integers, their places in one dictionary of the model; nothing calculates with them.
  void mark_words(ValueId id) { words_.insert(id); }
  bool holds_words(ValueId id) const { return words_.contains(id); }
  // The place of a word, a new one if need be. kAttr: longer than 256 bytes or no printable UTF-8; more than 1024
  // words.
  Result<std::int64_t> place_of(const std::string& word);
  // The model's own name for a value that the current scope made.
  void name_if_new(ValueId id, const std::string& name);
  void output(const std::string& name, ValueId id);

  // By value: adding nodes moves the graph's own.
  TensorType type(ValueId id) const { return graph_.value(id).type; }
  Shape shape(ValueId id) const { return graph_.value(id).type.shape; }
  DType dtype(ValueId id) const { return graph_.value(id).type.dtype; }
  const Tensor* constant_of(ValueId id) const { return graph_.constant(id); }
  const Graph& graph() const { return graph_; }
  // The word at a place that place_of() gave.
  const std::string& word_at(std::int64_t place) const { return dictionary_[static_cast<std::size_t>(place)]; }
  Graph take();

 private:
  Graph graph_;
  std::map<ValueId, std::vector<std::string>> labels_;
  std::set<ValueId> words_;
  std::vector<std::string> dictionary_;
  std::map<std::string, std::int64_t> places_;  // in the dictionary
  std::string scope_;
  std::size_t scope_begin_ = 0;  // values made in this scope
  std::int64_t budget_;
};

}  // namespace nescio
