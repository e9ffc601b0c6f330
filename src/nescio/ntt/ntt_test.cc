// ntt/ against the definition, and the laws of the code.
#include "nescio/ntt/ntt.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "nescio/base/parallel.h"
#include "nescio/base/secret.h"
#include "nescio/field/extension.h"
#include "nescio/field/isa.h"

namespace nescio {
namespace {

std::size_t reverse(std::size_t x, unsigned bits) {
  std::size_t r = 0;
  for (unsigned i = 0; i < bits; ++i) r |= (x >> i & 1) << (bits - 1 - i);
  return r;
}

// Edge words are frequent.
std::vector<F> random_matrix(std::size_t rows, std::size_t stride, unsigned seed = 1) {
  std::mt19937_64 rng(seed);
  constexpr std::uint64_t kEdges[] = {0, 1, F::kModulus - 1, F::kModulus, ~0ULL, 0xFFFFFFFF, 0xFFFFFFFF00000000ULL};
  std::vector<F> m(rows * stride);
  for (F& x : m) x = F(rng() % 3 == 0 ? kEdges[rng() % std::size(kEdges)] : rng());
  return m;
}

// f(x), f given by one column of coefficients.
F evaluate(const std::vector<F>& m, std::size_t stride, std::size_t column, F x) {
  F r(0);
  for (std::size_t i = m.size() / stride; i-- > 0;) r = r * x + m[i * stride + column];
  return r;
}

template <class Body>
void on_every_isa(Body body) {
  const Isa before = active_isa();
  for (const Isa isa : kAllIsas) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    SCOPED_TRACE(isa_name(isa));
    body();
  }
  set_isa(before);
}

TEST(Ntt, IsTheTransformInBitReversedOrder) {
  on_every_isa([] {
    for (unsigned k = 0; k <= 9; ++k)
      for (const std::size_t stride : {std::size_t{8}, std::size_t{24}}) {
        const std::size_t rows = std::size_t{1} << k;
        const auto m = random_matrix(rows, stride, k);
        auto got = m;
        ntt_rows(got.data(), k, stride);
        const F w = F::root_of_unity(k);
        for (std::size_t j = 0; j < rows; ++j)
          for (std::size_t c = 0; c < stride; c += 5)
            ASSERT_TRUE(got[reverse(j, k) * stride + c] == evaluate(m, stride, c, w.pow(j))) << k << " " << j;
      }
  });
}

// Every size up to 2^13 at a few positions, so that all mixtures of stages occur.
TEST(Ntt, LargerSizesAtSamplePoints) {
  on_every_isa([] {
    for (unsigned k = 10; k <= 13; ++k) {
      const std::size_t rows = std::size_t{1} << k;
      const auto m = random_matrix(rows, 8, k);
      auto got = m;
      ntt_rows(got.data(), k, 8);
      const F w = F::root_of_unity(k);
      for (std::size_t j = 1; j < rows; j = j * 3 + 1)
        ASSERT_TRUE(got[reverse(j, k) * 8 + j % 8] == evaluate(m, 8, j % 8, w.pow(j)));
    }
  });
}

TEST(Encode, PositionsAreEvaluations) {
  on_every_isa([] {
    for (unsigned k = 0; k <= 8; ++k)
      for (unsigned rate = 0; rate <= 4; ++rate) {
        const std::size_t rows = std::size_t{1} << k, n = rows << rate;
        const auto m = random_matrix(rows, 16, k);
        std::vector<F> code(n * 16, F(99));
        encode_rows(m.data(), code.data(), k, rate, 16, 5);
        const F w = F::root_of_unity(k + rate);
        for (std::size_t j = 0; j < n; j += n > 300 ? 7 : 1) {
          for (std::size_t c = 0; c < 8; ++c) {
            const F got = code[j * 16 + c];
            ASSERT_TRUE(got == evaluate(m, 16, c, w.pow(reverse(j, k + rate)))) << k << " " << rate << " " << j;
            ASSERT_LT(got.word(), F::kModulus);
          }
          for (std::size_t c = 8; c < 16; ++c) ASSERT_EQ(code[j * 16 + c].word(), 99u);
        }
      }
  });
}

TEST(Encode, BlocksDoNotDependOnThreads) {
  for (const unsigned rate : {0u, 1u, 2u}) {
    const auto m = random_matrix(1 << 10, 8);
    std::vector<F> one(m.size() << rate), many(m.size() << rate);
    set_num_threads(1);
    encode_rows(m.data(), one.data(), 10, rate, 8, 8);
    set_num_threads(3);
    encode_rows(m.data(), many.data(), 10, rate, 8, 8);
    set_num_threads(0);
    for (std::size_t i = 0; i < one.size(); ++i) ASSERT_EQ(one[i].word(), many[i].word());
  }
}

// The law in ntt.h, on extension columns: column c, coefficient d at base column 3c + d.
TEST(Encode, FoldingTheCodeIsEncodingTheFoldedMessage) {
  constexpr unsigned kLogRows = 7, kRate = 1;
  constexpr std::size_t kRows = 1 << kLogRows, kStride = 8;
  const auto m = random_matrix(kRows, kStride);
  const Ext3 r(std::array<F, 3>{F(123), F(~0ULL), F(456)});
  const auto element = [&](const std::vector<F>& v, std::size_t row) {
    return Ext3(std::array<F, 3>{v[row * kStride], v[row * kStride + 1], v[row * kStride + 2]});
  };
  std::vector<F> folded(kRows / 2 * kStride);
  for (std::size_t i = 0; i < kRows / 2; ++i) {
    const Ext3 e = element(m, 2 * i) + r * (element(m, 2 * i + 1) - element(m, 2 * i));
    for (unsigned d = 0; d < 3; ++d) folded[i * kStride + d] = e[d];
  }
  std::vector<F> code(m.size() << kRate), code_of_folded(folded.size() << kRate);
  encode_rows(m.data(), code.data(), kLogRows, kRate, kStride, 3);
  encode_rows(folded.data(), code_of_folded.data(), kLogRows - 1, kRate, kStride, 3);
  const F w = F::root_of_unity(kLogRows + kRate), half = F(2).inverse();
  for (std::size_t j = 0; j < kRows; ++j) {
    const F x = w.pow(reverse(2 * j, kLogRows + kRate));
    const Ext3 a = element(code, 2 * j), b = element(code, 2 * j + 1);
    const Ext3 even = (a + b) * half, odd = (a - b) * (half * x.inverse());
    ASSERT_TRUE(element(code_of_folded, j) == even + r * (odd - even)) << j;
  }
}

TEST(Encode, IsLinear) {
  const auto a = random_matrix(256, 8, 1), b = random_matrix(256, 8, 2);
  auto sum = a;
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = F(3) * a[i] + b[i];
  std::vector<F> ca(512 * 8), cb(512 * 8), cs(512 * 8);
  encode_rows(a.data(), ca.data(), 8, 1, 8, 8);
  encode_rows(b.data(), cb.data(), 8, 1, 8, 8);
  encode_rows(sum.data(), cs.data(), 8, 1, 8, 8);
  for (std::size_t i = 0; i < cs.size(); ++i) ASSERT_TRUE(cs[i] == F(3) * ca[i] + cb[i]);
}

TEST(EncodeDeathTest, ShapesAreChecked) {
  std::vector<F> m(64), c(64);
  EXPECT_DEATH(ntt_rows(m.data(), 2, 12), "internal error");
  EXPECT_DEATH(encode_rows(m.data(), c.data(), 2, 1, 8, 9), "internal error");
}

}  // namespace
}  // namespace nescio
