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
std::span<const OpRecord> curve_ops();
std::span<const OpRecord> encoder_ops();
std::span<const OpRecord> gather_ops();
std::span<const OpRecord> impute_ops();
std::span<const OpRecord> linear_model_ops();
std::span<const OpRecord> linear_ops();
std::span<const OpRecord> logic_ops();
std::span<const OpRecord> mod_ops();
std::span<const OpRecord> one_hot_ops();
std::span<const OpRecord> pick_ops();
std::span<const OpRecord> ratio_ops();
std::span<const OpRecord> reduce_ops();
std::span<const OpRecord> reshape_ops();
std::span<const OpRecord> slice_ops();
std::span<const OpRecord> softmax_ops();
std::span<const OpRecord> svm_ops();
std::span<const OpRecord> top_ops();
std::span<const OpRecord> transpose_ops();
std::span<const OpRecord> tree_ensemble_ops();
std::span<const OpRecord> tree_ops();
std::span<const OpRecord> window_ops();

}  // namespace nescio
