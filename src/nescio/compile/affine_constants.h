// compile/affine_constants.h -- the constants of an Affine, and how they change when it moves.
#pragma once
#include <optional>

#include "nescio/graph/graph.h"

namespace nescio {

// x -> x * scale + shift. Both float64, of one shape whose extents are 1 or those of the tensor they apply to.
struct AffineConstants {
  Tensor scale, shift;

  bool is_identity() const;
  bool is_finite() const;
  // Whether they vary along the last dimension only.
  bool is_per_column() const;
};

// The constants as doubles, extents of 1 wherever both are constant along a dimension.
AffineConstants compressed(const AffineConstants& constants);
// First `inner`, then `outer`, on a tensor of shape `on`. Nothing when the combined constants would be too large.
std::optional<AffineConstants> composed(const AffineConstants& inner, const AffineConstants& outer);

// Constants for behind a node such that node(affine(x)) = affine'(node(x)); for Reshape and Transpose. `from` is the
// shape of x. Nothing when they would be too large.
std::optional<AffineConstants> moved_behind(const AffineConstants& constants, const Node& node, const Shape& from);
// The opposite: affine(node(x)) = node(affine'(x)); `from` is the shape of x.
std::optional<AffineConstants> moved_before(const AffineConstants& constants, const Node& node, const Shape& from);

}  // namespace nescio
