#include "nescio/relation/weight.h"

#include "nescio/poly/mle.h"

namespace nescio::relation {

template <class E>
std::vector<E> Weight<E>::table(std::uint32_t n) const {
  std::vector<E> w(n);
  if (const auto* p = std::get_if<Point>(&kind_)) {
    std::vector<E> t = eq_table<E>(p->z);
    NESCIO_CHECK(t.size() >= n);
    t.resize(n);
    return t;
  }
  if (const auto* k = std::get_if<std::uint32_t>(&kind_)) {
    NESCIO_CHECK(*k < n);
    w[*k] = E::one();
  } else if (const auto* s = std::get_if<Pieces>(&kind_)) {
    for (const Segment& seg : *s->list) {
      const std::vector<E> t = eq_table<E>(seg.z);
      NESCIO_CHECK(seg.piece.offset + t.size() <= n);
      for (std::size_t i = 0; i < t.size(); ++i) w[seg.piece.offset + i] += seg.coef * t[i];
    }
  } else {
    const auto& d = *std::get<Dense>(kind_).w;
    NESCIO_CHECK(d.size() == n);
    w = d;
  }
  return w;
}

template <class E>
E Weight<E>::sum(std::uint32_t n) const {
  if (const auto* p = std::get_if<Point>(&kind_)) return lt_sum<E>(p->z, n);
  if (std::holds_alternative<std::uint32_t>(kind_)) return E::one();
  E s;
  if (const auto* pieces = std::get_if<Pieces>(&kind_)) {
    for (const Segment& seg : *pieces->list) s += seg.coef;  // eq sums to 1 over a whole piece
  } else {
    for (const E& x : *std::get<Dense>(kind_).w) s += x;
  }
  return s;
}

template <class E>
E Weight<E>::on_block(const Piece& block, std::span<const E> r) const {
  NESCIO_CHECK(r.size() == block.log);
  if (const auto* p = std::get_if<Point>(&kind_)) {
    const std::span<const E> z(p->z);
    return eq_index<E>(z.subspan(block.log), block.offset >> block.log) * eq<E>(z.first(block.log), r);
  }
  if (const auto* k = std::get_if<std::uint32_t>(&kind_)) {
    const bool inside = *k >> block.log == block.offset >> block.log;
    return inside ? eq_index<E>(r, *k - block.offset) : E::zero();
  }
  E s;
  if (const auto* pieces = std::get_if<Pieces>(&kind_)) {
    for (const Segment& seg : *pieces->list) {
      const std::span<const E> z(seg.z);
      if (seg.piece.log >= block.log) {  // the block lies in the piece, or beside it
        if (block.offset >> seg.piece.log != seg.piece.offset >> seg.piece.log) continue;
        s += seg.coef * eq_index<E>(z.subspan(block.log), (block.offset - seg.piece.offset) >> block.log) *
             eq<E>(z.first(block.log), r);
      } else {  // the piece lies in the block, or beside it
        if (seg.piece.offset >> block.log != block.offset >> block.log) continue;
        s += seg.coef * eq_index<E>(r.subspan(seg.piece.log), (seg.piece.offset - block.offset) >> seg.piece.log) *
             eq<E>(z, r.first(seg.piece.log));
      }
    }
  } else {
    const auto& d = *std::get<Dense>(kind_).w;
    const std::vector<E> t = eq_table<E>(r);
    NESCIO_CHECK(block.offset + t.size() <= d.size());
    for (std::size_t i = 0; i < t.size(); ++i) s += t[i] * d[block.offset + i];
  }
  return s;
}

template <class E>
std::vector<E> Weight<E>::extended_table(unsigned bits) const {
  if (const auto* d = std::get_if<Dense>(&kind_)) {
    std::vector<E> w = *d->w;
    NESCIO_CHECK(w.size() <= std::size_t{1} << bits);
    w.resize(std::size_t{1} << bits);
    return w;
  }
  return table(std::uint32_t{1} << bits);
}

template <class E>
E Weight<E>::extension(std::span<const E> r) const {
  if (const auto* p = std::get_if<Point>(&kind_)) return eq<E>(p->z, r);
  if (const auto* d = std::get_if<Dense>(&kind_)) return mle_eval<E, E>(*d->w, r);
  return on_block({0, static_cast<std::uint8_t>(r.size())}, r);
}

template class Weight<Ext2>;
template class Weight<Ext3>;

}  // namespace nescio::relation
