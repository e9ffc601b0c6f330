// zk/tape.h -- values that the verifier does not know: affine forms in committed cells.
//
// A Form stands for  constant + sum coef * leaf,  where a leaf is a pad, an entry of a product triple, the dummy
// denominator, or an atom (the value of a committed tensor's extension, relation/claims.h). The replay builds new forms
// from old ones with known coefficients; the tape records each step and never expands it, because a claim that has
// passed n rounds depends on O(n) pads and expanding it each round costs O(n^3). At the end one backward pass turns
// "sum of c_i * form_i" into the coefficient of every leaf: O(steps).
// Cost  one node and at most two edges for each operation.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "nescio/base/check.h"

namespace nescio::zk {

// The kinds of leaves; indices count from 0 in each kind and each segment.
enum class Leaf : std::uint8_t { pad, triple_a, triple_b, triple_c, dummy, atom };
inline constexpr std::size_t kLeafKinds = 6;

template <class E>
class Tape;

// A handle into a tape. Cheap to copy; the tape must outlive it.
template <class E>
class Form {
 public:
  Form() = default;
  friend Form operator+(const Form& a, const Form& b) { return a.tape_->combine(E::zero(), E::one(), a, E::one(), b); }
  friend Form operator-(const Form& a, const Form& b) { return a.tape_->combine(E::zero(), E::one(), a, -E::one(), b); }
  friend Form operator+(const Form& a, const E& c) { return a.tape_->combine(c, E::one(), a); }
  friend Form operator-(const Form& a, const E& c) { return a.tape_->combine(-c, E::one(), a); }
  friend Form operator*(const Form& a, const E& c) { return a.tape_->combine(E::zero(), c, a); }

 private:
  friend class Tape<E>;
  Form(Tape<E>* tape, std::uint32_t node) : tape_(tape), node_(node) {}
  Tape<E>* tape_ = nullptr;
  std::uint32_t node_ = 0;
};

// coefficient of every leaf, and the constant.
template <class E>
struct Coefficients {
  E constant;
  std::array<std::vector<E>, kLeafKinds> leaves;  // [kind][index]; missing indices are zero
};

template <class E>
class Tape {
 public:
  Tape() = default;
  Tape(const Tape&) = delete;  // forms point here
  Tape& operator=(const Tape&) = delete;

  Form<E> constant(const E& c) { return push(c); }
  Form<E> leaf(Leaf kind, std::uint32_t index) {
    Form<E> f = push(E::zero());
    edges_.push_back({E::one(), index, static_cast<std::uint8_t>(kind)});
    nodes_.back().end = static_cast<std::uint32_t>(edges_.size());
    return f;
  }
  Form<E> combine(const E& c, const E& ca, const Form<E>& a) {
    Form<E> f = push(c);
    edge(ca, a);
    return f;
  }
  Form<E> combine(const E& c, const E& ca, const Form<E>& a, const E& cb, const Form<E>& b) {
    Form<E> f = push(c);
    edge(ca, a);
    edge(cb, b);
    return f;
  }

  // The coefficients of sum_i seeds[i].second * seeds[i].first.
  Coefficients<E> backward(std::span<const std::pair<Form<E>, E>> seeds) const {
    std::vector<E> adjoint(nodes_.size());
    for (const auto& [form, c] : seeds) {
      NESCIO_CHECK(form.tape_ == this);
      adjoint[form.node_] += c;
    }
    Coefficients<E> out;
    for (std::size_t n = nodes_.size(); n-- > 0;) {
      const E a = adjoint[n];
      if (a.is_zero()) continue;
      out.constant += a * nodes_[n].constant;
      for (std::uint32_t i = begin(n); i < nodes_[n].end; ++i) {
        const Edge& e = edges_[i];
        if (e.kind == kNode) {
          adjoint[e.target] += a * e.coef;
        } else {
          std::vector<E>& leaves = out.leaves[e.kind];
          if (leaves.size() <= e.target) leaves.resize(e.target + 1);
          leaves[e.target] += a * e.coef;
        }
      }
    }
    return out;
  }

  // The value of every form, given the leaves' values: what the prover and the tests use to name an equation that
  // fails.
  std::vector<E> forward(const std::function<E(Leaf, std::uint32_t)>& leaf_value) const {
    std::vector<E> v(nodes_.size());
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      v[n] = nodes_[n].constant;
      for (std::uint32_t i = begin(n); i < nodes_[n].end; ++i) {
        const Edge& e = edges_[i];
        v[n] += e.coef * (e.kind == kNode ? v[e.target] : leaf_value(static_cast<Leaf>(e.kind), e.target));
      }
    }
    return v;
  }
  static std::uint32_t index(const Form<E>& f) { return f.node_; }  // into forward()

 private:
  static constexpr std::uint8_t kNode = 0xFF;
  struct Edge {
    E coef;
    std::uint32_t target;
    std::uint8_t kind;  // a Leaf, or kNode
  };
  struct Node {
    E constant;
    std::uint32_t end;  // its edges end here and begin where those of the node before end
  };
  std::uint32_t begin(std::size_t n) const { return n == 0 ? 0 : nodes_[n - 1].end; }
  Form<E> push(const E& c) {
    nodes_.push_back({c, static_cast<std::uint32_t>(edges_.size())});
    return Form<E>(this, static_cast<std::uint32_t>(nodes_.size() - 1));
  }
  void edge(const E& c, const Form<E>& f) {
    NESCIO_CHECK(f.tape_ == this);
    edges_.push_back({c, f.node_, kNode});
    nodes_.back().end = static_cast<std::uint32_t>(edges_.size());
  }

  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
};

}  // namespace nescio::zk
