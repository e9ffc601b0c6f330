// What a ByteWriter writes a ByteReader reads, in any mixture of widths; nothing shorter or longer.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <variant>

#include "nescio/base/byte_reader.h"
#include "nescio/base/byte_writer.h"

namespace nescio {
namespace {

using Item = std::variant<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, std::vector<std::uint8_t>>;

rc::Gen<Item> item() {
  const auto as_item = [](auto x) { return Item(std::move(x)); };
  return rc::gen::oneOf(rc::gen::map(rc::gen::arbitrary<std::uint8_t>(), as_item),
                        rc::gen::map(rc::gen::arbitrary<std::uint16_t>(), as_item),
                        rc::gen::map(rc::gen::arbitrary<std::uint32_t>(), as_item),
                        rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), as_item),
                        rc::gen::map(rc::gen::arbitrary<std::vector<std::uint8_t>>(), as_item));
}

void write(const Item& x, ByteWriter& out) {
  std::visit(
      [&](const auto& v) {
        if constexpr (std::is_integral_v<std::decay_t<decltype(v)>>) {
          out.u(v);
        } else {
          out.bytes(v);
        }
      },
      x);
}
// Whether the next item is x.
bool reads(const Item& x, ByteReader& in) {
  return std::visit(
      [&](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_integral_v<T>) {
          const auto got = in.u<T>();
          return got.ok() && *got == v;
        } else {
          const auto got = in.take(v.size());
          return got.ok() && std::equal(got->begin(), got->end(), v.begin(), v.end());
        }
      },
      x);
}

TEST(BytesProperties, round_trip) {
  EXPECT_TRUE(rc::check("round trip", [] {
    const auto items = *rc::gen::container<std::vector<Item>>(item());
    ByteWriter out;
    for (const Item& x : items) write(x, out);
    ByteReader in(out.data());
    for (const Item& x : items) RC_ASSERT(reads(x, in));
    RC_ASSERT(in.finish().ok() && in.remaining() == 0U);

    RC_PRE(out.size() > 0U);
    const auto n = *rc::gen::inRange<std::size_t>(0, out.size());
    ByteReader shorter(std::span(out.data()).first(n));
    bool all = true;
    for (const Item& x : items) all = all && reads(x, shorter);
    RC_ASSERT(!all);
    std::vector<std::uint8_t> more = out.data();
    more.push_back(0);
    ByteReader longer(more);
    for (const Item& x : items) RC_ASSERT(reads(x, longer));
    RC_ASSERT(!longer.finish().ok());
  }));
}

}  // namespace
}  // namespace nescio
