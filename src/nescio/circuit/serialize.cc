#include "nescio/circuit/serialize.h"

#include <string_view>
#include <type_traits>

#include "nescio/circuit/check.h"
#include "nescio/circuit/packed_integers.h"

namespace nescio {
namespace {

constexpr std::uint8_t kFixed = 255;

// ---- writing

template <class T>
void write_count(std::size_t n, ByteWriter& out) {
  NESCIO_CHECK(static_cast<T>(n) == n);
  out.u(static_cast<T>(n));
}
void write_flag(bool b, ByteWriter& out) {
  out.u(static_cast<std::uint8_t>(b ? 1 : 0));
}
void write_dims(const Dims& dims, ByteWriter& out) {
  write_count<std::uint8_t>(dims.size(), out);
  for (const std::uint32_t n : dims) out.u(n);
}
void write_labels(const std::vector<std::uint8_t>& labels, ByteWriter& out) {
  write_count<std::uint8_t>(labels.size(), out);
  out.bytes(labels);
}
void write_name(const std::string& name, ByteWriter& out) {
  write_count<std::uint16_t>(name.size(), out);
  out.bytes(bytes_of(name));
}

void write(const Committed& c, ByteWriter& out) {
  out.u(static_cast<std::uint8_t>(c.role));
  out.u(c.segment);
}
void write(const Affine& a, ByteWriter& out) {
  write_count<std::uint32_t>(a.terms.size(), out);
  for (const AffineTerm& t : a.terms) {
    out.u(t.coef);
    out.u(t.source);
    write_count<std::uint8_t>(t.dims.size(), out);
    for (const DimRef& ref : t.dims) {
      NESCIO_CHECK(ref.fixed || ref.value < kMaxDims);
      out.u(ref.fixed ? kFixed : static_cast<std::uint8_t>(ref.value));
      if (ref.fixed) out.u(ref.value);
    }
  }
  out.u(a.constant);
  out.u(a.divisor);
}
void write(const Contract& c, ByteWriter& out) {
  out.u(c.a);
  out.u(c.b);
  write_labels(c.a_labels, out);
  write_labels(c.b_labels, out);
  write_labels(c.y_labels, out);
}
void write(const Cubic& c, ByteWriter& out) {
  for (const TensorId source : {c.a, c.b, c.c}) out.u(source);
}
void write(const Map& map, ByteWriter& out) {
  out.u(map.source);
  out.u(map.dim);
  out.u(static_cast<std::uint8_t>(map.matrix.index()));
  if (const auto* sparse = std::get_if<SparseMatrix>(&map.matrix)) {
    std::vector<std::int64_t> rows, cols, coefs;
    for (const SparseMatrix::Entry& e : sparse->entries) {
      rows.push_back(e.row);
      cols.push_back(e.col);
      coefs.push_back(e.coef);
    }
    for (const auto* list : {&rows, &cols, &coefs}) write_integers(*list, out);
  }
  if (const auto* shift = std::get_if<ShiftMatrix>(&map.matrix)) out.u(shift->offset);
}
void write(const Constant& c, ByteWriter& out) {
  write_flag(c.poseidon, out);
  if (!c.poseidon) write_integers(c.values, out);
}
void write(const Public& p, ByteWriter& out) {
  out.u(static_cast<std::uint8_t>(p.source));
}

void write(const Packing& packing, ByteWriter& out) {
  write_count<std::uint32_t>(packing.parts.size(), out);
  for (const Packing::Part& p : packing.parts) {
    out.u(p.source);
    out.u(p.lo);
    for (const std::uint8_t byte : {p.bits, p.along, p.run, p.lane}) out.u(byte);
    write_dims(p.at, out);
    out.u(p.count);
    out.u(p.block);
  }
}

void write(const TensorDef& tensor, ByteWriter& out) {
  write_dims(tensor.dims, out);
  out.u(static_cast<std::uint8_t>(tensor.def.index()));
  std::visit([&](const auto& def) { write(def, out); }, tensor.def);
}

void write(const Table& table, ByteWriter& out) {
  out.u(table.rows);
  write_count<std::uint8_t>(table.columns.size(), out);
  for (const TableColumn& c : table.columns) {
    write_flag(c.explicit_values, out);
    if (c.explicit_values) {
      write_integers(c.values, out);
    } else {
      out.u(c.start);
      out.u(c.step);
    }
  }
  out.u(table.multiplicity);
  write_count<std::uint8_t>(table.tensors.size(), out);
  for (const TensorId id : table.tensors) out.u(id);
}
void write(const Lookup& lookup, ByteWriter& out) {
  out.u(lookup.table);
  out.u(lookup.segment);
  write_count<std::uint8_t>(lookup.columns.size(), out);
  for (const TensorId id : lookup.columns) out.u(id);
}
void write(const Zero& zero, ByteWriter& out) {
  out.u(zero.tensor);
  out.u(zero.segment);
}
void write(const Scale& scale, ByteWriter& out) {
  out.u(scale.mantissa);
  out.u(scale.exponent);
}
void write(const InputPort& port, ByteWriter& out) {
  write_name(port.name, out);
  write_dims(port.dims, out);
  out.u(port.tensor);
  write_count<std::uint32_t>(port.scales.size(), out);
  for (const Scale& s : port.scales) write(s, out);
  out.u(port.lo);
  out.u(port.hi);
  write_flag(port.disclosed, out);
  if (port.disclosed) out.u(port.pub);
  out.u(port_kind(port));
  if (port.categories.empty()) return;
  write_count<std::uint32_t>(port.categories.size(), out);
  for (const std::string& c : port.categories) write_name(c, out);
}
void write(const OutputPort& port, ByteWriter& out) {
  write_name(port.name, out);
  write_dims(port.dims, out);
  out.u(port.tensor);
  write(port.scale, out);
  out.u(port.lo);
  out.u(port.hi);
  for (const TensorId id : {port.pub_lo, port.pub_hi, port.pub_outside}) out.u(id);
  write_flag(port.has_argmax, out);
  if (port.has_argmax)
    for (const TensorId id : {port.pub_onehot, port.pub_on, port.pub_tie}) out.u(id);
  write_flag(port.disclosed, out);
}
void write(const BoundRange& bound, ByteWriter& out) {
  out.u(bound.tensor);
  out.u(bound.lo);
  out.u(bound.hi);
}
void write(const DigestPort& port, ByteWriter& out) {
  out.u(static_cast<std::uint8_t>(port.group));
  out.u(port.tensor);
  write_count<std::uint32_t>(port.bound.size(), out);
  for (const BoundRange& bound : port.bound) write(bound, out);
}
template <class T>
void write(const std::vector<T>& list, ByteWriter& out) {
  write_count<std::uint32_t>(list.size(), out);
  for (const T& item : list) write(item, out);
}

// ---- reading

class Parser {
 public:
  explicit Parser(ByteReader& in) : in_(in) {}

