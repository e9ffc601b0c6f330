// Steps that work cell by cell, run block by block (gadget/eval.h).
#include <algorithm>
#include <array>
#include <utility>

#include "nescio/gadget/cells.h"
#include "nescio/gadget/eval.h"

namespace nescio {
namespace {

constexpr std::size_t kBlock = 512;  // cells: a dozen tensors of a gadget fit the first-level cache
constexpr std::size_t kNone = ~std::size_t{0};

std::string at_cell(std::size_t i) {
  return "at cell " + std::to_string(i);
}

bool reads_cell_by_cell(const Term& t) {
  for (std::size_t d = 0; d < t.dims.size(); ++d)
    if (t.dims[d].fixed || t.dims[d].value != d) return false;
  return true;
}

// The first cell outside of the range, or n.
std::size_t first_outside(const std::int64_t* x, Bound range, std::size_t n) {
  if (cells::kernels().within(x, range.lo, range.hi, n)) return n;
  return static_cast<std::size_t>(std::find_if(x, x + n, [&](std::int64_t c) { return c < range.lo || c > range.hi; }) -
                                  x);
}

// F is one word, its only member.
static_assert(sizeof(F) == sizeof(cells::Word) && alignof(F) == alignof(cells::Word));
const cells::Word* words(const F* p) {
  return reinterpret_cast<const cells::Word*>(p);
}
cells::Word* words(F* p) {
  return reinterpret_cast<cells::Word*>(p);
}

}  // namespace

std::int64_t* EvalBackend::new_block(Slot& s, std::size_t first) {
  if (s.block.size() == 0) {
    if (free_blocks_.empty()) free_blocks_.emplace_back(kBlock);
    s.block = std::move(free_blocks_.back());
    free_blocks_.pop_back();
    blocks_.push_back(&s);
  }
  s.at = first;
  return s.block.data();
}

void EvalBackend::release_blocks() {
  for (Slot* s : blocks_) free_blocks_.push_back(std::exchange(s->block, {}));
  blocks_.clear();
}

const std::int64_t* EvalBackend::block(Var v, std::size_t first, std::size_t n) {
  Slot& s = slots_[v.index];
  if (s.integers.size() != 0) return s.integers.data() + first;
  if (s.block.size() != 0 && s.at == first) return s.block.data();
  std::int64_t* out = new_block(s, kNone);
  if (s.recipe) {
    s.recipe(first, out, n);
  } else {
    cells::kernels().from_field(words((s.publics != nullptr ? s.publics : s.elements.data()) + first), out, n);
  }
  s.at = first;
  return out;
}

std::span<const std::int64_t> EvalBackend::whole(Var v) {
  const bool good = settle();
  if (v.index >= slots_.size() || info(v).field) return {};
  Slot& s = slots_[v.index];
  if (s.integers.size() == 0) {
    if (!good && s.elements.size() != cells(v)) return {};
    SecretArray<std::int64_t> all(cells(v));
    for (std::size_t i = 0; i < all.size(); i += kBlock) {
      const std::size_t n = std::min(kBlock, all.size() - i);
      if (s.recipe) {
        s.recipe(i, all.data() + i, n);
      } else {
        std::copy_n(block(v, i, n), n, all.data() + i);
      }
    }
    s.integers = std::move(all);
    release_blocks();
  }
  return {s.integers.data(), s.integers.size()};
}

void EvalBackend::record(std::size_t n, Step step) {
  if (n != tape_cells_ && !settle()) return;
  tape_cells_ = n;
  tape_.push_back(std::move(step));
}

bool EvalBackend::settle() {
  if (tape_.empty()) return !failed();
  for (std::size_t i = 0; i < tape_cells_ && !failed(); i += kBlock)
    for (const Step& step : tape_) {
      step(i, std::min(kBlock, tape_cells_ - i));
      if (failed()) break;
    }
  tape_.clear();
  release_blocks();
  return !failed();
}

// ---- steps

void EvalBackend::commit_cells(Var v, const CellHint& hint) {
  Slot& s = slot(v);
  s.elements.reserve(cells(v));
  record(cells(v), [this, &s, hint](std::size_t first, std::size_t n) {
    std::vector<const std::int64_t*> x;
    for (const Var source : hint.sources) x.push_back(block(source, first, n));
    std::int64_t* out = new_block(s, first);
    if (hint.compute) hint.compute(first, x.data(), {out, n});
    const std::int64_t* in = hint.compute ? out : x[0];
    if (hint.digit != Digit{}) {
      cells::kernels().digit(in, hint.digit.base, hint.digit.shift, hint.digit.mask, out, n);
    } else if (in != out) {
      std::copy_n(in, n, out);
    }
    const F* converted = reinterpret_cast<const F*>(out);  // integers that are not negative are their own words
    if (hint.digit.mask < 0) {
      if (words_.size() == 0) words_ = SecretArray<F>(kBlock);
      cells::kernels().to_field(out, words(words_.data()), n);
      converted = words_.data();
    }
    s.elements.insert(s.elements.end(), converted, converted + n);
  });
}

void EvalBackend::on_lookup(std::string_view name, TableVar t, const std::vector<Var>& columns) {
  record(cells(columns[0]), [this, t, columns, name = full_name(name)](std::size_t first, std::size_t n) {
    count_rows(counters_[t.index], table_info(t).columns[0].start, columns, name, first, n);
  });
}

void EvalBackend::count_rows(Counter& counter, std::int64_t start, const std::vector<Var>& columns,
                             const std::string& name, std::size_t first, std::size_t n) {
  const auto fail_at_cell = [&](std::size_t i) {
    fail_at(ErrorCode::kSelfCheck, name, "does not hold " + at_cell(first + i));
  };
  std::array<const std::int64_t*, kMaxLookupWidth> x{};
  for (std::size_t k = 0; k < columns.size(); ++k) x[k] = block(columns[k], first, n);
  cells::Word* count = words(counter.rows.data());
  if (!counter.index.begins_with_interval()) {
    std::array<std::int64_t, kMaxLookupWidth> row{};
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < columns.size(); ++k) row[k] = x[k][i];
      const std::int64_t at = counter.index.find({row.data(), columns.size()});
      if (at < 0) return fail_at_cell(i);
      ++count[static_cast<std::size_t>(at)];
    }
    return;
  }
  const auto rows = static_cast<std::int64_t>(counter.rows.size());
  bool all = cells::kernels().within(x[0], start, start + rows - 1, n);
  for (std::size_t k = 1; k < columns.size() && all; ++k) {
    const std::int64_t* listed = counter.index.listed(k);
    all = listed != nullptr && cells::kernels().at_index(x[0], start, listed, x[k], n);
  }
  if (all) {
    for (std::size_t i = 0; i < n; ++i) ++count[x[0][i] - start];
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t row = x[0][i] - start;
    bool holds = x[0][i] >= start && row < rows;
    for (std::size_t k = 1; k < columns.size() && holds; ++k)
      holds = x[k][i] == counter.index.at(k, static_cast<std::uint32_t>(row));
    if (!holds) return fail_at_cell(i);
    ++count[row];
  }
}

