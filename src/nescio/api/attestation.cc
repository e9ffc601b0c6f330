#include "nescio/api/attestation.h"

#include <algorithm>

#include "nescio/api/digest_bytes.h"
#include "nescio/base/byte_writer.h"

namespace nescio {
namespace {

constexpr std::string_view kMagic = "nescio attestation";
constexpr std::uint16_t kVersion = 1;

Error refuse(std::string detail) {
  return Error{ErrorCode::kVAttest, 0, std::move(detail), {}};
}

}  // namespace

std::vector<std::uint8_t> signed_bytes(const Attestation& a) {
  ByteWriter out;
  for (const std::uint8_t c : bytes_of(kMagic)) out.u(c);  // g++ 12 warns of bytes() where it can tell the sizes
  out.u(kVersion);
  out.bytes(a.schema.bytes);
  for (const F& x : a.digest) out.u(x.canonical());
  out.u(a.issued);
  out.u(a.expires);
  out.u(static_cast<std::uint32_t>(a.name.size()));
  out.bytes(bytes_of(a.name));
  out.bytes(a.issuer);
  return out.take();
}

std::vector<std::uint8_t> write_attestation(const Attestation& a) {
  std::vector<std::uint8_t> out = signed_bytes(a);
  out.insert(out.end(), a.signature.begin(), a.signature.end());
  return out;
}

Result<Attestation> read_attestation(std::span<const std::uint8_t> bytes) {
  ByteReader in(bytes);
  const auto fill = [&](auto& to) -> Status {
    NESCIO_TRY(const auto from, in.take(to.size()));
    std::copy(from.begin(), from.end(), to.begin());
    return Unit{};
  };
  NESCIO_TRY_STATUS(in.header(kMagic, kVersion));
  Attestation a;
  NESCIO_TRY_STATUS(fill(a.schema.bytes));
  NESCIO_TRY(a.digest, read_digest_cells(in));
  NESCIO_TRY(a.issued, in.u<std::uint64_t>());
  NESCIO_TRY(a.expires, in.u<std::uint64_t>());
  NESCIO_TRY(const std::uint32_t n, in.count(1));
  NESCIO_TRY(const auto name, in.take(n));
  NESCIO_VERIFY(n <= kMaxIssuerName &&
                    std::all_of(name.begin(), name.end(), [](std::uint8_t c) { return c >= 0x20 && c < 0x7F; }),
                ErrorCode::kVFormat, in.position());
  a.name.assign(name.begin(), name.end());
  NESCIO_TRY_STATUS(fill(a.issuer));
  NESCIO_TRY_STATUS(fill(a.signature));
  NESCIO_TRY_STATUS(in.finish());
  return a;
}

Digest schema_of(const Circuit& circuit, const DigestPort& port) {
  Hasher h = Hasher::derive_key("nescio 2026 v1 schema");
  h.part(static_cast<std::uint64_t>(port.bound.size()));
  for (const BoundRange& b : port.bound)
    for (const InputPort& input : circuit.inputs) {
      if (input.tensor != b.tensor) continue;
      ByteWriter dims, form;
      for (const std::uint32_t n : input.dims) dims.u(n);
      for (const Scale& s : input.scales) {
        form.u(s.mantissa);
        form.u(static_cast<std::uint32_t>(s.exponent));
      }
      form.u(static_cast<std::uint64_t>(input.lo));
      form.u(static_cast<std::uint64_t>(input.hi));
      form.u(port_kind(input));
      h.part(input.name).part(dims.data()).part(form.data());
      if (!input.categories.empty()) h.part(static_cast<std::uint64_t>(input.categories.size()));
      for (const std::string& c : input.categories) h.part(c);
    }
  return h.finish();
}

Status check_signature(const Attestation& a) {
  if (!is_signed_by(a.issuer, signed_bytes(a), a.signature))
    return refuse("an attestation does not bear its issuer's signature");
  return Unit{};
}

Result<std::vector<Attested>> check_attestations(const Circuit& circuit, const Disclosed& disclosed,
                                                 const std::vector<Attestation>& attestations) {
  std::vector<Attested> out;
  for (const Attestation& a : attestations) {
    NESCIO_TRY_STATUS(check_signature(a));
    std::size_t told = 0;
    bool found = false;
    for (std::size_t i = 0; i < circuit.digests.size() && !found; ++i) {
      const DigestPort& port = circuit.digests[i];
      if (digest_source(port.group) == Public::Source::key) continue;
      found = port.group == Group::inputs && disclosed.digests.at(told).digest == a.digest &&
              schema_of(circuit, port) == a.schema;
      if (found) out.push_back({a, i});
      ++told;
    }
    if (!found) return refuse("an attestation is of other data than the proof, or of another schema than the key's");
  }
  return out;
}

Status demand_issuers(const Circuit& circuit, const std::vector<Attested>& attested,
                      const std::vector<TrustedIssuer>& trusted, std::uint64_t time) {
  if (!trusted.empty() && circuit.inputs.empty())
    return Error{ErrorCode::kUsage, 0, "the model has no input that could be attested", {}};
  for (const TrustedIssuer& t : trusted)
    for (const std::string& name : t.inputs)
      if (std::none_of(circuit.inputs.begin(), circuit.inputs.end(), [&](const auto& p) { return p.name == name; }))
        return Error{ErrorCode::kUsage, 0, "the model has no input '" + name + "' that could be attested", {}};
  for (const InputPort& port : circuit.inputs) {
    const auto names_it = [&](const TrustedIssuer& t) {
      return std::find(t.inputs.begin(), t.inputs.end(), port.name) != t.inputs.end();
    };
    const bool named = std::any_of(trusted.begin(), trusted.end(), names_it);
    const auto asked = [&](const TrustedIssuer& t) { return named ? names_it(t) : t.inputs.empty(); };
    if (std::none_of(trusted.begin(), trusted.end(), asked)) continue;
    std::string why = "is not attested by an issuer that is trusted with it";
    bool holds = false;
    for (const Attested& x : attested) {
      const Attestation& a = x.attestation;
      const std::vector<BoundRange>& bound = circuit.digests[x.digest].bound;
      const auto of_port = [&](const BoundRange& b) { return b.tensor == port.tensor; };
      const auto by = [&](const TrustedIssuer& t) { return asked(t) && t.key == a.issuer; };
      if (std::none_of(bound.begin(), bound.end(), of_port) || std::none_of(trusted.begin(), trusted.end(), by))
        continue;
      holds = holds || (a.issued <= time && time <= a.expires);
      why = time < a.issued ? "has an attestation that is not valid yet" : "has an attestation that has expired";
    }
    if (!holds) return refuse("the input '" + port.name + "' " + why);
  }
  return Unit{};
}

}  // namespace nescio
