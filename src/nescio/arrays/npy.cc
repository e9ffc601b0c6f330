// NumPy's .npy (numpy.lib.format) and .npz (ZIP, APPNOTE 6.3) readers.
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <cmath>
#include <cstring>
#include <limits>

#include "nescio/arrays/array.h"
#include "nescio/base/byte_reader.h"

namespace nescio {
namespace {

Error bad(const std::string& what) {
  return Error{ErrorCode::kInFormat, 0, "not a readable NumPy file: " + what, {}};
}

// The text after  'key':  in the header's dictionary.
Result<std::string_view> entry(std::string_view header, std::string_view key) {
  const std::size_t at = header.find("'" + std::string(key) + "'");
  if (at == std::string_view::npos) return bad("header without '" + std::string(key) + "'");
  std::string_view rest = header.substr(at + key.size() + 2);
  while (!rest.empty() && (rest[0] == ' ' || rest[0] == ':')) rest.remove_prefix(1);
  return rest;
}

struct Type {
  char kind = 'f';
  unsigned bytes = 8;
  bool big_endian = false;
};

Result<Type> type_of(std::string_view descr) {
  if (descr.size() < 4 || (descr[0] != '\'' && descr[0] != '"')) return bad("structured dtypes are not supported");
  Type t;
  t.big_endian = descr[1] == '>';
  t.kind = descr[2];
  t.bytes = static_cast<unsigned>(descr[3] - '0');
  const bool ok =
      (t.kind == 'f' && (t.bytes == 2 || t.bytes == 4 || t.bytes == 8)) ||
      ((t.kind == 'i' || t.kind == 'u') && (t.bytes == 1 || t.bytes == 2 || t.bytes == 4 || t.bytes == 8)) ||
      (t.kind == 'b' && t.bytes == 1);
  if (!ok || descr.size() < 5 || descr[4] != descr[0])
    return bad("dtype " + std::string(descr.substr(0, 6)) + " is not a real number");
  return t;
}

double half_to_double(std::uint16_t h) {
  const double sign = (h & 0x8000) != 0 ? -1 : 1;
  const int exponent = (h >> 10) & 31;
  const double fraction = h & 1023;
  if (exponent == 31)
    return fraction != 0 ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
  return exponent == 0 ? sign * std::ldexp(fraction, -24) : sign * std::ldexp(1024 + fraction, exponent - 25);
}

double decode_value(const std::uint8_t* p, const Type& t) {
  std::uint64_t w = 0;
  for (unsigned i = 0; i < t.bytes; ++i) w |= std::uint64_t{p[t.big_endian ? t.bytes - 1 - i : i]} << (8 * i);
  if (t.kind == 'f') {
    if (t.bytes == 8) return std::bit_cast<double>(w);
    if (t.bytes == 4) return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(w)));
    return half_to_double(static_cast<std::uint16_t>(w));
  }
  if (t.kind == 'i' && t.bytes < 8 && (w >> (8 * t.bytes - 1)) != 0) w |= ~std::uint64_t{0} << (8 * t.bytes);
  return t.kind == 'i' ? static_cast<double>(static_cast<std::int64_t>(w)) : static_cast<double>(w);
}

Result<std::vector<std::uint64_t>> shape_of(std::string_view text) {
  if (text.empty() || text[0] != '(') return bad("malformed shape");
  std::vector<std::uint64_t> shape;
  std::uint64_t total = 1;
  for (std::size_t i = 1; i < text.size() && text[i] != ')'; ++i) {
    if (text[i] == ' ' || text[i] == ',') continue;
    std::uint64_t n = 0;
    const std::size_t begin = i;
    for (; i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) != 0; ++i) {
      n = 10 * n + static_cast<std::uint64_t>(text[i] - '0');
      if (n > kMaxArrayValues) return bad("too many values");
    }
    if (i == begin || shape.size() == 8) return bad("malformed shape");
    --i;
    shape.push_back(n);
    total *= std::max<std::uint64_t>(n, 1);
    if (total > kMaxArrayValues) return bad("too many values");
  }
  return shape;
}

// Values in Fortran order to row-major.
SecretVector<double> to_row_major(const SecretVector<double>& v, const std::vector<std::uint64_t>& shape) {
  SecretVector<double> out(v.size());
  std::vector<std::uint64_t> index(shape.size());
  for (double& x : out) {
    std::uint64_t at = 0, stride = 1;
    for (std::size_t d = 0; d < shape.size(); ++d) {
      at += index[d] * stride;
      stride *= shape[d];
    }
    x = v[at];
    for (std::size_t d = shape.size(); d-- > 0;) {
      if (++index[d] < shape[d]) break;
      index[d] = 0;
    }
  }
  return out;
}

