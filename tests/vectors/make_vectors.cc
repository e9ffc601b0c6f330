// tests/vectors/make_vectors.cc -- make_vectors DIR: writes all files of test vectors, the same bytes each time.
#include <cstdio>
#include <fstream>

#include "vectors.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_vectors DIR\n");
    return 2;
  }
  for (const auto& file : nescio::vectors::all_files()) {
    const std::string path = std::string(argv[1]) + "/" + file.name + ".json";
    std::ofstream out(path, std::ios::binary);
    out << nescio::vectors::text_of(file);
    if (!out.flush()) {
      std::fprintf(stderr, "make_vectors: %s cannot be written\n", path.c_str());
      return 1;
    }
  }
  return 0;
}
