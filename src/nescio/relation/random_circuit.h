// relation/random_circuit.h -- for tests: small circuits of every kind of definition, with an honest witness.
#pragma once
#include <algorithm>
#include <bit>
#include <iterator>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include "nescio/circuit/builder.h"
#include "nescio/circuit/public_values.h"
#include "nescio/witness/evaluate.h"

namespace nescio {

// Small integers; every kind of definition, extents of 1, scalars, several segments. Every tensor that
// nothing else reads is held by a zero (against a committed copy) or by a lookup in a table of its own rows.
class RandomCircuit {
 public:
  // A cubic is no integer: with cubics most circuits are of the field alone.
  explicit RandomCircuit(std::uint64_t seed, std::uint32_t segments = 2, bool cubics = true)
      : rng_(seed), segments_(segments), builder_(segments) {
    for (int i = 0; i < 3; ++i) leaf(dims(below(4)));
    for (int i = 0; i < 8; ++i) {
      switch (below(cubics ? 6 : 5)) {
        case 0:
          add_affine();
          break;
        case 1:
          add_map();
          break;
        case 2:
          add_known_factor();
          break;
        case 5:
          add_cubic();
          break;
        default:
          add_contract();
          break;
      }
    }
    hold();
    circuit = builder_.take();
  }
  std::uint64_t below(std::uint64_t n) { return rng_() % n; }

  Circuit circuit;
  Witness witness;
  PublicValues statement;

 private:
  std::uint32_t some_segment() { return static_cast<std::uint32_t>(below(segments_)); }
  Dims dims(std::size_t n) {
    Dims d;
    for (std::size_t i = 0; i < n; ++i) d.push_back(static_cast<std::uint32_t>(1 + below(4)));
    return d;
  }
  void small(TensorId id, auto& values) {
    values.resize(id + 1);
    for (std::size_t i = 0; i < num_cells(builder_.dims(id)); ++i)
      values[id].push_back(F::from_signed(static_cast<std::int64_t>(below(4)) - 1));
  }
  TensorId keep(TensorId id, unsigned depth) {
    depth_[id] = depth;
    return id;
  }
  TensorId leaf(const Dims& d) {
    const TensorId id = builder_.committed(d, some_segment());
    small(id, witness.values);
    leaves_.push_back(id);
    return keep(id, 0);
  }
  // Some private tensor of at most that depth.
  TensorId pick(unsigned depth) {
    for (;;) {
      const auto at = std::next(depth_.begin(), static_cast<std::ptrdiff_t>(below(depth_.size())));
      if (at->second <= depth) return at->first;
    }
  }
  AffineTerm read(TensorId source, const Dims& d) {
    AffineTerm t{below(2) == 0 ? 1 : -3, source, {}};
    std::vector<bool> used(d.size());
    for (const std::uint32_t n : builder_.dims(source)) {
      const auto at = below(d.size() + 1);
      const bool runs = at < d.size() && d[at] == n && !used[at];
      if (runs) used[at] = true;
      t.dims.push_back(runs ? runs_with(static_cast<std::uint32_t>(at))
                            : fixed_at(static_cast<std::uint32_t>(below(n))));
    }
    return t;
  }
  // A tensor of these dims that reads others.
  TensorId adapt(const Dims& d, unsigned depth) {
    std::vector<AffineTerm> terms;
    unsigned most = 0;
    for (std::size_t n = 1 + below(2); n > 0; --n) {
      terms.push_back(read(pick(depth), d));
      most = std::max(most, depth_[terms.back().source]);
    }
    return keep(builder_.affine(d, terms, static_cast<std::int64_t>(below(3)), 1), most);
  }
  void add_affine() {
    const TensorId x = pick(kMaxDepth);
    if (below(3) == 0) {  // (6 x + 3) / 3
      AffineTerm t = builder_.term(x, 6);
      keep(builder_.affine(builder_.dims(x), {t}, 3, 3), depth_[x]);
    } else {
      adapt(dims(below(4)), kMaxDepth);
    }
  }
  void add_map() {
    const TensorId x = pick(kMaxDepth);
    const Dims& d = builder_.dims(x);
    if (d.empty()) return;
    const auto dim = static_cast<std::uint32_t>(below(d.size()));
    const auto extent = static_cast<std::uint32_t>(1 + below(5));
    if (below(2) == 0) {
      const auto offset = static_cast<std::int64_t>(below(extent + d[dim] - 1)) - (d[dim] - 1);
      keep(builder_.map(x, dim, extent, ShiftMatrix{offset}), depth_[x]);
      return;
    }
    SparseMatrix m;
    for (std::uint32_t r = 0; r < extent; ++r)
      for (std::uint32_t c = 0; c < d[dim]; ++c)
        if (below(2) == 0) m.entries.push_back({r, c, 1 + static_cast<std::int64_t>(below(3))});
    keep(builder_.map(x, dim, extent, m), depth_[x]);
  }
  // A constant or public operand: one label of extent above 1, others of extent 1 in all places they may stand.
  void add_known_factor() {
    const TensorId x = pick(kMaxDepth);
    const Dims d = builder_.dims(x);
    std::vector<std::uint8_t> x_labels, y_labels, k_labels;
    Dims k;
    bool vector = false;
    for (std::size_t i = 0; i < d.size(); ++i) {
      const auto label = static_cast<std::uint8_t>(i);
      x_labels.push_back(label);
      const bool in_k = below(2) == 0 && (d[i] == 1 || !vector);
      if (in_k) {
        k.push_back(d[i]);
        k_labels.push_back(label);
        vector = vector || d[i] > 1;
      }
      if (!in_k || below(2) == 0) y_labels.insert(y_labels.begin(), label);
    }
    if (below(2) == 0) {
      k.push_back(1);
      k_labels.push_back(9);
      y_labels.push_back(9);
    }
    TensorId known = 0;
    if (below(2) == 0) {
      known = builder_.public_values(k, Public::Source::statement);
      small(known, statement);
    } else {
      std::vector<std::int64_t> values;
      for (std::size_t i = 0; i < num_cells(k); ++i) values.push_back(static_cast<std::int64_t>(below(5)) - 2);
      known = builder_.constant(k, values);
    }
    keep(below(2) == 0 ? builder_.contract(known, k_labels, x, x_labels, y_labels)
                       : builder_.contract(x, x_labels, known, k_labels, y_labels),
         depth_[x]);
  }
  void add_contract() {
    Dims a, b;
    std::vector<std::uint8_t> a_labels, b_labels, y_labels;
    for (std::uint8_t label = 0; label < 4; ++label) {
      const auto n = static_cast<std::uint32_t>(1 + below(4));
      const auto where = below(5);  // everywhere, summed, A, B, nowhere
      if (where > 3) continue;
      if (where != 3) a.push_back(n), a_labels.push_back(label);
      if (where != 2) b.insert(b.begin(), n), b_labels.insert(b_labels.begin(), label);
      if (where != 1) y_labels.push_back(label);
    }
    if (below(4) == 0) {  // a square
      const TensorId x = adapt(a, kMaxDepth - 1);
      keep(builder_.product(x, x), depth_[x] + 1);
      return;
    }
    const TensorId left = adapt(a, kMaxDepth - 1), right = below(3) == 0 ? leaf(b) : adapt(b, kMaxDepth - 1);
    keep(builder_.contract(left, a_labels, right, b_labels, y_labels), std::max(depth_[left], depth_[right]) + 1);
  }

