// field/kernels.h -- arithmetic on slices, with SIMD. The scalar classes define the results; these agree with them as
// field elements on every instruction set (the stored words may differ: representations are not unique).
//
// Shapes      sizes must match as stated (checked); any length, no alignment needed. Words may be non-canonical.
// Aliasing    an output may be exactly an input (same begin) or disjoint from it, unless stated.
// Templates   E is Ext2 or Ext3. Name it where it cannot be deduced: dot<E>(a, b).
// Dispatch    once per call, on the CPU (field/isa.h). Kernels are serial; callers split work (base/parallel.h).
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <type_traits>

#include "nescio/field/ext_vector.h"
#include "nescio/field/extension.h"
#include "nescio/field/goldilocks.h"

namespace nescio {

using BaseView = std::span<const F>;
using BaseSpan = std::span<F>;
// Not deduced, so that vectors convert.
template <ExtensionField E>
using ExtIn = std::type_identity_t<ExtView<E>>;
template <ExtensionField E>
using ExtOut = std::type_identity_t<ExtSpan<E>>;

// ---- base slices, elementwise; all sizes equal
void add(BaseView a, BaseView b, BaseSpan out);
void sub(BaseView a, BaseView b, BaseSpan out);
void mul(BaseView a, BaseView b, BaseSpan out);
void mul_add(BaseView a, BaseView b, BaseSpan acc);  // acc += a b
void scale(F c, BaseView x, BaseSpan out);           // out = c x
void canonicalise(BaseSpan x);
F dot(BaseView a, BaseView b);

// ---- extension slices, elementwise; all sizes equal
template <ExtensionField E>
void add(ExtIn<E> a, ExtIn<E> b, ExtOut<E> out);
template <ExtensionField E>
void sub(ExtIn<E> a, ExtIn<E> b, ExtOut<E> out);
template <ExtensionField E>
void mul(ExtIn<E> a, ExtIn<E> b, ExtOut<E> out);
template <ExtensionField E>
void mul(ExtIn<E> a, BaseView b, ExtOut<E> out);

// ---- sums of products
template <ExtensionField E>
E dot(ExtIn<E> a, BaseView b);
template <ExtensionField E>
E dot(ExtIn<E> a, ExtIn<E> b);
// out[i] = sum_j weights[j] m[i * stride + j], i < out.size(); weights.size() <= stride; m holds every row.
template <ExtensionField E>
void combine_rows(BaseView m, std::size_t stride, ExtIn<E> weights, ExtOut<E> out);

// ---- one constant c in E; sizes equal
template <ExtensionField E>
void axpy(const E& c, BaseView x, ExtOut<E> acc);  // acc += c x
template <ExtensionField E>
void axpy(const E& c, ExtIn<E> x, ExtOut<E> acc);
template <ExtensionField E>
void scale(const E& c, BaseView x, ExtOut<E> out);  // out = c x; x and out disjoint
template <ExtensionField E>
void scale(const E& c, ExtIn<E> x, ExtOut<E> out);

// ---- multilinear tables: bit 0 of an index is variable 0
// Binds variable 0: out[i] = t[2i] + r (t[2i+1] - t[2i]); t.size() = 2 out.size(). out may be the front of t.
template <ExtensionField E>
void fold(ExtIn<E> t, const E& r, ExtOut<E> out);
// As above on base entries; out must not overlap t.
template <ExtensionField E>
void fold(BaseView t, const E& r, ExtOut<E> out);
// out[i] = scale * prod_j (bit j of i ? z[j] : 1 - z[j]); out.size() = 2^z.size().
template <ExtensionField E>
void eq_table(std::span<const std::type_identity_t<E>> z, const E& scale, ExtOut<E> out);

// ---- round polynomials; pairs (a0, a1) = (a[2i], a[2i+1]), da = a1 - a0
// Coefficients of X^0 and X^2 of a quadratic.
template <ExtensionField E>
struct QuadraticRound {
  E c0, c2;
};
// Coefficients of X^0, X^2 and X^3 of a cubic.
template <ExtensionField E>
struct CubicRound {
  E c0, c2, c3;
};
// sum_i (a0 + X da)(b0 + X db); sizes equal and even.
template <ExtensionField E>
QuadraticRound<E> product_round(ExtIn<E> a, ExtIn<E> b);
template <ExtensionField E>
QuadraticRound<E> product_round(BaseView a, ExtIn<E> b);
template <ExtensionField E>
QuadraticRound<E> product_round(BaseView a, BaseView b);
// sum_i (w0 + X dw)(a0 + X da)(b0 + X db); sizes equal and even.
template <ExtensionField E>
CubicRound<E> product_round3(ExtIn<E> w, ExtIn<E> a, ExtIn<E> b);
template <ExtensionField E>
CubicRound<E> product_round3(ExtIn<E> w, BaseView a, BaseView b);
// out[i] = t[2i] + t[2i+1]: sums variable 0 out (of an equality table: leaves that of the other variables). out may be
// the front of t.
template <ExtensionField E>
void add_pairs(ExtIn<E> t, ExtOut<E> out);
// sum_i w[i] (a0 + X da)(b0 + X db), all coefficients, lowest first: the weights are not bound (Gruen: their factor of
// this round is kept outside); a and b of size 2 w.size().
template <ExtensionField E>
std::array<E, 3> weighted_round(ExtIn<E> w, ExtIn<E> a, ExtIn<E> b);
template <ExtensionField E>
std::array<E, 3> weighted_round(ExtIn<E> w, BaseView a, BaseView b);
// sum_i w[i] (a0 + X da)(b0 + X db)(c0 + X dc).
template <ExtensionField E>
std::array<E, 4> weighted_round3(ExtIn<E> w, ExtIn<E> a, ExtIn<E> b, ExtIn<E> c);
template <ExtensionField E>
std::array<E, 4> weighted_round3(ExtIn<E> w, BaseView a, BaseView b, BaseView c);
// sum_i w[i] ((u0 + X du)(q1_0 + X dq1) + (p1_0 + X dp1)(q0_0 + X dq0)); u, q1, p1, q0 of size 2 w.size().
template <ExtensionField E>
QuadraticRound<E> gkr_round(ExtIn<E> w, ExtIn<E> u, ExtIn<E> q1, ExtIn<E> p1, ExtIn<E> q0);

// ---- fraction trees: node i has children 2i and 2i+1. Numerators over F, as they are at the leaves, or over E.

// p'[i] = p[2i] q[2i+1] + p[2i+1] q[2i], q'[i] = q[2i] q[2i+1]; p.size() = q.size() = 2 p_out.size() = 2 q_out.size().
// Without base numerators outputs may be the front of the inputs.
template <ExtensionField E>
void combine_fractions(ExtIn<E> p, ExtIn<E> q, ExtOut<E> p_out, ExtOut<E> q_out);
template <ExtensionField E>
void combine_fractions(BaseView p, ExtIn<E> q, ExtOut<E> p_out, ExtOut<E> q_out);

// The first round of a layer, from its nodes: gkr_round for the tables, of an entry for every two nodes,
//   u[i] = p[2i] + lambda q[2i],  q1[i] = q[2i+1],  p1[i] = p[2i+1],  q0[i] = q[2i];    p.size() = q.size() = 4
//   w.size().
template <ExtensionField E>
QuadraticRound<E> gkr_first_round(ExtIn<E> w, ExtIn<E> p, ExtIn<E> q, const E& lambda);
template <ExtensionField E>
QuadraticRound<E> gkr_first_round(ExtIn<E> w, BaseView p, ExtIn<E> q, const E& lambda);
// These tables, folded at r: out.u.size() = p.size() / 4. Outputs are disjoint from the inputs.
template <ExtensionField E>
struct GateTables {
  ExtSpan<E> u, q1, p1, q0;
};
template <ExtensionField E>
void gkr_first_fold(ExtIn<E> p, ExtIn<E> q, const E& lambda, const E& r, const GateTables<E>& out);
template <ExtensionField E>
void gkr_first_fold(BaseView p, ExtIn<E> q, const E& lambda, const E& r, const GateTables<E>& out);

}  // namespace nescio
