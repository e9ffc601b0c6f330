// onnx/mutate_message.h -- for fuzz targets: a protobuf message with a field changed, by the wire format alone, so that
// mutants get past protobuf's parser. Bytes that parse as a message are taken for one; lengths follow from contents.
#pragma once
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/base/random_change.h"

namespace nescio {

struct WireField {
  std::uint64_t tag = 0, number = 0;  // number: of a varint
  std::string bytes;                  // of all others, if there are no `fields`
  std::vector<WireField> fields;
};
using WireMessage = std::vector<WireField>;

inline std::optional<std::uint64_t> take_varint(std::string_view& in) {
  std::uint64_t x = 0;
  for (unsigned shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    x |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return x;
  }
  return {};
}
inline void put_varint(std::uint64_t x, std::string& out) {
  for (; x >= 0x80; x >>= 7) out.push_back(static_cast<char>(x | 0x80));
  out.push_back(static_cast<char>(x));
}

// Types of fields: 0 a varint, 1 and 5 words of 8 and 4 bytes, 2 bytes or a message.
inline Result<WireMessage> parse_wire(std::string_view in, unsigned depth = 8) {
  WireMessage out;
  while (!in.empty()) {
    const auto tag = take_varint(in);
    if (!tag || *tag < 8 || *tag >= 1024) return Error{};
    WireField& f = out.emplace_back(WireField{*tag, 0, {}, {}});
    const std::uint64_t type = *tag % 8;
    std::uint64_t size = type == 1 ? 8 : 4;
    if (type == 0 || type == 2) {
      const auto x = take_varint(in);
      if (!x) return Error{};
      f.number = size = *x;
    }
    if (type == 0) continue;
    if ((type != 1 && type != 2 && type != 5) || size > in.size()) return Error{};
    f.bytes = in.substr(0, size);
    in.remove_prefix(size);
    if (type != 2 || depth == 0) continue;
    if (auto inner = parse_wire(f.bytes, depth - 1); inner.ok()) f.fields = std::move(*inner);
  }
  return out;
}
inline std::string write_wire(const WireMessage& message) {
  std::string out;
  for (const WireField& f : message) {
    put_varint(f.tag, out);
    const std::string bytes = f.fields.empty() ? f.bytes : write_wire(f.fields);
    if (f.tag % 8 == 0) put_varint(f.number, out);
    if (f.tag % 8 == 2) put_varint(bytes.size(), out);
    if (f.tag % 8 != 0) out += bytes;
  }
  return out;
}

class MessageMutator : private RandomChange {
 public:
  explicit MessageMutator(unsigned seed) : RandomChange(seed) {}

  void operator()(WireMessage& root) {
    std::vector<WireMessage*> messages;
    std::vector<WireField*> leaves;
    list(root, messages, leaves);
    if (leaves.empty()) return;
    WireField& leaf = **any(leaves);
    WireMessage& m = **any(messages);
    switch (below(6)) {
      case 0:
        length(m);
        break;
      case 1:
        std::swap(*any(m), *any(m));
        break;
      case 2: {  // a name for another, a type for another
        const WireField other = **any(leaves);
        leaf.bytes = other.bytes;
        leaf.number = other.number;
        break;
      }
      case 3:
        number(leaf.tag);
        leaf.tag = std::max<std::uint64_t>(leaf.tag % 1024, 8);
        break;
      default:
        leaf.tag % 8 == 0 ? number(leaf.number) : leaf.tag % 8 == 2 ? text(leaf.bytes) : word(leaf.bytes);
    }
  }

 private:
  // Every message and every field, those below included.
  void list(WireMessage& m, std::vector<WireMessage*>& messages, std::vector<WireField*>& leaves) {
    if (!m.empty()) messages.push_back(&m);
    for (WireField& f : m) f.fields.empty() ? leaves.push_back(&f) : list(f.fields, messages, leaves);
  }
  void word(std::string& x) {
    if (!x.empty()) x[below(x.size())] = static_cast<char>(below(256));
  }
};

inline std::size_t mutate_message(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  const auto read = [](std::span<const std::uint8_t> bytes) {
    return parse_wire({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  return mutate_value<MessageMutator>(read, write_wire, data, size, max_size, seed);
}

}  // namespace nescio
