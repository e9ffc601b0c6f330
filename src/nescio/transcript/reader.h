// transcript/reader.h -- the verifier's side of the wire: parse, check canonical form, absorb, in one call.
//
// No lengths on the wire: every size follows from the verifying key. A message without a Transcript argument is not
// absorbed: opened rows, salts and paths, which a root binds.
// Errors  kVFormat (short, trailing or non-canonical), kVPow; Error::where is the offset of the message.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "nescio/base/byte_reader.h"
#include "nescio/base/error.h"
#include "nescio/transcript/encoding.h"
#include "nescio/transcript/transcript.h"

namespace nescio {

class ProofReader {
 public:
  explicit ProofReader(std::span<const std::uint8_t> proof) : in_(proof) {}

  std::size_t position() const { return in_.position(); }

  template <class E>
  Result<E> ext(std::string_view label, Transcript& tr) {
    return read_ext<E>(label, &tr);
  }
  template <class E>
  Result<E> ext(std::string_view label) {
    return read_ext<E>(label, nullptr);
  }
  Result<F> base(std::string_view label);
  // Fills out with out.size() base elements.
  Status bases(std::string_view label, std::span<F> out);
  Result<Digest> digest(std::string_view label, Transcript& tr);
  Result<Digest> digest(std::string_view label);
  // kVPow unless the nonce holds the work. bits == 0: nothing on the wire, nothing absorbed.
  Status nonce(std::string_view label, Transcript& tr, unsigned bits);
  Result<std::span<const std::uint8_t>> raw(std::string_view kind, std::string_view label, std::size_t size,
                                            Transcript& tr);
  Result<std::span<const std::uint8_t>> raw(std::size_t size);
  // Last call: bytes left over are an error.
  Status end() const { return in_.finish(); }

 private:
  template <class E>
  Result<E> read_ext(std::string_view label, Transcript* tr) {
    const std::size_t at = in_.position();
    NESCIO_TRY(const auto bytes, in_.take(E::kBytes));
    E x;
    NESCIO_VERIFY(decode(bytes.data(), x), ErrorCode::kVFormat, at);
    if (tr != nullptr) tr->absorb("E", label, bytes);
    return x;
  }

  ByteReader in_;
};

}  // namespace nescio