Result<SecretVector<std::uint8_t>> inflated(std::span<const std::uint8_t> packed, std::uint64_t size) {
  if (size > 8 * kMaxArrayValues + 65536 || size / 1100 > packed.size()) return bad("implausible size in the archive");
  SecretVector<std::uint8_t> out(size);
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return bad("cannot inflate");
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&stream, Z_FINISH);
  const bool ok = status == Z_STREAM_END && stream.total_out == size;
  inflateEnd(&stream);
  if (!ok) return bad("damaged archive");
  return out;
}

}  // namespace

Result<Array> read_npy(std::span<const std::uint8_t> bytes) {
  ByteReader in(bytes, ErrorCode::kInFormat);
  NESCIO_TRY(const auto magic, in.take(8));
  if (std::memcmp(magic.data(), "\x93NUMPY", 6) != 0 || magic[6] < 1 || magic[6] > 3)
    return bad("wrong magic or version");
  std::size_t length = 0;
  if (magic[6] == 1) {
    NESCIO_TRY(length, in.u<std::uint16_t>());
  } else {
    NESCIO_TRY(length, in.u<std::uint32_t>());
  }
  NESCIO_TRY(const auto text, in.take(length));
  const std::string_view header(reinterpret_cast<const char*>(text.data()), text.size());
  NESCIO_TRY(const auto descr, entry(header, "descr"));
  NESCIO_TRY(const auto order, entry(header, "fortran_order"));
  NESCIO_TRY(const auto dims, entry(header, "shape"));
  NESCIO_TRY(const Type type, type_of(descr));
  Array out;
  NESCIO_TRY(out.shape, shape_of(dims));
  std::uint64_t count = 1;
  for (const std::uint64_t n : out.shape) count *= n;
  if (in.remaining() != count * type.bytes) return bad("the number of values does not fit the shape");
  NESCIO_TRY(const auto data, in.take(count * type.bytes));
  out.values.resize(count);
  for (std::uint64_t i = 0; i < count; ++i) out.values[i] = decode_value(data.data() + i * type.bytes, type);
  if (order.starts_with("True")) out.values = to_row_major(out.values, out.shape);
  return out;
}

Result<NamedArrays> read_npz(std::span<const std::uint8_t> bytes) {
  // The end record, within the last 64 KiB; then the central directory.
  constexpr std::size_t kEnd = 22;
  if (bytes.size() < kEnd) return bad("truncated archive");
  std::size_t end = bytes.size() - kEnd;
  while (std::memcmp(bytes.data() + end, "PK\5\6", 4) != 0) {
    if (end == 0 || bytes.size() - end > kEnd + 65535) return bad("no end of archive");
    --end;
  }
  const auto u16 = [&](std::size_t at) { return static_cast<std::uint32_t>(bytes[at] | bytes[at + 1] << 8); };
  const auto u32 = [&](std::size_t at) { return u16(at) | u16(at + 2) << 16; };
  const std::uint32_t count = u16(end + 10);
  std::size_t at = u32(end + 16);
  NamedArrays out;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (at > end || end - at < 46 || std::memcmp(bytes.data() + at, "PK\1\2", 4) != 0) return bad("damaged archive");
    const std::uint32_t method = u16(at + 10), packed = u32(at + 20), size = u32(at + 24), name = u16(at + 28);
    const std::size_t local = u32(at + 42);
    if (end - at - 46 < name || local > end || end - local < 30) return bad("damaged archive");
    std::string file(reinterpret_cast<const char*>(bytes.data() + at + 46), name);
    const std::size_t data = local + 30 + u16(local + 26) + u16(local + 28);
    if (data > end || end - data < packed || (method != 0 && method != 8)) return bad("damaged or encrypted archive");
    const auto content = bytes.subspan(data, packed);
    SecretVector<std::uint8_t> buffer;
    if (method == 8) {
      NESCIO_TRY(buffer, inflated(content, size));
    }
    NESCIO_TRY(Array array, read_npy(method == 8 ? std::span<const std::uint8_t>(buffer) : content));
    if (file.ends_with(".npy")) file.resize(file.size() - 4);
    out.emplace_back(std::move(file), std::move(array));
    at += 46 + name + u16(at + 30) + u16(at + 32);
  }
  return out;
}

}  // namespace nescio
