// reference/tests/cases.cc -- whole proofs and checks of keys for the second verifier, one JSON object a line: what
// this verifier says of them. Random circuits and small networks under keys without any security, so that changed
// proofs get as far as the opening; and keys that reach their level.
#include <cstdio>
#include <random>
#include <string>

#include "nescio/circuit/bounds.h"
#include "nescio/circuit/check.h"
#include "nescio/circuit/determined.h"
#include "nescio/circuit/digests.h"
#include "nescio/circuit/work.h"
#include "nescio/prover/every_relation.h"
#include "nescio/prover/prove.h"
#include "nescio/relation/random_circuit.h"
#include "nescio/relation/test_network.h"
#include "nescio/statement/switches.h"
#include "nescio/verifier/verifier.h"

namespace nescio {
namespace {

const std::vector<std::uint8_t> kStatement = {'s'}, kContext = {'c', 't', 'x'};
constexpr std::size_t kChanged = 8;  // changed proofs of each case

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  for (const std::uint8_t b : bytes) {
    out += "0123456789abcdef"[b >> 4];
    out += "0123456789abcdef"[b & 15];
  }
  return out;
}
template <class List, class Show>
std::string list(const List& items, const Show& show) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ",") + show(item);
  return "[" + out + "]";
}
template <class T>
std::string outcome(const Result<T>& result) {
  return result.ok() ? "[0,0]"
                     : "[\"" + std::string(error_name(result.error().code)) + "\"," +
                           std::to_string(result.error().where) + "]";
}

// What each check of the key's circuit says.
std::string checks(const VerifyingKey& key) {
  const Circuit& circuit = key.circuit;
  std::string out = "\"work\":" + std::to_string(verifier_work(circuit)) +
                    ",\"layout\":" + outcome(check_layout(circuit, key.layout)) +
                    ",\"circuit\":" + outcome(check_circuit(circuit));
  const auto bounds = derive_bounds(circuit);
  out += ",\"bounds\":" + outcome(bounds);
  if (bounds.ok()) {
    out += ",\"intervals\":" + list(*bounds, [](const Interval& i) {
             return i.integer ? "[" + std::to_string(i.lo) + "," + std::to_string(i.hi) + "]" : "null";
           });
    out += ",\"determined\":" +
           list(determined_tensors(circuit, *bounds), [](bool known) { return std::string(known ? "true" : "false"); });
    out += ",\"switches\":" + outcome(check_switches(circuit, *bounds, 1000));
    out += ",\"digests\":" + outcome(check_digests(circuit, 300));
  }
  const auto counts =
      key.params.degree == 2 ? relation::count_messages<Ext2>(circuit) : relation::count_messages<Ext3>(circuit);
  out += ",\"counts\":" + list(counts, [](const relation::Counts& c) {
           return list(std::vector<std::uint64_t>{c.pads, c.triples, c.constraints, c.equations, c.product_degree,
                                                  c.point_variables},
                       [](std::uint64_t n) { return std::to_string(n); });
         });
  out += ",\"terms\":" + list(soundness::terms(key.params, circuit_counts(circuit, counts)),
                              [](const soundness::Term& t) { return std::to_string(t.bits); });
  return out;
}

// The proof with bytes replaced, or its beginning, or with a byte more: [at, bytes, size, verdict].
std::string changed(const CheckedKey& key, const PublicValues& statement, const std::vector<std::uint8_t>& proof,
                    std::mt19937_64& rng) {
  const pcs::Params& params = key.key().params;
  std::vector<std::uint8_t> p = proof, bytes;
  std::size_t at = rng() % proof.size();
  switch (rng() % 8) {
    case 0:
      p.resize(at);
      break;
    case 1:
      p.push_back(0);
      break;
    case 2:
      bytes.assign(8, 0xFF);
      break;
    case 3:  // the denominator at the first root
      at = 32 + (params.lookup_pow > 0 ? 8 : 0);
      bytes.assign(8 * params.degree, 0);
      break;
    case 4:  // the last rounds, which no work follows
      at = proof.size() - 1 - rng() % 100;
      [[fallthrough]];
    default:
      bytes.push_back(static_cast<std::uint8_t>(p[at] ^ 1U << rng() % 8));
  }
  if (at + bytes.size() > p.size()) bytes.clear();
  std::copy(bytes.begin(), bytes.end(), p.begin() + static_cast<std::ptrdiff_t>(at));
  return "[" + std::to_string(at) + ",\"" + hex(bytes) + "\"," + std::to_string(p.size()) + "," +
         outcome(verify(key, statement, kStatement, kContext, p)) + "]";
}

void print(const std::string& name, const VerifyingKey& key, const CheckedKey* checked, Witness witness,
           PublicValues statement) {
  std::string out = "{\"name\":\"" + name + "\",\"key\":\"" + hex(write_key(key)) + "\"," + checks(key);
  if (checked != nullptr) {
    witness.values.resize(key.circuit.tensors.size());
    statement.resize(key.circuit.tensors.size());
    const auto proof = prove({key, witness, statement, kStatement, kContext}, SecretDigest(Digest{}));
    if (proof.ok()) {
      std::mt19937_64 rng(7);
      out += ",\"proof\":\"" + hex(*proof) + "\",\"publics\":" + list(statement, [](const std::vector<F>& values) {
               return list(values, [](F x) { return std::to_string(x.canonical()); });
             });
      out += ",\"verdict\":" + outcome(verify(*checked, statement, kStatement, kContext, *proof)) + ",\"changed\":[";
      for (std::size_t i = 0; i < kChanged; ++i) out += (i > 0 ? "," : "") + changed(*checked, statement, *proof, rng);
      out += "]";
    }
  }
  std::printf("%s}\n", out.c_str());
}

template <class Net>
void toy(const std::string& name, const Net& net, const Circuit& circuit, unsigned degree, unsigned log_rows,
         const std::vector<std::vector<F>>& bindings = {}) {
  VerifyingKey key = degree == 2 ? toy_key<Ext2>(circuit, log_rows) : toy_key<Ext3>(circuit, log_rows);
  key.bindings = bindings;
  const CheckedKey checked = UncheckedKeyForTests::make(key);
  print(name, key, &checked, net.witness, net.statement);
}

template <class Net>
void real(const std::string& name, const Net& net, const Circuit& circuit, unsigned degree,
          const std::vector<std::vector<F>>& bindings = {}) {
  soundness::SearchOptions options;
  options.degree = static_cast<std::uint8_t>(degree);
  options.security_bits = degree == 2 ? 100 : 128;
  const auto key = make_key(circuit, bindings, options);
  NESCIO_CHECK(key.ok());
  const auto checked = verify_key(*key);
  print(name, *key, checked.ok() ? &*checked : nullptr, net.witness, net.statement);
}

}  // namespace
}  // namespace nescio

int main(int argc, char** argv) {
  using namespace nescio;
  const std::uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
  const std::uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 10;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const auto segments = static_cast<std::uint32_t>(1 + seed % 3);
    const unsigned degree = seed % 2 == 0 ? 2 : 3;
    const RandomCircuit r(seed, segments, seed % 4 != 0);
    toy("random " + std::to_string(seed), r, r.circuit, degree, 8);
    if (seed % 5 != 0) continue;
    const TestNetwork net(seed, segments);
    toy("network " + std::to_string(seed), net, net.circuit, degree, 8);
    const EveryRelation every(segments);
    toy("every relation " + std::to_string(seed), every, every.circuit(), degree, 9, every.bindings);
    real("every relation, secure " + std::to_string(seed), every, every.circuit(), degree, every.bindings);
  }
  return 0;
}
