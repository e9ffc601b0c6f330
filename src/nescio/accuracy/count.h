// accuracy/count.h -- a circuit that counts on how many rows of a labelled set a model is right.
//
// Ports     inputs: those of the model, each with one more dimension, the first, of `rows`, and "label" [rows]; all
//           public. Output: "correct" [1]. The digest of the weights is the model's: one salt, one value in both keys.
// Statement Of n rows (accuracy/rows.h), with p_r what the model says of row r -- the output's integer; whether it
//           reaches the threshold; or, of an output with several cells, the index of the first largest -- correct is
//           the number of rows with p_r = label_r. It has one value:
//             p_r by gadget/select.h, g_r = [p_r >= label_r], l_r = [p_r <= label_r], correct = sum_r g_r l_r.
// Cost      that of n rows, and for each two signs; with a threshold or a largest one that gadget too.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nescio/accuracy/rows.h"
#include "nescio/circuit/public_values.h"
#include "nescio/gadget/emit.h"
#include "nescio/gadget/output.h"
#include "nescio/witness/witness.h"

namespace nescio {

// What the model says of a row.
struct Prediction {
  std::size_t output = 0;                 // of the model's
  std::optional<std::int64_t> threshold;  // of an output with one cell: whether it is at least that
  friend bool operator==(const Prediction&, const Prediction&) = default;
};
// What it can be: its labels lie there.
Bound classes_of(const Circuit& model, const Prediction& prediction);

inline constexpr std::uint32_t kMaxRows = 1U << 20;
inline constexpr std::string_view kLabelPort = "label", kCorrectPort = "correct";

struct Counting {
  Prediction prediction;
  ModelRows rows;
  std::vector<VarInfo> known;  // of the inputs and the output, in all rows
  Emitted emitted;             // the circuit, with ports, without the argument's tensors
};
// `model` has passed check_circuit; 1 <= rows <= kMaxRows. kUsage: the model has no such proofs, an input of the name
// "label", a threshold for several cells, too many rows.
Result<Counting> count_correct(const Circuit& model, const Prediction& prediction, std::uint32_t rows);

// Rows and labels, in the integers of a model's inputs.
struct LabelledSet {
  std::vector<SecretVector<std::int64_t>> inputs;  // of each of the model's, one row after the other
  SecretVector<std::int64_t> labels;
};
// What the model does with the rows, one after the other.
struct CountedRows {
  SecretVector<std::int64_t> output;  // that it predicts with
  TensorValues cells;                 // of each committed tensor of the model's that is in the rows; of one that is not
                                      // per row: its cells, once
};
// The whole witness. publics: of the circuit of `counting`. kStatementFalse when they are not true.
Result<Witness> counted_witness(const Circuit& model, const Counting& counting, const LabelledSet& set,
                                CountedRows rows, const PublicValues& publics);

}  // namespace nescio
