// The files of test vectors are what the generator writes, their results follow from their inputs as the files hold
// them, and whoever changes a digit of either is noticed.
#include "vectors.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace nescio::vectors {
namespace {

std::string read(const std::string& name) {
  std::ifstream file(std::string(NESCIO_VECTORS) + "/" + name + ".json", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool follows(const File& file, const Json& vector) {
  try {
    return file.operations.at(vector.at("op"))(vector.at("in")) == vector.at("out");
  } catch (const std::exception&) {
    return false;
  }
}

// Nothing in the vector is refused or false, so that each of its inputs matters.
bool holds(const Json& vector) {
  const Json& out = vector.at("out");
  return (!out.contains("code") || out["code"].is_null()) && out.value("true", true);
}

// Where bytes stand: strings of at least 8 of them.
void find_bytes(Json& value, std::vector<Json*>& found) {
  if (value.is_structured()) {
    for (Json& item : value) find_bytes(item, found);
  } else if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() >= 16 && text.find_first_not_of("0123456789abcdef") == std::string::npos) found.push_back(&value);
  }
}

TEST(Vectors, FilesAreWhatTheGeneratorWrites) {
  std::set<std::string> names;
  for (const File& file : all_files()) {
    EXPECT_TRUE(read(file.name) == text_of(file)) << file.name << ": run make_vectors tests/vectors";
    names.insert(file.name + ".json");
  }
  for (const auto& entry : std::filesystem::directory_iterator(NESCIO_VECTORS)) {
    if (entry.path().extension() == ".json") {
      EXPECT_TRUE(names.contains(entry.path().filename().string())) << entry.path();
    }
  }
}

TEST(Vectors, ResultsFollowFromInputs) {
  for (const File& file : all_files()) {
    const Json vectors = Json::parse(read(file.name)).at("vectors");
    EXPECT_FALSE(vectors.empty()) << file.name;
    for (const Json& v : vectors) EXPECT_TRUE(follows(file, v)) << file.name << ": " << v.at("name");
  }
}

TEST(Vectors, AChangedDigitIsNoticed) {
  constexpr std::size_t kEach = 12;  // changes of the inputs of a vector, and of its results
  for (const File& file : all_files()) {
    std::size_t changes = 0;
    Json vectors = Json::parse(read(file.name)).at("vectors");
    for (Json& v : vectors) {
      for (const char* part : {"out", "in"}) {
        if (part == std::string("in") && !holds(v)) continue;
        std::vector<Json*> found;
        find_bytes(v.at(part), found);
        const std::size_t step = 1 + found.size() / kEach;
        for (std::size_t i = 0; i < found.size(); i += step) {
          const Json before = *found[i];
          std::string text = before;
          text[0] = text[0] == '0' ? '1' : '0';
          *found[i] = text;
          EXPECT_FALSE(follows(file, v)) << file.name << ": " << v.at("name") << ", " << part << ", " << before;
          *found[i] = before;
          ++changes;
        }
      }
    }
    EXPECT_GT(changes, 5U) << file.name;
    RecordProperty(file.name, static_cast<int>(changes));
  }
}

TEST(Vectors, AChangedCodeIsNoticed) {
  std::set<std::string> codes;
  for (const File& file : all_files()) {
    Json vectors = Json::parse(read(file.name)).at("vectors");
    for (Json& v : vectors) {
      if (!v.at("out").contains("code")) continue;
      Json& code = v.at("out").at("code");
      if (code.is_string()) codes.insert(code);
      code = code.is_null() ? Json("V_FORMAT") : Json();
      EXPECT_FALSE(follows(file, v)) << file.name << ": " << v.at("name");
    }
  }
  EXPECT_EQ(codes, (std::set<std::string>{"V_FORMAT", "V_KEY", "V_LOOKUP", "V_MERKLE", "V_OPENING", "V_POW",
                                          "V_STATEMENT", "V_PUBLIC"}));
}

}  // namespace
}  // namespace nescio::vectors
