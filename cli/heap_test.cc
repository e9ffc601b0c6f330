// Every block of the program is zero when it is freed.
#include "heap.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <new>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace nescio::cli {
namespace {

std::size_t g_blocks = 0, g_bytes = 0, g_dirty = 0;

void check_block(void* p) {
  const auto* b = static_cast<const unsigned char*>(p);
  const std::size_t n = malloc_usable_size(p);
  ++g_blocks;
  g_bytes += n;
  g_dirty += static_cast<std::size_t>(n - std::count(b, b + n, 0));
  std::free(p);
}

template <class Body>
void expect_wiped(std::size_t bytes, const Body& body) {
  g_blocks = g_bytes = g_dirty = 0;
  free_block = check_block;
  body();
  free_block = std::free;
  EXPECT_GE(g_blocks, 1U);
  EXPECT_GE(g_bytes, bytes);
  EXPECT_EQ(g_dirty, 0U);
}

// The compiler may leave out memory that nobody looks at.
template <class T>
void look_at(T* p) {
  __asm__ __volatile__("" : : "r"(p) : "memory");
}

TEST(Heap, blocks_are_wiped_before_they_are_freed) {
  expect_wiped(4096, [] { look_at(std::vector<unsigned char>(4096, 0xA5).data()); });
  expect_wiped(16000, [] {  // the blocks that a growing list leaves behind too
    std::vector<double> v;
    for (int i = 0; i < 1000; ++i) {
      v.push_back(1.5);
      look_at(v.data());
    }
  });
  expect_wiped(100, [] { look_at(std::string(100, 'x').data()); });
  expect_wiped(100, [] {
    const std::map<int, std::string> m = {{1, std::string(50, 'a')}, {2, std::string(50, 'b')}};
    look_at(&m);
  });
  expect_wiped(100, [] {
    const auto json = nlohmann::json::parse(R"({"x": [[1, 2.5, 3], [4, 5, 6]], "name": "a long secret text"})");
    look_at(&json);
  });
  struct alignas(128) Wide {
    unsigned char bytes[256];
  };
  expect_wiped(sizeof(Wide), [] {
    auto* w = new Wide;
    std::fill(std::begin(w->bytes), std::end(w->bytes), 7);
    look_at(w);
    delete w;
  });
  expect_wiped(64, [] {
    char* p = new (std::nothrow) char[64]{'a', 'b'};
    look_at(p);
    delete[] p;
  });
}

}  // namespace
}  // namespace nescio::cli
