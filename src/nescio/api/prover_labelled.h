// api/prover_labelled.h -- proofs that a committed model is right on so many rows of a labelled set that both sides
// have.
//
// Statement  the model of the key, with the weights under its digest, says the right label of at least `correct` of
//            these rows. Which of them, and what it says of the others, stays hidden.
// How        accuracy/count.h makes from the model's key the circuit that counts; its own key travels with the proof
//            and is taken only if it is that circuit, of the same digest, at no fewer bits.
// Soundness  that of the proof (verifier/verifier.h); accuracy/rows.h has why its rows are the model's.
// File       api/accuracy_file.h
#pragma once
#include "nescio/accuracy/count.h"
#include "nescio/api/prover_model.h"

namespace nescio {

// Arrays by the inputs' names, each [rows, ..], or one array whose rows have the cells of all inputs in order.
// kInShape, kInNonFinite, kInRange, kInFormat: name the row. Labels are whole numbers.
Result<LabelledSet> labelled_set(const Circuit& model, const NamedArrays& data, std::span<const double> labels);

// The name of an output without < = > -- its whole number is the label, or the index of the first largest along its one
// dimension -- or "score >= 700" (or >) for labels 1 and 0. kUsage.
Result<Prediction> parse_prediction(const Circuit& model, const std::string& text);

struct AccuracyRequest {
  NamedArrays data;
  SecretVector<double> labels;
  std::string prediction;
  std::optional<std::uint64_t> at_least;  // rows to claim; none: as many as it is right on
  std::vector<std::uint8_t> context;
  std::uint64_t memory_limit = 0;
};
struct ProvenAccuracy {
  std::vector<std::uint8_t> file;  // it has been verified
  std::uint64_t rows = 0, correct = 0, claimed = 0;
  double prove_ms = 0, verify_ms = 0;
  std::uint64_t estimated_memory_bytes = 0;  // before it was made
};
// kStatementFalse: fewer rows are right than are to be claimed. kMemory.
Result<ProvenAccuracy> prove_accuracy(const ProvingKey& key, const AccuracyRequest& request,
                                      const Progress& progress = {});

// How many of so many rows a share in [0, 1] is, rounded up.
std::uint64_t rows_of_share(double share, std::uint64_t rows);

struct AccuracyVerdict {
  std::string prediction;
  bool threshold = false;               // it is a comparison; else the name of an output
  std::uint64_t rows = 0, correct = 0;  // at least so many
  std::vector<std::uint8_t> context;
  soundness::Bits bits = 0;
};
// In words: what it takes as what the model says of a row, and what it does not tell.
std::string said_text(const AccuracyVerdict& verdict);
std::string hidden_text(const AccuracyVerdict& verdict);
// kVFormat; kVKey: its key is not that of the model and these rows; kVStatement: it is of another prediction than
// `prediction`, if that is given, or counts nothing; kVPublic: it is of other rows; otherwise as verify_proof().
Result<AccuracyVerdict> verify_accuracy(const CheckedKey& model, std::span<const std::uint8_t> file,
                                        const LabelledSet& set, const std::optional<std::string>& prediction = {},
                                        const std::optional<std::vector<std::uint8_t>>& context = {});

}  // namespace nescio
