// prover/dishonest/writer.cc -- for tests: transcript/writer.h as it is, but a hook sees each message before it is
// absorbed and sent, and may change it. Linked in the place of the real one; no production code is aware of it.
#include "nescio/transcript/writer.h"

#include "nescio/prover/dishonest/hook.h"

namespace nescio {

MessageHook& message_hook() {
  static MessageHook hook;
  return hook;
}

void ProofWriter::put(std::string_view kind, std::string_view label, std::span<const std::uint8_t> bytes,
                      Transcript* tr) {
  std::vector<std::uint8_t> sent(bytes.begin(), bytes.end());
  if (message_hook()) message_hook()(label, sent);
  if (keep_log_) log_.push_back({std::string(kind), std::string(label), out_.size(), sent.size()});
  out_.insert(out_.end(), sent.begin(), sent.end());
  if (tr != nullptr) tr->absorb(kind, label, sent);
}

void ProofWriter::bases(std::string_view label, std::span<const F> xs) {
  std::vector<std::uint8_t> bytes(xs.size() * F::kBytes);
  for (std::size_t i = 0; i < xs.size(); ++i) encode(xs[i], bytes.data() + i * F::kBytes);
  put("F", label, bytes, nullptr);
}

void ProofWriter::nonce(std::string_view label, Transcript& tr, unsigned bits) {
  if (bits == 0) return;
  const std::uint64_t nonce = tr.find_nonce(label, bits);
  std::array<std::uint8_t, 8> bytes;
  store_u64(bytes.data(), nonce);
  put("nonce", label, bytes, nullptr);
  NESCIO_CHECK(tr.check_nonce(label, bits, nonce));
}

void ProofWriter::append(const ProofWriter& part) {
  const std::size_t shift = out_.size();
  out_.insert(out_.end(), part.out_.begin(), part.out_.end());
  if (!keep_log_) return;
  for (Entry e : part.log_) {
    e.offset += shift;
    log_.push_back(std::move(e));
  }
}

}  // namespace nescio
