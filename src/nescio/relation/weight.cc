#include "nescio/relation/weight.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace nescio::relation {
namespace {

template <class E>
std::strong_ordering order(const E& a, const E& b) {
  for (unsigned d = 0; d < E::D; ++d)
    if (const auto c = a[d].canonical() <=> b[d].canonical(); c != 0) return c;
  return std::strong_ordering::equal;
}
template <class E>
std::strong_ordering order(const std::vector<E>& a, const std::vector<E>& b) {
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end(),
                                                [](const E& x, const E& y) { return order(x, y); });
}

}  // namespace

template <class E>
std::strong_ordering Weight<E>::compare(const Weight& a, const Weight& b) {
  if (const auto c = a.kind_.index() <=> b.kind_.index(); c != 0) return c;
  if (const auto* k = std::get_if<std::uint32_t>(&a.kind_)) return *k <=> std::get<std::uint32_t>(b.kind_);
  if (const auto* p = std::get_if<Point>(&a.kind_)) return order(*p->z, *std::get<Point>(b.kind_).z);
  if (const auto* d = std::get_if<Dense>(&a.kind_)) {
    const auto& other = std::get<Dense>(b.kind_);
    if (const auto c = std::compare_three_way()(d->w.get(), other.w.get()); c != 0) return c;
    return d->begin <=> other.begin;
  }
  if (const auto* v = std::get_if<Window>(&a.kind_)) {
    const auto& other = std::get<Window>(b.kind_);
    const auto c = std::tie(v->offset, v->begin, v->end) <=> std::tie(other.offset, other.begin, other.end);
    return c != 0 ? c : order(*v->z, *other.z);
  }
  const auto &list = *std::get<Pieces>(a.kind_).list, &other = *std::get<Pieces>(b.kind_).list;
  return std::lexicographical_compare_three_way(
      list.begin(), list.end(), other.begin(), other.end(), [](const Segment& x, const Segment& y) {
        if (const auto c = std::tie(x.piece.offset, x.piece.log) <=> std::tie(y.piece.offset, y.piece.log); c != 0)
          return c;
        if (const auto c = order(x.coef, y.coef); c != 0) return c;
        return order(x.z, y.z);
      });
}

template <class E>
std::vector<E> Weight<E>::table(std::uint32_t n) const {
  if (const auto* k = std::get_if<std::uint32_t>(&kind_)) NESCIO_CHECK(*k < n);
  if (const auto* d = std::get_if<Dense>(&kind_)) NESCIO_CHECK(d->begin + d->w->size() <= n);
  return table(0, n);
}

template <class E>
std::vector<E> Weight<E>::table(std::uint32_t begin, std::uint32_t end) const {
  if (const auto* p = std::get_if<Point>(&kind_)) return eq_range<E>(*p->z, begin, end);
  std::vector<E> w(end - begin);
  // Adds x[0], x[1], .. at index `at` on.
  const auto add = [&](std::uint64_t at, std::span<const E> x) {
    for (std::uint64_t i = std::max<std::uint64_t>(at, begin); i < std::min<std::uint64_t>(at + x.size(), end); ++i)
      w[i - begin] += x[i - at];
  };
  if (const auto* k = std::get_if<std::uint32_t>(&kind_)) {
    add(*k, std::array{E::one()});
  } else if (const auto* s = std::get_if<Pieces>(&kind_)) {
    for (const Segment& seg : *s->list) {
      std::vector<E> t = eq_table<E>(seg.z);
      for (E& x : t) x *= seg.coef;
      add(seg.piece.offset, t);
    }
  } else if (const auto* d = std::get_if<Dense>(&kind_)) {
    add(d->begin, *d->w);
  } else {
    const auto& v = std::get<Window>(kind_);
    const std::uint32_t first = std::max(v.begin, begin), last = std::min(v.end, end);
    if (first < last) add(first, eq_range<E>(*v.z, first + v.offset, last + v.offset));
  }
  return w;
}

