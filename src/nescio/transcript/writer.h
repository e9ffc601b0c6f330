// transcript/writer.h -- the prover's side of the wire: append a typed message and absorb it, in one call.
// The mirror of transcript/reader.h. Part of nescio_transcript_prove.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nescio/transcript/encoding.h"
#include "nescio/transcript/transcript.h"

namespace nescio {

class ProofWriter {
 public:
  // One message, for tests that mutate or compare messages.
  struct Entry {
    std::string kind, label;
    std::size_t offset, size;
  };

  explicit ProofWriter(bool keep_log = false) : keep_log_(keep_log) {}

  template <class E>
  void ext(std::string_view label, const E& x, Transcript& tr) {
    put_ext(label, x, &tr);
  }
  template <class E>
  void ext(std::string_view label, const E& x) {
    put_ext(label, x, nullptr);
  }
  void base(std::string_view label, F x) { bases(label, std::span<const F>(&x, 1)); }
  void bases(std::string_view label, std::span<const F> xs);
  void digest(std::string_view label, const Digest& d, Transcript& tr) { put("digest", label, d.bytes, &tr); }
  void digest(std::string_view label, const Digest& d) { put("digest", label, d.bytes, nullptr); }
  // Finds, sends and absorbs the smallest nonce; bits == 0: nothing.
  void nonce(std::string_view label, Transcript& tr, unsigned bits);
  void raw(std::string_view kind, std::string_view label, std::span<const std::uint8_t> bytes, Transcript& tr) {
    put(kind, label, bytes, &tr);
  }
  void raw(std::string_view kind, std::string_view label, std::span<const std::uint8_t> bytes) {
    put(kind, label, bytes, nullptr);
  }
  // Appends the bytes and the log of a writer that was filled apart, e.g. a segment's.
  void append(const ProofWriter& part);

  const std::vector<std::uint8_t>& bytes() const { return out_; }
  const std::vector<Entry>& log() const { return log_; }

 private:
  void put(std::string_view kind, std::string_view label, std::span<const std::uint8_t> bytes, Transcript* tr);
  template <class E>
  void put_ext(std::string_view label, const E& x, Transcript* tr) {
    std::array<std::uint8_t, E::kBytes> b;
    encode(x, b.data());
    put("E", label, b, tr);
  }

  bool keep_log_;
  std::vector<std::uint8_t> out_;
  std::vector<Entry> log_;
};

}  // namespace nescio
