#include "disclosure.h"

#include <algorithm>

namespace nescio::cli {
namespace {

template <class Port>
std::string text(const Circuit& circuit, const Port& p, Group group) {
  const bool bound = std::any_of(circuit.digests.begin(), circuit.digests.end(), [&](const DigestPort& port) {
    return port.group == group &&
           std::any_of(port.bound.begin(), port.bound.end(), [&](const BoundRange& b) { return b.tensor == p.tensor; });
  });
  return std::string(p.disclosed ? "public" : "private") + (bound ? ", bound by a digest" : "");
}

}  // namespace

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

void show_disclosure(const Options& options, const Circuit& circuit) {
  for (const InputPort& port : circuit.inputs)
    line(options, "input " + label(port.name), disclosure_text(circuit, port));
  for (const OutputPort& port : circuit.outputs)
    line(options, "output " + label(port.name), disclosure_text(circuit, port));
}

std::string one_model_text(bool established) {
  return established ? "established: the outputs are a function of the inputs and of the weights under the key's digest"
                     : "NOT established: the key may leave its prover a choice beside the inputs";
}

nlohmann::ordered_json disclosure_json(const Circuit& circuit) {
  nlohmann::ordered_json inputs = nlohmann::ordered_json::array(), outputs = inputs, digests = inputs;
  for (const InputPort& port : circuit.inputs)
    if (port.disclosed) inputs.push_back(port.name);
  for (const OutputPort& port : circuit.outputs)
    if (port.disclosed) outputs.push_back(port.name);
  for (const DigestPort& port : circuit.digests) digests.push_back(digest_name(circuit, port));
  return {{"public_inputs", inputs}, {"public_outputs", outputs}, {"digests_of", digests}};
}

}  // namespace nescio::cli
