#include "nescio/proof/key.h"

#include <algorithm>
#include <array>

#include "nescio/circuit/check.h"
#include "nescio/circuit/serialize.h"
#include "nescio/transcript/encoding.h"

namespace nescio {
namespace {
constexpr std::string_view kMagic = "nescio verifying key";
}  // namespace

std::vector<std::uint8_t> write_key(const VerifyingKey& key) {
  ByteWriter out;
  out.bytes(bytes_of(kMagic));
  out.u(kFormatVersion);
  pcs::write_params(key.params, out);
  write_circuit(key.circuit, out);
  write_layout(key.layout, out);
  out.u(static_cast<std::uint32_t>(key.bindings.size()));
  for (const std::vector<F>& binding : key.bindings) {
    out.u(static_cast<std::uint32_t>(binding.size()));
    for (const F& x : binding) out.u(x.canonical());
  }
  return out.take();
}

Result<VerifyingKey> read_key(std::span<const std::uint8_t> bytes) {
  ByteReader in(bytes, ErrorCode::kVKey);
  NESCIO_TRY_STATUS(in.header(kMagic, kFormatVersion));
  VerifyingKey key;
  NESCIO_TRY(key.params, pcs::read_params(in));
  NESCIO_TRY(key.circuit, read_circuit(in));
  NESCIO_TRY_STATUS(check_circuit(key.circuit, true));
  NESCIO_TRY(key.layout, read_layout(in, key.circuit));
  NESCIO_TRY(const std::uint32_t bindings, in.count(4));
  NESCIO_VERIFY(bindings == num_bindings(key.circuit), ErrorCode::kVKey, in.position());
  for (std::uint32_t i = 0; i < bindings; ++i) {
    NESCIO_TRY(const std::uint32_t n, in.count(8));
    std::vector<F> binding(n);
    for (F& x : binding) {
      NESCIO_TRY(const std::uint64_t word, in.u<std::uint64_t>());
      NESCIO_VERIFY(word < F::kModulus, ErrorCode::kVKey, in.position());
      x = F(word);
    }
    key.bindings.push_back(std::move(binding));
  }
  NESCIO_TRY_STATUS(in.finish());
  return key;
}

std::size_t num_bindings(const Circuit& circuit) {
  return static_cast<std::size_t>(
      std::count_if(circuit.digests.begin(), circuit.digests.end(),
                    [](const DigestPort& port) { return digest_source(port.group) == Public::Source::key; }));
}

Digest key_id(const VerifyingKey& key) {
  return Hasher().part("nescio key id").part(write_key(key)).finish();
}

Digest model_id(const VerifyingKey& key) {
  Hasher h;
  h.part("nescio model id").part(circuit_digest(key.circuit).bytes);
  if (!key.bindings.empty())
    for (const F& x : key.bindings[0]) h.part(x.canonical());
  return h.finish();
}

Result<PublicValues> public_values(const VerifyingKey& key, const PublicValues& statement) {
  const Circuit& circuit = key.circuit;
  PublicValues out(circuit.tensors.size());
  NESCIO_VERIFY(statement.size() <= out.size(), ErrorCode::kVPublic, 0);
  for (TensorId id = 0; id < out.size(); ++id) {
    const auto* p = std::get_if<Public>(&circuit[id].def);
    const bool wanted = p != nullptr && p->source == Public::Source::statement;
    const std::size_t given = id < statement.size() ? statement[id].size() : 0;
    NESCIO_VERIFY(given == (wanted ? num_cells(circuit[id].dims) : 0), ErrorCode::kVPublic, id);
    if (wanted) out[id] = statement[id];
  }
  // The intervals that circuit/bounds.h takes for granted.
  const auto within = [&](TensorId id, std::int64_t lo, std::int64_t hi) {
    return std::all_of(out[id].begin(), out[id].end(), [&](F x) { return lo <= x.to_signed() && x.to_signed() <= hi; });
  };
  for (const InputPort& port : circuit.inputs)
    NESCIO_VERIFY(!port.disclosed || within(port.pub, port.lo, port.hi), ErrorCode::kVPublic, port.pub);
  for (const OutputPort& port : circuit.outputs) {
    for (const TensorId id : {port.pub_lo, port.pub_hi})
      NESCIO_VERIFY(within(id, port.lo, port.hi), ErrorCode::kVPublic, id);
    NESCIO_VERIFY(within(port.pub_outside, 0, port.disclosed ? 0 : 1), ErrorCode::kVPublic, port.pub_outside);
    NESCIO_VERIFY(!port.disclosed || out[port.pub_lo] == out[port.pub_hi], ErrorCode::kVPublic, port.pub_hi);
    if (!port.has_argmax) continue;
    for (const TensorId id : {port.pub_onehot, port.pub_on, port.pub_tie})
      NESCIO_VERIFY(within(id, 0, 1), ErrorCode::kVPublic, id);
  }
  for (std::size_t i = 0; i < key.bindings.size(); ++i) out[circuit.digests[i].tensor] = key.bindings[i];
  return out;
}

soundness::CircuitCounts circuit_counts(const Circuit& circuit, unsigned degree) {
  return circuit_counts(
      circuit, degree == 2 ? relation::count_messages<Ext2>(circuit) : relation::count_messages<Ext3>(circuit));
}

soundness::CircuitCounts circuit_counts(const Circuit& circuit, const std::vector<relation::Counts>& segments) {
  soundness::CircuitCounts out;
  std::array<std::uint64_t, kMaxLookupWidth + 1> leaves{};  // by width
  for (const Table& t : circuit.tables) leaves[t.width()] += t.rows;
  for (const Lookup& l : circuit.lookups) leaves[l.columns.size()] += num_cells(circuit[l.columns[0]].dims);
  for (std::size_t w = 1; w < leaves.size(); ++w)
    if (leaves[w] != 0) out.buses.push_back({leaves[w], static_cast<std::uint8_t>(w)});
  for (const relation::Counts& c : segments) {
    out.constraints += c.constraints;  // and one for the cancellation, which is there already
    out.equations = std::max(out.equations, c.equations);
    out.triples = std::max(out.triples, c.triples + 1);
    out.product_degree = std::max(out.product_degree, static_cast<std::uint8_t>(c.product_degree));
    out.point_variables = std::max(out.point_variables, static_cast<std::uint8_t>(c.point_variables));
  }
  out.segments = static_cast<std::uint16_t>(circuit.segments);
  return out;
}

}  // namespace nescio
