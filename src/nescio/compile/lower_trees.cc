#include "nescio/compile/lower_trees.h"

#include <algorithm>

#include "nescio/compile/moves.h"
#include "nescio/gadget/select.h"
#include "nescio/gadget/trees.h"

namespace nescio {
namespace {

constexpr std::uint32_t kLanes = 8;                       // of a sponge
constexpr std::size_t kFields = 5, kLeaf = 5, kBase = 6;  // among the node's weights
enum class Aggregate : std::uint8_t { sum, least, greatest };

std::int64_t half_of(const QuantWeights& w) {
  return std::int64_t{1} << (w.bits - 1);
}

std::vector<std::vector<std::size_t>> words_of(const QuantNode& node) {
  std::vector<unsigned> bits;
  for (std::size_t f = 0; f < kFields; ++f) bits.push_back(node.weights[f].bits);
  return pack_fields(bits);
}

// The cells of a table. Eight lanes are those that a sponge absorbs at once: what a verifier weighs them with is then a
// product over dimensions (docs/spec/relations.md, Packing), not a vector of all of them.
Dims laid_out(std::uint32_t cells, std::uint32_t lanes = kLanes) {
  return cells % lanes == 0 ? Dims{lanes, cells / lanes} : Dims{cells};
}

class Trees {
 public:
  Trees(Backend& b, const GadgetPlan& plan, const QuantNode& node, const QuantShape& from, const QuantShape& to,
        std::vector<GroupTensor>& weights)
      : b_(b), plan_(plan), node_(node), weights_(weights), columns_(to[1]), rows_(to[0]) {
    shape_.trees = static_cast<std::uint32_t>(node.integers[0]);
    shape_.depth = static_cast<std::uint32_t>(node.integers[1]);
    aggregate_ = static_cast<Aggregate>(node.integers[2]);
    mirror_ = node.integers[3] != 0;
    targets_.assign(node.integers.begin() + 4, node.integers.end());
    shape_.features = from[1];
    shape_.rows = rows_;
    shape_.nodes = node.weights[0].shape[0];
    shape_.leaves = node.weights[kLeaf].shape[0];
    shape_.columns = node.weights[kLeaf].shape[1];
  }

  Var run(Var x, const QuantShape& to) {
    const TreeTables tables = commit_tables();
    const Var base = signed_weights(node_.weights[kBase], "base", {columns_});
    weights_.push_back(
        {node_.weights[kBase].name, base, {-half_of(node_.weights[kBase]), half_of(node_.weights[kBase]) - 1}});
    const Var leaf = tree_values(b_, plan_, "paths", shape_, tables, x);
    const Var scores = aggregate_ == Aggregate::sum ? sum(leaf) : extremes(leaf);
    const Var y = b_.affine("scores", {columns_, rows_}, {{1, scores}, {1, base, {{false, 0}}}});
    return squeeze(y, to);
  }

 private:
  Var signed_weights(const QuantWeights& w, std::string_view name, const Dims& dims) {
    const auto given = [&w](std::size_t first, const std::int64_t* const*, std::span<std::int64_t> out) {
      std::copy_n(w.values.data() + first, out.size(), out.begin());
    };
    return commit_signed(b_, plan_, name, dims, w.bits, CellHint{{}, given});
  }

  TreeTables commit_tables() {
    constexpr const char* kNames[] = {"feature", "key", "missing", "yes", "no"};
    std::vector<Var> fields;
    for (std::size_t f = 0; f < kFields; ++f) {
      const QuantWeights& w = node_.weights[f];
      const auto given = [&w](std::size_t first, const std::int64_t* const*, std::span<std::int64_t> out) {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = w.values[first + i] + half_of(w);
      };
      fields.push_back(commit_bits(b_, plan_, kNames[f], laid_out(shape_.nodes), w.bits, CellHint{{}, given}));
    }
    const auto words = words_of(node_);
    for (std::size_t i = 0; i < words.size(); ++i) {
      std::vector<Term> terms;
      unsigned at = 0;
      for (const std::size_t f : words[i]) {
        terms.push_back({std::int64_t{1} << at, fields[f]});
        at += node_.weights[f].bits;
      }
      const std::string name = "word" + std::to_string(i);
      const Var word = terms.size() == 1 ? terms[0].source : b_.affine(name, laid_out(shape_.nodes), terms);
      weights_.push_back({node_.name + "/" + name, word, {0, (std::int64_t{1} << at) - 1}});
    }
    const QuantWeights& leaf = node_.weights[kLeaf];
    // Two leaves are in one cell of the sponge: four lanes of it, which leave room for a word, or eight.
    const std::uint32_t cells = shape_.leaves * shape_.columns, lanes = cells >= 2 * shape_.nodes ? 2 * kLanes : kLanes;
    const Var leaves = signed_weights(leaf, "leaf", laid_out(cells, lanes));
    weights_.push_back({leaf.name, leaves, {-half_of(leaf), half_of(leaf) - 1}});
    return {fields[0], fields[1], fields[2], fields[3], fields[4], leaves};
  }

