#include "vectors.h"

namespace nescio::vectors {

Bytes bytes(const Json& text) {
  const auto& digits = text.get_ref<const std::string&>();
  if (digits.size() % 2 != 0 || digits.find_first_not_of("0123456789abcdef") != std::string::npos)
    throw std::invalid_argument("not hexadecimal: " + digits);
  Bytes out;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    out.push_back(static_cast<std::uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  return out;
}

Digest digest(const Json& text) {
  const Bytes b = bytes(text);
  Digest d;
  if (b.size() != d.bytes.size()) throw std::invalid_argument("not 32 bytes");
  std::copy(b.begin(), b.end(), d.bytes.begin());
  return d;
}

std::string text_of(const File& file) {
  std::string out = "{\n\"about\": " + Json(file.about).dump() + ",\n\"vectors\": [";
  const char* separator = "\n";
  for (const Vector& v : file.vectors) {
    out += separator + ("{\"name\": " + Json(v.name).dump()) + ", \"op\": " + Json(v.op).dump() +
           ",\n \"in\": " + v.in.dump() + ",\n \"out\": " + file.operations.at(v.op)(v.in).dump() + "}";
    separator = ",\n";
  }
  return out + "\n]\n}\n";
}

}  // namespace nescio::vectors
