// Leaves, trees and multiproofs (docs/spec/pcs.md, sections 2 and 3).
#include "nescio/merkle/leaf.h"
#include "nescio/merkle/prover.h"
#include "nescio/merkle/verifier.h"
#include "vectors.h"

namespace nescio::vectors {
namespace {

using merkle::ColumnGroup;
using merkle::IndexedDigest;

Json row_leaf(const Json& in) {
  std::vector<ColumnGroup> groups;
  for (const Json& g : in.at("groups")) groups.push_back({g.at(0), g.at(1)});
  return {{"leaf", hex(merkle::row_leaf(digest(in.at("salt")), elements<F>(in.at("cells")), groups))}};
}
Json coset_leaf(const Json& in) {
  return with_degree(in, [&](auto zero) -> Json {
    using E = decltype(zero);
    const auto cells = elements<E>(in.at("elements"));
    return {{"leaf", hex(merkle::ext_leaf<E>(std::span<const E>(cells)))}};
  });
}

std::vector<Digest> digests(const Json& texts) {
  std::vector<Digest> out;
  for (const Json& t : texts) out.push_back(digest(t));
  return out;
}
Json tree(const Json& in) {
  return {{"root", hex(merkle::Tree(digests(in.at("leaves"))).root())}};
}

// Opened leaves and the siblings that follow them: which root they lead to, and what a verifier says who knows another.
Json opening(const Json& in) {
  std::vector<IndexedDigest> opened;
  for (const Json& leaf : in.at("opened")) opened.push_back({leaf.at(0), digest(leaf.at(1))});
  const Bytes siblings = bytes(in.at("siblings"));
  ProofReader reader(siblings);
  const auto root = merkle::root_from(opened, in.at("log"), reader, "path");
  if (!root.ok()) return {{"code", error_name(root.error().code)}};
  const bool same = *root == digest(in.at("root"));
  return {{"code", same ? Json() : Json(error_name(ErrorCode::kVMerkle))},
          {"root", hex(*root)},
          {"bytes_read", reader.position()}};
}

std::vector<Vector> cases() {
  Source any(4);
  std::vector<Vector> out;
  const auto row = [&](const char* name, std::size_t columns, const Json& groups) {
    out.push_back({name,
                   "row_leaf",
                   {{"salt", hex(any.bytes(32))}, {"cells", list(any.elements<F>(columns))}, {"groups", groups}}});
  };
  row("one segment and the masks", 4, {{0, 2}, {2, 4}});
  row("two segments, the first of a whole block", 14, {{0, 8}, {8, 11}, {11, 14}});
  row("a segment of two chunks", 133, {{0, 130}, {130, 133}});
  out.push_back({"2 elements", "coset_leaf", {{"degree", 2}, {"elements", list(any.elements<Ext2>(2))}}});
  out.push_back({"4 elements", "coset_leaf", {{"degree", 3}, {"elements", list(any.elements<Ext3>(4))}}});
  out.push_back({"1 element", "coset_leaf", {{"degree", 3}, {"elements", list(any.elements<Ext3>(1))}}});

  std::vector<Digest> leaves;
  for (int i = 0; i < 16; ++i) leaves.push_back(digest(Json(hex(any.bytes(32)))));
  out.push_back({"one leaf", "tree", {{"leaves", list(std::vector(leaves.begin(), leaves.begin() + 1))}}});
  out.push_back({"8 leaves", "tree", {{"leaves", list(std::vector(leaves.begin(), leaves.begin() + 8))}}});

  const merkle::Tree whole(leaves);
  const auto honest = [&](const std::vector<std::uint32_t>& indices) {
    Json opened = Json::array();
    for (const std::uint32_t i : indices) opened.push_back({i, hex(leaves[i])});
    Bytes siblings;
    for (const Digest& d : whole.multiproof(indices)) siblings.insert(siblings.end(), d.bytes.begin(), d.bytes.end());
    return Json{{"log", 4}, {"root", hex(whole.root())}, {"opened", opened}, {"siblings", hex(siblings)}};
  };
  out.push_back({"one leaf of 16", "opening", honest({5})});
  out.push_back({"neighbours, and others", "opening", honest({0, 1, 6, 13})});
  out.push_back({"all leaves", "opening", honest({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})});
  Json other = honest({2, 9});
  out.push_back({"a tree of one leaf",
                 "opening",
                 {{"log", 0},
                  {"root", hex(leaves[0])},
                  {"opened", Json::array({Json::array({0, hex(leaves[0])})})},
                  {"siblings", ""}}});
  const std::string siblings = other["siblings"];
  other["opened"][1][1] = hex(leaves[8]);
  out.push_back({"another leaf", "opening", other});
  other = honest({2, 9});
  other["opened"][1][0] = 8;
  out.push_back({"a leaf in another place", "opening", other});
  other = honest({2, 9});
  other["siblings"] = siblings.substr(64, 64) + siblings.substr(0, 64) + siblings.substr(128);
  out.push_back({"siblings exchanged", "opening", other});
  other["siblings"] = siblings.substr(0, siblings.size() - 2);
  out.push_back({"a byte is missing", "opening", other});
  other["siblings"] = siblings + siblings.substr(0, 64);
  out.push_back({"a sibling too many is left unread", "opening", other});
  return out;
}

}  // namespace

File merkle_file() {
  return {"merkle",
          "docs/spec/pcs.md: leaves and nodes (section 2), multiproofs (section 3)",
          {{"row_leaf", row_leaf}, {"coset_leaf", coset_leaf}, {"tree", tree}, {"opening", opening}},
          cases()};
}

}  // namespace nescio::vectors
