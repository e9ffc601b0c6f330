// tests/vectors/hidden.h -- a verifier's end of a segment's messages (docs/spec/relations.md, zero-knowledge.md) with
// the pads known, so that every value that it follows is a number.
#pragma once
#include "nescio/zk/channel.h"
#include "nescio/zk/prover.h"
#include "vectors.h"

namespace nescio::vectors {

template <class E>
class Hidden {
 public:
  // "domain" starts the transcript; "messages": bytes; "pads": those of hidden messages; "triples": [TA, TB] of each
  // product, if there are any, TC = TA TB.
  explicit Hidden(const Json& in)
      : messages_(bytes(in.at("messages"))),
        reader_(messages_),
        channel_(tape_, Transcript(bytes(in.at("domain"))), &reader_),
        pads_(elements<E>(in.at("pads"))) {
    for (const Json& t : in.value("triples", Json::array())) triples_.push_back(elements<E>(t));
  }

  zk::Channel<E>& channel() { return channel_; }
  std::size_t bytes_left() const { return messages_.size() - reader_.position(); }
  E value(const zk::Form<E>& form) const {
    const auto all = tape_.forward([&](zk::Leaf kind, std::uint32_t i) {
      if (kind == zk::Leaf::pad) return pads_.at(i);
      const std::vector<E>& t = triples_.at(i);
      return kind == zk::Leaf::triple_a ? t.at(0) : kind == zk::Leaf::triple_b ? t.at(1) : t.at(0) * t.at(1);
    });
    return all[tape_.index(form)];
  }

 private:
  Bytes messages_;
  ProofReader reader_;
  zk::Tape<E> tape_;
  zk::Channel<E> channel_;
  std::vector<E> pads_;
  std::vector<std::vector<E>> triples_;
};

// A prover's pads, and the inputs that say so.
template <class E>
zk::Pads<E> make_pads(Source& any, std::size_t hidden, std::size_t products, Json& in) {
  zk::Pads<E> out;
  in["pads"] = Json::array();
  if (products > 0) in["triples"] = Json::array();
  for (const E& x : any.elements<E>(hidden)) {
    out.pad.push_back(x);
    in["pads"].push_back(hex(x));
  }
  for (std::size_t i = 0; i <= products; ++i) {  // the last one is not for a product
    out.triple_a.push_back(any.element<E>());
    out.triple_b.push_back(any.element<E>());
    if (i < products) in["triples"].push_back(Json::array({hex(out.triple_a[i]), hex(out.triple_b[i])}));
  }
  return out;
}

}  // namespace nescio::vectors
