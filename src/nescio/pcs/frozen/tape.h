// pcs/frozen/tape.h -- for tests: what the transcripts that start next answer (pcs/frozen/transcript.cc).
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace nescio {

// The next `starts` transcripts give all challenges of a label one value: the words of the label here, over and over,
// or others if it is not here. Later ones are as ever. Not to be changed while a proof is made.
struct TapeScript {
  unsigned starts = 0;
  std::map<std::string, std::vector<std::uint64_t>> words = {};
};
TapeScript& tape_script();

}  // namespace nescio
