// The field, its extensions, its roots of unity and the code (docs/spec/notation.md; pcs.md, section 2).
#include "nescio/ntt/ntt.h"
#include "nescio/poly/eq.h"
#include "nescio/poly/mle.h"
#include "nescio/transcript/reader.h"
#include "vectors.h"

namespace nescio::vectors {
namespace {

template <class T>
Json arithmetic(const Json& in) {
  const T a = element<T>(in.at("a")), b = element<T>(in.at("b"));
  const bool zero = a == T(0);
  return {{"sum", hex(a + b)},
          {"difference", hex(a - b)},
          {"product", hex(a * b)},
          {"inverse of a", zero ? Json() : Json(hex(a.inverse()))},
          {"a to the n", hex(a.pow(in.at("n")))}};
}
Json base(const Json& in) {
  return arithmetic<F>(in);
}
Json extension(const Json& in) {
  return with_degree(in, [&](auto zero) { return arithmetic<decltype(zero)>(in); });
}

// What a reader says to these bytes in the place of an element.
Json read(const Json& in) {
  return with_degree(in, [&](auto zero) -> Json {
    const Bytes b = bytes(in.at("bytes"));
    ProofReader reader(b);
    const auto x = reader.ext<decltype(zero)>("x");
    if (!x.ok()) return {{"code", error_name(x.error().code)}};
    return {{"code", Json()}, {"element", hex(*x)}};
  });
}

Json root(const Json& in) {
  return {{"root", hex(F::root_of_unity(in.at("log")))}};
}

// A code word; of an extension, coefficient by coefficient.
template <class T>
Json code_word(const Json& in) {
  constexpr unsigned kDegree = T::kBytes / F::kBytes;
  constexpr std::size_t kStride = 8;
  const std::vector<T> message = elements<T>(in.at("message"));
  const unsigned rate = in.at("log_inv_rate");
  unsigned log = 0;
  while (std::size_t{1} << log < message.size()) ++log;
  std::vector<F> rows(kStride << log), code(kStride << (log + rate));
  for (std::size_t i = 0; i < message.size(); ++i)
    if constexpr (kDegree == 1) {
      rows[i * kStride] = message[i];
    } else {
      for (unsigned d = 0; d < kDegree; ++d) rows[i * kStride + d] = message[i][d];
    }
  encode_rows(rows.data(), code.data(), log, rate, kStride, kDegree);
  std::vector<T> out(message.size() << rate);
  for (std::size_t j = 0; j < out.size(); ++j)
    if constexpr (kDegree == 1) {
      out[j] = code[j * kStride];
    } else {
      for (unsigned d = 0; d < kDegree; ++d) out[j][d] = code[j * kStride + d];
    }
  return {{"code_word", list(out)}};
}
Json encoded(const Json& in) {
  if (in.at("degree") == 1) return code_word<F>(in);
  return with_degree(in, [&](auto zero) { return code_word<decltype(zero)>(in); });
}

Json multilinear(const Json& in) {
  return with_degree(in, [&](auto zero) -> Json {
    using E = decltype(zero);
    const auto values = elements<E>(in.at("values")), point = elements<E>(in.at("point"));
    const std::span<const E> z(point);
    Json eq = Json::array();
    for (std::size_t i = 0; i < values.size(); ++i) eq.push_back(hex(eq_index<E>(z, i)));
    return {{"eq", eq}, {"value", hex(mle_eval<E>(std::span<const E>(values), z))}};
  });
}

std::vector<Vector> cases() {
  constexpr std::uint64_t p = F::kModulus;
  Source any(2);
  std::vector<Vector> out;
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> edges = {
      {0, 1}, {1, p - 1}, {p - 1, p - 1}, {0xFFFFFFFF, 0x100000000}, {p - 0x100000000, 0x8000000000000000}};
  for (const auto& [a, b] : edges) out.push_back({"edge", "base", {{"a", hex(F(a))}, {"b", hex(F(b))}, {"n", 3}}});
  for (int i = 0; i < 3; ++i)
    out.push_back(
        {"any", "base", {{"a", hex(any.element<F>())}, {"b", hex(any.element<F>())}, {"n", any.below(1000000)}}});
  const auto of_extension = [&](auto zero) {
    using E = decltype(zero);
    const auto add = [&](const std::string& name, const E& a, const E& b) {
      out.push_back({name, "extension", {{"degree", E::D}, {"a", hex(a)}, {"b", hex(b)}, {"n", any.below(1000000)}}});
    };
    for (unsigned i = 0; i < E::D; ++i) add("powers of X", E::basis(i), E::basis(E::D - 1));
    add("zero has no inverse", E(), E::one());
    const E of_base(any.element<F>());
    add("an element of F", of_base, any.element<E>());
    for (int i = 0; i < 3; ++i) {
      const E a = any.element<E>();
      add("any", a, any.element<E>());
    }
    Bytes word(8 * E::D);
    const auto last = [&](std::uint64_t w) {
      store_u64(word.data() + 8 * (E::D - 1), w);
      return Json{{"degree", E::D}, {"bytes", hex(word)}};
    };
    out.push_back({"the last word is p - 1", "read", last(p - 1)});
    out.push_back({"the last word is p", "read", last(p)});
    out.push_back({"the last word is 2^64 - 1", "read", last(~std::uint64_t{0})});
    word.pop_back();
    out.push_back({"a byte is missing", "read", {{"degree", E::D}, {"bytes", hex(word)}}});
  };
  of_extension(Ext2());
  of_extension(Ext3());
  for (const unsigned log : {0, 1, 2, 3, 16, 32})
    out.push_back({"order 2^" + std::to_string(log), "root", {{"log", log}}});
  out.push_back({"over F", "encoded", {{"degree", 1}, {"log_inv_rate", 2}, {"message", list(any.elements<F>(8))}}});
  out.push_back({"over E", "encoded", {{"degree", 2}, {"log_inv_rate", 1}, {"message", list(any.elements<Ext2>(4))}}});
  out.push_back({"over E", "encoded", {{"degree", 3}, {"log_inv_rate", 1}, {"message", list(any.elements<Ext3>(4))}}});
  out.push_back({"three variables",
                 "multilinear",
                 {{"degree", 2}, {"values", list(any.elements<Ext2>(8))}, {"point", list(any.elements<Ext2>(3))}}});
  out.push_back({"three variables",
                 "multilinear",
                 {{"degree", 3}, {"values", list(any.elements<Ext3>(8))}, {"point", list(any.elements<Ext3>(3))}}});
  return out;
}

}  // namespace

File field_file() {
  return {"field",
          "docs/spec/notation.md: arithmetic in F and E, multilinear extensions; pcs.md, section 2: the code",
          {{"base", base},
           {"extension", extension},
           {"read", read},
           {"root", root},
           {"encoded", encoded},
           {"multilinear", multilinear}},
          cases()};
}

}  // namespace nescio::vectors