void EvalBackend::on_zero(std::string_view name, Var v) {
  if (!info(v).field)
    return record(cells(v), [this, v, name = full_name(name)](std::size_t first, std::size_t n) {
      const std::int64_t* x = block(v, first, n);
      if (const std::size_t i = first_outside(x, {0, 0}, n); i != n)
        fail_at(ErrorCode::kSelfCheck, name, "does not hold " + at_cell(first + i));
    });
  if (check_ == Check::integers || !settle()) return;
  const SecretVector<F>& elements = as_field(v);
  for (std::size_t i = 0; i < elements.size(); ++i)
    if (!(elements[i] == F())) return fail(ErrorCode::kSelfCheck, name, "does not hold " + at_cell(i));
}

void EvalBackend::on_expect(std::string_view name, Var v, Bound range, ErrorCode code, std::string_view advice) {
  record(cells(v), [this, v, range, code, name = full_name(name), advice = std::string(advice)](std::size_t first,
                                                                                                std::size_t n) {
    const std::int64_t* x = block(v, first, n);
    if (const std::size_t i = first_outside(x, range, n); i != n)
      fail_at(code, name, at_cell(first + i) + " " + advice);
  });
}

void EvalBackend::on_public(Var v, std::string_view name, Public::Source) {
  const TensorId id = emitted_->tensor[v.index];
  if (id >= publics_->size() || (*publics_)[id].size() != cells(v))
    return fail(ErrorCode::kVPublic, name, "the public values have another shape");
  const std::vector<F>& values = (*publics_)[id];
  Slot& y = slot(v);
  if (info(v).field) {
    y.elements.assign(values.begin(), values.end());
    return;
  }
  y.publics = values.data();
  record(cells(v), [this, v, range = bound(v), name = full_name(name)](std::size_t first, std::size_t n) {
    const std::int64_t* x = block(v, first, n);
    if (const std::size_t i = first_outside(x, range, n); i != n)
      fail_at(ErrorCode::kVPublic, name, "a public value is out of its range " + at_cell(first + i));
  });
}

// ---- recipes

bool EvalBackend::affine_cells(Var v, const std::vector<Term>& terms, std::int64_t constant) {
  for (const Term& t : terms)
    if (dims(t.source) != dims(v) || !reads_cell_by_cell(t)) return false;
  slot(v).recipe = [this, terms, constant](std::size_t first, std::int64_t* out, std::size_t n) {
    if (terms.empty()) std::fill_n(out, n, constant);
    for (const Term& t : terms) {
      const std::int64_t* x = block(t.source, first, n);
      if (&t == terms.data()) {
        cells::kernels().set_multiple(t.coef, x, constant, out, n);
      } else {
        cells::kernels().add_multiple(t.coef, x, out, n);
      }
    }
  };
  return true;
}

bool EvalBackend::product_cells(Var v, Var a, Var b, const Contract& labels) {
  if (dims(a) != dims(v) || dims(b) != dims(v) || labels.a_labels != labels.y_labels ||
      labels.b_labels != labels.y_labels)
    return false;
  slot(v).recipe = [this, a, b](std::size_t first, std::int64_t* out, std::size_t n) {
    const std::int64_t *x = block(a, first, n), *y = block(b, first, n);
    cells::kernels().product(x, y, out, n);
  };
  return true;
}

}  // namespace nescio
