// relation/verifier.h -- one segment of the argument: its lookup tree, its relations, its product triples. Replay only:
// it returns claims on committed tensors as forms; the composer opens them (verifier/, prover/).
//
// Transcript  tree (lookup/verifier.h)
//             V -> P one point, shared by the tensors that must vanish (each uses its first coordinates)
//             waves: V -> P zeta, if there is more than one equation; batched product sumcheck; P -> V one product
//             (final A, final B) per instance, of a cubic another one (A B, final C). A final value of a virtual tensor
//             is an equation of the next wave; depth is at most 2: two waves with products. triples: V -> P tau;
//             eq-weighted sumcheck of sum_i eq(tau,i) (TA_i TB_i - TC_i) = 0 over all triples and one random blinding
//             triple; P -> V a = TA(r), b = TB(r) in clear: uniform, because of the blinding triple.
// Late join   an instance of b variables in a wave of n rounds joins at round n - b; each waiting round halves it.
// Soundness   wave: (#equations - 1)/|E| + 2 to 4 over |E| a round; triples: (log + 3 a round)/|E|: soundness/terms.h
// Spec        docs/spec/relations.md
#pragma once
#include <vector>

#include "nescio/relation/claims.h"
#include "nescio/relation/leaves.h"
#include "nescio/zk/channel.h"

namespace nescio::relation {

// Atom i of the tape: the extension of a committed tensor under these weights.
template <class E>
struct Atom {
  TensorId tensor;
  Weights<E> weights;
};
// Committed tensors of the argument in one segment.
struct SegmentTensors {
  TensorId pad = 0, triple_a = 0, triple_b = 0, triple_c = 0, dummy = 0;
};
// By segment. check_circuit guarantees that each is there once.
std::vector<SegmentTensors> segment_tensors(const Circuit& circuit);

// The extension-valued cell `index` of a [n, D] tensor, or its extension at z, as weights.
template <class E>
Weights<E> extension_weights(Weight<E> along);

template <class E>
struct Segment {
  zk::Form<E> root_p;
  E root_q;
  std::vector<Atom<E>> atoms;
  // What the error terms depend on (soundness/terms.h).
  std::uint32_t equations = 0;  // most equations of one wave
  unsigned product_degree = 0;  // of its round polynomials; 0 without products
  unsigned point_variables = 0;
};
template <class E>
Segment<E> replay_segment(const Circuit& circuit, const PublicValues& publics, const SegmentTensors& tensors,
                          std::uint32_t segment, const E& alpha, const E& beta, zk::Channel<E>& ch);

// What a segment sends and claims: a function of the circuit. Found by a dry run of the replay; the tensors of the
// argument need not exist yet.
struct Counts {
  std::uint32_t pads = 0, triples = 0;  // triples without the blinding one
  std::uint32_t constraints = 0, equations = 0;
  unsigned product_degree = 0, point_variables = 0;
};
template <class E>
Counts count_messages(const Circuit& circuit, std::uint32_t segment);
// Of all segments.
template <class E>
std::vector<Counts> count_messages(const Circuit& circuit);

}  // namespace nescio::relation
