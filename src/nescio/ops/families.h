// ops/families.h -- the records of each file, for the registry.
#pragma once
#include <span>

#include "nescio/ops/record.h"

namespace nescio {

std::span<const OpRecord> activation_ops();
std::span<const OpRecord> affine_ops();
std::span<const OpRecord> arithmetic_ops();
std::span<const OpRecord> comparison_ops();
std::span<const OpRecord> constant_ops();
std::span<const OpRecord> gather_ops();
std::span<const OpRecord> linear_ops();
std::span<const OpRecord> linear_model_ops();
std::span<const OpRecord> reshape_ops();
std::span<const OpRecord> slice_ops();
std::span<const OpRecord> transpose_ops();
std::span<const OpRecord> tree_ensemble_ops();
std::span<const OpRecord> tree_ops();

}  // namespace nescio
