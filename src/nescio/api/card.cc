#include "nescio/api/card.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "nescio/base/byte_reader.h"
#include "nescio/base/byte_writer.h"

namespace nescio {
namespace {

constexpr std::string_view kMagic = "nescio model card";
constexpr std::uint16_t kVersion = 1;

void write(ByteWriter& out, double x) {
  out.u(std::bit_cast<std::uint64_t>(x));
}
void write(ByteWriter& out, const std::string& text) {
  out.u(static_cast<std::uint32_t>(text.size()));
  for (const char c : text) out.u(static_cast<std::uint8_t>(c));
}
void write(ByteWriter& out, const CardData& data) {
  for (const std::uint8_t b : data.digest.bytes) out.u(b);
  out.u(data.rows);
}

template <class Bytes>
Status fill(ByteReader& in, Bytes& to) {
  NESCIO_TRY(const auto from, in.take(to.size()));
  std::copy(from.begin(), from.end(), to.begin());
  return Unit{};
}
Result<double> read_real(ByteReader& in) {
  NESCIO_TRY(const std::uint64_t bits, in.u<std::uint64_t>());
  const auto x = std::bit_cast<double>(bits);
  if (!std::isfinite(x)) return in.error();
  return x;
}
Result<std::string> read_text(ByteReader& in, bool printable) {
  NESCIO_TRY(const std::uint32_t n, in.count(1));
  NESCIO_TRY(const auto text, in.take(n));
  const auto shown = [](std::uint8_t c) { return c >= 0x20 && c < 0x7F; };
  if (n > kMaxCardText || (printable && !std::all_of(text.begin(), text.end(), shown))) return in.error();
  return std::string(text.begin(), text.end());
}
Result<CardData> read_data(ByteReader& in) {
  CardData out;
  NESCIO_TRY_STATUS(fill(in, out.digest.bytes));
  NESCIO_TRY(out.rows, in.u<std::uint64_t>());
  return out;
}
Result<CardOutput> read_output(ByteReader& in) {
  CardOutput out;
  NESCIO_TRY(out.name, read_text(in, false));
  NESCIO_TRY(out.largest, read_real(in));
  NESCIO_TRY(out.mean, read_real(in));
  NESCIO_TRY(out.range, read_real(in));
  NESCIO_TRY(out.cells, in.u<std::uint64_t>());
  NESCIO_TRY(out.agreeing, in.u<std::uint64_t>());
  NESCIO_TRY(const std::uint8_t curve, in.u<std::uint8_t>());
  if (curve > 1) return in.error();
  if (curve == 0) return out;
  out.curve.emplace();
  NESCIO_TRY(out.curve->floats, read_real(in));
  NESCIO_TRY(out.curve->quantised, read_real(in));
  return out;
}

Result<ModelCard> parse(std::span<const std::uint8_t> bytes) {
  ByteReader in(bytes, ErrorCode::kInFormat);
  NESCIO_TRY_STATUS(in.header(kMagic, kVersion));
  ModelCard card;
  NESCIO_TRY_STATUS(fill(in, card.model.bytes));
  NESCIO_TRY(card.name, read_text(in, true));
  NESCIO_TRY(card.version, read_text(in, true));
  NESCIO_TRY(card.issued, in.u<std::uint64_t>());
  NESCIO_TRY(card.calibration, read_data(in));
  NESCIO_TRY(card.measured, read_data(in));
  NESCIO_TRY(card.refused, in.u<std::uint64_t>());
  NESCIO_TRY(const std::uint32_t outputs, in.count(45));
  for (std::uint32_t i = 0; i < outputs; ++i) {
    NESCIO_TRY(auto output, read_output(in));
    card.outputs.push_back(std::move(output));
  }
  NESCIO_TRY_STATUS(fill(in, card.owner));
  NESCIO_TRY_STATUS(fill(in, card.signature));
  NESCIO_TRY_STATUS(in.finish());
  return card;
}

}  // namespace

std::vector<std::uint8_t> signed_bytes(const ModelCard& card) {
  ByteWriter out;
  for (const std::uint8_t c : bytes_of(kMagic)) out.u(c);
  out.u(kVersion);
  for (const std::uint8_t b : card.model.bytes) out.u(b);
  write(out, card.name);
  write(out, card.version);
  out.u(card.issued);
  write(out, card.calibration);
  write(out, card.measured);
  out.u(card.refused);
  out.u(static_cast<std::uint32_t>(card.outputs.size()));
  for (const CardOutput& y : card.outputs) {
    write(out, y.name);
    for (const double x : {y.largest, y.mean, y.range}) write(out, x);
    out.u(y.cells);
    out.u(y.agreeing);
    out.u(static_cast<std::uint8_t>(y.curve.has_value()));
    if (!y.curve) continue;
    write(out, y.curve->floats);
    write(out, y.curve->quantised);
  }
  for (const std::uint8_t b : card.owner) out.u(b);
  return out.take();
}

std::vector<std::uint8_t> write_card(const ModelCard& card) {
  std::vector<std::uint8_t> out = signed_bytes(card);
  out.insert(out.end(), card.signature.begin(), card.signature.end());
  return out;
}

Result<ModelCard> read_card(std::span<const std::uint8_t> bytes) {
  auto out = parse(bytes);
  if (!out.ok())
    return Error{ErrorCode::kInFormat, out.error().where, "not a model card (nescio card), or damaged", {}};
  return out;
}

Status check_card(const ModelCard& card, const Digest& model, const std::optional<SigningKey>& owner) {
  const auto refuse = [](std::string why) { return Error{ErrorCode::kVAttest, 0, std::move(why), {}}; };
  if (!is_signed_by(card.owner, signed_bytes(card), card.signature))
    return refuse("the model card does not bear its owner's signature");
  if (!(card.model == model)) return refuse("the model card is of another model than the key");
  if (owner && *owner != card.owner)
    return refuse("the model card is signed by somebody else than the owner asked for");
  return Unit{};
}

}  // namespace nescio
