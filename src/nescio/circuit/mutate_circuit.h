// circuit/mutate_circuit.h -- for fuzz targets: a circuit with one thing changed, so that mutants get past the reader,
// and many of them past most of the checks.
#pragma once
#include <algorithm>

#include "nescio/base/random_change.h"
#include "nescio/circuit/serialize.h"

namespace nescio {

class CircuitMutator : private RandomChange {
 public:
  explicit CircuitMutator(unsigned seed) : RandomChange(seed) {}

  void operator()(Circuit& c) {
    tensors_ = std::max<std::size_t>(c.tensors.size(), 1);
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
      case 3:
        if (TensorDef* t = any(c.tensors)) tensor(*t);
        break;
      case 4:
        if (Table* t = any(c.tables)) table(*t);
        break;
      case 5:
        if (Lookup* l = any(c.lookups)) lookup(*l, c);
        break;
      case 6:
        if (Zero* z = any(c.zeros)) id(z->tensor);
        break;
      case 7:
        rearrange(c);
        break;
      case 8:
        if (InputPort* p = any(c.inputs)) input(*p);
        if (DigestPort* d = any(c.digests)) digest(*d);
        break;
      default:
        if (OutputPort* p = any(c.outputs)) output(*p);
    }
  }

 private:
  void id(TensorId& x) { x = static_cast<TensorId>(below(4) == 0 ? tensors_ : below(tensors_)); }
  void tensor(TensorDef& t) {
    if (below(4) == 0) {
      if (std::uint32_t* n = any(t.dims)) below(3) == 0 ? length(t.dims) : number(*n);
      return;
    }
    std::visit([&](auto& def) { definition(def); }, t.def);
  }
  void definition(Committed& d) {
    below(2) == 0 ? number(d.segment) : static_cast<void>(d.role = static_cast<Role>(below(8)));
  }
  void definition(Affine& d) {
    AffineTerm* term = any(d.terms);
    switch (below(6)) {
      case 0:
        return number(d.constant);
      case 1:
        return number(d.divisor);
      case 2:
        return length(d.terms);
      case 3:
        if (term != nullptr) number(term->coef);
        return;
      case 4:
        if (term != nullptr) id(term->source);
        return;
      default:
        if (DimRef* ref = term == nullptr ? nullptr : any(term->dims))
          ref->fixed&& below(2) == 0 ? number(ref->value) : flip(*ref);
    }
  }
  void flip(DimRef& ref) {  // what runs with a dimension names one of the most that there are
    ref.fixed = !ref.fixed;
    ref.value = static_cast<std::uint32_t>(below(kMaxDims));
  }
  void definition(Contract& d) {
    auto& labels = below(3) == 0 ? d.a_labels : below(2) == 0 ? d.b_labels : d.y_labels;
    switch (below(4)) {
      case 0:
        return id(d.a);
      case 1:
        return id(d.b);
      case 2:
        return length(labels);
      default:
        if (std::uint8_t* label = any(labels)) *label = static_cast<std::uint8_t>(below(4));
    }
  }
  void definition(Cubic& d) { id(below(2) == 0 ? d.a : d.b); }
  void definition(Map& d) {
    if (below(3) == 0) return id(d.source);
    if (below(3) == 0) return number(d.dim);
    if (auto* shift = std::get_if<ShiftMatrix>(&d.matrix)) return number(shift->offset);
    auto* sparse = std::get_if<SparseMatrix>(&d.matrix);
    SparseMatrix::Entry* e = sparse == nullptr ? nullptr : any(sparse->entries);
    if (e == nullptr) return;
    below(3) == 0 ? number(e->row) : below(2) == 0 ? number(e->col) : number(e->coef);
  }
  void definition(Packing& d) {
    Packing::Part* p = any(d.parts);
    if (p == nullptr) return;
    std::uint8_t* const bytes[] = {&p->bits, &p->along, &p->run, &p->lane};
    switch (below(5)) {
      case 0:
        return id(p->source);
      case 1:
        return number(p->lo);
      case 2:
        return number(below(2) == 0 ? p->count : p->block);
      case 3:
        return length(d.parts);
      default:
        number(*bytes[below(4)]);
    }
  }
  void definition(Constant& d) {
    if (std::int64_t* x = any(d.values)) below(3) == 0 ? length(d.values) : number(*x);
  }
  void definition(Public& d) {
    d.source = d.source == Public::Source::key ? Public::Source::statement : Public::Source::key;
  }

  void table(Table& t) {
    TableColumn* column = any(t.columns);
    switch (below(6)) {
      case 0:
        return number(t.rows);
      case 1:
        return id(t.multiplicity);
      case 2:
        return length(t.columns);
      case 3:
        if (TensorId* x = any(t.tensors)) below(2) == 0 ? id(*x) : length(t.tensors);
        return;
      default:
        if (column != nullptr) below(2) == 0 ? number(column->start) : number(column->step);
    }
  }
  void lookup(Lookup& l, const Circuit& c) {
    if (below(3) == 0) l.table = static_cast<std::uint32_t>(below(c.tables.size() + 1));
    if (TensorId* x = any(l.columns)) below(4) == 0 ? length(l.columns) : id(*x);
  }
  void rearrange(Circuit& c) {
    switch (below(4)) {
      case 0:
        return length(c.lookups);
      case 1:
        return length(c.zeros);
      case 2:
        return length(c.outputs);
      default:
        if (c.tensors.size() > 1) std::swap(c.tensors[below(tensors_)].def, c.tensors[below(tensors_)].def);
    }
  }
  void input(InputPort& p) {
    if (std::uint32_t* n = any(p.dims); n != nullptr && below(3) == 0) return number(*n);
    below(3) == 0 ? id(p.tensor) : below(2) == 0 ? number(p.lo) : number(p.hi);
  }
  void output(OutputPort& p) {
    TensorId* const ids[] = {&p.tensor, &p.pub_lo, &p.pub_hi, &p.pub_outside, &p.pub_onehot};
    if (std::uint32_t* n = any(p.dims); n != nullptr && below(4) == 0) return number(*n);
    below(2) == 0 ? id(*ids[below(std::size(ids))]) : below(2) == 0 ? number(p.lo) : number(p.hi);
  }
  void digest(DigestPort& d) {
    BoundRange* b = any(d.bound);
    if (b == nullptr || below(3) == 0) return id(d.tensor);
    below(3) == 0 ? id(b->tensor) : below(2) == 0 ? number(b->lo) : number(b->hi);
  }

  std::size_t tensors_ = 1;
};

// The circuit that `data` begins with, with up to three changes; what follows it stays. The new size, or 0 if there is
// no circuit, or no room.
inline std::size_t mutate_circuit(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  std::span<const std::uint8_t> rest;
  const auto read = [&rest](std::span<const std::uint8_t> bytes) {
    ByteReader in(bytes, ErrorCode::kVKey);
    auto circuit = read_circuit(in);
    rest = bytes.subspan(in.position());
    return circuit;
  };
  const auto write = [&rest](const Circuit& circuit) {
    ByteWriter out;
    write_circuit(circuit, out);
    out.bytes(rest);
    return out.take();
  };
  return mutate_value<CircuitMutator>(read, write, data, size, max_size, seed);
}

}  // namespace nescio
