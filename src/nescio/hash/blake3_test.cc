#include "nescio/hash/blake3.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "nescio/base/endian.h"

// The library's dispatch, lowered in place to compare the instruction sets in one process.
extern "C" unsigned g_cpu_features;

namespace nescio {
namespace {

constexpr HashContext kAll[] = {HashContext::kLeaf, HashContext::kSeg, HashContext::kNode, HashContext::kExt,
                                HashContext::kPow};
static_assert(std::size(kAll) == kHashContexts);

// Byte i is i mod 251, as in BLAKE3's own test vectors.
std::vector<std::uint8_t> message(std::size_t n) {
  std::vector<std::uint8_t> m(n);
  for (std::size_t i = 0; i < n; ++i) m[i] = static_cast<std::uint8_t>(i % 251);
  return m;
}
std::string hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  char digits[3];
  for (const std::uint8_t b : bytes) out.append(digits, std::snprintf(digits, sizeof digits, "%02x", b));
  return out;
}
Digest streamed(HashContext context, std::vector<std::uint8_t> m) {
  m.resize(hash_padded_size(m.size()));
  return Hasher::derive_key(context_string(context)).update(m).finish();
}

// Runs the body under every dispatch that this CPU has: portable, SSE4.1, AVX2, AVX-512.
template <class Body>
void on_every_isa(Body body) {
  hash_parts({});  // the features are known from here on
  const unsigned all = g_cpu_features;
  for (const unsigned mask : {0u, 0x7u, 0x1fu, ~0u}) {
    SCOPED_TRACE(mask);
    g_cpu_features = all & mask;
    body();
  }
  g_cpu_features = all;
}

struct Known {
  std::size_t length;
  const char *plain, *keyed, *derived;
};
// Computed with the Python package blake3 1.0.11 (PyPI; the authors' Rust implementation):
//   m = bytes(i % 251 for i in range(length)); blake3(m), blake3(m, key=bytes(range(100, 132))),
//   blake3(m, derive_key_context="nescio 2026 v1 seg")
constexpr Known kKnown[] = {
    {0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
     "71fa240cce9478da4a32c3dc9aa3462a81a2f039e17b84fa67612180542d39c1",
     "1509a45ed778bf7d62a5f0fe21e7693374367792b421e671cb4c94acd226de3f"},
    {1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
     "cdc18b34f35aca1d398106a9a9891e715116b93362ad26a597396f41726ce560",
     "198d602e74c06c780bab7998df2c334a1c4f9a88127a6cd99d9adefdec2355e8"},
    {63, "e9bc37a594daad83be9470df7f7b3798297c3d834ce80ba85d6e207627b7db7b",
     "f29c0a1db1d5b9432bae1ba03ac8a445b186ea24e4b35ccdb418b8695664e0fe",
     "ebb545834dcc3474ab2aea032ed0c2f8b5f198ec4c7ae2ce3e091d9ca8540e46"},
    {64, "4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98",
     "325b6b332cf51468aecc81e56735c5d2be5f6836e8e0904345f73a911dccb384",
     "30dce1ac31e89a4cf005b81ff28a22d5c5042d3745145eb6e08db112fc1be929"},
    {65, "de1e5fa0be70df6d2be8fffd0e99ceaa8eb6e8c93a63f2d8d1c30ecb6b263dee",
     "48dc8a8850f55b9fa89f4ceafa4fed6ecf144f84bd0802fa24ecff0123f49af4",
     "5d3108f35d327d5abbf86619a9edd9f35f89593ed2091d54d59cf54a2a572078"},
    {127, "d81293fda863f008c09e92fc382a81f5a0b4a1251cba1634016a0f86a6bd640d",
     "6a4c94e874db7fa72ae8a4e3dfa131bb38ee45832706858e25edad1065f3f473",
     "c5ea209fe91e09544f9220e57c20345bbc2b7102fb548b5bb8192eb87b57f2f2"},
    {128, "f17e570564b26578c33bb7f44643f539624b05df1a76c81f30acd548c44b45ef",
     "db037b36d552d75fe810534866a575020a7f61e267c023f9691209c61cdcf738",
     "bdc830433ed04173dfd309ef269e2212e3222d281fd4bde5772122cf7759b1bc"},
    {1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11",
     "8d757908e0052fe14e6d9d3301017dda24c2b6142d1ef29fef036a2110439064",
     "2528ff9f0c73e30d0c33b2d7618d333e5f9ebcde02b6f0d427719284912db944"},
    {1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
     "ad784e330a7d382b9e110c593314adc0a5ac02414af136089050dd230a6f63d8",
     "f4eff26f89166927d418830faef0d5a20ff2194f16bc3f57b03dadf4a64026e4"},
    {1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
     "d8ac97cddcabfa00f141130e7dd41a261fa7a666508d035533451402ff88d995",
     "ae0835acb641496492d224582c951f0e487a7d7ad52fcd0279e918e97ce1a8fb"},
    {2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a",
     "a890f1e2c93004666af7bc5cb9d1eb2674c88995bee25bf220fb331e9b3b7bd5",
     "9c6b0e2c0c8c7045aca864ff225df62377b1b33d163aca3b4f19547848928a51"},
    {2049, "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030",
     "db45b04ad5e459b6c27eca7301b017985e1cde812841f523157e03d9d5bdc858",
     "ce1fe3f38da521612308693b0ba934073f372525301756df8c32ee1ec314e2c5"},
    {3072, "b98cb0ff3623be03326b373de6b9095218513e64f1ee2edd2525c7ad1e5cffd2",
     "5eabfc68afc848ba26579f30c8f68bdddc2d0b518beb4668db35e453900d9737",
     "00cca160c41b63508099527041936b478cee4d34d7c2c9c7d99f3f33f38aa6b8"},
    {3073, "7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3",
     "2028b07d6c5332b8a1f0a08c136aa5fe7ec618b9cdfbb84890c8a24ad7711105",
     "c2fd4f150ac9370087e903363a228ba5899391bac6831d0071f98cb6e97f5835"},
    {4096, "015094013f57a5277b59d8475c0501042c0b642e531b0a1c8f58d2163229e969",
     "a164967ce153d759c07408f08b11718ec84e0f24bcc9f786021dbb2c97d1539c",
     "7bfe6862fa82eafbabb8bfcb1c4c5db27174dafee29aa0400d37e951ea6afdb2"},
    {5000, "ee78d92070de3df1c57c37002abf0a6b1a6589acdeef4d8ffac7cf3d9e8f2836",
     "f1d0049507e3cc5b9d2aa231fed935bfb04f61485af681102ec3ca24d4b6160b",
     "1d3f0cf58a41aa8beccf28ea5257ae45d82439a2fc2dab1a5c67971be178194f"},
    {16384, "f875d6646de28985646f34ee13be9a576fd515f76b5b0a26bb324735041ddde4",
     "cddecce3f88c75aaf5497839862288c647e2d99a7bf7ce17139684f6928813ec",
     "a35e417b11b12e53781f65a78e946024eb548469933c53f42d711a9b7eceea6f"},
    {31744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47",
     "8dde4c64779cbdaa4a3942f269047587d2772a871f4a12bdec7d72c61e9ad761",
     "8edb793cd67fbeb66c8559608c0c96f19e287996d59c08706324e2360c00d1d1"},
    {102400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085",
     "a92155ce896d2901c4e8653480931172e67e6f54ad79bb5c65a76778ab2a199f",
     "f1023a8aee173a71e97d29c22c0eec60bad342b657a648dce1203ff8966fa499"},
};

Digest test_key() {
  Digest key;
  for (std::size_t i = 0; i < 32; ++i) key.bytes[i] = static_cast<std::uint8_t>(100 + i);
  return key;
}

TEST(Blake3, KnownAnswers) {
  on_every_isa([] {
    for (const Known& k : kKnown) {
      const auto m = message(k.length);
      EXPECT_EQ(hex(Hasher().update(m).finish().bytes), k.plain) << k.length;
      EXPECT_EQ(hex(Hasher::keyed(test_key()).update(m).finish().bytes), k.keyed) << k.length;
      EXPECT_EQ(hex(Hasher::derive_key("nescio 2026 v1 seg").update(m).finish().bytes), k.derived) << k.length;
      if (k.length % kHashBlock != 0) continue;
      EXPECT_EQ(hex(hash_padded(HashContext::kSeg, m).bytes), k.derived) << k.length;
    }
  });
}

// blake3(m, key=..).digest(131)[60:], m of 1025 bytes, same source.
TEST(Blake3, ExtendedOutput) {
  std::vector<std::uint8_t> out(71);
  Hasher::keyed(test_key()).update(message(1025)).finish(out, 60);
  EXPECT_EQ(hex(out),
            "89c7e868e3ff7b4f56e968c3fae8654defef0ade64bb0eec391f88fcc43a98eacaa949241710c32936ccc022e1d0d947296f4d9516"
            "9a0fa4df2a06e2e8236d0626f2828be7cab8");
}

TEST(Blake3, PiecesDoNotMatter) {
  const auto m = message(3000);
  const Digest whole = Hasher().update(m).finish();
  for (const std::size_t piece : {1u, 7u, 64u, 1000u, 1024u}) {
    Hasher h;
    for (std::size_t at = 0; at < m.size(); at += piece)
      h.update(std::span(m).subspan(at, std::min(piece, m.size() - at)));
    EXPECT_EQ(h.finish(), whole) << piece;
  }
}

TEST(HashPadded, EqualsTheStreamingHasherOnThePaddedMessage) {
  on_every_isa([] {
    for (const HashContext c : kAll) {
      for (std::size_t n = 0; n <= 1300; n += n < 200 || n > 950 ? 1 : 13)
        ASSERT_EQ(hash_padded(c, message(n)), streamed(c, message(n))) << n;
      for (const std::size_t n : {2047u, 2048u, 2049u, 4096u, 20000u})
        ASSERT_EQ(hash_padded(c, message(n)), streamed(c, message(n))) << n;
    }
  });
}

TEST(HashPadded, ContextsAreDistinct) {
  std::set<Digest> digests;
  std::set<std::string> names;
  for (const HashContext c : kAll) {
    digests.insert(hash_padded(c, message(64)));
    names.insert(context_string(c));
  }
  digests.insert(Hasher().update(message(64)).finish());
  EXPECT_EQ(digests.size(), kHashContexts + 1);
  EXPECT_EQ(names.size(), kHashContexts);
}

TEST(HashMany, EqualsHashPaddedForEveryShape) {
  on_every_isa([] {
    const auto data = message(300 * 1024);
    for (const std::size_t blocks : {0u, 1u, 2u, 3u, 15u, 16u, 17u, 31u, 32u, 33u, 48u, 49u, 80u, 112u, 129u})
      for (const std::size_t count : {0u, 1u, 2u, 15u, 16u, 17u, 31u, 64u, 65u, 100u}) {
        if (blocks > 17 && count > 17) continue;
        // Overlapping messages at an odd stride: neither alignment nor distinctness is assumed.
        const std::size_t stride = 37, bytes = blocks * kHashBlock;
        std::vector<Digest> a(count + 1, Digest{}), b(count + 1, Digest{});
        std::vector<const std::uint8_t*> at(count);
        for (std::size_t i = 0; i < count; ++i) at[i] = data.data() + (count - 1 - i) * stride;
        hash_many(HashContext::kExt, data.data(), stride, count, blocks, a.data());
        hash_many(HashContext::kExt, at.data(), count, blocks, b.data());
        for (std::size_t i = 0; i < count; ++i) {
          const Digest want = hash_padded(HashContext::kExt, {data.data() + i * stride, bytes});
          ASSERT_EQ(a[i], want) << blocks << ' ' << count << ' ' << i;
          ASSERT_EQ(b[count - 1 - i], want) << blocks << ' ' << count << ' ' << i;
        }
        EXPECT_EQ(a[count], Digest{});  // nothing is written behind the end
        EXPECT_EQ(b[count], Digest{});
      }
  });
}

TEST(HashMany, KeyedEqualsTheStreamingKeyedHasher) {
  const auto data = message(100 * 64);
  std::vector<Digest> out(100);
  hash_many_keyed(test_key(), data.data(), out.size(), out.data());
  for (std::size_t i = 0; i < out.size(); ++i)
    EXPECT_EQ(out[i], Hasher::keyed(test_key()).update(std::span(data).subspan(i * 64, 64)).finish());
}

// hash_parts is injective in the list: all ways to cut one string into three parts differ, and so do lists of other
// lengths.
TEST(HashParts, EveryCutOfAStringDiffers) {
  const auto m = message(24);
  std::map<Digest, std::string> seen;
  const auto add = [&](const Digest& d, const std::string& what) {
    const auto [at, fresh] = seen.emplace(d, what);
    EXPECT_TRUE(fresh) << at->second << " and " << what;
  };
  add(hash_parts({}), "no part");
  add(hash_parts({m}), "one part");
  add(hash_parts({m, {}}), "two parts");
  for (std::size_t i = 0; i <= m.size(); ++i)
    for (std::size_t j = i; j <= m.size(); ++j)
      add(hash_parts({std::span(m).first(i), std::span(m).subspan(i, j - i), std::span(m).subspan(j)}),
          std::to_string(i) + "," + std::to_string(j));
}

TEST(HashParts, PartsAreLengthPrefixed) {
  std::uint8_t bytes[8 + 3 + 8 + 8] = {3, 0, 0, 0, 0, 0, 0, 0, 'a', 'b', 'c', 8};
  store_u64(bytes + 19, 0x1122334455667788);
  EXPECT_EQ(Hasher().part("abc").part(std::uint64_t{0x1122334455667788}).finish(), Hasher().update(bytes).finish());
}

}  // namespace
}  // namespace nescio
