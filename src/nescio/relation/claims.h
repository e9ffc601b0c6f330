// relation/claims.h -- from a claim on any tensor to claims on committed tensors and contractions.
//
// The claim  coef * <w, T>  (one weight per dimension of T) is linear in the definition of T. `expand` follows
// definitions: committed -> an atom; affine, map and packing -> claims on the sources under other weights; constants
// and public values -> a number; a contraction with a public operand -> a claim on the other one; a contraction of two
// private operands and a cubic stop: an instance for the product sumcheck. No message is sent.
// Spec  docs/spec/relations.md
#pragma once
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "nescio/circuit/circuit.h"
#include "nescio/circuit/public_values.h"
#include "nescio/relation/weight.h"

namespace nescio::relation {

template <class E>
struct Claim {
  E coef;
  TensorId tensor;
  Weights<E> weights;
};
// Claims in the order of their first appearance; one that is there already only adds its coefficient.
template <class E>
class MergedClaims {
 public:
  void add(const Claim<E>& claim);
  bool empty() const { return list_.empty(); }
  std::size_t size() const { return list_.size(); }
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }

 private:
  std::vector<Claim<E>> list_;
  std::map<std::pair<TensorId, Weights<E>>, std::size_t> place_;
};

template <class E>
struct Expanded {
  E constant;
  MergedClaims<E> atoms;      // committed tensors
  MergedClaims<E> instances;  // contractions, cubics
};

template <class E>
void expand(const Circuit& circuit, const PublicValues& publics, const Claim<E>& claim, Expanded<E>& out);

// An instance coef * sum_x W(x) A(x) B(x), or A(x) B(x) C(x): which indices of the definition are variables of the
// sumcheck and which weights the free indices of the operands carry.
template <class E>
struct Instance {
  E coef;
  TensorId a = 0, b = 0, c = 0;
  bool cubic = false;  // there is a C; then no operand has a free index
  struct Variable {
    std::uint32_t extent = 1;
    unsigned bits = 0;
    bool batched = false;  // carries the weight of y
    Weight<E> weight = Weight<E>::index(0);
  };
  std::vector<Variable> variables;  // in the order of their labels in A; lowest bits first
  unsigned bits = 0;                // sum
  bool weighted = false;            // some batched variable has an extent above 1: W is not 1
  // For each dimension of the operand: the variable it runs with, or -1 and the weight it is summed with.
  struct Side {
    std::vector<int> variable;
    Weights<E> weight;
  } side_a, side_b;  // side_a is also that of C

  // Of the round polynomials.
  unsigned degree() const { return 2 + (cubic ? 1 : 0) + (weighted ? 1 : 0); }
};
template <class E>
Instance<E> make_instance(const Circuit& circuit, const Claim<E>& claim);

// W at the point r of the sumcheck (r[0, bits)).
template <class E>
E instance_weight(const Instance<E>& inst, std::span<const E> r);
// The weights of the final claim on an operand at r.
template <class E>
Weights<E> final_weights(const Instance<E>& inst, const typename Instance<E>::Side& side, std::span<const E> r);

// Weights whose claim is the extension of a tensor of these dimensions at z; uses z[0], z[1], .. for its variables in
// order.
template <class E>
Weights<E> point_weights(const Dims& dims, std::span<const E> z);

}  // namespace nescio::relation
