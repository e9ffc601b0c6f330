#include <algorithm>

#include "nescio/api/digest_bytes.h"
#include "nescio/api/prover_digest.h"
#include "nescio/api/prover_inputs.h"
#include "nescio/api/prover_memory.h"
#include "nescio/api/verify.h"
#include "nescio/api/words.h"
#include "nescio/base/byte_writer.h"
#include "nescio/base/secret.h"
#include "nescio/base/stopwatch.h"
#include "nescio/circuit/check.h"
#include "nescio/prover/setup.h"
#include "nescio/transcript/prover_random.h"

namespace nescio {
namespace {

constexpr std::string_view kMagic = "nescio proving key";

// The integers of each input port, by name; or by order if the names are empty.
Result<IntegerInputs> integer_inputs(const Circuit& circuit, const NamedArrays& arrays) {
  IntegerInputs out;
  for (std::size_t i = 0; i < circuit.inputs.size(); ++i) {
    const InputPort& port = circuit.inputs[i];
    const Array* found = nullptr;
    for (const auto& [name, array] : arrays)
      if (name == port.name) found = &array;
    if (found == nullptr && i < arrays.size() && arrays[i].first.empty()) found = &arrays[i].second;
    if (found == nullptr) return Error{ErrorCode::kInShape, 0, "the input '" + port.name + "' is missing", {}};
    NESCIO_TRY(auto x, input_integers(port, *found));
    out.push_back(std::move(x));
  }
  for (const auto& [name, array] : arrays)
    if (!name.empty() && std::none_of(circuit.inputs.begin(), circuit.inputs.end(),
                                      [&n = name](const InputPort& p) { return p.name == n; }))
      return Error{ErrorCode::kInShape, 0, "the model has no input '" + name + "'", {}};
  return out;
}

// Those ports that are disclosed, or asked for.
template <class Port>
std::vector<Revealed> revealed_values(const std::vector<Port>& ports, const std::vector<std::string>& asked,
                                      const std::vector<SecretVector<std::int64_t>>& values) {
  std::vector<Revealed> out;
  for (std::size_t i = 0; i < ports.size(); ++i)
    if (ports[i].disclosed || std::find(asked.begin(), asked.end(), ports[i].name) != asked.end())
      out.push_back({ports[i].name, {values[i].begin(), values[i].end()}});
  std::sort(out.begin(), out.end(), [](const Revealed& a, const Revealed& b) { return a.name < b.name; });
  return out;
}

Result<Disclosed> disclose(const Circuit& circuit, const std::vector<std::string>& reveal, const Salts& salts,
                           const IntegerInputs& inputs, const IntegerOutputs& outputs) {
  Disclosed out;
  out.outputs = revealed_values(circuit.outputs, reveal, outputs);
  out.inputs = revealed_values(circuit.inputs, {}, inputs);
  std::size_t k = 0;
  for (const DigestPort& port : circuit.digests) {
    if (port.group == Group::weights) continue;
    const bool of_inputs = port.group == Group::inputs;
    NESCIO_TRY(const DigestCells digest, group_digest(circuit, port, of_inputs ? inputs : outputs,
                                                      of_inputs ? salts.inputs[k++] : salts.outputs.value));
    out.digests.push_back({port.group, digest});
  }
  return out;
}

// Puts the data of records among the inputs, and their salts to their digests.
Status add_records(const Circuit& circuit, ProveRequest& request) {
  if (request.records.empty()) return Unit{};
  std::set<std::string> in_records;
  const std::vector<std::vector<std::size_t>> digests = disclosure_of(circuit).input_digests;
  for (const AttestedRecord& r : request.records) {
    NESCIO_TRY(const DigestPort port, digest_of_inputs(circuit, r.data));
    const auto k =
        static_cast<std::size_t>(std::find(digests.begin(), digests.end(), inputs_of(circuit, port)) - digests.begin());
    if (request.input_salts.size() <= k) request.input_salts.resize(k + 1);
    if (request.input_salts[k])
      return Error{ErrorCode::kUsage, 0, "two salts for the digest of the input '" + r.data[0].first + "'", {}};
    request.input_salts[k] = r.salt;
    for (const auto& [name, array] : r.data) in_records.insert(name);
  }
  std::size_t next = 0;  // those without a name are the other inputs, in order
  for (auto& [name, array] : request.inputs) {
    while (name.empty() && next < circuit.inputs.size() && in_records.contains(circuit.inputs[next].name)) ++next;
    if (name.empty() && next < circuit.inputs.size()) name = circuit.inputs[next++].name;
    if (in_records.contains(name))
      return Error{ErrorCode::kUsage, 0, "the input '" + name + "' is given, and in an attested record as well", {}};
  }
  for (AttestedRecord& r : request.records) std::move(r.data.begin(), r.data.end(), std::back_inserter(request.inputs));
  return Unit{};
}

// A salt that was given is for a digest that the key asks for.
Status check_salts(const Disclosure& disclosure, const ProveRequest& request) {
  if (request.input_salts.size() > disclosure.input_digests.size())
    return Error{ErrorCode::kUsage,
                 0,
                 std::to_string(request.input_salts.size()) + " salts for digests of inputs, but the key binds " +
                     std::to_string(disclosure.input_digests.size()),
                 {}};
  if (request.output_salt && !disclosure.output_digest)
    return Error{ErrorCode::kUsage, 0, "a salt for a digest of the outputs, but the key binds none", {}};
  return Unit{};
}

// From names to ports.
Result<Disclosure> disclosure_for(const QuantGraph& graph, const CommitOptions& options) {
  Disclosure out;
  out.output_digest = options.output_digest;
  std::string known;
  for (const auto* ports : {&graph.inputs, &graph.outputs})
    for (const QuantPort& port : *ports) known += (known.empty() ? "" : ", ") + port.name;
  for (const std::string& name : options.disclose) {
    const auto has = [&](const std::vector<QuantPort>& ports) {
      return std::any_of(ports.begin(), ports.end(), [&](const QuantPort& port) { return port.name == name; });
    };
    if (has(graph.inputs)) out.inputs.insert(name);
    if (has(graph.outputs)) out.outputs.insert(name);
    if (!has(graph.inputs) && !has(graph.outputs))
      return Error{
          ErrorCode::kUsage, 0, "--public " + name + ": the model has no such input or output, but " + known, {}};
  }
  std::vector<bool> bound(graph.inputs.size());
  for (const auto& names : options.bind_inputs) {
    std::vector<std::size_t> ports;
    for (std::size_t i = 0; i < graph.inputs.size(); ++i)
      if (names.empty() || std::find(names.begin(), names.end(), graph.inputs[i].name) != names.end()) {
        if (bound[i])
          return Error{ErrorCode::kUsage, 0, "--bind: the input '" + graph.inputs[i].name + "' is in two digests", {}};
        bound[i] = true;
        ports.push_back(i);
      }
    if (!names.empty() && ports.size() != std::set<std::string>(names.begin(), names.end()).size())
      return Error{ErrorCode::kUsage, 0, "--bind: not each of these is an input; the model has " + known, {}};
    out.input_digests.push_back(std::move(ports));
  }
  std::sort(out.input_digests.begin(), out.input_digests.end());
  return out;
}

Status known_outputs(const Circuit& circuit, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (std::none_of(circuit.outputs.begin(), circuit.outputs.end(),
                     [&](const OutputPort& p) { return p.name == name; }))
      return Error{ErrorCode::kUsage, 0, "--reveal " + name + ": the model has no such output", {}};
  return Unit{};
}

}  // namespace

Result<ProvingKey> commit_model(Model model, const CommitOptions& options) {
  ProvingKey out;
  NESCIO_TRY(const Disclosure disclosure, disclosure_for(model.graph, options));
  NESCIO_TRY(out.program, make_program(model.graph, model.plan, disclosure));
  NESCIO_TRY_STATUS(check_memory(estimate_commit_memory(out.program, model), options.memory_limit, "committing"));
  Hasher source = salt_source();
  for (const QuantNode& node : model.graph.nodes)
    for (const QuantWeights& w : node.weights) mix(source, w.values);
  out.salt = draw_salt(source, Group::weights);
  NESCIO_TRY(const DigestCells digest, weights_digest(out.program, model.graph, out.salt.value));
  soundness::SearchOptions search;
  search.security_bits = options.security_bits;
  std::vector<std::vector<F>> bindings;
  if (num_bindings(out.program.emitted.circuit) != 0) bindings.emplace_back(digest.begin(), digest.end());
  NESCIO_TRY(VerifyingKey key, make_key(out.program.emitted.circuit, std::move(bindings), search));
  NESCIO_TRY(out.key, verify_key(std::move(key)));  // what every verifier will ask
  out.model = std::move(model);
  return out;
}

SecretVector<std::uint8_t> write_proving_key(const ProvingKey& key) {
  BasicByteWriter<SecretVector<std::uint8_t>> out;
  out.bytes(bytes_of(kMagic));
  out.u(kFormatVersion);
  const auto verifying = write_key(key.key->key());
  out.u(static_cast<std::uint64_t>(verifying.size()));
  out.bytes(verifying);
  for (const F& x : key.salt.value) out.u(x.canonical());
  out.bytes(write_model(key.model));
  out.bytes(Hasher().part(out.data()).finish().bytes);
  return out.take();
}

Result<ProvingKey> read_proving_key(std::span<const std::uint8_t> bytes) {
  ByteReader in(bytes, ErrorCode::kKey);
  NESCIO_VERIFY(bytes.size() > 32, ErrorCode::kKey, 0);
  const auto body = bytes.first(bytes.size() - 32);
  const Digest sum = Hasher().part(body).finish();
  if (!std::equal(sum.bytes.begin(), sum.bytes.end(), bytes.end() - 32))
    return Error{ErrorCode::kKey, 0, "the proving key is damaged: its checksum is wrong", {}};
  NESCIO_TRY_STATUS(in.header(kMagic, kFormatVersion));
  NESCIO_TRY(const std::uint64_t n, in.u<std::uint64_t>());
  NESCIO_TRY(const auto verifying, in.take(n));
  ProvingKey out;
  NESCIO_TRY(VerifyingKey parsed, read_key(verifying));
  NESCIO_TRY(out.key, verify_key(std::move(parsed)));
  NESCIO_TRY(out.salt.value, read_digest_cells(in));
  NESCIO_VERIFY(in.remaining() > 32, ErrorCode::kKey, in.position());
  NESCIO_TRY(const auto model, in.take(in.remaining() - 32));
  NESCIO_TRY(out.model, read_model(model));
  NESCIO_TRY(out.program, make_program(out.model.graph, out.model.plan, disclosure_of(out.key->key().circuit)));
  Circuit circuit = out.program.emitted.circuit;
  NESCIO_TRY_STATUS(check_circuit(circuit, false));
  add_argument(circuit, out.key->key().params.degree);
  if (!(circuit == out.key->key().circuit))
    return Error{ErrorCode::kKey, 0, "the proving key's model is not that of its verifying key", {}};
  return out;
}

Result<MockRun> mock_run(const Program& program, const QuantGraph& graph, const NamedArrays& arrays,
                         const Statement& statement) {
  const Circuit& circuit = program.emitted.circuit;
  NESCIO_TRY(const IntegerInputs inputs, integer_inputs(circuit, arrays));
  NESCIO_TRY(const IntegerOutputs outputs, run_model(program, graph, inputs));
  Salts salts;  // none: nobody sees the digests
  salts.inputs.resize(program.disclosure.input_digests.size());
  NESCIO_TRY(const Disclosed disclosed, disclose(circuit, {}, salts, inputs, outputs));
  const Status holds = fulfils(circuit, statement, outputs);
  if (!holds.ok() && holds.error().code != ErrorCode::kStatementFalse) return holds.error();
  MockRun out{{}, holds.ok()};
  if (out.holds) {
    NESCIO_TRY([[maybe_unused]] const auto values, statement_values(circuit, statement, disclosed));
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const OutputPort& port = circuit.outputs[i];
    Array array{{port.dims.begin(), port.dims.end()}, {}};
    for (const std::int64_t v : outputs[i]) array.values.push_back(real_number(v, port.scale));
    out.outputs.emplace_back(port.name, std::move(array));
  }
  return out;
}

Result<Proven> prove_statement(const ProvingKey& key, ProveRequest request, const Progress& progress) {
  const auto report = [&](std::string_view phase, double done) {
    if (progress) progress(phase, done);
  };
  const Stopwatch proving;
  const VerifyingKey& verifying = key.key->key();
  NESCIO_TRY_STATUS(add_records(verifying.circuit, request));
  NESCIO_TRY(const Statement statement, parse_statement(request.statement));
  NESCIO_TRY_STATUS(known_outputs(verifying.circuit, request.reveal));
  NESCIO_TRY_STATUS(check_context(request.context));
  ProofFile file;
  file.statement = to_string(statement);
  file.context = request.context;
  for (const AttestedRecord& r : request.records) file.attestations.push_back(r.attestation);
  if (request.memory_limit != 0) release_kept_memory();
  NESCIO_TRY_STATUS(check_memory(estimate_prove_memory(key), request.memory_limit, "proving"));
  report("running the model", 0);
  NESCIO_TRY_STATUS(check_salts(key.program.disclosure, request));
  NESCIO_TRY(const IntegerInputs inputs, integer_inputs(verifying.circuit, request.inputs));
  Proven out;
  Hasher source = salt_source().part(key.key->id().bytes).part(file.statement).part(file.context);
  for (const auto& values : inputs) mix(source, values);
  for (std::size_t k = 0; k < key.program.disclosure.input_digests.size(); ++k)
    out.input_salts.push_back(k < request.input_salts.size() && request.input_salts[k]
                                  ? request.input_salts[k]->value
                                  : draw_salt(source, Group::inputs, k).value);
  out.output_salt = request.output_salt ? *request.output_salt : draw_salt(source, Group::outputs);
  const Salts salts{key.salt, out.input_salts, out.output_salt};
  const DigestCells digest = weights_digest_of(verifying);
  const auto publics = [&](const IntegerOutputs& outputs) -> Result<PublicValues> {
    NESCIO_TRY_STATUS(fulfils(verifying.circuit, statement, outputs));
    NESCIO_TRY(file.disclosed, disclose(verifying.circuit, request.reveal, salts, inputs, outputs));
    if (const auto attested = check_attestations(verifying.circuit, file.disclosed, file.attestations); !attested.ok())
      return attested.error();
    return statement_values(verifying.circuit, statement, file.disclosed);
  };
  NESCIO_TRY(Run run, run_program(key.program, key.model.graph, inputs, salts, digest, publics));
  run.witness.values.resize(verifying.circuit.tensors.size());
  out.witness_ms = proving.ms();
  report("proving", 0.2);
  const auto bytes = statement_bytes(file);
  NESCIO_TRY(file.proof,
             prove({verifying, run.witness, run.statement, bytes, file.context}, os_random(), &out.timings));
  report("verifying", 0.9);
  const Stopwatch checking;
  out.file = write_proof_file(file);
  const auto verdict = verify_proof(*key.key, out.file);
  if (!verdict.ok()) return Error{ErrorCode::kSelfCheck, 0, "the proof does not verify; it was not released", {}};
  out.verify_ms = checking.ms();
  report("proven", 1);
  return out;
}

}  // namespace nescio
