// base/mutate_text.h -- for fuzz targets of texts: changes of whole numbers, words and lines, so that mutants stay
// texts of the format.
#pragma once
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "nescio/base/random_change.h"

namespace nescio {

class TextMutator : private RandomChange {
 public:
  explicit TextMutator(unsigned seed) : RandomChange(seed) {}

  // Numbers, words, spaces and all other characters, one by one.
  static std::vector<std::string> tokens(std::string_view text) {
    const auto kind = [](char c) {
      const bool word =
          std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '+' || c == '_';
      return word ? 1 : c == ' ' ? 2 : 0;
    };
    std::vector<std::string> out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (i > 0 && kind(text[i]) != 0 && kind(text[i]) == kind(text[i - 1]))
        out.back() += text[i];
      else
        out.emplace_back(1, text[i]);
    }
    return out;
  }

  std::string operator()(std::string_view text) {
    std::vector<std::string> all = tokens(text);
    if (all.empty()) return {};
    std::string& one = all[below(all.size())];
    switch (below(6)) {
      case 0:
        one = all[below(all.size())];
        break;
      case 1:
        std::swap(one, all[below(all.size())]);
        break;
      case 2:
        length(all);
        break;
      case 3:
        part(all);
        break;
      default:
        if (std::string* number = a_number(all)) *number = edge();
    }
    std::string out;
    for (const std::string& t : all) out += t;
    return out;
  }

 private:
  std::string* a_number(std::vector<std::string>& all) {
    std::vector<std::string*> numbers;
    for (std::string& t : all)
      if (std::isdigit(static_cast<unsigned char>(t.back())) != 0) numbers.push_back(&t);
    return numbers.empty() ? nullptr : numbers[below(numbers.size())];
  }
  // What readers of numbers stumble over.
  std::string edge() {
    static const char* const kEdges[] = {"0",
                                         "-1",
                                         "1",
                                         "2",
                                         "-0.0",
                                         "1e-320",
                                         "1e308",
                                         "1e309",
                                         "-1e999",
                                         "nan",
                                         "inf",
                                         "NaN",
                                         "Infinity",
                                         "0x10",
                                         "1e",
                                         ".",
                                         "-",
                                         "00",
                                         "65536",
                                         "2147483647",
                                         "-2147483648",
                                         "4294967296",
                                         "9007199254740993",
                                         "9223372036854775807",
                                         "-9223372036854775808",
                                         "9223372036854775808",
                                         "18446744073709551616",
                                         "null",
                                         "true",
                                         "\"1\""};
    return kEdges[below(std::size(kEdges))];
  }
  // A part from one delimiter to the next like it (a line, a field, a list) twice, or not at all.
  void part(std::vector<std::string>& all) {
    const std::size_t from = below(all.size());
    std::size_t to = from + 1;
    while (to < all.size() && all[to] != all[from]) ++to;
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from),
               end = all.begin() + static_cast<std::ptrdiff_t>(to);
    if (below(2) == 0) {
      all.erase(begin, end);
    } else {
      const std::vector<std::string> copy(begin, end);
      all.insert(begin, copy.begin(), copy.end());
    }
  }
};

// The new size; 0 if there is no room, or nothing to change.
inline std::size_t mutate_text(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  TextMutator mutator(seed);
  return put_mutant(mutator({reinterpret_cast<const char*>(data), size}), data, max_size);
}

}  // namespace nescio
