// prover/chosen/prf.h -- for tests: the prover's randomness under control. prf.cc is another definition of
// transcript/prf.h, linked in its place: the same streams, but a test may set single cells, give a stream another key,
// and read what was drawn. No production code is changed, recompiled or aware of it.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nescio/transcript/prf.h"

namespace nescio {

using StreamName = std::pair<std::string, std::uint64_t>;  // label, segment
struct Drawn {
  std::vector<F> cells;
  std::vector<Digest> digests;
};

// All runs under one seed.
struct Chosen {
  // To be set before the run. They hold for one attempt; others are left alone.
  unsigned attempt = 0;
  std::map<StreamName, std::map<std::size_t, F>> cells = {};         // stream, index -> value
  std::map<StreamName, std::map<std::size_t, Digest>> digests = {};  // the same for streams of digests
  // Streams of these labels do not depend on the seed, nor on anything else of the proof, but on this number.
  std::map<std::string, std::uint64_t> fixed = {};

  // What happened.
  struct Attempt {
    SecretDigest key;
    std::vector<std::vector<std::uint8_t>> parts;  // of which the key was derived
    std::map<StreamName, Drawn> drawn = {};
    std::vector<StreamName> opened = {};  // streams, in order; one that is opened twice is here twice
  };
  std::vector<Attempt> attempts = {};
};

// A seed, and the choices for runs under it; no two calls return the same seed. `chosen` must outlive the runs.
Digest seed_for(Chosen& chosen);
// The same for a given seed; and its end.
void watch(const Digest& seed, Chosen& chosen);
void forget(const Digest& seed);

}  // namespace nescio
