#include "nescio/sponge/sponge.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>
#include <set>

namespace nescio {
namespace {

using Values = std::vector<std::vector<std::int64_t>>;
using Dims = std::vector<std::uint32_t>;

DigestCells digest_of(const DigestSpec& spec, const DigestCells& salt, const Values& values) {
  const std::vector<std::span<const std::int64_t>> views(values.begin(), values.end());
  const auto d = sponge_digest(spec, salt, views);
  EXPECT_TRUE(d.ok());
  return d.ok() ? *d : DigestCells{};
}
SecretVector<F> blocks_of(const DigestSpec& spec, const Values& values) {
  const std::vector<std::span<const std::int64_t>> views(values.begin(), values.end());
  return packed_blocks(spec, plan_blocks(spec.tensors), {}, views);
}
DigestCells cells(const std::array<std::uint64_t, 4>& words) {
  DigestCells out;
  for (std::size_t i = 0; i < 4; ++i) out[i] = F(words[i]);
  return out;
}
Values zeros(const DigestSpec& spec) {
  Values v;
  for (const PackedTensor& t : spec.tensors) v.emplace_back(t.size(), t.lo);
  return v;
}
// As in digest_vectors.py.
Values sample_values(const DigestSpec& spec) {
  Values v;
  for (std::size_t t = 0; t < spec.tensors.size(); ++t) {
    const PackedTensor& x = spec.tensors[t];
    v.emplace_back();
    for (std::uint64_t i = 0; i < x.size(); ++i) {
      const auto big = static_cast<unsigned __int128>(t + 1) * (i + 1) * 2654435761U;
      v.back().push_back(x.lo + static_cast<std::int64_t>(big % static_cast<std::uint64_t>(x.hi - x.lo + 1)));
    }
  }
  return v;
}

constexpr std::int64_t k30 = std::int64_t{1} << 30, k40 = std::int64_t{1} << 40;
const DigestSpec kCases[] = {
    {DigestRole::weights, {{{1}, 0, 0}}},
    {DigestRole::inputs, {{{5}, -128, 127}}},
    {DigestRole::weights, {{{129, 142}, -2048, 2047}, {{142}, -k40, k40}}},
    {DigestRole::weights,
     {{{30, 64}, -32768, 32767},
      {{64}, -k30, k30 - 1},
      {{64, 32}, -32768, 32767},
      {{32}, -k30, k30 - 1},
      {{32, 1}, -32768, 32767},
      {{1}, -k30, k30 - 1}}},
    {DigestRole::outputs,
     {{{3, 3, 5, 17}, -7, 7}, {{2, 1, 3}, 10, std::int64_t{1} << 61}, {{4, 4, 4}, 0, 1}, {{200}, -1, 0}}},
};

// ---- values of sponge/digest_vectors.py

TEST(SpongeVectors, Digests) {
  struct Answer {
    std::uint32_t blocks;
    std::array<std::uint64_t, 4> digest;
  };
  const Answer answers[] = {
      {2, {0x64b676c1e392606b, 0x2b96c95aecfaa5cb, 0x5d1894f1dff27478, 0xcb8247c3489f887a}},
      {2, {0xececfba337b1cea8, 0x2ddf2b8ec22559da, 0x85c2a9b430f1f1f4, 0xe6a6ed7213e0893e}},
      {587, {0x2156827726ae6cfb, 0xcb701494b476c514, 0xc541bb706bfc42ed, 0x5597ddb39aa7e18f}},
      {201, {0xea1aa8c284b6cce8, 0x8102e5b2ac608c6b, 0x71c0d3a5fc54c49, 0x1be9ee641583c138}},
      {17, {0x44efb5c04c0c6840, 0x22919e1438cfe597, 0x52062983c377eac1, 0x7b97a7c40de5319a}},
  };
  for (std::size_t i = 0; i < std::size(kCases); ++i) {
    EXPECT_EQ(plan_blocks(kCases[i].tensors).blocks, answers[i].blocks) << i;
    const DigestCells salt = cells({F::kModulus - 1 - i, 1, std::uint64_t{1} << 32, i});
    const DigestCells d = digest_of(kCases[i], salt, sample_values(kCases[i]));
    EXPECT_EQ(d, cells(answers[i].digest)) << i;
    for (const F& x : d) EXPECT_LT(x.word(), F::kModulus);
  }
}

// ---- placement

// Every value has its own digit, digits do not overlap, and what they say is what the addresses say.
TEST(Packing, EveryValueHasItsOwnDigit) {
  std::vector<DigestSpec> specs(std::begin(kCases), std::end(kCases));
  std::mt19937_64 rng(1);
  for (int round = 0; round < 60; ++round) {
    DigestSpec spec;
    for (std::uint64_t n = 1 + rng() % 4; n > 0; --n) {
      PackedTensor t;
      for (std::uint64_t d = 1 + rng() % 4; d > 0; --d) t.dims.push_back(1 + static_cast<std::uint32_t>(rng() % 9));
      t.lo = -static_cast<std::int64_t>(rng() % 100);
      t.hi = t.lo + static_cast<std::int64_t>((std::uint64_t{1} << rng() % 62) - 1 + rng() % 2);
      spec.tensors.push_back(t);
    }
    specs.push_back(spec);
  }
  for (const DigestSpec& spec : specs) {
    const BlockPlan plan = plan_blocks(spec.tensors);
    std::set<std::tuple<std::uint32_t, std::uint32_t, unsigned>> taken;  // block, lane, bit
    std::vector<std::set<std::uint64_t>> placed(spec.tensors.size());
    for (const PackedPart& p : plan.parts) {
      const PackedTensor& t = spec.tensors[p.tensor];
      const unsigned bits = t.bits(), k = values_per_cell(bits);
      EXPECT_LE(k * bits, kPackingBits);
      for (std::uint32_t o = 0; o < (p.run == kNoRun ? 1 : t.dims[p.run]); ++o)
        for (std::uint32_t i = 0; i < p.count; ++i) {
          std::uint64_t flat = 0, stride = 1;
          for (std::size_t d = 0; d < t.dims.size(); ++d) {
            const std::uint32_t index = p.at[d] + (d == p.along ? i : d == p.run ? o : 0);
            ASSERT_LT(index, t.dims[d]);
            flat += index * stride;
            stride *= t.dims[d];
          }
          EXPECT_TRUE(placed[p.tensor].insert(flat).second);
          const std::uint32_t cell = p.lane + i / k, block = p.block + o + cell / 8;
          if (p.run != kNoRun) {
            EXPECT_LT(cell, 8U);
          }
          EXPECT_GE(block, 1U);
          EXPECT_LT(block, plan.blocks);
          EXPECT_TRUE(taken.insert({block, cell % 8, bits * (i % k)}).second);
        }
    }
    for (std::size_t t = 0; t < placed.size(); ++t) EXPECT_EQ(placed[t].size(), spec.tensors[t].size());
    // One value above its least shows in one cell, at its bit.
    Values v = zeros(spec);
    for (const F& x : blocks_of(spec, v)) EXPECT_EQ(x, F());
    if (spec.tensors[0].hi > spec.tensors[0].lo) {
      v[0].back() += 1;
      std::size_t nonzero = 0;
      for (const F& x : blocks_of(spec, v)) nonzero += x == F() ? 0 : 1;
      EXPECT_EQ(nonzero, 1U);
    }
  }
}

// All values of a few small tensors: as many different blocks.
TEST(Packing, IsInjective) {
  const std::vector<PackedTensor> kTensors[] = {{{{2, 2}, -1, 1}, {{2}, 5, 6}},
                                                {{{1}, 0, 0}, {{3}, -2, 2}},
                                                {{{7}, 0, 1}, {{1}, -1, 1}},
                                                {{{1, 3}, 0, 4}, {{2, 1}, 0, 1}}};
  for (const auto& tensors : kTensors) {
    const DigestSpec spec{DigestRole::inputs, tensors};
    std::set<std::vector<std::uint64_t>> seen;
    std::size_t count = 0;
    Values v = zeros(spec);
    const std::function<void(std::size_t, std::size_t)> all = [&](std::size_t t, std::size_t i) {
      if (t == v.size()) {
        std::vector<std::uint64_t> words;
        for (const F& x : blocks_of(spec, v)) words.push_back(x.canonical());
        seen.insert(words);
        ++count;
        return;
      }
      if (i == v[t].size()) return all(t + 1, 0);
      for (v[t][i] = tensors[t].lo; v[t][i] <= tensors[t].hi; ++v[t][i]) all(t, i + 1);
    };
    all(0, 0);
    EXPECT_EQ(seen.size(), count);
    EXPECT_GT(count, 100U);
  }
}

TEST(Packing, CellsStayBelow62Bits) {
  for (const std::int64_t hi : {std::int64_t{1}, std::int64_t{127}, std::int64_t{32767}, std::int64_t{65535},
                                (std::int64_t{1} << 31) - 1, std::int64_t{1} << 31, (std::int64_t{1} << 62) - 1}) {
    const DigestSpec spec{DigestRole::weights, {{{70}, 0, hi}}};
    for (const F& x : blocks_of(spec, {std::vector<std::int64_t>(70, hi)})) EXPECT_EQ(x.word() >> 62, 0U);
  }
  EXPECT_EQ(values_per_cell(1), 62U);
  EXPECT_EQ(values_per_cell(8), 7U);
  EXPECT_EQ(values_per_cell(15), 4U);
  EXPECT_EQ(values_per_cell(16), 3U);
  EXPECT_EQ(values_per_cell(31), 2U);
  EXPECT_EQ(values_per_cell(32), 1U);
  EXPECT_EQ(values_per_cell(62), 1U);
}

TEST(Packing, WastesLittle) {
  // 30 layers of a network of 518k weights of 12 bits (bench/modulus.py).
  std::vector<PackedTensor> layers;
  std::uint32_t in = 784;
  double width = 16;
  std::uint64_t weights = 0;
  for (int k = 0; k < 30; ++k, width *= 1.1) {
    const std::uint32_t out = k == 29 ? 1000 : static_cast<std::uint32_t>(width);
    layers.push_back({{in, out}, -2048, 2047});
    weights += std::uint64_t{in} * out;
    in = out;
  }
  EXPECT_EQ(weights, 517529U);
  const BlockPlan plan = plan_blocks(layers);
  EXPECT_LT(plan.blocks, 1.04 * static_cast<double>(weights) / (8 * values_per_cell(12)));
  EXPECT_LT(plan.parts.size(), 250U);
}

// ---- what changes a digest

TEST(Sponge, EveryPublicFactIsInTheIv) {
  const DigestSpec base{DigestRole::weights, {{{4, 6}, -8, 7}, {{6, 4}, -8, 7}}};
  std::vector<DigestSpec> specs = {base};
  const auto with = [&](const auto& change) {
    specs.push_back(base);
    change(specs.back());
  };
  with([](DigestSpec& s) { s.role = DigestRole::inputs; });
  with([](DigestSpec& s) { s.role = DigestRole::outputs; });
  with([](DigestSpec& s) { std::swap(s.tensors[0], s.tensors[1]); });
  with([](DigestSpec& s) { s.tensors[0].dims = {24}; });
  with([](DigestSpec& s) { s.tensors[0].dims = {4, 6, 1}; });
  with([](DigestSpec& s) { s.tensors[0].dims = {4, 7}; });
  with([](DigestSpec& s) { s.tensors[0].lo = -7; });
  with([](DigestSpec& s) { s.tensors[1].hi = 6; });
  with([](DigestSpec& s) { s.tensors[1].hi = 8; });
  with([](DigestSpec& s) { s.tensors.pop_back(); });
  with([](DigestSpec& s) { s.tensors.push_back({{1}, 0, 1}); });
  std::set<std::array<std::uint64_t, 4>> ivs;
  for (const DigestSpec& s : specs) {
    const DigestCells iv = digest_iv(s);
    ivs.insert({iv[0].word(), iv[1].word(), iv[2].word(), iv[3].word()});
    for (const F& x : iv) EXPECT_LT(x.word(), F::kModulus);
  }
  EXPECT_EQ(ivs.size(), specs.size());
  // The same blocks under another IV.
  const SecretVector<F> blocks = blocks_of(base, zeros(base));
  EXPECT_NE(sponge_absorb(digest_iv(base), blocks), sponge_absorb(digest_iv(specs[1]), blocks));
}

TEST(Sponge, EveryValueAndTheSaltCount) {
  const DigestSpec spec{DigestRole::weights, {{{3, 5}, -8, 7}, {{2}, 0, 1}}};
  const DigestCells salt = cells({1, 2, 3, 4});
  std::set<std::uint64_t> seen = {digest_of(spec, salt, zeros(spec))[0].word()};
  std::size_t count = 1;
  for (std::size_t t = 0; t < 2; ++t)
    for (std::size_t i = 0; i < spec.tensors[t].size(); ++i, ++count) {
      Values v = zeros(spec);
      ++v[t][i];
      seen.insert(digest_of(spec, salt, v)[0].word());
    }
  for (std::size_t i = 0; i < 4; ++i, ++count) {
    DigestCells other = salt;
    other[i] += F(1);
    seen.insert(digest_of(spec, other, zeros(spec))[0].word());
  }
  EXPECT_EQ(seen.size(), count);
}

TEST(Sponge, OrderOfBlocksCounts) {
  const DigestSpec spec{DigestRole::weights, {{{8}, 0, std::int64_t{1} << 40}, {{8}, 0, std::int64_t{1} << 40}}};
  Values v = sample_values(spec);
  const DigestCells a = digest_of(spec, {}, v);
  std::swap(v[0], v[1]);
  EXPECT_NE(digest_of(spec, {}, v), a);
}

TEST(Sponge, RefusesValuesOutOfRange) {
  const DigestSpec spec{DigestRole::inputs, {{{1}, 0, 1}, {{2}, -3, 4}}};
  for (const std::int64_t bad : {std::int64_t{-4}, std::int64_t{5}, INT64_MIN, INT64_MAX}) {
    const std::vector<std::int64_t> first = {1}, second = {0, bad};
    const std::vector<std::span<const std::int64_t>> views = {first, second};
    const auto d = sponge_digest(spec, {}, views);
    ASSERT_FALSE(d.ok());
    EXPECT_EQ(d.error().code, ErrorCode::kRange);
    EXPECT_EQ(d.error().where, 1U);
  }
}

// The chain, S-box by S-box.
TEST(Sponge, WritesEverySboxCell) {
  const DigestSpec& spec = kCases[4];
  const SecretVector<F> blocks = blocks_of(spec, sample_values(spec));
  const std::size_t n = blocks.size() / 8;
  SecretVector<F> x7(118 * n);
  const DigestCells iv = digest_iv(spec), d = sponge_absorb(iv, blocks, x7);
  EXPECT_EQ(d, sponge_absorb(iv, blocks));
  PoseidonState s{};
  std::copy(iv.begin(), iv.end(), s.begin() + 8);
  for (std::size_t b = 0; b < n; ++b) {
    std::vector<F> in(kPoseidonInputs), sbox(kPoseidonSboxes);
    for (std::size_t i = 0; i < 12; ++i) in[i] = s[i] + (i < 8 ? blocks[8 * b + i] : F());
    std::copy_n(x7.begin() + static_cast<std::ptrdiff_t>(118 * b), 118, in.begin() + 12);
    poseidon_linear(in, sbox);
    for (std::size_t k = 0; k < 118; ++k) {
      const F x = sbox[k] + poseidon_sbox_constants()[k];
      ASSERT_EQ(x7[118 * b + k], x.pow(7));
    }
    for (std::size_t i = 0; i < 12; ++i) {
      s[i] = F();
      for (std::size_t j = 0; j < 12; ++j) s[i] += F(poseidon_mds(i, j)) * x7[118 * b + 106 + j];
    }
  }
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(d[i], s[i]);
}

}  // namespace
}  // namespace nescio
