// field/packed_scalar.h -- the packed type of one lane. Its operations are those of the scalar class, so that the
// kernel text instantiated with it is the reference for every other instruction set.
//
// The packed concept (packed_avx2.h, packed_avx512.h are the others):
//   Packed      kLanes elements of F as arbitrary words: load, store (_partial: the first n lanes, others read as 0),
//               broadcast, +, -, *, canonical, add1 (one operand <= p), sub1 (the second <= p), mul_2exp<S> (by 2^S,
//               0 < S < 96), sum (of all lanes), deinterleave.
//   Operand     a factor with what multiplication wants to know of it beforehand; made from a Packed. Operand::sum(a,
//   b)
//               is one that is congruent to a + b.
//   Acc         an unreduced sum of up to kMaxTerms products of operands per lane: mac, +=, times7, reduce, lane_sums
//               (lane i of the result = sum of the lanes of argument i; terms add up).
#pragma once
#include <cstddef>
#include <cstdint>

#include "nescio/field/goldilocks.h"
#include "nescio/field/packed.h"

namespace nescio::NESCIO_ISA {

struct Packed {
  static constexpr std::size_t kLanes = 1;
  Goldilocks v;

  static Packed load(const Word* p) { return {Goldilocks(*p)}; }
  static Packed load_partial(const Word*, std::size_t) { return {}; }
  static Packed broadcast(Word w) { return {Goldilocks(w)}; }
  void store(Word* p) const { *p = v.word(); }
  void store_partial(Word*, std::size_t) const {}
  static Packed add1(Packed a, Packed b) { return a + b; }
  static Packed sub1(Packed a, Packed b) { return a - b; }
  friend Packed operator+(Packed a, Packed b) { return {a.v + b.v}; }
  friend Packed operator-(Packed a, Packed b) { return {a.v - b.v}; }
  friend Packed operator*(Packed a, Packed b) { return {a.v * b.v}; }
  Packed canonical() const { return {Goldilocks(v.canonical())}; }
  template <unsigned S>
  Packed mul_2exp() const {
    static_assert(0 < S && S < 96);
    if constexpr (S < 64)
      return {Goldilocks::reduce(static_cast<unsigned __int128>(v.word()) << S)};
    else
      return {Goldilocks::reduce(static_cast<unsigned __int128>(v.word()) << 32) * Goldilocks(Word{1} << (S - 32))};
  }
  Word sum() const { return v.word(); }
  static void deinterleave(Packed a, Packed b, Packed& even, Packed& odd) {
    even = a;
    odd = b;
  }
};

struct Operand {
  Goldilocks v;
  Operand() = default;
  Operand(Packed x) : v(x.v) {}  // NOLINT(google-explicit-constructor)
  static Operand sum(Packed a, Packed b) { return a + b; }
};

// lo + 2^128 carries.
struct Acc {
  static constexpr std::size_t kMaxTerms = std::size_t{1} << 24;
  unsigned __int128 lo = 0;
  Word carries = 0;

  static Acc from(Packed x) {
    Acc a;
    a.lo = x.v.word();
    return a;
  }
  void mac(Operand a, Operand b) { add(static_cast<unsigned __int128>(a.v.word()) * b.v.word()); }
  Acc& operator+=(const Acc& o) {
    add(o.lo);
    carries += o.carries;
    return *this;
  }
  Acc times7() const {
    Acc r;  // 8x - x
    r.lo = (lo << 3) - lo;
    r.carries = (carries << 3 | static_cast<Word>(lo >> 125)) - carries - ((lo << 3) < lo ? 1 : 0);
    return r;
  }
  static Acc lane_sums(const Acc* rows) { return rows[0]; }
  Packed reduce() const {  // 2^128 = -2^32
    return {Goldilocks::reduce(lo) - Goldilocks::reduce(static_cast<unsigned __int128>(carries) << 32)};
  }

 private:
  void add(unsigned __int128 x) {
    lo += x;
    carries += lo < x ? 1 : 0;
  }
};

}  // namespace nescio::NESCIO_ISA