  Status read(Circuit& c) {
    NESCIO_TRY_STATUS(read(c.segments));
    NESCIO_TRY_STATUS(read_many(3, c.tensors));
    NESCIO_TRY_STATUS(read_many(10, c.tables));
    NESCIO_TRY_STATUS(read_many(9, c.lookups));
    NESCIO_TRY_STATUS(read_many(8, c.zeros));
    NESCIO_TRY_STATUS(read_many(29, c.inputs));
    NESCIO_TRY_STATUS(read_many(49, c.outputs));
    return read_many(9, c.digests);
  }
  // `blocks` of the tensors of the circuit.
  Status read(const Circuit& circuit, Layout& layout) {
    NESCIO_TRY_STATUS(read(layout.log_rows));
    NESCIO_TRY_STATUS(read(layout.reserved_rows));
    NESCIO_TRY_STATUS(read_many(4, layout.column_segment));
    NESCIO_TRY(const std::uint32_t count, in_.count(7));
    layout.blocks.reserve(count);
    for (TensorId id = 0; id < circuit.tensors.size(); ++id) {
      if (circuit.committed(id) == nullptr) continue;
      for (BlockCursor cursor(circuit[id].dims); !cursor.done();) {
        if (layout.blocks.size() == count) return in_.error();
        Block& block = layout.blocks.emplace_back(Block{id, {}, 0, 0});
        NESCIO_TRY(const std::uint8_t log, in_.u<std::uint8_t>());
        NESCIO_TRY(block.column, in_.u<std::uint16_t>());
        NESCIO_TRY(const std::uint32_t unit, in_.u<std::uint32_t>());
        if (log > kMaxLogRows || unit >> (kMaxLogRows - log) != 0 || !cursor.next(log, block.pieces))
          return in_.error();
        block.row = unit << log;
      }
    }
    return layout.blocks.size() == count ? Status(Unit{}) : in_.error();
  }

