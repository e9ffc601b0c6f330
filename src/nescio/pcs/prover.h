// pcs/prover.h -- commits to a matrix of base-field columns and opens one linear functional of it (pcs/opening.h).
#pragma once
#include <span>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/base/secret.h"
#include "nescio/field/ext_vector.h"
#include "nescio/merkle/prover.h"
#include "nescio/pcs/params.h"
#include "nescio/pcs/shape.h"
#include "nescio/transcript/prf.h"
#include "nescio/transcript/writer.h"

namespace nescio::pcs {

// Words from one row of a message to the next: the stored columns, rounded up to a multiple of 8.
std::size_t row_stride(const Params& p, const MatrixShape& shape);

// Fills with uniformly random cells the last `reserved` rows of every column that has a position, and, in a fresh tree,
// all rows of the mask columns. message: [params.rows()][row_stride]. reserved: params.reserved_rows() in a fresh tree.
// One stream for each group ("pcs.reserved", group index), row by row, and one ("pcs.masks", 0) for the mask columns.
void fill_random(const Params& p, const MatrixShape& shape, std::size_t reserved, const Digest& key,
                 std::span<F> message);

// One tree: the matrix, its code, the salts of its rows. All of it is secret.
class CommittedMatrix {
 public:
  // message: [params.rows()][row_stride], random cells included (fill_random), cells beyond the stored columns zero.
  // Row i of the code gets the i-th digest of the stream ("pcs.salt", 0) as its salt.
  CommittedMatrix(const Params& p, MatrixShape shape, SecretVector<F> message, const Digest& key);

  const MatrixShape& shape() const { return shape_; }
  const Digest& root() const { return tree_.root(); }
  const merkle::Tree& tree() const { return tree_; }
  std::size_t stride() const { return stride_; }
  const F* message_row(std::size_t i) const { return message_.data() + i * stride_; }
  // Canonical words; the first shape().stored_columns() of them are the leaf.
  const F* code_row(std::size_t i) const { return code_.data() + i * stride_; }
  const Digest& salt(std::size_t i) const { return salts_[i]; }

 private:
  MatrixShape shape_;
  std::size_t stride_;
  SecretVector<F> message_;  // [rows][stride]
  SecretArray<F> code_;      // [code length][stride]
  SecretArray<Digest> salts_;
  merkle::Tree tree_;
};

enum class Opened {
  kDone,
  kRestart,  // the masks are singular at these challenges: drop the proof, take attempt + 1, commit again
};

// Writes the opening of <w_main, F> = sigma. trees: the fresh one first. w_main: [2^kappa], by column position, each
// empty (zero) or of params.rows() elements, zero on reserved rows; consumed. `tr` as in verify_opening.
// kSelfCheck: the functional does not have the value sigma; nothing of the proof may be released. The bytes do not
// depend on the number of threads or the instruction set.
template <class E>
Result<Opened> open(const Params& p, std::span<const CommittedMatrix* const> trees, std::vector<ExtVector<E>> w_main,
                    const E& sigma, Transcript& tr, ProofWriter& proof);

}  // namespace nescio::pcs