  void add_cubic() {
    const Dims d = dims(below(3));
    const TensorId a = adapt(d, kMaxDepth - 1), b = below(3) == 0 ? a : adapt(d, kMaxDepth - 1);
    const TensorId c = below(3) == 0 ? leaf(d) : adapt(d, kMaxDepth - 1);
    keep(builder_.cubic(a, b, c), std::max({depth_[a], depth_[b], depth_[c]}) + 1);
  }

  void hold() {
    std::set<TensorId> open;
    for (const auto& [id, depth] : depth_) open.insert(id);
    for (const auto& [id, depth] : depth_)
      for_each_source(builder_.circuit()[id], [&](TensorId source) { open.erase(source); });
    witness.values.resize(builder_.circuit().tensors.size());
    statement.resize(builder_.circuit().tensors.size());
    const auto values = evaluate_virtual(builder_.circuit(), witness, statement);
    NESCIO_CHECK(values.ok());
    const std::uint32_t range = builder_.table(4, {progression(-1, 1)}, segments_ - 1);
    const TensorId counts = builder_.circuit().tables[range].multiplicity;
    witness.values.resize(counts + 1);
    witness.values[counts].resize(4);
    for (const TensorId id : leaves_) {
      builder_.lookup(range, some_segment(), {id});
      for (const F x : witness.values[id]) witness.values[counts][static_cast<std::size_t>(x.to_signed() + 1)] += F(1);
    }
    for (const TensorId id : open) {
      const std::uint32_t segment = some_segment();
      const Dims d = builder_.dims(id);
      const std::span<const F> cells = (*values)[id];
      if (below(2) == 0) {
        const TensorId copy = builder_.committed(d, segment);
        witness.values.resize(copy + 1);
        witness.values[copy].assign(cells.begin(), cells.end());
        builder_.zero(builder_.affine(d, {builder_.term(id), builder_.term(copy, -1)}), segment);
        continue;
      }
      if ((d.size() == 1 || (d.size() == 2 && std::has_single_bit(d[0]))) &&
          below(2) == 0) {  // as a private column of a table, each row of it found once
        const TensorId copy = builder_.committed(d, segment);
        witness.values.resize(copy + 1);
        witness.values[copy].assign(cells.begin(), cells.end());
        const auto n = static_cast<std::uint32_t>(num_cells(d));
        std::vector<std::int64_t> numbers(n);
        std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
        const std::uint32_t table = builder_.table(n, {progression(0, 1)}, segment, {id});
        builder_.lookup(table, some_segment(), {builder_.constant(d, numbers), copy});
        const TensorId m = builder_.circuit().tables[table].multiplicity;
        witness.values.resize(m + 1);
        witness.values[m].assign(n, F(1));
        continue;
      }
      std::map<std::int64_t, std::uint32_t> rows;
      for (const F x : cells) ++rows[x.to_signed()];
      std::vector<std::int64_t> column;
      for (const auto& [x, count] : rows) column.push_back(x);
      column.push_back(1000000 + id);  // so that no table is asked twice
      const std::uint32_t table = builder_.table(static_cast<std::uint32_t>(column.size()), {listed(column)}, segment);
      builder_.lookup(table, some_segment(), {id});
      const TensorId m = builder_.circuit().tables[table].multiplicity;
      witness.values.resize(m + 1);
      for (const auto& [x, count] : rows) witness.values[m].push_back(F(count));
      witness.values[m].push_back(F());
    }
    witness.values.resize(builder_.circuit().tensors.size());
    statement.resize(builder_.circuit().tensors.size());
  }

  std::mt19937_64 rng_;
  std::uint32_t segments_;
  CircuitBuilder builder_;
  std::map<TensorId, unsigned> depth_;  // of private tensors
  std::vector<TensorId> leaves_;        // committed
};

}  // namespace nescio
