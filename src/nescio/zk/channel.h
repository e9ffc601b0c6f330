// zk/channel.h -- the verifier's end of a segment's conversation. The prover sends no value: it sends each one minus a
// committed one-time pad, so every message is uniform, and the verifier goes on with the affine form  message + pad.
//
// hidden x      P -> V  x - pad_i.                        Form: message + pad_i.
// product a b   P -> V  a - TA_i, b - TB_i.               With the committed triple TC_i = TA_i TB_i,
//               a b = a^ b^ + a^ TB_i + b^ TA_i + TC_i:   a form again. The pads of the factors are the triple's
//               entries; each product has its own triple, and no pad is in two messages.
// clear x       P -> V  x. Only for values that are uniform anyway (docs/spec/zero-knowledge.md).
// zero f        a claim f = 0, kept in the ledger; all of them are opened at once at the end of the proof.
//
// Paper       pads: longfellow-zk (ePrint 2024/2010), VEIL (ePrint 2026/683); triples: docs/spec/zero-knowledge.md
// Soundness   none of its own: pads are fixed by the commitment, so x is determined when its message is read
// Deviations  VEIL proves products by a Hadamard argument; here one zerocheck per segment (relation/triples)
// Trust       messages are hostile; a bad one makes status() an error and the replay goes on with zeros to its end
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/field/extension.h"
#include "nescio/transcript/reader.h"
#include "nescio/zk/tape.h"

namespace nescio::zk {

template <class E>
struct Product {
  Form<E> a, b, ab;
};

template <class E>
class Channel {
 public:
  // in == nullptr: a dry run, which only counts; its messages are all 1 and are not absorbed.
  Channel(Tape<E>& tape, Transcript transcript, ProofReader* in) : tape_(tape), transcript_(transcript), in_(in) {}

  Form<E> hidden(std::string_view label) { return tape_.leaf(Leaf::pad, pads_++) + receive(label); }
  E clear(std::string_view label) { return receive(label); }
  Product<E> product(std::string_view label_a, std::string_view label_b) {
    const E a = receive(label_a), b = receive(label_b);
    const std::uint32_t i = triples_++;
    const Form<E> ta = tape_.leaf(Leaf::triple_a, i), tb = tape_.leaf(Leaf::triple_b, i);
    return {ta + a, tb + b, (tape_.leaf(Leaf::triple_c, i) + tb * a) + (ta * b + a * b)};
  }
  E challenge(std::string_view label) { return transcript_.template challenge<E>(label); }
  void zero(const char* label, const Form<E>& f) { ledger_.push_back({label, f}); }
  void require(bool cond, ErrorCode code) {
    if (!cond && status_.ok())
      status_ = Error{code, in_ == nullptr ? 0 : static_cast<std::uint32_t>(in_->position()), {}, {}};
  }

  Form<E> constant(const E& c) { return tape_.constant(c); }
  Tape<E>& tape() { return tape_; }
  const Transcript& transcript() const { return transcript_; }

  struct Claim {
    const char* label;
    Form<E> form;
  };
  const std::vector<Claim>& ledger() const { return ledger_; }
  std::uint32_t pads() const { return pads_; }
  std::uint32_t triples() const { return triples_; }
  const Status& status() const { return status_; }

 private:
  E receive(std::string_view label) {
    if (in_ == nullptr) return E::one();
    if (!status_.ok()) return E::zero();
    auto x = in_->ext<E>(label, transcript_);
    if (x.ok()) return *x;
    status_ = x.error();
    return E::zero();
  }

  Tape<E>& tape_;
  Transcript transcript_;
  ProofReader* in_;
  std::uint32_t pads_ = 0, triples_ = 0;
  std::vector<Claim> ledger_;
  Status status_ = Unit{};
};

}  // namespace nescio::zk
