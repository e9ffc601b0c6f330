// pcs/frozen/tape.h -- for tests: what the transcripts that start next answer (pcs/frozen/transcript.cc).
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace nescio {

// The next `starts` transcripts answer these labels with these words, over and over, until they are forked; other
// labels, and later transcripts, as ever. Not to be changed while a proof is made.
struct TapeScript {
  unsigned starts = 0;
  std::map<std::string, std::vector<std::uint64_t>> words = {};
};
TapeScript& tape_script();

}  // namespace nescio