 private:
  // A byte below `end`.
  template <class T>
  Status read_byte(T& value, std::uint8_t end) {
    NESCIO_TRY(const std::uint8_t byte, in_.u<std::uint8_t>());
    if (byte >= end) return in_.error();
    value = static_cast<T>(byte);
    return Unit{};
  }
  template <class T>
    requires std::is_integral_v<T>
  Status read(T& value) {
    NESCIO_TRY(value, in_.u<T>());
    return Unit{};
  }
  // `count` items of at least `item_bytes` each.
  template <class T>
  Status read_items(std::size_t count, std::size_t item_bytes, std::vector<T>& items) {
    if (count > in_.remaining() / item_bytes) return in_.error();
    items.resize(count);
    for (T& item : items) NESCIO_TRY_STATUS(read(item));
    return Unit{};
  }
  template <class T>
  Status read_few(std::size_t most, std::size_t item_bytes, std::vector<T>& items) {
    NESCIO_TRY(const std::uint8_t count, in_.u<std::uint8_t>());
    if (count > most) return in_.error();
    return read_items(count, item_bytes, items);
  }
  template <class T>
  Status read_many(std::size_t item_bytes, std::vector<T>& items) {
    NESCIO_TRY(const std::uint32_t count, in_.u<std::uint32_t>());
    return read_items(count, item_bytes, items);
  }
  Status read_dims(Dims& dims) { return read_few(kMaxDims, 4, dims); }
  Status read_labels(std::vector<std::uint8_t>& labels) { return read_few(kMaxDims, 1, labels); }
  Status read_values(std::vector<std::int64_t>& values) {
    NESCIO_TRY(values, read_integers(in_, listed_left_));
    return Unit{};
  }
  Status read_name(std::string& name) {
    NESCIO_TRY(const std::uint16_t size, in_.u<std::uint16_t>());
    NESCIO_TRY(const auto bytes, in_.take(size));
    name.assign(bytes.begin(), bytes.end());
    return Unit{};
  }

  Status read(Committed& c) {
    NESCIO_TRY_STATUS(read_byte(c.role, static_cast<std::uint8_t>(Role::dummy) + 1));
    return read(c.segment);
  }
  Status read(DimRef& ref) {
    NESCIO_TRY(const std::uint8_t byte, in_.u<std::uint8_t>());
    if (byte != kFixed && byte >= kMaxDims) return in_.error();
    ref.fixed = byte == kFixed;
    ref.value = byte;
    return ref.fixed ? read(ref.value) : Status(Unit{});
  }
  Status read(AffineTerm& t) {
    NESCIO_TRY_STATUS(read(t.coef));
    NESCIO_TRY_STATUS(read(t.source));
    return read_few(kMaxDims, 1, t.dims);
  }
  Status read(Affine& a) {
    NESCIO_TRY_STATUS(read_many(13, a.terms));
    NESCIO_TRY_STATUS(read(a.constant));
    return read(a.divisor);
  }
  Status read(Contract& c) {
    NESCIO_TRY_STATUS(read(c.a));
    NESCIO_TRY_STATUS(read(c.b));
    NESCIO_TRY_STATUS(read_labels(c.a_labels));
    NESCIO_TRY_STATUS(read_labels(c.b_labels));
    return read_labels(c.y_labels);
  }
  Status read(Cubic& c) {
    NESCIO_TRY_STATUS(read(c.a));
    NESCIO_TRY_STATUS(read(c.b));
    return read(c.c);
  }
  Status read(SparseMatrix& m) {
    NESCIO_TRY(const std::vector<std::int64_t> rows, read_integers(in_, listed_left_));
    NESCIO_TRY(const std::vector<std::int64_t> cols, read_integers(in_, listed_left_));
    NESCIO_TRY(const std::vector<std::int64_t> coefs, read_integers(in_, listed_left_));
    if (rows.size() != cols.size() || rows.size() != coefs.size()) return in_.error();
    m.entries.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto row = static_cast<std::uint32_t>(rows[i]), col = static_cast<std::uint32_t>(cols[i]);
      if (row != rows[i] || col != cols[i]) return in_.error();
      m.entries.push_back({row, col, coefs[i]});
    }
    return Unit{};
  }
  Status read(ShiftMatrix& m) { return read(m.offset); }
  Status read(PoseidonMatrix&) { return Unit{}; }
  Status read(Constant& c) {
    NESCIO_TRY_STATUS(read_byte(c.poseidon, 2));
    return c.poseidon ? Status(Unit{}) : read_values(c.values);
  }
  Status read(Public& p) { return read_byte(p.source, 2); }

