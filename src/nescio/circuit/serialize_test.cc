// One encoding: what is written is read back, what is read is written back, everything else is refused. Hostile bytes.
#include "nescio/circuit/serialize.h"

#include <gtest/gtest.h>

#include <random>

#include "nescio/circuit/bounds.h"
#include "nescio/circuit/check.h"
#include "nescio/circuit/packed_integers.h"
#include "nescio/circuit/sample_circuit.h"

namespace nescio {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Ints = std::vector<std::int64_t>;

Bytes bytes_of_circuit(const Circuit& c) {
  ByteWriter out;
  write_circuit(c, out);
  return out.take();
}
Bytes bytes_of_layout(const Layout& l) {
  ByteWriter out;
  write_layout(l, out);
  return out.take();
}

// ---- lists of integers

Bytes packed(const Ints& v) {
  ByteWriter out;
  write_integers(v, out);
  return out.take();
}
bool unpacks(const Bytes& bytes, const Ints& want) {
  ByteReader in(bytes);
  std::uint64_t left = want.size();
  const auto v = read_integers(in, left);
  return v.ok() && *v == want && left == 0 && in.finish().ok();
}
bool refused(const Bytes& bytes) {
  ByteReader in(bytes);
  std::uint64_t left = kMaxListed;
  return !read_integers(in, left).ok() || !in.finish().ok();
}

TEST(PackedIntegers, MoreThanAreLeft) {
  const Bytes bytes = packed({1, 2, 3});
  ByteReader in(bytes);
  std::uint64_t left = 2;
  EXPECT_FALSE(read_integers(in, left).ok());
}

TEST(PackedIntegers, RoundTrip) {
  std::mt19937_64 rng(1);
  for (int round = 0; round < 2000; ++round) {
    Ints v(rng() % 40);
    const unsigned shift = rng() % 64;
    std::int64_t at = static_cast<std::int64_t>(rng());
    for (std::int64_t& x : v) {
      const auto step = static_cast<std::int64_t>(rng()) >> shift;
      at = static_cast<std::int64_t>(static_cast<std::uint64_t>(at) + static_cast<std::uint64_t>(step));
      x = round % 2 == 0 ? step : at;
    }
    EXPECT_TRUE(unpacks(packed(v), v));
  }
  for (const Ints& v : {Ints{}, Ints{0}, Ints{INT64_MIN}, Ints{INT64_MAX, INT64_MIN}, Ints(100, INT64_MIN)})
    EXPECT_TRUE(unpacks(packed(v), v));
}

TEST(PackedIntegers, Bytes) {
  EXPECT_EQ(packed({}), (Bytes{0, 0, 0, 0, 1}));
  EXPECT_EQ(packed({0, -1, 1, 2}), (Bytes{4, 0, 0, 0, 3, 0x88, 0x08}));  // 0, 1, 2, 4 of 3 bits
  Ints ramp;
  for (int i = 0; i < 9; ++i) ramp.push_back(1000000000000 + i % 2);
  Bytes want = {9, 0, 0, 0, 128 + 2, 0x00, 0x10, 0xa5, 0xd4, 0xe8, 0, 0, 0, 0x66, 0x66};  // differences 1, -1, 1, ..
  EXPECT_EQ(packed(ramp), want);
}

TEST(PackedIntegers, ActivationTablesAreSmall) {
  const Ints relu = clip_values(-32768, 65536);
  EXPECT_LT(packed(relu).size(), 65536U * 2 / 8 + 32);
}

TEST(PackedIntegers, RefusesOtherEncodings) {
  EXPECT_TRUE(refused({0, 0, 0, 0, 2}));    // width of nothing is 1
  EXPECT_TRUE(refused({0, 0, 0, 0, 129}));  // no first value
  EXPECT_TRUE(refused({1, 0, 0, 0, 0}));    // width 0
  EXPECT_TRUE(refused({1, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_TRUE(refused({1, 0, 0, 0, 65, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_TRUE(refused({4, 0, 0, 0, 4, 0x10, 0x42}));  // wider than needed
  EXPECT_TRUE(refused({4, 0, 0, 0, 3, 0x88, 0x18}));  // a bit beyond the last word
  EXPECT_TRUE(refused({4, 0, 0, 0, 3, 0x88, 0x08, 0}));
  EXPECT_TRUE(refused({4, 0, 0, 0, 3, 0x88}));
  EXPECT_TRUE(refused({1, 0, 0, 0, 129, 0, 0, 0, 0, 0, 0, 0, 0}));  // differences that are not shorter
  EXPECT_TRUE(refused({0xff, 0xff, 0xff, 0xff, 1, 0, 0}));          // a count that the bytes do not hold
  EXPECT_TRUE(refused({0xff, 0xff, 0xff, 0xff, 255, 0, 0, 0, 0, 0, 0, 0, 0}));
}

// ---- circuits and layouts

TEST(Serialize, PinnedBytes) {
  CircuitBuilder b;
  const TensorId x = b.committed({2}, 0);
  b.lookup(b.table(4, {progression(-1, 1)}, 0), 0, {x});
  b.zero(b.affine({2}, {b.term(x, -2), {1, x, {fixed_at(1)}}}, 3, 5), 0);
  const Bytes want = {1,    0,    0,    0,                                      // segments
                      3,    0,    0,    0,                                      // tensors
                      1,    2,    0,    0,    0,    0,    0,    0,    0, 0, 0,  // [2] committed, value, segment 0
                      1,    4,    0,    0,    0,    0,    1,    0,    0, 0, 0,  // [4] committed, multiplicity
                      1,    2,    0,    0,    0,    1,    2,    0,    0, 0,     // [2] affine, two terms
                      0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 1, 0,  // -2 x, dimension 0
                      1,    0,    0,    0,    0,    0,    0,    0,    0, 0, 0, 0, 1, 255, 1, 0, 0, 0,  // x at 1
                      3,    0,    0,    0,    0,    0,    0,    0,    5, 0, 0, 0, 0, 0,   0, 0,  // constant, divisor
                      1,    0,    0,    0,    4,    0,    0,    0,    1, 0,  // one table of 4 rows, one progression
                      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0,   0, 0,  //
                      1,    0,    0,    0,    0,  // multiplicity, no private columns
                      1,    0,    0,    0,    0,    0,    0,    0,    0, 0, 0, 0, 1, 0,   0, 0, 0,  // one lookup
                      1,    0,    0,    0,    2,    0,    0,    0,    0, 0, 0, 0,                   // one zero
                      0,    0,    0,    0,    0,    0,    0,    0,    0, 0, 0, 0};                  // no ports
  EXPECT_EQ(bytes_of_circuit(b.circuit()), want);
  const Bytes layout = {3, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,  // 8 rows, one reserved, one column of segment 0
                        2, 0, 0, 0,                             // blocks
                        1, 0, 0, 2, 0, 0, 0,                    // x: 2 cells, column 0, row 4
                        2, 0, 0, 0, 0, 0, 0};                   // multiplicity: 4 cells, row 0
  EXPECT_EQ(bytes_of_layout(pack(b.circuit(), 3, 1)), layout);
}

TEST(Serialize, RoundTripOfTheSample) {
  const Sample s = make_sample(true);
  const Bytes bytes = bytes_of_circuit(s.circuit);
  ByteReader in(bytes);
  const auto circuit = read_circuit(in);
  ASSERT_TRUE(circuit.ok());
  EXPECT_TRUE(in.finish().ok());
  EXPECT_EQ(*circuit, s.circuit);
  EXPECT_EQ(circuit_digest(*circuit), circuit_digest(s.circuit));

  const Layout layout = pack(s.circuit, 9, 100);
  const Bytes layout_bytes = bytes_of_layout(layout);
  ByteReader layout_in(layout_bytes);
  const auto again = read_layout(layout_in, s.circuit);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(layout_in.finish().ok());
  EXPECT_EQ(*again, layout);
}

TEST(Serialize, EveryFieldOfTheDisclosureIsWritten) {
  const Circuit c = make_sample(true).circuit;
  const auto differs = [&](const auto& change) {
    Circuit other = c;
    change(other);
    const Bytes bytes = bytes_of_circuit(other);
    EXPECT_NE(bytes, bytes_of_circuit(c));
    ByteReader in(bytes);
    const auto again = read_circuit(in);
    ASSERT_TRUE(again.ok() && in.finish().ok());
    EXPECT_EQ(*again, other);
  };
  differs([](Circuit& k) {
    k.inputs[0].disclosed = false;
    k.inputs[0].pub = 0;
  });
  differs([](Circuit& k) { ++k.inputs[0].pub; });
  differs([](Circuit& k) { k.outputs[0].disclosed = true; });
  differs([](Circuit& k) { k.digests[1].group = Group::outputs; });
  differs([](Circuit& k) { ++k.digests[1].bound[0].tensor; });
  differs([](Circuit& k) { --k.digests[1].bound[0].lo; });
  differs([](Circuit& k) { ++k.digests[1].bound[0].hi; });
  differs([](Circuit& k) { k.digests[1].bound.push_back(k.digests[0].bound[0]); });
}

TEST(Serialize, DigestSeesEveryByte) {
  const Sample s = make_sample(true);
  const Digest digest = circuit_digest(s.circuit);
  Circuit c = s.circuit;
  c.outputs[0].scale.exponent += 1;
  EXPECT_NE(circuit_digest(c), digest);
  c = s.circuit;
  c.lookups[0].segment ^= 1;
  EXPECT_NE(circuit_digest(c), digest);
}

// A key as a verifier takes it: circuit and layout. True if all of it is accepted. Nothing may crash on the way, and
// what is read must be written back to the same bytes.
bool takes(const Bytes& bytes) {
  ByteReader in(bytes, ErrorCode::kVKey);
  const auto circuit = read_circuit(in);
  if (!circuit.ok()) {
    EXPECT_EQ(circuit.error().code, ErrorCode::kVKey);
    return false;
  }
  ByteWriter out;
  write_circuit(*circuit, out);
  EXPECT_TRUE(out.size() <= bytes.size() && std::equal(out.data().begin(), out.data().end(), bytes.begin()));
  if (!check_circuit(*circuit).ok()) return false;
  const bool sound = derive_bounds(*circuit).ok();
  const auto layout = read_layout(in, *circuit);
  if (!layout.ok() || !in.finish().ok() || !check_layout(*circuit, *layout).ok()) return false;
  write_layout(*layout, out);
  EXPECT_EQ(out.data(), bytes);
  return sound;
}

Bytes key_bytes() {
  const Sample s = make_sample(true);
  Bytes bytes = bytes_of_circuit(s.circuit);
  const Bytes layout = bytes_of_layout(pack(s.circuit, 9, 100));
  bytes.insert(bytes.end(), layout.begin(), layout.end());
  return bytes;
}

TEST(Serialize, RefusesEveryTruncationAndTrailingBytes) {
  Bytes bytes = key_bytes();
  ASSERT_TRUE(takes(bytes));
  for (std::size_t n = 0; n < bytes.size(); ++n)
    EXPECT_FALSE(takes(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n))));
  bytes.push_back(0);
  EXPECT_FALSE(takes(bytes));
}

TEST(Serialize, SurvivesEveryChangedByte) {
  const Bytes bytes = key_bytes();
  std::mt19937_64 rng(3);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const int change : {1, 0x80, 0xff, static_cast<int>(rng() % 255) + 1}) {
      Bytes changed = bytes;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ change);
      (void)takes(changed);
    }
}

TEST(Serialize, SurvivesRandomMutations) {
  const Bytes bytes = key_bytes();
  std::mt19937_64 rng(4);
  for (int round = 0; round < 3000; ++round) {
    Bytes changed = bytes;
    for (std::size_t n = 1 + rng() % 4; n > 0; --n) {
      const auto at = changed.begin() + static_cast<std::ptrdiff_t>(rng() % changed.size());
      const auto size = static_cast<std::ptrdiff_t>(
          std::min<std::size_t>(1 + rng() % 16, static_cast<std::size_t>(changed.end() - at)));
      switch (rng() % 4) {
        case 0:
          *at = static_cast<std::uint8_t>(rng());
          break;
        case 1:
          std::fill(at, at + size, static_cast<std::uint8_t>(rng() % 2 == 0 ? 0xff : 0));
          break;
        case 2:
          changed.erase(at, at + size);
          break;
        default: {
          const Bytes copy(at, at + size);
          changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(rng() % changed.size()), copy.begin(),
                         copy.end());
        }
      }
      if (changed.empty()) break;
    }
    (void)takes(changed);
  }
}

}  // namespace
}  // namespace nescio
