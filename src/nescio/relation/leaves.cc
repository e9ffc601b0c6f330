#include "nescio/relation/leaves.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_map>

#include "nescio/base/bits.h"

namespace nescio::relation {
namespace {

// All products of pieces, one list per dimension.
void add_blocks(LeafBlock::Kind kind, std::uint32_t number, const std::vector<std::vector<Piece>>& dims,
                std::vector<LeafBlock>& out) {
  std::vector<std::vector<Piece>> products = {{}};
  for (const auto& pieces : dims) {
    std::vector<std::vector<Piece>> next;
    for (const Piece& piece : pieces)
      for (const auto& p : products) {
        next.push_back(p);
        next.back().push_back(piece);
      }
    products = std::move(next);
  }
  for (auto& p : products) {
    LeafBlock b{kind, number, std::move(p), 0, 0};
    for (const Piece& piece : b.pieces) b.log += piece.log;
    out.push_back(std::move(b));
  }
}

// Cut in every dimension: no leaf is padding.
bool is_exact(const Circuit& circuit, const Lookup& lookup) {
  return circuit[lookup.columns[0]].dims.empty() ||
         std::all_of(lookup.columns.begin(), lookup.columns.end(),
                     [&](TensorId id) { return circuit.committed(id) != nullptr; });
}

std::vector<std::vector<Piece>> cut(const Dims& dims, bool every_dimension) {
  std::size_t last = 0;
  for (std::size_t d = 0; d < dims.size(); ++d)
    if (dims[d] > 1) last = d;
  std::vector<std::vector<Piece>> out;
  for (std::size_t d = 0; d < dims.size(); ++d)
    out.push_back(every_dimension || d == last
                      ? binary_pieces(dims[d])
                      : std::vector<Piece>{{0, static_cast<std::uint8_t>(log2_ceil(dims[d]))}});
  return out;
}

// sum_i eq(z, i) value_i over the piece; z has piece.log entries.
template <class E>
E column_claim(const TableColumn& column, const Piece& piece, std::span<const E> z) {
  if (!column.explicit_values) {  // start + step * (offset + sum_j 2^j z_j)
    E i = E(F(piece.offset)), power = E::one();
    for (const E& zj : z) {
      i += zj * power;
      power += power;
    }
    return i * F::from_signed(column.step) + F::from_signed(column.start);
  }
  const std::vector<E> t = eq_table<E>(z);
  E s;
  for (std::size_t i = 0; i < t.size(); ++i) s += t[i] * F::from_signed(column.values[piece.offset + i]);
  return s;
}

}  // namespace

LeafPlan plan_leaves(const Circuit& circuit, std::uint32_t segment) {
  LeafPlan plan;
  for (std::uint32_t l = 0; l < circuit.lookups.size(); ++l) {
    const Lookup& lookup = circuit.lookups[l];
    if (lookup.segment != segment) continue;
    add_blocks(LeafBlock::Kind::lookup, l, cut(circuit[lookup.columns[0]].dims, is_exact(circuit, lookup)),
               plan.blocks);
  }
  for (std::uint32_t t = 0; t < circuit.tables.size(); ++t) {
    const Table& table = circuit.tables[t];
    if (circuit.committed(table.multiplicity)->segment != segment) continue;
    add_blocks(LeafBlock::Kind::table, t, {binary_pieces(table.rows)}, plan.blocks);
  }
  plan.blocks.push_back({LeafBlock::Kind::dummy, 0, {}, 0, 0});
  // Largest first; equal sizes keep their order.
  std::vector<std::size_t> order(plan.blocks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return plan.blocks[a].log != plan.blocks[b].log ? plan.blocks[a].log > plan.blocks[b].log : a < b;
  });
  std::vector<LeafBlock> sorted;
  for (const std::size_t i : order) sorted.push_back(std::move(plan.blocks[i]));
  plan.blocks = std::move(sorted);
  std::uint64_t offset = 0;
  for (LeafBlock& b : plan.blocks) {
    b.offset = offset;
    offset += std::uint64_t{1} << b.log;
  }
  plan.log = log2_ceil(offset);
  return plan;
}

