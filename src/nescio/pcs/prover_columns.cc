#include "nescio/pcs/prover_columns.h"

#include <algorithm>
#include <utility>

#include "nescio/base/bits.h"
#include "nescio/base/check.h"
#include "nescio/base/parallel.h"
#include "nescio/poly/eq.h"

namespace nescio::pcs {
namespace {

constexpr std::size_t kStoredFrom = 2;  // bound variables from which the columns of F are stored
constexpr std::size_t kTileWords = std::size_t{1} << 15;

// a <- a + r (b - a) on one tile, in place; an empty vector is zero. The result is in a, or in b if a is empty.
template <class E>
void fold_pair(ExtVector<E>& a, ExtVector<E>& b, const E& r, std::size_t begin, std::size_t n, ExtSpan<E> scratch) {
  if (a.empty() && b.empty()) return;
  if (b.empty()) {
    scale<E>(E::one() - r, a.subspan(begin, n), a.subspan(begin, n));
  } else if (a.empty()) {
    scale<E>(r, b.subspan(begin, n), b.subspan(begin, n));
  } else {
    sub<E>(b.subspan(begin, n), a.subspan(begin, n), scratch);
    axpy<E>(r, scratch, a.subspan(begin, n));
  }
}

// The halves of v[0..2n) after fold_pair.
template <class E>
std::vector<ExtVector<E>> take_folded(std::vector<ExtVector<E>>& v) {
  std::vector<ExtVector<E>> out(v.size() / 2);
  for (std::size_t j = 0; j < out.size(); ++j) out[j] = std::move(v[2 * j].empty() ? v[2 * j + 1] : v[2 * j]);
  return out;
}

// [present, view] of a column of w or F on one tile.
template <class View>
struct Side {
  bool present = false;
  View view{};
};

}  // namespace

// The work on rows [begin, begin + n).
template <class E>
class ColumnRounds<E>::Tile {
 public:
  Tile(ColumnRounds& all, std::size_t rows) : all_(all), stride_(rows + 8), diff_(rows), column_diff_(rows) {
    if (all.r_.size() > kStoredFrom) return;
    eq_ = eq_table<E>(all.r_);
    base_ = SecretArray<F>(all.columns_.size() * stride_);
    base_diff_ = SecretArray<F>(rows);
    for (ExtVector<E>& v : folded_) v.resize(rows);
  }

  QuadraticRound<E> run(std::size_t begin, std::size_t n, bool sum) {
    begin_ = begin;
    n_ = n;
    if (all_.r_.size() <= kStoredFrom) load();
    QuadraticRound<E> total{};
    if (all_.r_.empty() && sum) {
      for (std::size_t j = 0; j < all_.width(); j += 2)
        add_pair(total, weight(j), weight(j + 1), base_side(j), base_side(j + 1));
      return total;
    }
    for (std::size_t j = 0; j < all_.width(); j += 2) {
      const auto w0 = weight(j), f0 = column(j);
      if (j + 1 == all_.width()) break;
      const auto w1 = weight(j + 1), f1 = column(j + 1);
      if (sum) add_pair(total, w0, w1, f0, f1);
    }
    return total;
  }

 private:
  // Columns of the message, one contiguous run of rows each.
  void load() {
    for (const CommittedMatrix* tree : all_.trees_) {
      const std::vector<std::uint32_t>& at = tree->shape().positions;
      for (std::size_t c = 0; c < at.size(); c += 8) {
        const std::size_t lanes = std::min<std::size_t>(8, at.size() - c);
        F* out[8];
        for (std::size_t l = 0; l < lanes; ++l) out[l] = base_.data() + at[c + l] * stride_;
        for (std::size_t i = 0; i < n_; ++i) {
          const F* row = tree->message_row(begin_ + i) + c;
          for (std::size_t l = 0; l < lanes; ++l) out[l][i] = row[l];
        }
      }
    }
  }
  BaseView base(std::size_t position) const { return {base_.data() + position * stride_, n_}; }

  Side<BaseView> base_side(std::size_t j) const { return {all_.present(j, 0), base(j)}; }

  // Column j of w with all challenges bound.
  Side<ExtView<E>> weight(std::size_t j) {
    if (!all_.pending()) return view(all_.w_[j]);
    ExtVector<E>&a = all_.w_[2 * j], &b = all_.w_[2 * j + 1];
    fold_pair<E>(a, b, all_.r_.back(), begin_, n_, diff_.subspan(0, n_));
    return view(a.empty() ? b : a);
  }
  // The same for F.
  Side<ExtView<E>> column(std::size_t j) {
    const std::size_t bound = all_.r_.size();
    if (bound > kStoredFrom) {
      ExtVector<E>&a = all_.f_[2 * j], &b = all_.f_[2 * j + 1];
      fold_pair<E>(a, b, all_.r_.back(), begin_, n_, diff_.subspan(0, n_));
      return view(a.empty() ? b : a);
    }
    if (!all_.present(j, bound)) return {};
    const ExtSpan<E> out = all_.f_.empty() ? folded_[j % 2].subspan(0, n_) : all_.f_[j].subspan(begin_, n_);
    if (bound == 1 && all_.present(2 * j, 0) && all_.present(2 * j + 1, 0)) {
      const BaseSpan diff = std::span(base_diff_).first(n_);
      sub(base(2 * j + 1), base(2 * j), diff);
      scale<E>(all_.r_[0], diff, out);
      const BaseSpan constant(out.plane(0), n_);
      add(constant, base(2 * j), constant);
      return {true, out};
    }
    bool first = true;
    for (std::size_t l = 0; l < eq_.size(); ++l) {
      const std::size_t position = (j << bound) + l;
      if (!all_.present(position, 0)) continue;
      if (first) {
        scale<E>(eq_[l], base(position), out);
      } else {
        axpy<E>(eq_[l], base(position), out);
      }
      first = false;
    }
    return {true, out};
  }
  Side<ExtView<E>> view(const ExtVector<E>& v) const {
    if (v.empty()) return {};
    return {true, v.subspan(begin_, n_)};
  }

