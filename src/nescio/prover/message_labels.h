// prover/message_labels.h -- for tests: the labels of all that a proof can hold (docs/spec/transcript.md, pcs.md).
#pragma once
#include <set>
#include <string>

namespace nescio {

using MessageLabels = std::set<std::string, std::less<>>;

// What the prover says, absorbed; nonces; what it opens.
inline const MessageLabels kMessages = {"root",
                                        "root.q",
                                        "root.p",
                                        "h0",
                                        "h2",
                                        "u",
                                        "q1",
                                        "p1",
                                        "q0",
                                        "c0",
                                        "c2",
                                        "c3",
                                        "c4",
                                        "a",
                                        "b",
                                        "ab",
                                        "c",
                                        "triple.a",
                                        "triple.b",
                                        "open.sigma_res",
                                        "open.col.c0",
                                        "open.col.c2",
                                        "open.mu_g",
                                        "whir.root",
                                        "whir.ood.y",
                                        "whir.fold.c0",
                                        "whir.fold.c2",
                                        "whir.final",
                                        "whir.last.c0",
                                        "whir.last.c2"};
inline const MessageLabels kNonces = {"lookup", "open.col.pow", "open.gamma.pow", "query.pow", "whir.fold.pow"};
inline const MessageLabels kOpenings = {"row.cells", "row.salt", "row.path", "whir.leaf", "whir.path"};

}  // namespace nescio
