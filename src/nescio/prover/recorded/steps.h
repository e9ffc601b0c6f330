// prover/recorded/steps.h -- what the transcripts of one run did, in order.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "nescio/hash/blake3.h"

namespace nescio {

struct Step {
  enum class Kind : std::uint8_t { absorb, challenge, digest } kind;
  std::string label;
  Digest before, after;  // states; after a digest: the digest
  std::vector<std::uint8_t> payload;
};
std::vector<Step>& steps();

}  // namespace nescio
