// tests/vectors/vectors.h -- test vectors: single calculations of the protocol, their inputs and results as JSON, for
// whoever writes a second implementation (README.md has the format).
#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "nescio/api/words.h"
#include "nescio/base/error.h"
#include "nescio/field/extension.h"
#include "nescio/hash/blake3.h"
#include "nescio/transcript/encoding.h"

namespace nescio::vectors {

using Json = nlohmann::ordered_json;
using Bytes = std::vector<std::uint8_t>;

// Results as a function of inputs alone. Throws std::exception if the inputs have not the form that it needs.
using Operation = Json (*)(const Json& in);
struct Vector {
  std::string name, op;
  Json in;
};
struct File {
  std::string name, about;
  std::map<std::string, Operation> operations;
  std::vector<Vector> vectors;
};

File transcript_file();
File field_file();
File hashing_file();
File merkle_file();
File sumcheck_file();
File lookup_file();
File commitment_file();
File digests_file();
File proofs_file();
File soundness_file();

inline std::vector<File> all_files() {
  return {transcript_file(), field_file(),      hashing_file(), merkle_file(), sumcheck_file(),
          lookup_file(),     commitment_file(), digests_file(), proofs_file(), soundness_file()};
}
// The whole text of the file, results included.
std::string text_of(const File& file);

// ---- bytes are hexadecimal digits, lower case; elements their bytes (docs/spec/notation.md)

Bytes bytes(const Json& text);
using nescio::hex;
inline std::string hex(const Digest& d) {
  return hex(d.bytes);
}
Digest digest(const Json& text);
inline std::string hex(F x) {
  std::array<std::uint8_t, 8> b{};
  encode(x, b.data());
  return hex(b);
}
template <unsigned D>
std::string hex(const Extension<D>& x) {
  std::array<std::uint8_t, Extension<D>::kBytes> b{};
  encode(x, b.data());
  return hex(b);
}
template <class List>
Json list(const List& items) {
  Json out = Json::array();
  for (const auto& x : items) out.push_back(hex(x));
  return out;
}
template <class T>
T element(const Json& text) {
  const Bytes b = bytes(text);
  T x;
  if (b.size() != T::kBytes || !decode(b.data(), x)) throw std::invalid_argument("not an element");
  return x;
}
template <class T>
std::vector<T> elements(const Json& texts) {
  std::vector<T> out;
  for (const Json& t : texts) out.push_back(element<T>(t));
  return out;
}

// body(E()) of the extension whose degree stands in the inputs.
template <class Body>
Json with_degree(const Json& in, const Body& body) {
  switch (in.at("degree").get<unsigned>()) {
    case 2:
      return body(Ext2());
    case 3:
      return body(Ext3());
    default:
      throw std::invalid_argument("degree");
  }
}
// null, or the name of the code.
inline Json code_of(const Status& status) {
  return status.ok() ? Json() : Json(error_name(status.error().code));
}

// ---- inputs of vectors: any numbers, the same on every machine

class Source {
 public:
  explicit Source(std::uint64_t seed) : rng_(seed) {}
  std::uint64_t below(std::uint64_t n) { return rng_() % n; }
  template <class T>
  T element() {
    T x;
    if constexpr (std::is_same_v<T, F>) {
      x = F(below(F::kModulus));
    } else {
      for (unsigned d = 0; d < T::D; ++d) x[d] = F(below(F::kModulus));
    }
    return x;
  }
  template <class T>
  std::vector<T> elements(std::size_t n) {
    std::vector<T> out(n);
    for (T& x : out) x = element<T>();
    return out;
  }
  Bytes bytes(std::size_t n) {
    Bytes out(n);
    for (std::uint8_t& b : out) b = static_cast<std::uint8_t>(below(256));
    return out;
  }

 private:
  std::mt19937_64 rng_;
};

}  // namespace nescio::vectors
