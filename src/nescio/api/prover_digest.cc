#include "nescio/api/prover_digest.h"

#include <algorithm>

#include "nescio/api/prover_inputs.h"
#include "nescio/api/words.h"
#include "nescio/transcript/prover_random.h"

namespace nescio {

Hasher salt_source() {
  return Hasher::keyed(os_random()).part("nescio/salt/v1");
}

Secret<DigestCells> draw_salt(Hasher source, Group group, std::uint64_t number) {
  const SecretDigest key(source.part(static_cast<std::uint64_t>(group)).part(number).finish());
  Prf prf(key, "digest salt", 0);
  Secret<DigestCells> salt;
  for (F& x : salt.value) x = prf.base();
  return salt;
}

Result<DigestPort> digest_of_inputs(const Circuit& circuit, const NamedArrays& inputs) {
  for (const DigestPort& port : circuit.digests) {
    if (port.group != Group::inputs) continue;
    const std::vector<std::size_t> ports = inputs_of(circuit, port);
    const auto given = [&](std::size_t i) {
      return std::any_of(inputs.begin(), inputs.end(), [&](const auto& x) {
        return x.first == circuit.inputs[i].name || (x.first.empty() && inputs.size() == 1);
      });
    };
    if (ports.size() == inputs.size() && std::all_of(ports.begin(), ports.end(), given)) return port;
  }
  std::string names;
  for (const auto& [name, array] : inputs) names += (names.empty() ? "" : ", ") + label(name);
  return Error{ErrorCode::kUsage,
               0,
               "the key binds no digest of just these inputs (" + names + "): it is made by commit --bind",
               {}};
}

Result<DigestCells> input_digest(const Circuit& circuit, const NamedArrays& inputs, const DigestCells& salt) {
  NESCIO_TRY(const DigestPort port, digest_of_inputs(circuit, inputs));
  IntegerInputs values(circuit.inputs.size());
  for (const std::size_t i : inputs_of(circuit, port))
    for (const auto& [name, array] : inputs)
      if (name.empty() || name == circuit.inputs[i].name) {
        NESCIO_TRY(values[i], input_integers(circuit.inputs[i], array));
      }
  return group_digest(circuit, port, values, salt);
}

DigestCells weights_digest_of(const VerifyingKey& key) {
  DigestCells digest{};
  if (!key.bindings.empty()) std::copy_n(key.bindings[0].begin(), digest.size(), digest.begin());
  return digest;
}

}  // namespace nescio
