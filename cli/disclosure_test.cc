// What a proof tells is chosen by whoever committed the model; `prove` says it to whoever holds the input.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace {

std::string output_of(const std::string& arguments) {
  const std::string command = std::string(NESCIO_PROGRAM) + " " + arguments + " 2>/dev/null";
  std::FILE* f = popen(command.c_str(), "r");
  std::string out;
  for (int c; f != nullptr && (c = std::fgetc(f)) != EOF;) out += static_cast<char>(c);
  EXPECT_TRUE(f != nullptr && pclose(f) == 0) << command;
  return out;
}

TEST(Disclosure, prove_says_what_the_key_tells) {
  char folder[] = "/tmp/nescio_disclosure_XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string at = std::string(folder) + "/", credit = NESCIO_EXAMPLES "/credit/";
  output_of("compile " + credit + "model.onnx --calibrate " + credit + "calibrate.csv -o " + at + "m");
  const std::string keys = " --proving-key " + at + "pk --verifying-key " + at + "vk";
  const auto committed =
      nlohmann::json::parse(output_of("commit " + at + "m --public score --bind inputs --json" + keys));
  const std::string prove =
      "prove --proving-key " + at + "pk --input " + credit + "applicant_good.json -o " + at + "proof";
  const auto proven = nlohmann::json::parse(output_of(prove + " --json"));
  EXPECT_EQ(proven.at("disclosure"), committed.at("disclosure"));
  EXPECT_EQ(proven.at("disclosure").at("public_outputs"), nlohmann::json({"score"}));
  EXPECT_EQ(proven.at("disclosure").at("digests_of"), nlohmann::json({"weights", "inputs"}));
  const std::string text = output_of(prove);
  EXPECT_NE(text.find("private, bound by a digest"), std::string::npos) << text;
  EXPECT_NE(text.find("output score           public\n"), std::string::npos) << text;
  std::filesystem::remove_all(folder);
}

}  // namespace
