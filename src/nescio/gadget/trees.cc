#include "nescio/gadget/trees.h"

#include <algorithm>

#include "nescio/base/check.h"
#include "nescio/base/float_key.h"

namespace nescio {
namespace {

constexpr std::int64_t kHalf = std::int64_t{1} << 31;
constexpr unsigned kAnswerBits = 33;

// The tests of one level, each [trees, rows].
struct Level {
  Var at, feature, key, missing, yes, no;
};

class Paths {
 public:
  Paths(Backend& b, const GadgetPlan& plan, const TreeShape& shape, const TreeTables& m, Var x)
      : b_(b), plan_(plan), shape_(shape), m_(m), x_(x), dims_{shape.trees, shape.rows} {}

  Var run() {
    const std::uint32_t all = shape_.nodes + shape_.leaves;
    nan_ = sign_of(b_, plan_, "nan", b_.affine("from nan", b_.dims(x_), {{1, x_}}, -kNanKey), kAnswerBits);
    features_ = b_.private_table("features", {x_, nan_});
    std::vector<Var> columns;
    const Dims& fields = b_.dims(m_.feature);
    const auto last = static_cast<std::uint32_t>(fields.size() - 1);
    const std::uint32_t lanes = last == 0 ? 1 : fields[0];
    for (const Var field : {m_.feature, m_.key, m_.missing, m_.yes, m_.no})
      columns.push_back(b_.map("rows", field, last, (all + lanes - 1) / lanes, ShiftMatrix{0}));  // zero at leaves
    nodes_ = b_.private_table("nodes", columns);
    if (shape_.rows > 1) {  // of the row itself: what is beyond its last feature is the next row's first
      const Var left = b_.affine("features left", fields, {{-1, m_.feature}}, std::int64_t{shape_.features} - 1);
      range_bits(b_, plan_, "feature of the row", left, std::max(1U, unsigned_bits(shape_.features - 1)));
    }
    Var at = roots();
    for (std::uint32_t d = 0; d < shape_.depth; ++d) {
      const Backend::Scope scope(b_, "level" + std::to_string(d));
      at = next(found(at), d + 1 < shape_.depth);
    }
    return values(at);
  }

 private:
  // Tree t begins at node t.
  Var roots() {
    std::vector<std::int64_t> numbers(shape_.trees);
    for (std::size_t t = 0; t < numbers.size(); ++t) numbers[t] = static_cast<std::int64_t>(t);
    return b_.affine("roots", dims_, {{1, b_.constant("numbers", {shape_.trees}, numbers), {{false, 0}}}});
  }

  Level found(Var at) {
    const auto look = [&](const char* name, Var field) {
      return b_.commit(name, dims_, [at, field](const HintView& view, std::span<std::int64_t> out) {
        const auto n = view[at], values = view[field];
        for (std::size_t i = 0; i < out.size(); ++i) {
          const auto k = static_cast<std::size_t>(n[i]);
          out[i] = k < values.size() ? values[k] : 0;
        }
      });
    };
    const Level level{at,
                      look("feature", m_.feature),
                      look("key", m_.key),
                      look("missing", m_.missing),
                      look("yes", m_.yes),
                      look("no", m_.no)};
    b_.lookup("node", nodes_, {at, level.feature, level.key, level.missing, level.yes, level.no});
    return level;
  }

  // Where each path goes; a committed tensor, unless it is the last.
  Var next(const Level& level, bool committed) {
    std::vector<Term> terms = {{1, level.feature}};
    if (shape_.rows > 1) {
      std::vector<std::int64_t> starts(shape_.rows);
      for (std::size_t s = 0; s < starts.size(); ++s) starts[s] = static_cast<std::int64_t>(s) * shape_.features;
      terms.push_back({1, b_.constant("starts", {shape_.rows}, starts), {{false, 1}}});
    }
    const Var place = b_.affine("place", dims_, terms);
    const auto look = [&](const char* name, Var from) {
      return b_.commit(name, dims_, [place, from](const HintView& view, std::span<std::int64_t> out) {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = view[from][static_cast<std::size_t>(view[place][i])];
      });
    };
    const Var x = look("x", x_), nan = look("nan", nan_);
    b_.lookup("feature", features_, {place, x, nan});
    const Var astray = b_.product("missing and nan", level.missing, nan);
    const Var d = b_.affine("distance", dims_, {{1, level.key}, {-1, x}, {kHalf + kNanKey, astray}}, -kHalf);
    const Var answer = sign_of(b_, plan_, "answer", d, kAnswerBits);
    const Var turn = b_.product("turn", answer, b_.affine("apart", dims_, {{1, level.yes}, {-1, level.no}}));
    const Var to = b_.affine("next", dims_, {{1, level.at}, {1, level.no}, {1, turn}});
    return committed ? b_.materialise("next", to) : to;
  }

  Var values(Var at) {
    const Backend::Scope scope(b_, "leaves");
    const std::uint32_t columns = shape_.columns;
    const Dims dims = {shape_.trees, shape_.rows, columns};
    std::vector<Term> terms = {{columns, at, {{false, 0}, {false, 1}}}};
    if (columns > 1) {
      std::vector<std::int64_t> numbers(columns);
      for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = static_cast<std::int64_t>(k);
      terms.push_back({1, b_.constant("numbers", {columns}, numbers), {{false, 2}}});
    }
    const Var place = b_.affine("place", dims, terms, -std::int64_t{shape_.nodes} * columns);
    const Var value =
        b_.commit("value", dims, [place, leaf = m_.leaf](const HintView& view, std::span<std::int64_t> out) {
          const auto values = view[leaf];
          for (std::size_t i = 0; i < out.size(); ++i) {
            const auto k = static_cast<std::size_t>(view[place][i]);
            out[i] = k < values.size() ? values[k] : 0;
          }
        });
    b_.lookup("leaf", b_.private_table("leaves", {m_.leaf}), {place, value});
    return value;
  }

  Backend& b_;
  const GadgetPlan& plan_;
  const TreeShape& shape_;
  const TreeTables& m_;
  const Var x_;
  const Dims dims_;
  Var nan_;
  TableVar features_, nodes_;
};

}  // namespace

Var tree_values(Backend& b, const GadgetPlan& plan, std::string_view name, const TreeShape& shape, const TreeTables& m,
                Var x) {
  const Backend::Scope scope(b, name);
  NESCIO_CHECK(shape.trees >= 1 && shape.depth >= 1 && b.dims(x) == Dims{shape.features * shape.rows});
  return Paths(b, plan, shape, m, x).run();
}

std::vector<std::vector<std::size_t>> pack_fields(const std::vector<unsigned>& bits) {
  constexpr unsigned kWordBits = 62;
  std::vector<std::vector<std::size_t>> words;
  std::vector<unsigned> used;
  for (std::size_t f = 0; f < bits.size(); ++f) {
    std::size_t w = 0;
    while (w < words.size() && used[w] + bits[f] > kWordBits) ++w;
    if (w == words.size()) {
      words.emplace_back();
      used.push_back(0);
    }
    words[w].push_back(f);
    used[w] += bits[f];
  }
  return words;
}

}  // namespace nescio