  Status read(Packing::Part& p) {
    NESCIO_TRY_STATUS(read(p.source));
    NESCIO_TRY_STATUS(read(p.lo));
    for (std::uint8_t* byte : {&p.bits, &p.along, &p.run, &p.lane}) NESCIO_TRY_STATUS(read(*byte));
    NESCIO_TRY_STATUS(read_dims(p.at));
    NESCIO_TRY_STATUS(read(p.count));
    return read(p.block);
  }
  Status read(Packing& packing) { return read_many(25, packing.parts); }

  // The alternative of that number.
  template <std::size_t I = 0, class... Ts>
  Status read_variant(std::variant<Ts...>& v, std::size_t number) {
    if constexpr (I < sizeof...(Ts)) {
      return number == I ? read(v.template emplace<I>()) : read_variant<I + 1>(v, number);
    } else {
      return in_.error();
    }
  }
  Status read(Map& map) {
    NESCIO_TRY_STATUS(read(map.source));
    NESCIO_TRY_STATUS(read(map.dim));
    NESCIO_TRY(const std::uint8_t number, in_.u<std::uint8_t>());
    return read_variant(map.matrix, number);
  }
  Status read(TensorDef& tensor) {
    NESCIO_TRY_STATUS(read_dims(tensor.dims));
    NESCIO_TRY(const std::uint8_t number, in_.u<std::uint8_t>());
    return read_variant(tensor.def, number);
  }