template <class E>
LeafClaims<E> leaf_claims(const Circuit& circuit, const LeafPlan& plan, const std::vector<E>& z, const E& alpha,
                          const E& beta) {
  LeafClaims<E> out;
  E used;  // sum of eq(z, leaf) over the leaves that are not 0/1
  const std::span<const E> point(z);
  // Pieces of the last cut dimension of one lookup join in one weight, so that its columns get one claim each.
  struct Open {
    std::uint32_t lookup;
    std::vector<E> inner;  // the point of the padded dimensions
    std::vector<typename Weight<E>::Segment> segments;
  };
  std::vector<Open> open;
  std::unordered_map<std::uint32_t, std::size_t> place;                    // of a lookup in `open`
  std::map<std::uint32_t, std::vector<typename Weight<E>::Segment>> rows;  // of tables with private columns
  for (const LeafBlock& block : plan.blocks) {
    const E e = eq_index<E>(point.subspan(block.log), block.offset >> block.log);
    std::span<const E> lo = point.first(block.log);
    if (block.kind == LeafBlock::Kind::dummy) {
      used += e;
      out.dummy = e;
      continue;
    }
    if (block.kind == LeafBlock::Kind::table) {
      const Table& table = circuit.tables[block.number];
      used += e;
      out.p_claims.push_back(
          {E::one(), table.multiplicity, {Weight<E>::pieces({{e, block.pieces[0], {lo.begin(), lo.end()}}})}});
      E fp = E(F(block.number + 1)), power = beta;
      for (const TableColumn& column : table.columns) {
        fp += power * column_claim(column, block.pieces[0], lo);
        power *= beta;
      }
      out.q_constant += e * (alpha - fp);
      if (!table.tensors.empty()) rows[block.number].push_back({e, block.pieces[0], {lo.begin(), lo.end()}});
      continue;
    }
    const Lookup& lookup = circuit.lookups[block.number];
    const Dims& dims = circuit[lookup.columns[0]].dims;
    const bool exact = is_exact(circuit, lookup);
    Weights<E> weights;
    E logical = e;  // eq summed over the logical rows of the block
    std::size_t last = 0;
    for (std::size_t d = 0; d < dims.size(); ++d) {
      const Piece& piece = block.pieces[d];
      std::vector<E> zd(lo.begin(), lo.begin() + piece.log);
      lo = lo.subspan(piece.log);
      if (exact) {
        weights.push_back(Weight<E>::pieces({{E::one(), piece, std::move(zd)}}));
      } else {
        logical *= piece.log == log2_ceil(dims[d]) ? lt_sum<E>(zd, dims[d]) : E::one();
        weights.push_back(Weight<E>::point(std::move(zd)));
      }
      if (dims[d] > 1) last = d;
    }
    used += logical;
    out.p_constant -= logical;
    out.q_constant += logical * (alpha - E(F(lookup.table + 1)));
    if (exact) {
      E power = beta;
      for (const TensorId column : lookup.columns) {
        out.q_claims.push_back({-(e * power), column, weights});
        power *= beta;
      }
      continue;
    }
    // The inner point is the same for all blocks of one lookup: it is the low end of z.
    const auto [at, fresh] = place.try_emplace(block.number, open.size());
    if (fresh) open.push_back({block.number, {}, {}});
    Open* const it = &open[at->second];
    std::size_t skip = 0;
    for (std::size_t d = 0; d < last; ++d) skip += block.pieces[d].log;
    it->inner.assign(point.begin(), point.begin() + static_cast<std::ptrdiff_t>(skip));
    const std::span<const E> z_last = point.subspan(skip, block.pieces[last].log);
    it->segments.push_back({e, block.pieces[last], {z_last.begin(), z_last.end()}});
  }
  for (const Open& o : open) {
    const Lookup& lookup = circuit.lookups[o.lookup];
    const Dims& dims = circuit[lookup.columns[0]].dims;
    std::size_t last = 0;
    for (std::size_t d = 0; d < dims.size(); ++d)
      if (dims[d] > 1) last = d;
    Weights<E> weights = point_weights<E>({dims.begin(), dims.begin() + static_cast<std::ptrdiff_t>(last)}, o.inner);
    weights.push_back(Weight<E>::pieces(o.segments));
    for (std::size_t d = last + 1; d < dims.size(); ++d) weights.push_back(Weight<E>::point({}));
    E power = beta;
    for (const TensorId column : lookup.columns) {
      out.q_claims.push_back({-power, column, weights});
      power *= beta;
    }
  }
  for (const auto& [t, segments] : rows) {
    const Table& table = circuit.tables[t];
    // Of a column [2^a, rows / 2^a]: the low a coordinates are the same for all blocks, whose sizes 2^a divides.
    const auto weights = [&segments, &point](const Dims& dims) {
      const unsigned a = dims.size() == 1 ? 0 : log2_ceil(dims[0]);
      Weights<E> w;
      if (dims.size() == 2) w.push_back(Weight<E>::point({point.begin(), point.begin() + a}));
      std::vector<typename Weight<E>::Segment> high;
      for (const auto& [coef, piece, at] : segments)
        high.push_back(
            {coef, {piece.offset >> a, static_cast<std::uint8_t>(piece.log - a)}, {at.begin() + a, at.end()}});
      w.push_back(Weight<E>::pieces(std::move(high)));
      return w;
    };
    E power = beta;
    for (std::size_t k = 0; k < table.columns.size(); ++k) power *= beta;
    for (const TensorId column : table.tensors) {
      out.q_claims.push_back({-power, column, weights(circuit[column].dims)});
      power *= beta;
    }
  }
  out.q_constant += E::one() - used;
  return out;
}

template LeafClaims<Ext2> leaf_claims(const Circuit&, const LeafPlan&, const std::vector<Ext2>&, const Ext2&,
                                      const Ext2&);
template LeafClaims<Ext3> leaf_claims(const Circuit&, const LeafPlan&, const std::vector<Ext3>&, const Ext3&,
                                      const Ext3&);

}  // namespace nescio::relation
