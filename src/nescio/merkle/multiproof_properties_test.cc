// Multiproofs of random sets of leaves: they open these leaves at these indices, and nothing else.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "nescio/merkle/prover.h"
#include "nescio/merkle/verifier.h"
#include "nescio/transcript/prf.h"
#include "nescio/transcript/writer.h"

namespace nescio::merkle {
namespace {

Result<Digest> root_of(const std::vector<IndexedDigest>& leaves, unsigned log_n, const std::vector<Digest>& path) {
  ProofWriter out;
  for (const Digest& d : path) out.digest("path", d);
  ProofReader in(out.bytes());
  NESCIO_TRY(const Digest root, root_from(leaves, log_n, in, "path"));
  NESCIO_TRY_STATUS(in.end());
  return root;
}

RC_GTEST_PROP(MultiproofProperties, random_sets, ()) {
  const auto log_n = *rc::gen::inRange<unsigned>(0, 11);
  const auto n = std::uint32_t{1} << log_n;
  std::vector<Digest> leaves(n);
  Prf(Digest{}, "leaves", *rc::gen::arbitrary<std::uint32_t>()).fill(leaves);
  const Tree tree(leaves);
  const auto indices = *rc::gen::nonEmpty(rc::gen::container<std::set<std::uint32_t>>(rc::gen::inRange(0U, n)));
  std::vector<IndexedDigest> opened;
  for (const std::uint32_t i : indices) opened.push_back({i, leaves[i]});
  const std::vector<Digest> path = tree.multiproof(std::vector(indices.begin(), indices.end()));
  const auto root = root_of(opened, log_n, path);
  RC_ASSERT(root.ok() && *root == tree.root());
  RC_ASSERT(path.size() <= indices.size() * log_n);

  const auto accepted = [&](const std::vector<IndexedDigest>& l, const std::vector<Digest>& p) {
    const auto r = root_of(l, log_n, p);
    return r.ok() && *r == tree.root();
  };
  const auto which = *rc::gen::inRange<std::size_t>(0, opened.size());
  auto other = opened;
  other[which].digest.bytes[*rc::gen::inRange<std::size_t>(0, 32)] ^= 1;
  RC_ASSERT(!accepted(other, path));
  auto less = path, more = path;
  more.emplace_back();
  RC_ASSERT(!accepted(opened, more));
  if (!path.empty()) {
    less.pop_back();
    RC_ASSERT(!accepted(opened, less));
    const auto at = *rc::gen::inRange<std::size_t>(0, path.size());
    auto changed = path;
    changed[at].bytes[0] ^= 1;
    RC_ASSERT(!accepted(opened, changed));
  }
  const auto elsewhere = *rc::gen::inRange(0U, n);  // the leaf at another place
  other = opened;
  other[which].index = elsewhere;
  const bool ordered = (which == 0 || other[which - 1].index < elsewhere) &&
                       (which + 1 == other.size() || elsewhere < other[which + 1].index);
  if (ordered && elsewhere != opened[which].index) RC_ASSERT(!accepted(other, path));
}

}  // namespace
}  // namespace nescio::merkle
