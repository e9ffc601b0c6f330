#include "nescio/forest/document.h"

#include <bit>
#include <limits>

#include "nescio/forest/ensemble.h"

namespace nescio {
namespace {

class Ubjson {
 public:
  explicit Ubjson(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  Result<Document> document() {
    NESCIO_TRY(Document out, value(marker(), 0));
    if (at_ != bytes_.size()) return stopped();
    return out;
  }

 private:
  Error stopped() const { return malformed("not UBJSON: cannot be read at byte " + std::to_string(at_)); }
  std::size_t left() const { return bytes_.size() - at_; }
  // 0, which is no marker, at the end.
  char marker() { return left() == 0 ? '\0' : static_cast<char>(bytes_[at_++]); }
  bool take(char expected) {
    if (left() == 0 || static_cast<char>(bytes_[at_]) != expected) return false;
    ++at_;
    return true;
  }

  // A big-endian number of `size` bytes, if they are there.
  Result<std::uint64_t> word(std::size_t size) {
    if (left() < size) return stopped();
    std::uint64_t x = 0;
    for (std::size_t i = 0; i < size; ++i) x = x << 8 | bytes_[at_++];
    return x;
  }
  Result<std::int64_t> integer(char type) {
    switch (type) {
      case 'i': {
        NESCIO_TRY(const std::uint64_t x, word(1));
        return static_cast<std::int8_t>(x);
      }
      case 'U': {
        NESCIO_TRY(const std::uint64_t x, word(1));
        return static_cast<std::int64_t>(x);
      }
      case 'I': {
        NESCIO_TRY(const std::uint64_t x, word(2));
        return static_cast<std::int16_t>(x);
      }
      case 'l': {
        NESCIO_TRY(const std::uint64_t x, word(4));
        return static_cast<std::int32_t>(x);
      }
      case 'L': {
        NESCIO_TRY(const std::uint64_t x, word(8));
        return static_cast<std::int64_t>(x);
      }
      default:
        return stopped();
    }
  }
  // How many elements or characters follow: each takes at least `least` bytes, so there are not more than are left.
  Result<std::size_t> count(std::size_t least) {
    NESCIO_TRY(const std::int64_t n, integer(marker()));
    if (n < 0 || static_cast<std::uint64_t>(n) > left() / least) return stopped();
    return static_cast<std::size_t>(n);
  }
  Result<std::string> text() {
    NESCIO_TRY(const std::size_t n, count(1));
    std::string out(reinterpret_cast<const char*>(bytes_.data()) + at_, n);
    at_ += n;
    return out;
  }

  Result<Document> value(char type, unsigned depth) {
    switch (type) {
      case 'Z':
        return Document();
      case 'T':
        return Document(true);
      case 'F':
        return Document(false);
      case 'd': {
        NESCIO_TRY(const std::uint64_t x, word(4));
        return Document(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(x))));
      }
      case 'D': {
        NESCIO_TRY(const std::uint64_t x, word(8));
        return Document(std::bit_cast<double>(x));
      }
      case 'S': {
        NESCIO_TRY(std::string s, text());
        return Document(std::move(s));
      }
      case '[':
        return depth == kMaxDepth ? stopped() : array(depth + 1);
      case '{':
        return depth == kMaxDepth ? stopped() : object(depth + 1);
      default: {
        NESCIO_TRY(const std::int64_t x, integer(type));
        return Document(x);
      }
    }
  }

  Result<Document> array(unsigned depth) {
    Document out = Document::array();
    const char type = take('$') ? marker() : '\0';
    if (take('#')) {
      // Elements of these types have bytes of their own, so their number is bounded.
      if (type != '\0' && std::string_view("iUIlLdDS[{").find(type) == std::string_view::npos) return stopped();
      NESCIO_TRY(const std::size_t n, count(1));
      for (std::size_t i = 0; i < n; ++i) {
        NESCIO_TRY(Document element, value(type != '\0' ? type : marker(), depth));
        out.push_back(std::move(element));
      }
      return out;
    }
    if (type != '\0') return stopped();
    while (!take(']')) {
      NESCIO_TRY(Document element, value(marker(), depth));
      out.push_back(std::move(element));
    }
    return out;
  }

  Result<Document> object(unsigned depth) {
    Document out = Document::object();
    std::size_t n = std::numeric_limits<std::size_t>::max();
    const bool counted = take('#');
    if (counted) {
      NESCIO_TRY(n, count(2));
    }
    for (std::size_t i = 0; i < n && (counted || !take('}')); ++i) {
      NESCIO_TRY(std::string name, text());
      NESCIO_TRY(Document element, value(marker(), depth));
      if (!out.emplace(std::move(name), std::move(element)).second) return stopped();
    }
    return out;
  }

  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

// NaN, which JSON does not know, becomes null.
SecretString without_nan(std::string_view text) {
  SecretString out;
  out.reserve(text.size());
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!quoted && text.substr(i, 3) == "NaN") {
      out += "null";
      i += 2;
      continue;
    }
    if (text[i] == '"') quoted = !quoted;
    out += text[i];
    if (quoted && text[i] == '\\' && i + 1 < text.size()) out += text[++i];
  }
  return out;
}

}  // namespace

Result<Document> read_json_document(std::string_view text) {
  const SecretString plain = without_nan(text);
  bool deep = false;
  Document out = Document::parse(
      plain.begin(), plain.end(),
      [&](int depth, Document::parse_event_t, Document&) {
        deep = deep || depth > static_cast<int>(kMaxDepth);
        return !deep;
      },
      /*allow_exceptions=*/false);
  if (out.is_discarded() || deep) return malformed("not JSON, or cut short, or more than 32 levels deep");
  return out;
}

Result<Document> read_ubjson_document(std::span<const std::uint8_t> bytes) {
  return Ubjson(bytes).document();
}

}  // namespace nescio
