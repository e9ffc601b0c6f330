// The bytes of a compiled model: "nescio model" | u16 version | graph | plan | accuracy | float model | BLAKE3 of all
// before. Private, and still read as if it were hostile.
#include <algorithm>
#include <bit>

#include "nescio/api/prover_model.h"
#include "nescio/base/byte_reader.h"
#include "nescio/base/byte_writer.h"

namespace nescio {
namespace {

constexpr std::string_view kMagic = "nescio model";

// One text for both directions: Writer and Reader have the same functions.
class Writer {
 public:
  BasicByteWriter<SecretVector<std::uint8_t>> out;
  template <class T>
  void number(T& x) {
    if constexpr (std::is_same_v<T, double>) {
      out.u(std::bit_cast<std::uint64_t>(x));
    } else if constexpr (std::is_same_v<T, bool>) {
      out.u(static_cast<std::uint8_t>(x ? 1 : 0));
    } else {
      out.u(static_cast<std::uint64_t>(x));
    }
  }
  template <class Text>
  void text(Text& s) {
    out.u(static_cast<std::uint32_t>(s.size()));
    out.bytes(bytes_of(s));
  }
  template <class List, class Item>
  void list(List& items, std::size_t, const Item& item) {
    out.u(static_cast<std::uint32_t>(items.size()));
    for (auto& x : items) item(x);
  }
  bool ok() const { return true; }
};

class Reader {
 public:
  explicit Reader(ByteReader& in) : in_(in) {}
  template <class T>
  void number(T& x) {
    if constexpr (std::is_same_v<T, bool>) {
      const std::uint64_t v = take<std::uint8_t>();
      ok_ = ok_ && v <= 1;
      x = v == 1;
    } else {
      const std::uint64_t v = take<std::uint64_t>();
      if constexpr (std::is_same_v<T, double>) {
        x = std::bit_cast<double>(v);
      } else {
        x = static_cast<T>(v);
        ok_ = ok_ && static_cast<std::uint64_t>(x) == v;  // enumerations are checked by validate()
      }
    }
  }
  template <class Text>
  void text(Text& s) {
    const auto n = count(1);
    if (n == 0) return s.clear();
    const auto b = in_.take(n);
    ok_ = ok_ && b.ok();
    if (ok_) s.assign((*b).begin(), (*b).end());
  }
  template <class List, class Item>
  void list(List& items, std::size_t item_bytes, const Item& item) {
    items.resize(count(item_bytes));
    for (auto& x : items) {
      item(x);
      if (!ok_) return;
    }
  }
  bool ok() const { return ok_; }

 private:
  template <class T>
  std::uint64_t take() {
    if (!ok_) return 0;
    const auto v = in_.u<T>();
    ok_ = v.ok();
    return ok_ ? *v : 0;
  }
  std::uint32_t count(std::size_t item_bytes) {
    if (!ok_) return 0;
    const auto n = in_.count(item_bytes);
    ok_ = n.ok();
    return ok_ ? *n : 0;
  }
  ByteReader& in_;
  bool ok_ = true;
};

template <class A, class T>
void numbers(A& a, T& list) {
  a.list(list, 8, [&](auto& x) { a.number(x); });
}

template <class A>
void activation(A& a, Activation& f) {
  a.number(f.kind);
  a.number(f.lo);
  a.number(f.hi);
  a.number(f.slope);
  a.number(f.shift);
  numbers(a, f.values);
}

template <class A>
void ports(A& a, std::vector<QuantPort>& list) {
  a.list(list, 24, [&](QuantPort& p) {
    a.text(p.name);
    a.number(p.value);
    a.number(p.bits);
    a.list(p.labels, 4, [&](std::string& s) { a.text(s); });
    a.number(p.float_keys);
  });
}

template <class A>
void graph(A& a, QuantGraph& g) {
  a.list(g.values, 12, [&](QuantValue& v) {
    a.text(v.name);
    numbers(a, v.shape);
    numbers(a, v.scales);
  });
  a.list(g.nodes, 60, [&](QuantNode& n) {
    a.number(n.op);
    a.text(n.name);
    numbers(a, n.inputs);
    a.number(n.output);
    a.list(n.weights, 20, [&](QuantWeights& w) {
      a.text(w.name);
      numbers(a, w.shape);
      a.number(w.bits);
      numbers(a, w.values);
    });
    a.number(n.bias_shift);
    a.number(n.rounded);
    a.number(n.requant.shift);
    a.number(n.requant.bits);
    activation(a, n.activation);
    numbers(a, n.integers);
    a.number(n.comparison);
  });
  ports(a, g.inputs);
  ports(a, g.outputs);
  a.list(g.notes, 4, [&](std::string& s) { a.text(s); });
}

template <class A>
void model(A& a, Model& m) {
  graph(a, m.graph);
  a.number(m.plan.widths);
  a.number(m.plan.sign_bits);
  a.number(m.plan.unary_tables);
  a.number(m.accuracy.rows);
  a.number(m.accuracy.out_of_range);
  a.list(m.accuracy.outputs, 44, [&](OutputError& e) {
    a.text(e.output);
    a.number(e.largest);
    a.number(e.mean);
    a.number(e.range);
    a.number(e.cells);
    a.number(e.agreeing);
  });
  a.list(m.float_model, 8, [&](FloatModel& f) {
    a.text(f.file);
    std::vector<std::pair<std::string, std::int64_t>> dimensions(f.dimensions.begin(), f.dimensions.end());
    a.list(dimensions, 12, [&](auto& d) {
      a.text(d.first);
      a.number(d.second);
    });
    f.dimensions = {dimensions.begin(), dimensions.end()};
  });
}

}  // namespace

SecretVector<std::uint8_t> write_model(const Model& m) {
  Writer w;
  w.out.bytes(bytes_of(kMagic));
  w.out.u(kFormatVersion);
  Model copy = m;  // the text is shared with the reader, which changes what it is given
  model(w, copy);
  const Digest sum = Hasher().part(w.out.data()).finish();
  w.out.bytes(sum.bytes);
  return w.out.take();
}

Result<Model> read_model(std::span<const std::uint8_t> bytes) {
  NESCIO_VERIFY(bytes.size() > 32, ErrorCode::kKey, 0);
  const auto body = bytes.first(bytes.size() - 32);
  const Digest sum = Hasher().part(body).finish();
  ByteReader in(body, ErrorCode::kKey);
  NESCIO_TRY(const auto magic, in.take(std::min(kMagic.size(), body.size())));
  if (!std::equal(magic.begin(), magic.end(), bytes_of(kMagic).begin(), bytes_of(kMagic).end()))
    return Error{ErrorCode::kKey, 0, "not a compiled model (make one with 'nescio compile')", {}};
  if (!std::equal(sum.bytes.begin(), sum.bytes.end(), bytes.end() - 32))
    return Error{ErrorCode::kKey, 0, "the model file is damaged: its checksum is wrong", {}};
  NESCIO_TRY(const std::uint16_t version, in.u<std::uint16_t>());
  NESCIO_VERIFY(version == kFormatVersion, ErrorCode::kKey, in.position());
  Model m;
  Reader r(in);
  model(r, m);
  NESCIO_VERIFY(r.ok(), ErrorCode::kKey, in.position());
  NESCIO_TRY_STATUS(in.finish());
  NESCIO_VERIFY(m.plan.widths != 0 && m.plan.widths < (1U << 17) && m.plan.sign_bits >= 1 && m.plan.sign_bits <= 16,
                ErrorCode::kKey, 0);
  NESCIO_TRY_STATUS(validate(m.graph));
  return m;
}

}  // namespace nescio
