#include "nescio/arrays/array.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nescio {
namespace {

std::vector<std::uint8_t> bytes_from(const std::string& s) {
  return {s.begin(), s.end()};
}
// As numpy.save writes it.
std::vector<std::uint8_t> npy(const std::string& descr, bool fortran, const std::string& shape,
                              const std::string& data) {
  std::string header =
      "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
  header.resize((header.size() + 10 + 64) / 64 * 64 - 11, ' ');
  header += '\n';
  std::string out = "\x93NUMPY";
  out += std::string("\1\0", 2);
  out += static_cast<char>(header.size() & 255);
  out += static_cast<char>(header.size() >> 8);
  return bytes_from(out + header + data);
}

using Doubles = SecretVector<double>;
using Shape = std::vector<std::uint64_t>;

TEST(Npy, dtypes_and_orders) {
  const auto a = read_npy(npy("<i2", false, "(2, 3)", std::string("\1\0\2\0\3\0\4\0\5\0\377\377", 12)));
  ASSERT_TRUE(a.ok());
  EXPECT_EQ(a->shape, (Shape{2, 3}));
  EXPECT_EQ(a->values, (Doubles{1, 2, 3, 4, 5, -1}));
  const auto f = read_npy(npy("|u1", true, "(2, 3)", "\1\4\2\5\3\6"));
  ASSERT_TRUE(f.ok());
  EXPECT_EQ(f->values, (Doubles{1, 2, 3, 4, 5, 6}));
  const auto big = read_npy(npy(">f4", false, "(1,)", std::string("\x3f\xc0\0\0", 4)));
  ASSERT_TRUE(big.ok());
  EXPECT_EQ(big->values, Doubles{1.5});
  const auto half = read_npy(npy("<f2", false, "()", std::string("\0\xc4", 2)));
  ASSERT_TRUE(half.ok());
  EXPECT_EQ(half->values, Doubles{-4});
}

TEST(Npy, hostile_headers_are_refused) {
  const auto good = npy("<f8", false, "(1,)", std::string(8, '\0'));
  ASSERT_TRUE(read_npy(good).ok());
  for (std::size_t n = 0; n < good.size(); ++n)
    EXPECT_EQ(read_npy(std::span(good).first(n)).error().code, ErrorCode::kInFormat);
  for (const char* shape : {"(2,)", "(99999999999,)", "(1,1,1,1,1,1,1,1,1)", "(x,)", "1", "(268435456, 268435456)"})
    EXPECT_FALSE(read_npy(npy("<f8", false, shape, std::string(8, '\0'))).ok()) << shape;
  for (const char* type : {"<c8", "|O8", "|S8", "<f3", "<M8"})
    EXPECT_FALSE(read_npy(npy(type, false, "(1,)", std::string(8, '\0'))).ok()) << type;
}

TEST(Npz, stored_archive) {
  // Made by numpy.savez(x=[[1, 2]]) in spirit: one stored member.
  const auto content = npy("|u1", false, "(1, 2)", "\1\2");
  const auto u16 = [](std::size_t v) { return std::string{static_cast<char>(v & 255), static_cast<char>(v >> 8)}; };
  const auto u32 = [&](std::size_t v) { return u16(v & 65535) + u16(v >> 16); };
  const std::string data(content.begin(), content.end()), name = "x.npy";
  const std::string local = "PK\3\4" + u16(20) + u16(0) + u16(0) + u32(0) + u32(0) + u32(data.size()) +
                            u32(data.size()) + u16(name.size()) + u16(0) + name;
  const std::string central = "PK\1\2" + u16(20) + u16(20) + u16(0) + u16(0) + u32(0) + u32(0) + u32(data.size()) +
                              u32(data.size()) + u16(name.size()) + u16(0) + u16(0) + u16(0) + u16(0) + u32(0) +
                              u32(0) + name;
  const std::string end =
      "PK\5\6" + u16(0) + u16(0) + u16(1) + u16(1) + u32(central.size()) + u32(local.size() + data.size()) + u16(0);
  const auto archive = bytes_from(local + data + central + end);
  const auto arrays = read_npz(archive);
  ASSERT_TRUE(arrays.ok()) << to_string(arrays.error());
  ASSERT_EQ(arrays->size(), 1U);
  EXPECT_EQ((*arrays)[0].first, "x");
  EXPECT_EQ((*arrays)[0].second.values, (Doubles{1, 2}));
  for (std::size_t n = 0; n < archive.size(); ++n) EXPECT_FALSE(read_npz(std::span(archive).first(n)).ok());
  for (std::size_t i = 0; i < archive.size(); ++i) {
    auto bad = archive;
    bad[i] ^= 0x81;
    (void)read_npz(bad).ok();  // any verdict, no crash
  }
}

TEST(Csv, header_gaps_and_errors) {
  const auto c = read_csv("age, income\r\n1,2.5\n-3e2;\n\n7\t8\n");
  ASSERT_TRUE(c.ok()) << to_string(c.error());
  EXPECT_EQ(c->header, (std::vector<std::string>{"age", "income"}));
  EXPECT_EQ(c->table.shape, (Shape{3, 2}));
  EXPECT_EQ(c->table.values[2], -300);
  EXPECT_TRUE(std::isnan(c->table.values[3]));
  EXPECT_TRUE(c->table.words.empty());
  EXPECT_EQ(read_csv("1,2\n3\n").error().code, ErrorCode::kInFormat);
}

std::vector<std::string> texts(const Array& array) {
  std::vector<std::string> out;
  for (const Array::Word& w : array.words) out.emplace_back(w.text);
  return out;
}

TEST(Csv, words_stay_beside_numbers) {
  const auto c = read_csv("home,income\nRENT,2.5\n\"O\"\"W, N\" , -1\nNA,7\n");
  ASSERT_TRUE(c.ok()) << to_string(c.error());
  EXPECT_EQ(c->header, (std::vector<std::string>{"home", "income"}));
  EXPECT_EQ(c->table.shape, (Shape{3, 2}));
  EXPECT_EQ(texts(c->table), (std::vector<std::string>{"RENT", "2.5", "O\"W, N", "-1", "NA", "7"}));
  EXPECT_EQ(c->table.values[3], -1);
  EXPECT_TRUE(std::isnan(c->table.values[0]));
  EXPECT_EQ(first_text(c->table, 0, 6), 0U);
  EXPECT_EQ(first_text(c->table, 3, 3), std::nullopt);
  const std::vector<std::string> words{"OWN", "RENT", "NA"};
  const Dictionary dictionary(words);
  EXPECT_EQ(*dictionary.codes(c->table, 0, 1), Doubles{1});
  EXPECT_EQ(*dictionary.codes(c->table, 2, 3), (Doubles{3, 3, 2}));
}

TEST(Csv, no_row_is_taken_for_a_header) {
  for (const char* text : {"RENT,1\nOWN,2\n", "home,2019\n1,2\n", ",car,50\n1,2,50\n", "1\ncar\n", "x\n1,2\n"})
    EXPECT_EQ(read_csv(text).error().code, ErrorCode::kInFormat) << text;
  EXPECT_EQ(read_csv("home,\"2019\"\n1,2\n")->header.size(), 2U);
  EXPECT_EQ(read_csv("a,b\nc,d\n")->table.shape, (Shape{1, 2}));
  EXPECT_EQ(read_csv(",b\n1,2\n")->header.size(), 2U);
  EXPECT_TRUE(read_csv("\"1\",2\n")->header.empty());
}

TEST(Csv, quotes_end_where_their_field_ends) {
  for (const char* text : {"x\n\"a\n", "x\n\"a\"b\n", "x,y\n\"a\"b,c\n", "x\n\"a\"\"\n", "x\n\"\n"})
    EXPECT_EQ(read_csv(text).error().code, ErrorCode::kInFormat) << text;
  EXPECT_EQ(texts(read_csv("x,y\n\"\" , \"a\"\"\"\n")->table), (std::vector<std::string>{"", "a\""}));
}

// A number has no one way to be written, so a word is text.
TEST(Words, are_as_they_are_written) {
  const std::vector<std::string> words{"02139", "1.0", "100000"};
  const Dictionary dictionary(words);
  const Array numbers{{2}, {2139, 1}};
  EXPECT_EQ(dictionary.codes(numbers, 0, 2).error().code, ErrorCode::kInFormat);
  EXPECT_EQ(dictionary.codes(read_csv("02139\n")->table, 0, 1).error().code, ErrorCode::kInFormat);
  const auto quoted = read_csv("\"02139\",1.0,100000,+100000\n");
  EXPECT_EQ(*dictionary.codes(quoted->table, 0, 4), (Doubles{0, 1, 2, 3}));
  EXPECT_EQ(quoted->table.values[0], 2139);
}

TEST(Json, nested_flat_and_ezkl) {
  const auto a = read_json(R"({"x": [[1, 2], [3, 4.5]], "y": 7})");
  ASSERT_TRUE(a.ok());
  EXPECT_EQ((*a)[0].second.shape, (Shape{2, 2}));
  EXPECT_EQ((*a)[0].second.values, (Doubles{1, 2, 3, 4.5}));
  EXPECT_TRUE((*a)[1].second.shape.empty());
  const auto w = read_json(R"({"x": [["RENT"], ["5"]]})");
  ASSERT_TRUE(w.ok());
  EXPECT_EQ((*w)[0].second.shape, (Shape{2, 1}));
  EXPECT_EQ(texts((*w)[0].second), (std::vector<std::string>{"RENT", "5"}));
  EXPECT_EQ(first_text((*w)[0].second, 1, 1), 1U);
  const auto e = read_json(R"({"input_data": [[1, 2], [3]]})");
  ASSERT_TRUE(e.ok());
  EXPECT_EQ(e->size(), 2U);
  EXPECT_EQ((*e)[1].second.values, Doubles{3});
  for (const char* text : {"", "[1]", "{", R"({"x": [1, [2]]})", R"({"x": [[1], [2, 3]]})", R"({"x": [null]})",
                           R"({"x": ["a", 1]})", R"({"x": [1, "a"]})", R"({"x": [[], [1]]})", R"({"input_data": 3})"})
    EXPECT_EQ(read_json(text).error().code, ErrorCode::kInFormat) << text;
}

}  // namespace
}  // namespace nescio
