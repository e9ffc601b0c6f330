// field/kernels.cc -- checks shapes, unpacks elements and slices to words, and calls the kernels of the active
// instruction set.
#include "nescio/field/kernels.h"

#include "nescio/base/check.h"
#include "nescio/field/isa.h"
#include "nescio/field/kernel_table.h"

namespace nescio {
namespace {

const Kernels& active() {
  return kernel_table(active_isa());
}
template <ExtensionField E>
const ExtKernels<E::D>& ext() {
  if constexpr (E::D == 2)
    return active().d2;
  else
    return active().d3;
}

// F is one word, its only member.
static_assert(sizeof(F) == sizeof(Word) && alignof(F) == alignof(Word));
const Word* words(const F* p) {
  return reinterpret_cast<const Word*>(p);
}
Word* words(F* p) {
  return reinterpret_cast<Word*>(p);
}
const Word* words(BaseView x) {
  return words(x.data());
}
Word* words(BaseSpan x) {
  return words(x.data());
}
template <ExtensionField E>
PlanesIn<E::D> planes(const ExtView<E>& x) {
  PlanesIn<E::D> r;
  for (unsigned d = 0; d < E::D; ++d) r.p[d] = words(x.plane(d));
  return r;
}
template <ExtensionField E>
PlanesOut<E::D> planes(const ExtSpan<E>& x) {
  PlanesOut<E::D> r;
  for (unsigned d = 0; d < E::D; ++d) r.p[d] = words(x.plane(d));
  return r;
}

template <ExtensionField E>
struct Coefficients {
  Word w[E::D];
  explicit Coefficients(const E& c) {
    for (unsigned d = 0; d < E::D; ++d) w[d] = c[d].word();
  }
};
template <ExtensionField E>
struct Matrix {
  Word w[E::D * E::D];
  explicit Matrix(const E& c) {
    for (unsigned e = 0; e < E::D; ++e) {
      const E column = c * E::basis(e);
      for (unsigned d = 0; d < E::D; ++d) w[d * E::D + e] = column[d].word();
    }
  }
};
// Results of sums.
template <ExtensionField E, unsigned N>
struct Sums {
  Word w[N * E::D];
  E operator[](unsigned i) const {
    E e;
    for (unsigned d = 0; d < E::D; ++d) e[d] = F(w[i * E::D + d]);
    return e;
  }
};

}  // namespace

const Kernels& kernel_table(Isa isa) {
  NESCIO_CHECK(isa_available(isa));
#if defined(__aarch64__)
  if (isa == Isa::kNeon) return neon::kKernels;
#elif defined(__x86_64__)
  if (isa == Isa::kAvx512Ifma) return avx512ifma::kKernels;
  if (isa == Isa::kAvx512) return avx512::kKernels;
  if (isa == Isa::kAvx2) return avx2::kKernels;
#endif
  return scalar::kKernels;
}

void add(BaseView a, BaseView b, BaseSpan out) {
  NESCIO_CHECK(a.size() == out.size() && b.size() == out.size());
  active().add(words(a), words(b), words(out), out.size());
}
void sub(BaseView a, BaseView b, BaseSpan out) {
  NESCIO_CHECK(a.size() == out.size() && b.size() == out.size());
  active().sub(words(a), words(b), words(out), out.size());
}
void mul(BaseView a, BaseView b, BaseSpan out) {
  NESCIO_CHECK(a.size() == out.size() && b.size() == out.size());
  active().mul(words(a), words(b), words(out), out.size());
}
void mul_add(BaseView a, BaseView b, BaseSpan acc) {
  NESCIO_CHECK(a.size() == acc.size() && b.size() == acc.size());
  active().mul_add(words(a), words(b), words(acc), acc.size());
}
void scale(F c, BaseView x, BaseSpan out) {
  NESCIO_CHECK(x.size() == out.size());
  active().scale(c.word(), words(x), words(out), out.size());
}
void canonicalise(BaseSpan x) {
  active().canonicalise(words(x), x.size());
}
F dot(BaseView a, BaseView b) {
  NESCIO_CHECK(a.size() == b.size());
  return F(active().dot(words(a), words(b), a.size()));
}

template <ExtensionField E>
void add(ExtIn<E> a, ExtIn<E> b, ExtOut<E> out) {
  NESCIO_CHECK(a.size() == out.size() && b.size() == out.size());
  ext<E>().add(planes(a), planes(b), planes(out), out.size());
}
template <ExtensionField E>
void sub(ExtIn<E> a, ExtIn<E> b, ExtOut<E> out) {
  NESCIO_CHECK(a.size() == out.size() && b.size() == out.size());
  ext<E>().sub(planes(a), planes(b), planes(out), out.size());
}
template <ExtensionField E>
void mul(ExtIn<E> a, ExtIn<E> b, ExtOut<E> out) {
  NESCIO_CHECK(a.size() == out.size() && b.size() == out.size());
  ext<E>().mul(planes(a), planes(b), planes(out), out.size());
}
template <ExtensionField E>
void mul(ExtIn<E> a, BaseView b, ExtOut<E> out) {
  NESCIO_CHECK(a.size() == out.size() && b.size() == out.size());
  ext<E>().mul_base(planes(a), words(b), planes(out), out.size());
}

template <ExtensionField E>
E dot(ExtIn<E> a, BaseView b) {
  NESCIO_CHECK(a.size() == b.size());
  Sums<E, 1> s;
  ext<E>().dot_base(planes(a), words(b), a.size(), s.w);
  return s[0];
}
template <ExtensionField E>
E dot(ExtIn<E> a, ExtIn<E> b) {
  NESCIO_CHECK(a.size() == b.size());
  Sums<E, 1> s;
  ext<E>().dot(planes(a), planes(b), a.size(), s.w);
  return s[0];
}
template <ExtensionField E>
void combine_rows(BaseView m, std::size_t stride, ExtIn<E> weights, ExtOut<E> out) {
  NESCIO_CHECK(weights.size() <= stride);
  NESCIO_CHECK(out.size() == 0 || m.size() >= (out.size() - 1) * stride + weights.size());
  ext<E>().combine_rows(words(m), stride, planes(weights), weights.size(), planes(out), out.size());
}

template <ExtensionField E>
void axpy(const E& c, BaseView x, ExtOut<E> acc) {
  NESCIO_CHECK(x.size() == acc.size());
  ext<E>().axpy_base(Coefficients<E>(c).w, words(x), planes(acc), acc.size());
}
template <ExtensionField E>
void axpy(const E& c, ExtIn<E> x, ExtOut<E> acc) {
  NESCIO_CHECK(x.size() == acc.size());
  ext<E>().axpy(Matrix<E>(c).w, planes(x), planes(acc), acc.size());
}
template <ExtensionField E>
void scale(const E& c, BaseView x, ExtOut<E> out) {
  NESCIO_CHECK(x.size() == out.size());
  ext<E>().scale_base(Coefficients<E>(c).w, words(x), planes(out), out.size());
}
template <ExtensionField E>
void scale(const E& c, ExtIn<E> x, ExtOut<E> out) {
  NESCIO_CHECK(x.size() == out.size());
  ext<E>().scale(Matrix<E>(c).w, planes(x), planes(out), out.size());
}

template <ExtensionField E>
void fold(ExtIn<E> t, const E& r, ExtOut<E> out) {
  NESCIO_CHECK(t.size() == 2 * out.size());
  ext<E>().fold(planes(t), Matrix<E>(r).w, planes(out), out.size());
}
template <ExtensionField E>
void fold(BaseView t, const E& r, ExtOut<E> out) {
  NESCIO_CHECK(t.size() == 2 * out.size());
  ext<E>().fold_base(words(t), Coefficients<E>(r).w, planes(out), out.size());
}
template <ExtensionField E>
void eq_table(std::span<const std::type_identity_t<E>> z, const E& scale, ExtOut<E> out) {
  NESCIO_CHECK(z.size() < 48 && out.size() == std::size_t{1} << z.size());
  out.set(0, scale);
  std::size_t j = 0, n = 1;
  for (; j < z.size() && n < 8; ++j, n *= 2)  // shorter than a register
    for (std::size_t i = 0; i < n; ++i) {
      const E x = out.get(i), y = x * z[j];
      out.set(n + i, y);
      out.set(i, x - y);
    }
  for (; j < z.size(); ++j, n *= 2)
    ext<E>().eq_step(planes(out.subspan(0, n)), planes(out.subspan(n, n)), Matrix<E>(z[j]).w, n);
}

template <ExtensionField E>
void add_pairs(ExtIn<E> t, ExtOut<E> out) {
  NESCIO_CHECK(t.size() == 2 * out.size());
  ext<E>().add_pairs(planes(t), planes(out), out.size());
}
template <ExtensionField E>
QuadraticRound<E> product_round(ExtIn<E> a, ExtIn<E> b) {
  NESCIO_CHECK(a.size() == b.size() && a.size() % 2 == 0);
  Sums<E, 2> s;
  ext<E>().product_round(planes(a), planes(b), a.size() / 2, s.w);
  return {s[0], s[1]};
}
template <ExtensionField E>
QuadraticRound<E> product_round(BaseView a, ExtIn<E> b) {
  NESCIO_CHECK(a.size() == b.size() && a.size() % 2 == 0);
  Sums<E, 2> s;
  ext<E>().product_round_mixed(words(a), planes(b), a.size() / 2, s.w);
  return {s[0], s[1]};
}
template <ExtensionField E>
QuadraticRound<E> product_round(BaseView a, BaseView b) {
  NESCIO_CHECK(a.size() == b.size() && a.size() % 2 == 0);
  Word w[2];
  active().product_round(words(a), words(b), a.size() / 2, w);
  return {E(F(w[0])), E(F(w[1]))};
}
template <ExtensionField E>
CubicRound<E> product_round3(ExtIn<E> w, ExtIn<E> a, ExtIn<E> b) {
  NESCIO_CHECK(w.size() == a.size() && a.size() == b.size() && a.size() % 2 == 0);
  Sums<E, 3> s;
  ext<E>().product_round3(planes(w), planes(a), planes(b), a.size() / 2, s.w);
  return {s[0], s[1], s[2]};
}
template <ExtensionField E>
CubicRound<E> product_round3(ExtIn<E> w, BaseView a, BaseView b) {
  NESCIO_CHECK(w.size() == a.size() && a.size() == b.size() && a.size() % 2 == 0);
  Sums<E, 3> s;
  ext<E>().product_round3_base(planes(w), words(a), words(b), a.size() / 2, s.w);
  return {s[0], s[1], s[2]};
}
template <ExtensionField E>
std::array<E, 3> weighted_round(ExtIn<E> w, ExtIn<E> a, ExtIn<E> b) {
  NESCIO_CHECK(a.size() == 2 * w.size() && b.size() == 2 * w.size());
  Sums<E, 3> s;
  ext<E>().weighted_round(planes(w), planes(a), planes(b), w.size(), s.w);
  return {s[0], s[1], s[2]};
}
template <ExtensionField E>
std::array<E, 3> weighted_round(ExtIn<E> w, BaseView a, BaseView b) {
  NESCIO_CHECK(a.size() == 2 * w.size() && b.size() == 2 * w.size());
  Sums<E, 3> s;
  ext<E>().weighted_round_base(planes(w), words(a), words(b), w.size(), s.w);
  return {s[0], s[1], s[2]};
}
template <ExtensionField E>
std::array<E, 4> weighted_round3(ExtIn<E> w, ExtIn<E> a, ExtIn<E> b, ExtIn<E> c) {
  NESCIO_CHECK(a.size() == 2 * w.size() && b.size() == 2 * w.size() && c.size() == 2 * w.size());
  Sums<E, 4> s;
  ext<E>().weighted_round3(planes(w), planes(a), planes(b), planes(c), w.size(), s.w);
  return {s[0], s[1], s[2], s[3]};
}
template <ExtensionField E>
std::array<E, 4> weighted_round3(ExtIn<E> w, BaseView a, BaseView b, BaseView c) {
  NESCIO_CHECK(a.size() == 2 * w.size() && b.size() == 2 * w.size() && c.size() == 2 * w.size());
  Sums<E, 4> s;
  ext<E>().weighted_round3_base(planes(w), words(a), words(b), words(c), w.size(), s.w);
  return {s[0], s[1], s[2], s[3]};
}
template <ExtensionField E>
QuadraticRound<E> gkr_round(ExtIn<E> w, ExtIn<E> u, ExtIn<E> q1, ExtIn<E> p1, ExtIn<E> q0) {
  const std::size_t n = w.size();
  NESCIO_CHECK(u.size() == 2 * n && q1.size() == 2 * n && p1.size() == 2 * n && q0.size() == 2 * n);
  Sums<E, 2> s;
  ext<E>().gkr_round(planes(w), planes(u), planes(q1), planes(p1), planes(q0), n, s.w);
  return {s[0], s[1]};
}

template <ExtensionField E>
void combine_fractions(ExtIn<E> p, ExtIn<E> q, ExtOut<E> p_out, ExtOut<E> q_out) {
  const std::size_t n = p_out.size();
  NESCIO_CHECK(q_out.size() == n && p.size() == 2 * n && q.size() == 2 * n);
  ext<E>().combine_fractions(planes(p), planes(q), planes(p_out), planes(q_out), n);
}
template <ExtensionField E>
void combine_fractions(BaseView p, ExtIn<E> q, ExtOut<E> p_out, ExtOut<E> q_out) {
  const std::size_t n = p_out.size();
  NESCIO_CHECK(q_out.size() == n && p.size() == 2 * n && q.size() == 2 * n);
  ext<E>().combine_fractions_base(words(p), planes(q), planes(p_out), planes(q_out), n);
}

template <ExtensionField E>
QuadraticRound<E> gkr_first_round(ExtIn<E> w, ExtIn<E> p, ExtIn<E> q, const E& lambda) {
  NESCIO_CHECK(p.size() == 4 * w.size() && q.size() == 4 * w.size());
  Sums<E, 2> s;
  ext<E>().gkr_first_round(planes(w), planes(p), planes(q), Matrix<E>(lambda).w, w.size(), s.w);
  return {s[0], s[1]};
}
template <ExtensionField E>
QuadraticRound<E> gkr_first_round(ExtIn<E> w, BaseView p, ExtIn<E> q, const E& lambda) {
  NESCIO_CHECK(p.size() == 4 * w.size() && q.size() == 4 * w.size());
  Sums<E, 2> s;
  ext<E>().gkr_first_round_base(planes(w), words(p), planes(q), Matrix<E>(lambda).w, w.size(), s.w);
  return {s[0], s[1]};
}
template <ExtensionField E>
void gkr_first_fold(ExtIn<E> p, ExtIn<E> q, const E& lambda, const E& r, const GateTables<E>& out) {
  const std::size_t n = out.u.size();
  NESCIO_CHECK(p.size() == 4 * n && q.size() == 4 * n && out.q1.size() == n && out.p1.size() == n &&
               out.q0.size() == n);
  ext<E>().gkr_first_fold(planes(p), planes(q), Matrix<E>(lambda).w, Matrix<E>(r).w, planes(out.u), planes(out.q1),
                          planes(out.p1), planes(out.q0), n);
}
template <ExtensionField E>
void gkr_first_fold(BaseView p, ExtIn<E> q, const E& lambda, const E& r, const GateTables<E>& out) {
  const std::size_t n = out.u.size();
  NESCIO_CHECK(p.size() == 4 * n && q.size() == 4 * n && out.q1.size() == n && out.p1.size() == n &&
               out.q0.size() == n);
  ext<E>().gkr_first_fold_base(words(p), planes(q), Matrix<E>(lambda).w, Matrix<E>(r).w, planes(out.u), planes(out.q1),
                               planes(out.p1), planes(out.q0), n);
}

#define NESCIO_INSTANTIATE(E)                                                                    \
  template void add<E>(ExtIn<E>, ExtIn<E>, ExtOut<E>);                                           \
  template void sub<E>(ExtIn<E>, ExtIn<E>, ExtOut<E>);                                           \
  template void mul<E>(ExtIn<E>, ExtIn<E>, ExtOut<E>);                                           \
  template void mul<E>(ExtIn<E>, BaseView, ExtOut<E>);                                           \
  template E dot<E>(ExtIn<E>, BaseView);                                                         \
  template E dot<E>(ExtIn<E>, ExtIn<E>);                                                         \
  template void combine_rows<E>(BaseView, std::size_t, ExtIn<E>, ExtOut<E>);                     \
  template void axpy<E>(const E&, BaseView, ExtOut<E>);                                          \
  template void axpy<E>(const E&, ExtIn<E>, ExtOut<E>);                                          \
  template void scale<E>(const E&, BaseView, ExtOut<E>);                                         \
  template void scale<E>(const E&, ExtIn<E>, ExtOut<E>);                                         \
  template void fold<E>(ExtIn<E>, const E&, ExtOut<E>);                                          \
  template void fold<E>(BaseView, const E&, ExtOut<E>);                                          \
  template void eq_table<E>(std::span<const std::type_identity_t<E>>, const E&, ExtOut<E>);      \
  template QuadraticRound<E> product_round<E>(ExtIn<E>, ExtIn<E>);                               \
  template QuadraticRound<E> product_round<E>(BaseView, ExtIn<E>);                               \
  template QuadraticRound<E> product_round<E>(BaseView, BaseView);                               \
  template CubicRound<E> product_round3<E>(ExtIn<E>, ExtIn<E>, ExtIn<E>);                        \
  template CubicRound<E> product_round3<E>(ExtIn<E>, BaseView, BaseView);                        \
  template std::array<E, 3> weighted_round<E>(ExtIn<E>, ExtIn<E>, ExtIn<E>);                     \
  template std::array<E, 3> weighted_round<E>(ExtIn<E>, BaseView, BaseView);                     \
  template std::array<E, 4> weighted_round3<E>(ExtIn<E>, ExtIn<E>, ExtIn<E>, ExtIn<E>);          \
  template std::array<E, 4> weighted_round3<E>(ExtIn<E>, BaseView, BaseView, BaseView);          \
  template QuadraticRound<E> gkr_round<E>(ExtIn<E>, ExtIn<E>, ExtIn<E>, ExtIn<E>, ExtIn<E>);     \
  template void add_pairs<E>(ExtIn<E>, ExtOut<E>);                                               \
  template void combine_fractions<E>(BaseView, ExtIn<E>, ExtOut<E>, ExtOut<E>);                  \
  template QuadraticRound<E> gkr_first_round<E>(ExtIn<E>, ExtIn<E>, ExtIn<E>, const E&);         \
  template QuadraticRound<E> gkr_first_round<E>(ExtIn<E>, BaseView, ExtIn<E>, const E&);         \
  template void gkr_first_fold<E>(ExtIn<E>, ExtIn<E>, const E&, const E&, const GateTables<E>&); \
  template void gkr_first_fold<E>(BaseView, ExtIn<E>, const E&, const E&, const GateTables<E>&); \
  template void combine_fractions<E>(ExtIn<E>, ExtIn<E>, ExtOut<E>, ExtOut<E>)
NESCIO_INSTANTIATE(Ext2);
NESCIO_INSTANTIATE(Ext3);

}  // namespace nescio