  // b - a up to sign, and whether the sign is wrong. Not to be called when both are absent.
  std::pair<ExtView<E>, bool> difference(const Side<ExtView<E>>& a, const Side<ExtView<E>>& b,
                                         ExtVector<E>& room) const {
    if (!a.present) return {b.view, false};
    if (!b.present) return {a.view, true};
    sub<E>(b.view, a.view, room.subspan(0, n_));
    return {room.subspan(0, n_), false};
  }
  std::pair<BaseView, bool> difference(const Side<BaseView>& a, const Side<BaseView>& b, ExtVector<E>&) {
    if (!a.present) return {b.view, false};
    if (!b.present) return {a.view, true};
    const BaseSpan out = std::span(base_diff_).first(n_);
    sub(b.view, a.view, out);
    return {out, false};
  }

  // Adds the coefficients of X^0 and X^2 of sum (w0 + X dw)(f0 + X df).
  template <class View>
  void add_pair(QuadraticRound<E>& total, const Side<ExtView<E>>& w0, const Side<ExtView<E>>& w1, const Side<View>& f0,
                const Side<View>& f1) {
    if (w0.present && f0.present) total.c0 += dot<E>(w0.view, f0.view);
    if ((!w0.present && !w1.present) || (!f0.present && !f1.present)) return;
    const auto [dw, w_sign] = difference(w0, w1, diff_);
    const auto [df, f_sign] = difference(f0, f1, column_diff_);
    const E c2 = dot<E>(dw, df);
    total.c2 += w_sign == f_sign ? c2 : -c2;
  }

  ColumnRounds& all_;
  std::size_t stride_;   // of base_; not a power of two, so that columns do not share cache sets
  SecretArray<F> base_;  // [2^kappa][rows]; zero columns are not there
  SecretArray<F> base_diff_;
  ExtVector<E> folded_[2], diff_, column_diff_;
  std::vector<E> eq_;  // weights of the bound variables
  std::size_t begin_ = 0, n_ = 0;
};

template <class E>
ColumnRounds<E>::ColumnRounds(const Params& p, std::span<const CommittedMatrix* const> trees,
                              std::vector<ExtVector<E>> weights)
    : p_(p), trees_(trees), columns_(std::size_t{1} << p.kappa), w_(std::move(weights)) {
  NESCIO_CHECK(w_.size() == columns_.size());
  for (const ExtVector<E>& w : w_) NESCIO_CHECK(w.empty() || w.size() == p.rows());
  for (const CommittedMatrix* t : trees)
    for (std::size_t j = 0; j < t->shape().positions.size(); ++j) columns_[t->shape().positions[j]] = {t, j};
}

template <class E>
bool ColumnRounds<E>::present(std::size_t j, std::size_t bound) const {
  for (std::size_t l = 0; l >> bound == 0; ++l)
    if (columns_[(j << bound) + l].tree != nullptr) return true;
  return false;
}

template <class E>
QuadraticRound<E> ColumnRounds<E>::pass(bool sum) {
  const std::size_t rows = p_.rows(), bound = r_.size();
  const bool stores = bound == kStoredFrom || (bound < kStoredFrom && !sum);
  if (stores) {
    f_.resize(width());
    for (std::size_t j = 0; j < f_.size(); ++j)
      if (present(j, bound)) f_[j].resize(rows);
  }
  const std::size_t tile = std::min(rows, std::max<std::size_t>(kTileWords >> p_.kappa, 64));
  SecretVector<QuadraticRound<E>> sums((rows + tile - 1) / tile);
  parallel_for(sums.size(), 1, [&](std::size_t first, std::size_t last) {
    Tile work(*this, tile);
    for (std::size_t t = first; t < last; ++t) sums[t] = work.run(t * tile, std::min(tile, rows - t * tile), sum);
  });
  if (pending()) {
    w_ = take_folded(w_);
    if (bound > kStoredFrom) f_ = take_folded(f_);
    bound_ = bound;
  }
  QuadraticRound<E> total{};
  for (const QuadraticRound<E>& s : sums) {
    total.c0 += s.c0;
    total.c2 += s.c2;
  }
  return total;
}

template <class E>
QuadraticRound<E> ColumnRounds<E>::round() {
  NESCIO_CHECK(r_.size() < p_.kappa);
  return pass(true);
}

template <class E>
void ColumnRounds<E>::bind(const E& r) {
  NESCIO_CHECK(!pending() && r_.size() < p_.kappa);
  r_.push_back(r);
}

template <class E>
typename ColumnRounds<E>::Bound ColumnRounds<E>::finish() && {
  NESCIO_CHECK(r_.size() == p_.kappa);
  pass(false);
  w_[0].resize(p_.rows());
  f_[0].resize(p_.rows());
  return {std::move(w_[0]), std::move(f_[0])};
}

template class ColumnRounds<Ext2>;
template class ColumnRounds<Ext3>;

}  // namespace nescio::pcs
