#include "nescio/api/proof_file.h"

#include <algorithm>

#include "nescio/api/digest_bytes.h"
#include "nescio/base/byte_writer.h"
#include "nescio/circuit/check.h"
#include "nescio/proof/key.h"

namespace nescio {
namespace {

constexpr std::string_view kMagic = "nescio proof";

void write_revealed(const std::vector<Revealed>& list, ByteWriter& out) {
  out.u(static_cast<std::uint32_t>(list.size()));
  for (const Revealed& r : list) {
    out.u(static_cast<std::uint32_t>(r.name.size()));
    out.bytes(bytes_of(r.name));
    out.u(static_cast<std::uint32_t>(r.values.size()));
    for (const std::int64_t v : r.values) out.u(static_cast<std::uint64_t>(v));
  }
}

void write_statement(const ProofFile& file, ByteWriter& out) {
  out.u(static_cast<std::uint32_t>(file.statement.size()));
  out.bytes(bytes_of(file.statement));
  write_revealed(file.disclosed.outputs, out);
  write_revealed(file.disclosed.inputs, out);
  out.u(static_cast<std::uint32_t>(file.disclosed.digests.size()));
  for (const GroupDigest& d : file.disclosed.digests) {
    out.u(static_cast<std::uint8_t>(d.group));
    for (const F& x : d.digest) out.u(x.canonical());
  }
  out.u(static_cast<std::uint32_t>(file.attestations.size()));
  for (const Attestation& a : file.attestations) {
    const std::vector<std::uint8_t> bytes = write_attestation(a);
    out.u(static_cast<std::uint32_t>(bytes.size()));
    out.bytes(bytes);
  }
}

Result<std::string> read_text(ByteReader& in, std::size_t most) {
  NESCIO_TRY(const std::uint32_t n, in.count(1));
  NESCIO_VERIFY(n <= most, ErrorCode::kVFormat, in.position());
  NESCIO_TRY(const auto bytes, in.take(n));
  NESCIO_VERIFY(std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t c) { return c >= 0x20 && c < 0x7F; }),
                ErrorCode::kVFormat, in.position());
  return std::string(bytes.begin(), bytes.end());
}

Result<std::vector<Revealed>> read_revealed(ByteReader& in) {
  NESCIO_TRY(const std::uint32_t count, in.count(8));
  std::vector<Revealed> list;
  for (std::uint32_t i = 0; i < count; ++i) {
    Revealed r;
    NESCIO_TRY(r.name, read_text(in, kMaxName));
    NESCIO_TRY(const std::uint32_t n, in.count(8));
    for (std::uint32_t k = 0; k < n; ++k) {
      NESCIO_TRY(const std::uint64_t v, in.u<std::uint64_t>());
      r.values.push_back(static_cast<std::int64_t>(v));
    }
    NESCIO_VERIFY(list.empty() || list.back().name < r.name, ErrorCode::kVFormat, in.position());
    list.push_back(std::move(r));
  }
  return list;
}

Result<std::vector<GroupDigest>> read_digests(ByteReader& in) {
  NESCIO_TRY(const std::uint32_t count, in.count(33));
  std::vector<GroupDigest> list;
  for (std::uint32_t i = 0; i < count; ++i) {
    NESCIO_TRY(const std::uint8_t group, in.u<std::uint8_t>());
    GroupDigest d{static_cast<Group>(group), {}};
    NESCIO_VERIFY(d.group == Group::inputs || d.group == Group::outputs, ErrorCode::kVFormat, in.position());
    NESCIO_VERIFY(list.empty() || list.back().group == Group::inputs, ErrorCode::kVFormat, in.position());
    NESCIO_TRY(d.digest, read_digest_cells(in));
    list.push_back(d);
  }
  return list;
}

Result<std::vector<Attestation>> read_attestations(ByteReader& in) {
  NESCIO_TRY(const std::uint32_t count, in.count(4));
  NESCIO_VERIFY(count <= kMaxAttestations, ErrorCode::kVFormat, in.position());
  std::vector<Attestation> list;
  for (std::uint32_t i = 0; i < count; ++i) {
    NESCIO_TRY(const std::uint32_t n, in.count(1));
    NESCIO_TRY(const auto bytes, in.take(n));
    NESCIO_TRY(Attestation a, read_attestation(bytes));
    list.push_back(std::move(a));
  }
  return list;
}

}  // namespace

Status check_context(std::span<const std::uint8_t> context) {
  if (context.size() <= kMaxContext) return Unit{};
  return Error{ErrorCode::kUsage, 0, "the context has more than " + std::to_string(kMaxContext) + " bytes", {}};
}

std::vector<std::uint8_t> statement_bytes(const ProofFile& file) {
  ByteWriter out;
  write_statement(file, out);
  return out.take();
}

std::vector<std::uint8_t> write_proof_file(const ProofFile& file) {
  ByteWriter out;
  out.bytes(bytes_of(kMagic));
  out.u(kFormatVersion);
  write_statement(file, out);
  out.u(static_cast<std::uint32_t>(file.context.size()));
  out.bytes(file.context);
  out.bytes(file.proof);
  return out.take();
}

Result<ProofFile> read_proof_file(std::span<const std::uint8_t> bytes) {
  ByteReader in(bytes);
  NESCIO_TRY_STATUS(in.header(kMagic, kFormatVersion));
  ProofFile file;
  NESCIO_TRY(file.statement, read_text(in, kMaxStatement));
  NESCIO_TRY(file.disclosed.outputs, read_revealed(in));
  NESCIO_TRY(file.disclosed.inputs, read_revealed(in));
  NESCIO_TRY(file.disclosed.digests, read_digests(in));
  NESCIO_TRY(file.attestations, read_attestations(in));
  NESCIO_TRY(const std::uint32_t context, in.count(1));
  NESCIO_VERIFY(context <= kMaxContext, ErrorCode::kVFormat, in.position());
  NESCIO_TRY(const auto context_bytes, in.take(context));
  file.context.assign(context_bytes.begin(), context_bytes.end());
  NESCIO_TRY(const auto rest, in.take(in.remaining()));
  file.proof.assign(rest.begin(), rest.end());
  return file;
}

}  // namespace nescio
