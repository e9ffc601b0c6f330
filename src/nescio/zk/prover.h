// zk/prover.h -- the prover's end of zk/channel.h: sends every value minus its pad. Same order, same counts.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "nescio/base/secret.h"
#include "nescio/transcript/writer.h"

namespace nescio::zk {

// The committed randomness of one segment. Triple number `triples` (the last of each) is the blinding triple, with its
// own c = a b.
template <class E>
struct Pads {
  SecretVector<E> pad, triple_a, triple_b, triple_c;
  Secret<E> dummy;  // not zero
};

template <class E>
class ProverChannel {
 public:
  ProverChannel(const Pads<E>& pads, Transcript transcript, ProofWriter& out)
      : pads_(pads), transcript_(transcript), out_(out) {}

  void hidden(std::string_view label, const E& x) {
    NESCIO_CHECK(used_pads_ < pads_.pad.size());
    out_.ext(label, x - pads_.pad[used_pads_++], transcript_);
  }
  void clear(std::string_view label, const E& x) { out_.ext(label, x, transcript_); }
  void product(std::string_view label_a, std::string_view label_b, const E& a, const E& b) {
    NESCIO_CHECK(used_triples_ + 1 < pads_.triple_a.size());
    out_.ext(label_a, a - pads_.triple_a[used_triples_], transcript_);
    out_.ext(label_b, b - pads_.triple_b[used_triples_], transcript_);
    ++used_triples_;
  }
  E challenge(std::string_view label) { return transcript_.template challenge<E>(label); }

  const Pads<E>& pads() const { return pads_; }
  const Transcript& transcript() const { return transcript_; }
  std::uint32_t used_pads() const { return used_pads_; }
  std::uint32_t used_triples() const { return used_triples_; }

 private:
  const Pads<E>& pads_;
  Transcript transcript_;
  ProofWriter& out_;
  std::uint32_t used_pads_ = 0, used_triples_ = 0;
};

}  // namespace nescio::zk
