#include "nescio/base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

namespace nescio {
namespace {

struct File : ::testing::Test {
  std::string folder = ::testing::TempDir() + "nescio_file_test_" + std::to_string(::getpid());
  std::string path = folder + "/file";
  File() { std::filesystem::create_directory(folder); }
  ~File() override { std::filesystem::remove_all(folder); }
};

TEST_F(File, IsReadAsItWasWritten) {
  const std::vector<std::uint8_t> some = {0, 1, 255, 10, 13}, none;
  for (const auto& bytes : {some, none, some}) {
    ASSERT_TRUE(write_file(path, bytes, 0600).ok());
    const auto read = read_file(path);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, bytes);
    struct stat info{};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);  // nothing is left beside it
}

TEST_F(File, WhatCannotBeReadOrWrittenIsAnError) {
  EXPECT_EQ(read_file(path).error().code, ErrorCode::kIo);
  EXPECT_NE(read_file(path).error().detail.find(path), std::string::npos);
  EXPECT_EQ(read_file(folder).error().code, ErrorCode::kIo);
  const std::vector<std::uint8_t> bytes(10);
  ASSERT_TRUE(write_file(path, bytes, 0644).ok());
  EXPECT_TRUE(read_file(path, 10).ok());
  EXPECT_EQ(read_file(path, 9).error().code, ErrorCode::kIo);
  EXPECT_EQ(write_file(folder + "/none/file", bytes, 0644).error().code, ErrorCode::kIo);
  EXPECT_EQ(write_file(folder, bytes, 0644).error().code, ErrorCode::kIo);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

}  // namespace
}  // namespace nescio
