#include "disclosure.h"

namespace nescio::cli {
void show_disclosure(const Options& options, const Circuit& circuit) {
  for (const InputPort& port : circuit.inputs)
    line(options, "input " + label(port.name), disclosure_text(circuit, port));
  for (const OutputPort& port : circuit.outputs)
    line(options, "output " + label(port.name), disclosure_text(circuit, port));
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