template <class E>
Weight<E> Weight<E>::shifted(std::int64_t offset, std::uint32_t n, std::uint32_t cols) const {
  if (const auto* s = std::get_if<Pieces>(&kind_); s != nullptr && offset == 0) {  // cut at the end: pieces again
    std::vector<Segment> list;
    for (const Segment& seg : *s->list) {
      const std::span<const E> z(seg.z);
      const std::uint32_t left = cols - std::min(cols, seg.piece.offset), size = std::uint32_t{1} << seg.piece.log;
      for (const Piece& part : binary_pieces(std::min(left, size)))
        list.push_back({seg.coef * eq_index<E>(z.subspan(part.log), part.offset >> part.log),
                        {seg.piece.offset + part.offset, part.log},
                        {z.begin(), z.begin() + part.log}});
    }
    return pieces(std::move(list));
  }
  std::int64_t begin = std::max<std::int64_t>(0, -offset), end = std::min<std::int64_t>(cols, n - offset);
  const auto* p = std::get_if<Point>(&kind_);
  const auto* v = std::get_if<Window>(&kind_);
  // Only where w is not zero: what is written down is no longer than what there was.
  const auto support = [&](std::int64_t from, std::int64_t to) {
    begin = std::max(begin, from - offset);
    end = std::min(end, to - offset);
  };
  if (v != nullptr) support(v->begin, v->end);
  if (const auto* k = std::get_if<std::uint32_t>(&kind_)) support(*k, std::int64_t{*k} + 1);
  if (const auto* d = std::get_if<Dense>(&kind_)) support(d->begin, d->begin + static_cast<std::int64_t>(d->w->size()));
  if (begin >= end) return dense({});
  const auto first = static_cast<std::uint32_t>(begin), last = static_cast<std::uint32_t>(end);
  if (p != nullptr) return Weight(Window{p->z, offset, first, last});
  if (v != nullptr) return Weight(Window{v->z, v->offset + offset, first, last});
  return dense(table(static_cast<std::uint32_t>(begin + offset), static_cast<std::uint32_t>(end + offset)), first);
}

template <class E>
E Weight<E>::sum(std::uint32_t n) const {
  if (const auto* p = std::get_if<Point>(&kind_)) return lt_sum<E>(*p->z, n);
  if (std::holds_alternative<std::uint32_t>(kind_)) return E::one();
  E s;
  if (const auto* pieces = std::get_if<Pieces>(&kind_)) {
    for (const Segment& seg : *pieces->list) s += seg.coef;  // eq sums to 1 over a whole piece
  } else if (const auto* v = std::get_if<Window>(&kind_)) {
    s = lt_sum<E>(*v->z, v->end + v->offset) - lt_sum<E>(*v->z, v->begin + v->offset);
  } else {
    for (const E& x : *std::get<Dense>(kind_).w) s += x;
  }
  return s;
}

template <class E>
E Weight<E>::on_block(const Piece& block, std::span<const E> r) const {
  NESCIO_CHECK(r.size() == block.log && block.log < 32);
  if (const auto* p = std::get_if<Point>(&kind_)) {
    const std::span<const E> z(*p->z);
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
    const auto* v = std::get_if<Window>(&kind_);
    const auto* d = std::get_if<Dense>(&kind_);
    const std::uint64_t from = v != nullptr ? v->begin : d->begin, to = v != nullptr ? v->end : from + d->w->size();
    const std::uint64_t begin = std::max<std::uint64_t>(from, block.offset);
    const std::uint64_t end = std::min<std::uint64_t>(to, block.offset + (std::uint64_t{1} << block.log));
    if (begin >= end) return s;
    if (v != nullptr) {
      const std::int64_t shift = v->offset + block.offset;
      s = eq_shift<E>(*v->z, r, shift, end - block.offset);
      if (begin > block.offset) s -= eq_shift<E>(*v->z, r, shift, begin - block.offset);
    } else {
      const std::vector<E> t = eq_range<E>(r, begin - block.offset, end - block.offset);
      for (std::size_t i = 0; i < t.size(); ++i) s += t[i] * (*d->w)[begin - d->begin + i];
    }
  }
  return s;
}

template <class E>
std::vector<E> Weight<E>::extended_table(unsigned bits) const {
  return table(std::uint32_t{1} << bits);
}

template <class E>
E Weight<E>::extension(std::span<const E> r) const {
  if (const auto* p = std::get_if<Point>(&kind_)) return eq<E>(*p->z, r);
  return on_block({0, static_cast<std::uint8_t>(r.size())}, r);
}

template class Weight<Ext2>;
template class Weight<Ext3>;

}  // namespace nescio::relation