  // [columns, rows] from [trees, rows, leaf columns].
  Var sum(Var leaf) {
    const std::uint32_t trees = shape_.trees;
    if (!targets_.empty() || mirror_) {
      SparseMatrix m;
      for (std::uint32_t c = 0; c < columns_; ++c)
        for (std::uint32_t t = 0; t < trees; ++t)
          if (mirror_ || targets_[t] == c) m.entries.push_back({c, t, mirror_ && c == 0 ? -1 : 1});
      const Var one = b_.affine("values", {trees, rows_}, {{1, leaf, {{false, 0}, {false, 1}, {true, 0}}}});
      return b_.map("sum", one, 0, columns_, m);
    }
    const Var ones = b_.constant("ones", {trees}, std::vector<std::int64_t>(trees, 1));
    return b_.contract("sum", ones, {0}, leaf, {0, 1, 2}, {2, 1});
  }

  // The least or greatest of each column of each row.
  Var extremes(Var leaf) {
    const std::int64_t sign = aggregate_ == Aggregate::greatest ? 1 : -1;
    std::vector<Term> terms;
    for (std::uint32_t s = 0; s < rows_; ++s)
      for (std::uint32_t c = 0; c < columns_; ++c) {
        const Backend::Scope scope(b_, "column" + std::to_string(c) + " row" + std::to_string(s));
        SparseMatrix m;
        std::uint32_t count = 0;
        for (std::uint32_t t = 0; t < shape_.trees; ++t)
          if (targets_.empty() || targets_[t] == c) m.entries.push_back({count++, t, sign});
        if (count == 0) continue;
        const Var one =
            b_.affine("values", {shape_.trees}, {{1, leaf, {{false, 0}, {true, s}, {true, targets_.empty() ? c : 0}}}});
        const Var these = b_.map("of the column", one, 0, count, m);
        const Var most = count == 1 ? b_.affine("value", {1}, {{1, these}})
                                    : choose_largest(b_, plan_, "maximum", these, Chosen::value);
        const Var there = b_.map("column", most, 0, columns_, ShiftMatrix{std::int64_t{c}});
        const Var unit = b_.affine("unit", {columns_, 1}, {{1, there, {{false, 0}}}});
        terms.push_back({sign, b_.map("row", unit, 1, rows_, ShiftMatrix{std::int64_t{s}})});
      }
    return b_.affine("extremes", {columns_, rows_}, terms);
  }

  Var squeeze(Var y, const QuantShape& to) {
    const Dims want = squeezed(to);
    if (want == b_.dims(y)) return y;
    Term t{1, y, {}};
    std::uint32_t next = 0;
    for (const std::uint32_t n : b_.dims(y)) t.dims.push_back(n == 1 ? DimRef{true, 0} : DimRef{false, next++});
    return b_.affine("squeezed", want, {t});
  }

  Backend& b_;
  const GadgetPlan& plan_;
  const QuantNode& node_;
  std::vector<GroupTensor>& weights_;
  const std::uint32_t columns_, rows_;
  TreeShape shape_;
  Aggregate aggregate_ = Aggregate::sum;
  bool mirror_ = false;
  std::vector<std::int64_t> targets_;
};

}  // namespace

Var lower_trees(Backend& b, const GadgetPlan& plan, const QuantNode& node, const QuantShape& from, const QuantShape& to,
                Var x, std::vector<GroupTensor>& weights) {
  return Trees(b, plan, node, from, to, weights).run(x, to);
}

std::vector<SecretVector<std::int64_t>> bound_weights(const QuantNode& node) {
  std::vector<SecretVector<std::int64_t>> out;
  std::size_t first = 0;
  if (node.op == QuantNode::Op::trees) {
    for (const auto& fields : words_of(node)) {
      SecretVector<std::int64_t>& word = out.emplace_back(node.weights[0].values.size());
      unsigned at = 0;
      for (const std::size_t f : fields) {
        const QuantWeights& w = node.weights[f];
        for (std::size_t i = 0; i < word.size(); ++i) word[i] += (w.values[i] + half_of(w)) << at;
        at += w.bits;
      }
    }
    first = kLeaf;
  }
  for (std::size_t i = first; i < node.weights.size(); ++i)
    out.emplace_back(node.weights[i].values.begin(), node.weights[i].values.end());
  return out;
}

}  // namespace nescio
