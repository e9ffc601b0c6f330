#include "nescio/api/words.h"

#include <algorithm>
#include <cmath>

#include "nescio/base/float_key_range.h"

namespace nescio {
namespace {

bool printable(std::uint8_t c) {
  return c >= 0x20 && c < 0x7F;
}

template <class Port>
std::string text(const Circuit& circuit, const Port& p, Group group) {
  const bool bound = std::any_of(circuit.digests.begin(), circuit.digests.end(), [&](const DigestPort& port) {
    return port.group == group &&
           std::any_of(port.bound.begin(), port.bound.end(), [&](const BoundRange& b) { return b.tensor == p.tensor; });
  });
  return std::string(p.disclosed ? "public" : "private") + (bound ? ", bound by a digest" : "");
}

}  // namespace

std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t b : bytes) {
    out += kDigits[b >> 4];
    out += kDigits[b & 15];
  }
  return out;
}

std::string shown(std::span<const std::uint8_t> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), printable) ? std::string(bytes.begin(), bytes.end())
                                                            : "0x" + hex(bytes);
}

std::string label(const std::string& name) {
  constexpr std::size_t kMost = 48;
  const bool word = std::all_of(name.begin(), name.end(), [](char c) {
    return printable(static_cast<std::uint8_t>(c)) && c != ' ' && c != '"' && c != '\'';
  });
  if (word && name.size() <= kMost) return name;
  std::string out = "\"";
  for (const char c : name.substr(0, kMost)) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\') out += '\\';
    out += printable(byte) ? std::string(1, c) : "\\x" + hex({&byte, 1});
  }
  return out + (name.size() <= kMost ? "\"" : "...\"");
}

std::string quoted(const std::string& category) {
  constexpr std::size_t kMost = 64;
  std::string out = "\"";
  std::size_t characters = 0;
  for (const char c : category) {
    if ((static_cast<std::uint8_t>(c) & 0xC0) != 0x80 && ++characters > kMost) return out + "...\"";
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string group_name(Group group) {
  return group == Group::weights ? "weights" : group == Group::inputs ? "inputs" : "outputs";
}

std::string digest_name(const Circuit& circuit, const DigestPort& digest) {
  if (digest.group != Group::inputs || digest.bound.size() == circuit.inputs.size()) return group_name(digest.group);
  std::string names;
  for (const BoundRange& b : digest.bound)
    for (const InputPort& port : circuit.inputs)
      if (b.tensor == port.tensor) names += (names.empty() ? "input " : ", ") + label(port.name);
  return names;
}

std::string disclosure_text(const Circuit& circuit, const InputPort& port) {
  return text(circuit, port, Group::inputs);
}
std::string disclosure_text(const Circuit& circuit, const OutputPort& port) {
  return text(circuit, port, Group::outputs);
}

std::string one_model_text(bool established) {
  return established ? "established: the outputs are a function of the inputs and of the weights under the key's digest"
                     : "NOT established: the key may leave its prover a choice beside the inputs";
}

std::string hidden_text(const Circuit& circuit, const Disclosed& disclosed) {
  std::string out = "the weights and every intermediate value";
  for (const InputPort& port : circuit.inputs)
    if (!port.disclosed) out += ", the input " + label(port.name);
  for (const OutputPort& port : circuit.outputs)
    if (std::none_of(disclosed.outputs.begin(), disclosed.outputs.end(),
                     [&](const Revealed& r) { return r.name == port.name; }))
      out += ", the output " + label(port.name) + " beyond the statement";
  return out;
}

double real_number(std::int64_t integer, const Scale& scale) {
  return std::ldexp(static_cast<double>(integer) * static_cast<double>(scale.mantissa), scale.exponent);
}

bool is_missing(const InputPort& port, std::int64_t integer) {
  return (port.missing && integer == port.lo) || (port.float_keys && integer == kNanKey);
}

}  // namespace nescio
