// Estimates of memory against what a proof takes, each measured in a process of its own; and limits.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "nescio/api/prover_memory.h"
#include "nescio/base/secret.h"
#include "nescio/onnx/model_fixture.h"

namespace nescio {
namespace {

Result<ProvingKey> committed(std::span<const std::uint32_t> widths, ProveRequest* request, std::uint64_t limit = 0) {
  const ModelSource source = generated_source(widths);
  request->inputs = example_of(source);
  NESCIO_TRY(Model model, compile_model(source, {}));
  CommitOptions options;
  options.memory_limit = limit;
  return commit_model(std::move(model), options);
}

// "VmHWM" of this process, in bytes.
std::uint64_t peak() {
  unsigned long long kilobytes = 0;
  std::FILE* f = std::fopen("/proc/self/status", "r");
  char line[256];
  while (f != nullptr && std::fgets(line, sizeof line, f) != nullptr)
    if (std::sscanf(line, "VmHWM: %llu", &kilobytes) == 1) break;
  if (f != nullptr) std::fclose(f);
  return kilobytes * 1024;
}

constexpr std::uint32_t kDigits[] = {784, 64, 10}, kWide[] = {64, 256, 256, 16};

void forget_peak() {
  release_kept_memory();
  std::ofstream("/proc/self/clear_refs") << "5";
}

// Runs in a process of its own, started by the test below: one step, with a limit. Prints whether it was refused, and
// the peak since it began.
TEST(MemoryChild, DISABLED_takes_a_step) {
  const char *step = std::getenv("NESCIO_STEP"), *model = std::getenv("NESCIO_MODEL"),
             *limit = std::getenv("NESCIO_LIMIT");
  ASSERT_TRUE(step != nullptr && model != nullptr && limit != nullptr);
  const std::uint64_t bytes = std::strtoull(limit, nullptr, 10);
  const auto done = [](const auto& result) {
    if (!result.ok()) {
      ASSERT_EQ(result.error().code, ErrorCode::kMemory);
    }
    std::printf("%s %llu\n", result.ok() ? "done" : "refused", static_cast<unsigned long long>(peak()));
  };
  const ModelSource source = std::string(model) == "digits" ? generated_source(kDigits) : generated_source(kWide);
  CompileOptions compile;
  CommitOptions commit;
  ProveRequest request;
  request.inputs = example_of(source);
  if (*step == 'c') {
    forget_peak();
    compile.memory_limit = bytes;
    return done(compile_model(source, compile));
  }
  auto compiled = compile_model(source, compile);
  ASSERT_TRUE(compiled.ok());
  if (*step == 'k') {
    forget_peak();
    commit.memory_limit = bytes;
    return done(commit_model(std::move(*compiled), commit));
  }
  const auto key = commit_model(std::move(*compiled), commit);
  ASSERT_TRUE(key.ok());
  forget_peak();
  request.memory_limit = bytes;
  done(prove_statement(*key, request));
}

#if defined(__SANITIZE_ADDRESS__)
#define NESCIO_SHADOW_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NESCIO_SHADOW_MEMORY 1
#endif
#endif

TEST(Memory, an_estimate_is_above_the_peak_and_within_twice_of_it) {
#ifdef NESCIO_SHADOW_MEMORY
  GTEST_SKIP() << "a sanitizer takes memory of its own";
#endif
  char self[4096] = {};
  ASSERT_GT(readlink("/proc/self/exe", self, sizeof self - 1), 0);
  const auto take = [&](const std::string& step, const std::string& model, std::uint64_t limit) {
    const std::string command = "NESCIO_STEP=" + step + " NESCIO_MODEL=" + model +
                                " NESCIO_LIMIT=" + std::to_string(limit) + " '" + self +
                                "' --gtest_filter=MemoryChild.* --gtest_also_run_disabled_tests";
    std::FILE* child = popen(command.c_str(), "r");
    std::pair<std::string, std::uint64_t> out;
    char line[256], word[16];
    unsigned long long bytes = 0;
    while (child != nullptr && std::fgets(line, sizeof line, child) != nullptr)
      if (std::sscanf(line, "%15s %llu", word, &bytes) == 2 && (word[0] == 'd' || word[0] == 'r')) out = {word, bytes};
    EXPECT_TRUE(child != nullptr && pclose(child) == 0) << command;
    return out;
  };
  for (const std::string model : {"digits", "wide"})
    for (const std::string step : {"compile", "key", "prove"}) {
      const auto [result, most] = take(step, model, 0);
      EXPECT_EQ(result, "done");
      EXPECT_GT(most, std::uint64_t{5} << 20) << model << " " << step;
      EXPECT_EQ(take(step, model, most).first, "refused") << model << " " << step << " took " << most;
      EXPECT_EQ(take(step, model, 2 * most).first, "done") << model << " " << step << " took " << most;
    }
}

TEST(Memory, limits_refuse_before_anything_is_done_and_change_nothing_else) {
  const auto refused = [](const Error& e) {
    EXPECT_EQ(e.code, ErrorCode::kMemory);
    EXPECT_NE(e.detail.find("the limit is 1 MiB"), std::string::npos) << e.detail;
    EXPECT_NE(e.detail.find("may take"), std::string::npos) << e.detail;
  };
  const std::uint32_t widths[] = {6, 4, 2};
  const ModelSource source = generated_source(widths);
  CompileOptions compile;
  compile.memory_limit = 1000000;
  const auto model = compile_model(source, compile);
  ASSERT_FALSE(model.ok());
  refused(model.error());
  ProveRequest request;
  const auto key = committed(widths, &request, 1000000);
  ASSERT_FALSE(key.ok());
  refused(key.error());
  const auto large = committed(widths, &request, std::uint64_t{1} << 40);
  ASSERT_TRUE(large.ok());
  request.memory_limit = 1000000;
  const auto proof = prove_statement(*large, request);
  ASSERT_FALSE(proof.ok());
  refused(proof.error());
  request.memory_limit = std::uint64_t{1} << 40;
  EXPECT_TRUE(prove_statement(*large, request).ok());
  compile.memory_limit = std::uint64_t{1} << 40;
  EXPECT_EQ(write_model(*compile_model(source, compile)), write_model(*compile_model(source, {})));
}

// y = x W, W [1024, 1024] in "weights.bin": 4 MiB.
std::string model_with_external_data(const std::string& folder) {
  ModelBuilder m(13);
  m.input("x", {1, 1024}).output("y").node("MatMul", {"x", "w"}, {"y"});
  onnx::TensorProto* w = m.proto.mutable_graph()->add_initializer();
  w->set_name("w");
  w->set_data_type(onnx::TensorProto::FLOAT);
  for (int d = 0; d < 2; ++d) w->add_dims(1024);
  w->set_data_location(onnx::TensorProto::EXTERNAL);
  auto* location = w->add_external_data();
  location->set_key("location");
  location->set_value("weights.bin");
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(folder + "/" + name, std::ios::binary) << text;
  };
  write("weights.bin", std::string(std::size_t{4} << 20, '\0'));
  write("model.onnx", m.proto.SerializeAsString());
  std::string row;
  for (int i = 0; i < 1024; ++i) row += i == 0 ? "1" : ",1";
  write("examples.csv", row + "\n");
  return folder + "/model.onnx";
}

TEST(Memory, reading_counts_what_lies_in_other_files) {
  const std::string folder = testing::TempDir() + "external" + std::to_string(getpid());
  std::filesystem::create_directory(folder);
  const std::string model = model_with_external_data(folder), examples = folder + "/examples.csv";
  const auto read = [&](std::uint64_t more) {
    CompileOptions options;
    options.memory_limit = resident_memory() + more;
    return read_source(model, examples, options);
  };
  const auto refused = read(std::uint64_t{2} << 20);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kMemory);
  EXPECT_NE(refused.error().detail.find("external data"), std::string::npos) << refused.error().detail;
  forget_peak();
  [[maybe_unused]] const std::uint64_t before = resident_memory(),
                                       estimate = estimate_read_memory(std::uint64_t{4} << 20);
  EXPECT_TRUE(read(std::uint64_t{1} << 30).ok());
#ifndef NESCIO_SHADOW_MEMORY
  EXPECT_GT(peak(), before + (std::uint64_t{4} << 20));
  EXPECT_LT(peak(), estimate);
#endif
  std::ofstream(examples) << std::string(std::size_t{4} << 20, ' ');  // 48 MiB
  const auto many = read(std::uint64_t{40} << 20);
  ASSERT_FALSE(many.ok());
  EXPECT_NE(many.error().detail.find("reading the examples"), std::string::npos) << many.error().detail;
  std::filesystem::remove_all(folder);
}

TEST(Memory, sizes_as_people_write_them) {
  const auto size = [](const char* text) {
    const auto s = parse_size(text);
    return s.ok() ? *s : 0;
  };
  EXPECT_EQ(size("2G"), std::uint64_t{2} << 30);
  EXPECT_EQ(size("512M"), std::uint64_t{512} << 20);
  EXPECT_EQ(size("1.5k"), 1536U);
  EXPECT_EQ(size("100000000"), 100000000U);
  for (const char* bad : {"", "G", "-1G", "0", "2T", "2GB", "nan", "inf", "1e300"})
    EXPECT_EQ(parse_size(bad).ok(), false) << bad;
}

}  // namespace
}  // namespace nescio
