#include <gtest/gtest.h>

#include <vector>

#include "nescio/base/byte_reader.h"
#include "nescio/base/byte_writer.h"
#include "nescio/base/endian.h"

namespace nescio {
namespace {

TEST(Bytes, WhatIsWrittenIsRead) {
  ByteWriter w;
  w.u<std::uint8_t>(0xab);
  w.u<std::uint16_t>(0x1234);
  w.u<std::uint32_t>(0xdeadbeef);
  w.u<std::uint64_t>(0x0123456789abcdef);
  const std::uint8_t tail[] = {1, 2, 3};
  w.bytes(tail);
  ASSERT_EQ(w.size(), 18u);
  EXPECT_EQ(w.data()[1], 0x34);  // little-endian
  EXPECT_EQ(load_u64(w.data().data() + 7), 0x0123456789abcdefu);

  ByteReader r(w.data());
  EXPECT_EQ(*r.u<std::uint8_t>(), 0xab);
  EXPECT_EQ(*r.u<std::uint16_t>(), 0x1234);
  EXPECT_EQ(*r.u<std::uint32_t>(), 0xdeadbeefu);
  EXPECT_EQ(*r.u<std::uint64_t>(), 0x0123456789abcdefu);
  const auto rest = r.take(3);
  ASSERT_TRUE(rest.ok());
  EXPECT_TRUE(std::equal(rest->begin(), rest->end(), tail));
  EXPECT_TRUE(r.finish().ok());
}

// Every read past the end fails, reads nothing and leaves the cursor where it was.
TEST(ByteReader, NeverPassesTheEnd) {
  const std::vector<std::uint8_t> bytes(7, 0xff);
  for (std::size_t skip = 0; skip <= bytes.size(); ++skip) {
    ByteReader r(bytes, ErrorCode::kModel);
    ASSERT_TRUE(r.take(skip).ok());
    for (const std::size_t n : {bytes.size() - skip + 1, bytes.size() + 1, SIZE_MAX}) {
      const auto got = r.take(n);
      ASSERT_FALSE(got.ok());
      EXPECT_EQ(got.error().code, ErrorCode::kModel);
      EXPECT_EQ(got.error().where, skip);
    }
    EXPECT_FALSE(r.u<std::uint64_t>().ok());
    EXPECT_EQ(r.position(), skip);
    EXPECT_EQ(r.remaining(), bytes.size() - skip);
    EXPECT_EQ(r.finish().ok(), skip == bytes.size());
  }
}

// A count is refused when the rest cannot hold that many items, so memory is bounded by the input.
TEST(ByteReader, CountsAreBoundedByTheInput) {
  const auto count = [](std::uint32_t n, std::size_t rest, std::size_t item) {
    std::vector<std::uint8_t> bytes(4 + rest);
    for (unsigned i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
    ByteReader r(bytes);
    return r.count(item).ok();
  };
  EXPECT_TRUE(count(0, 0, 1));
  EXPECT_TRUE(count(3, 24, 8));
  EXPECT_TRUE(count(3, 31, 8));
  EXPECT_FALSE(count(4, 31, 8));
  EXPECT_FALSE(count(1, 0, 1));
  EXPECT_FALSE(count(0xffffffff, 100, 1));
  EXPECT_FALSE(count(0, 100, 0));
}

}  // namespace
}  // namespace nescio
