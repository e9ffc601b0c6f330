// witness/evaluate.h -- the meaning of a Circuit: the value of every tensor mod p, and whether the relations hold.
//
// Reads nothing but the definitions of circuit/circuit.h, so it is independent of the lowering that made them. The
// prover takes the values of virtual tensors from here; tests name a failing relation by it ("the ledger on cells").
// Memory  with Keep::operands, tensors that only lead to others are released on the way and read as empty.
// Cost  one pass: a contraction takes as many multiplications as it has terms, any other tensor a few per cell.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "nescio/base/error.h"
#include "nescio/circuit/public_values.h"
#include "nescio/witness/witness.h"

namespace nescio {

// What to keep: all tensors, or what a proof reads: columns of lookups, and operands of products of private tensors.
enum class Keep { all, operands };

// Values of all tensors: committed and public ones are seen where they are, the others are computed and owned here.
// `witness` and `publics` must outlive this object. Not to be copied: the copy would see what the original owns.
class Evaluated {
 public:
  Evaluated(Evaluated&&) = default;
  Evaluated& operator=(Evaluated&&) = default;

  // num_cells(dims) entries; none for tensors of the argument's own roles (pads, triples, dummies).
  std::span<const F> operator[](TensorId id) const { return view_[id]; }
  std::size_t size() const { return view_.size(); }

 private:
  friend Result<Evaluated> evaluate_virtual(const Circuit&, const Witness&, const PublicValues&, Keep);
  Evaluated() = default;
  std::vector<std::span<const F>> view_;
  TensorValues own_;
};

// kSelfCheck if a committed tensor has a wrong number of values, kVPublic if a public one has; `where` is its id.
Result<Evaluated> evaluate_virtual(const Circuit& circuit, const Witness& witness, const PublicValues& publics,
                                   Keep keep = Keep::all);

// The most values that evaluate_virtual holds of its own at one time.
std::uint64_t evaluated_peak(const Circuit& circuit, Keep keep);

// What a lowering calls its relations, "fc1/requant/remainder"; by index into circuit.lookups and circuit.zeros.
struct RelationNames {
  std::vector<std::string> lookups, zeros;
};

// [table][row]: how often the row is looked up. kSelfCheck as check_relations().
Result<TensorValues> count_lookups(const Circuit& circuit, const Evaluated& values,
                                   const RelationNames* names = nullptr);

// Every row of every lookup is a row of its table, every tensor of `zeros` vanishes, and the multiplicities count the
// lookups. Otherwise kSelfCheck; `detail` names the first relation that fails (from `names`, or by number) and the
// index of the cell, never a value; `where` is the index of the lookup, #lookups + that of the zero, or #lookups +
// #zeros + that of the table.
Status check_relations(const Circuit& circuit, const Evaluated& values, const RelationNames* names = nullptr);

// evaluate_virtual, then check_relations.
Status check_witness(const Circuit& circuit, const Witness& witness, const PublicValues& publics,
                     const RelationNames* names = nullptr);

}  // namespace nescio
