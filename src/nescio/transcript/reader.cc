#include "nescio/transcript/reader.h"

namespace nescio {

Result<F> ProofReader::base(std::string_view label) {
  F x;
  NESCIO_TRY_STATUS(bases(label, {&x, 1}));
  return x;
}

Status ProofReader::bases(std::string_view, std::span<F> out) {
  const std::size_t at = in_.position();
  if (out.size() > in_.remaining() / F::kBytes) return in_.error();
  NESCIO_TRY(const auto bytes, in_.take(out.size() * F::kBytes));
  bool ok = true;
  for (std::size_t i = 0; i < out.size(); ++i) ok = decode(bytes.data() + i * F::kBytes, out[i]) && ok;
  NESCIO_VERIFY(ok, ErrorCode::kVFormat, at);
  return Unit{};
}

Result<Digest> ProofReader::digest(std::string_view) {
  NESCIO_TRY(const auto bytes, in_.take(sizeof(Digest)));
  Digest d;
  std::copy(bytes.begin(), bytes.end(), d.bytes.begin());
  return d;
}

Result<Digest> ProofReader::digest(std::string_view label, Transcript& tr) {
  NESCIO_TRY(const Digest d, digest(label));
  tr.absorb("digest", label, d.bytes);
  return d;
}

Status ProofReader::nonce(std::string_view label, Transcript& tr, unsigned bits) {
  if (bits == 0) return Unit{};
  const std::size_t at = in_.position();
  NESCIO_TRY(const auto nonce, in_.u<std::uint64_t>());
  NESCIO_VERIFY(tr.check_nonce(label, bits, nonce), ErrorCode::kVPow, at);
  return Unit{};
}

Result<std::span<const std::uint8_t>> ProofReader::raw(std::string_view kind, std::string_view label, std::size_t size,
                                                       Transcript& tr) {
  NESCIO_TRY(const auto bytes, in_.take(size));
  tr.absorb(kind, label, bytes);
  return bytes;
}

Result<std::span<const std::uint8_t>> ProofReader::raw(std::size_t size) {
  return in_.take(size);
}

}  // namespace nescio
