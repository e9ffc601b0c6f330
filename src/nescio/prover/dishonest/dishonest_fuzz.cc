// Provers whose cheats the fuzzer writes: the input is a list of lies, each told at one step of a whole proof, after
// which everything goes on as if it were true, nonces included. So the verifier gets past its first checks, whatever
// was changed. Without a lie in the opening (few queries: a toy key) the proof is accepted if and only if all claims
// hold of the committed cells; and then these fulfil the circuit's relations, which witness/evaluate.h checks on its
// own.
//
// A lie is 8 bytes: kind, operation, and two numbers of 16 and 32 bits, where it is told and by how much.
#include <array>
#include <cstring>

#include "nescio/base/fuzz_start.h"
#include "nescio/prover/dishonest/dishonest_prover.h"
#include "nescio/prover/every_relation.h"

namespace {

using namespace nescio;
using E = Ext3;

constexpr std::size_t kLieBytes = 8, kMaxLies = 4;

enum class Kind : std::uint8_t { message, cell, pad, statement, opening, oracle, opened, wire, kinds };

struct Lie {
  Kind kind;
  std::uint8_t operation;
  std::uint16_t at;
  std::uint32_t by;

  E element(const E& x) const {
    const F b(by);
    switch (operation % 6) {
      case 0:
        return x + E::basis(by % E::D);
      case 1:
        return E::zero();
      case 2:
        return E::one();
      case 3:
        return -x;
      case 4:
        return x + E(b);
      default:
        return E(b);
    }
  }
  // One cell; the low byte of `by` is the change.
  template <class Cells>
  void change(Cells& cells) const {
    if (cells.empty()) return;
    F &x = cells[(by >> 8) % cells.size()], b(by & 0xFF);
    x = operation % 3 == 0 ? x + b : operation % 3 == 1 ? b : x - b;
  }
};

std::vector<Lie> lies_of(const std::uint8_t* data, std::size_t size) {
  std::vector<Lie> out;
  for (; size >= kLieBytes && out.size() < kMaxLies; data += kLieBytes, size -= kLieBytes) {
    Lie l{};
    l.kind = static_cast<Kind>(data[0] % static_cast<unsigned>(Kind::kinds));
    l.operation = data[1];
    std::memcpy(&l.at, data + 2, sizeof l.at);
    std::memcpy(&l.by, data + 4, sizeof l.by);
    out.push_back(l);
  }
  return out;
}

// What was told, changed afterwards: a message's bits, the message by another, by one byte, or away.
void change_wire(const Lie& lie, const std::vector<ProofWriter::Entry>& log, std::vector<std::uint8_t>& proof) {
  if (log.empty()) return;
  const ProofWriter::Entry &e = log[lie.at % log.size()], &other = log[lie.by % log.size()];
  if (e.size == 0 || std::max(e.offset + e.size, other.offset + other.size) > proof.size()) return;
  const auto at = proof.begin() + static_cast<std::ptrdiff_t>(e.offset);
  const auto from = proof.begin() + static_cast<std::ptrdiff_t>(other.offset);
  switch (lie.operation % 4) {
    case 0:
      at[lie.by % e.size] ^= static_cast<std::uint8_t>(1U << lie.operation / 4 % 8);
      break;
    case 1:
      std::copy_n(from, std::min(e.size, other.size), at);
      break;
    case 2:
      std::fill_n(at, e.size, static_cast<std::uint8_t>(lie.by));
      break;
    default:
      proof.erase(at, at + static_cast<std::ptrdiff_t>(e.size));
  }
}

void fuzz(const std::vector<Lie>& lies) {
  static const auto* const honest = new EveryRelation;
  static const auto* const key = [] {
    auto* k = new VerifyingKey(toy_key<E>(honest->circuit(), 9));
    k->bindings = honest->bindings;
    return k;
  }();

  bool honest_opening = true;
  Witness witness = honest->witness;
  witness.values.resize(key->circuit.tensors.size());
  PublicValues statement = honest->statement;
  statement.resize(key->circuit.tensors.size());
  Cheat<E> cheat;
  const auto each = [&lies](Kind kind, const auto& act) {
    for (const Lie& l : lies)
      if (l.kind == kind) act(l);
  };
  cheat.message = [&](std::uint32_t, std::size_t at, std::string_view, const E& x) {
    E out = x;
    each(Kind::message, [&](const Lie& l) {
      if (l.at == at) out = l.element(out);
    });
    return out;
  };
  Witness committed;
  cheat.committed = [&](TensorValues& cells) {
    each(Kind::cell, [&](const Lie& l) { l.change(cells[l.at % cells.size()]); });
    committed.values = cells;
  };
  cheat.pads = [&](std::uint32_t, zk::Pads<E>& pads) {
    each(Kind::pad, [&](const Lie& l) {
      SecretVector<E>* const of[] = {&pads.pad, &pads.triple_a, &pads.triple_b, &pads.triple_c};
      SecretVector<E>& list = *of[l.by % 4];
      if (!list.empty()) list[l.at % list.size()] = l.element(list[l.at % list.size()]);
    });
  };
  each(Kind::statement, [&](const Lie& l) { l.change(statement[l.at % statement.size()]); });
  cheat.opening = [&, at = std::size_t{0}](const pcs::ReferenceProver<E>::Message&, const E& x) mutable {
    E out = x;
    each(Kind::opening, [&](const Lie& l) {
      if (l.at % 256 == at) out = l.element(out);
    });
    ++at;
    return out;
  };
  cheat.oracle = [&](std::size_t i, std::vector<E>& f) {
    each(Kind::oracle, [&](const Lie& l) {
      if (l.at % 4 == i && !f.empty()) f[l.by % f.size()] = l.element(f[l.by % f.size()]);
    });
  };
  cheat.opened = [&](std::span<F> matrix, std::size_t) {
    each(Kind::opened, [&](const Lie& l) { matrix[l.by % matrix.size()] += F(1); });
  };
  for (const Lie& l : lies) honest_opening = honest_opening && l.kind < Kind::opening;

  static const auto* const checked = new CheckedKey(UncheckedKeyForTests::make(*key));
  const auto publics = public_values(*key, statement);
  if (!publics.ok()) {
    NESCIO_CHECK(!verify(*checked, statement, {}, {}, {}).ok());
    return;
  }
  Told<E> told = tell<E>(*key, witness, statement, cheat);
  each(Kind::wire, [&](const Lie& l) { change_wire(l, told.log, told.proof); });
  const Status verdict = verify(*checked, statement, {}, {}, told.proof);
  const bool holds = !told.log.empty() && told.failing.empty() && told.error.is_zero();
  if (!honest_opening) return;
  NESCIO_CHECK(verdict.ok() == holds);
  NESCIO_CHECK(!verdict.ok() || check_witness(key->circuit, committed, *publics).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz(lies_of(data, size));
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  if (seed % 4 == 0) {  // another lie
    const std::size_t n = size / kLieBytes * kLieBytes;
    if (n < kMaxLies * kLieBytes && n + kLieBytes <= max_size) {
      std::mt19937 rng(seed);
      for (std::size_t i = 0; i < kLieBytes; ++i) data[n + i] = static_cast<std::uint8_t>(rng());
      return n + kLieBytes;
    }
  }
  const std::size_t most = std::min(max_size, kMaxLies * kLieBytes);
  return LLVMFuzzerMutate(data, std::min(size, most), most);
}