  Status read(TableColumn& c) {
    NESCIO_TRY_STATUS(read_byte(c.explicit_values, 2));
    if (c.explicit_values) return read_values(c.values);
    NESCIO_TRY_STATUS(read(c.start));
    return read(c.step);
  }
  Status read(Table& table) {
    NESCIO_TRY_STATUS(read(table.rows));
    NESCIO_TRY_STATUS(read_few(kMaxLookupWidth, 6, table.columns));
    NESCIO_TRY_STATUS(read(table.multiplicity));
    return read_few(kMaxLookupWidth, 4, table.tensors);
  }
  Status read(Lookup& lookup) {
    NESCIO_TRY_STATUS(read(lookup.table));
    NESCIO_TRY_STATUS(read(lookup.segment));
    return read_few(kMaxLookupWidth, 4, lookup.columns);
  }
  Status read(Zero& zero) {
    NESCIO_TRY_STATUS(read(zero.tensor));
    return read(zero.segment);
  }
  Status read(Scale& scale) {
    NESCIO_TRY_STATUS(read(scale.mantissa));
    return read(scale.exponent);
  }
  Status read(InputPort& port) {
    NESCIO_TRY_STATUS(read_name(port.name));
    NESCIO_TRY_STATUS(read_dims(port.dims));
    NESCIO_TRY_STATUS(read(port.tensor));
    NESCIO_TRY_STATUS(read_many(12, port.scales));
    NESCIO_TRY_STATUS(read(port.lo));
    NESCIO_TRY_STATUS(read(port.hi));
    NESCIO_TRY_STATUS(read_byte(port.disclosed, 2));
    if (port.disclosed) NESCIO_TRY_STATUS(read(port.pub));
    std::uint8_t kind = 0;
    NESCIO_TRY_STATUS(read_byte(kind, 4));
    port.float_keys = kind == 1;
    port.missing = kind == 3;
    return kind == 2 ? read_categories(port.categories) : Status(Unit{});
  }
  Status read_categories(std::vector<std::string>& list) {
    NESCIO_TRY(const std::uint32_t count, in_.u<std::uint32_t>());
    if (count == 0 || count > kMaxCategories || count > in_.remaining() / 2) return in_.error();
    list.resize(count);
    for (std::string& c : list) NESCIO_TRY_STATUS(read_name(c));
    return Unit{};
  }
  Status read(OutputPort& port) {
    NESCIO_TRY_STATUS(read_name(port.name));
    NESCIO_TRY_STATUS(read_dims(port.dims));
    NESCIO_TRY_STATUS(read(port.tensor));
    NESCIO_TRY_STATUS(read(port.scale));
    NESCIO_TRY_STATUS(read(port.lo));
    NESCIO_TRY_STATUS(read(port.hi));
    for (TensorId* id : {&port.pub_lo, &port.pub_hi, &port.pub_outside}) NESCIO_TRY_STATUS(read(*id));
    NESCIO_TRY_STATUS(read_byte(port.has_argmax, 2));
    if (port.has_argmax)
      for (TensorId* id : {&port.pub_onehot, &port.pub_on, &port.pub_tie}) NESCIO_TRY_STATUS(read(*id));
    return read_byte(port.disclosed, 2);
  }
  Status read(BoundRange& bound) {
    NESCIO_TRY_STATUS(read(bound.tensor));
    NESCIO_TRY_STATUS(read(bound.lo));
    return read(bound.hi);
  }
  Status read(DigestPort& port) {
    NESCIO_TRY_STATUS(read_byte(port.group, static_cast<std::uint8_t>(Group::outputs) + 1));
    NESCIO_TRY_STATUS(read(port.tensor));
    return read_many(20, port.bound);
  }

  ByteReader& in_;
  std::uint64_t listed_left_ = kMaxListed;
};

}  // namespace

void write_circuit(const Circuit& circuit, ByteWriter& out) {
  out.u(circuit.segments);
  write(circuit.tensors, out);
  write(circuit.tables, out);
  write(circuit.lookups, out);
  write(circuit.zeros, out);
  write(circuit.inputs, out);
  write(circuit.outputs, out);
  write(circuit.digests, out);
}

Result<Circuit> read_circuit(ByteReader& in) {
  Circuit circuit;
  NESCIO_TRY_STATUS(Parser(in).read(circuit));
  return circuit;
}

void write_layout(const Layout& layout, ByteWriter& out) {
  out.u(layout.log_rows);
  out.u(layout.reserved_rows);
  write_count<std::uint32_t>(layout.column_segment.size(), out);
  for (const std::uint32_t segment : layout.column_segment) out.u(segment);
  write_count<std::uint32_t>(layout.blocks.size(), out);
  for (const Block& block : layout.blocks) {
    const unsigned log = block.size_log();
    out.u(static_cast<std::uint8_t>(log));
    out.u(static_cast<std::uint16_t>(block.column));
    out.u(block.row >> log);
  }
}

Result<Layout> read_layout(ByteReader& in, const Circuit& circuit) {
  Layout layout;
  NESCIO_TRY_STATUS(Parser(in).read(circuit, layout));
  return layout;
}

Digest circuit_digest(const Circuit& circuit) {
  ByteWriter out;
  write_circuit(circuit, out);
  return Hasher::derive_key("nescio 2026 v1 circuit").update(out.data()).finish();
}

}  // namespace nescio
