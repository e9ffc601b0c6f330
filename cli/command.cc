#include "command.h"

#include <cstdio>

namespace nescio::cli {

void hold_secrets() {
  if (!forbid_core_dumps()) std::fprintf(stderr, "nescio: warning: core dumps could not be forbidden\n");
}

int fail(const Options& options, const Error& error) {
  if (options.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    const auto add = [&](const Error& e) {
      list.push_back({{"code", error_name(e.code)},
                      {"message", e.detail.empty() ? error_text(e.code) : e.detail},
                      {"where", e.where}});
    };
    add(error);
    for (const Error& e : error.others) add(e);
    json(options, {{"ok", false}, {"errors", list}});
  }
  std::fprintf(stderr, "nescio: %s\n", to_string(error).c_str());
  return kUsage;
}

int invalid(const Options& options, const Error& error) {
  json(options, {{"valid", false},
                 {"code", error_name(error.code)},
                 {"message", error.detail.empty() ? error_text(error.code) : error.detail},
                 {"where", error.where}});
  if (!options.json) std::printf("NOT VALID              %s\n", to_string(error).c_str());
  return kInvalid;
}

void line(const Options& options, const std::string& name, const std::string& value) {
  if (!options.json) std::printf("%-22s %s\n", name.c_str(), value.c_str());
}

void json(const Options& options, const nlohmann::ordered_json& object) {
  if (options.json) std::printf("%s\n", object.dump(2).c_str());
}

std::string grouped(std::uint64_t n) {
  std::string s = std::to_string(n);
  for (std::size_t i = s.size(); i > 3;) s.insert(i -= 3, ",");
  return s;
}

std::uint64_t peak_memory_bytes() {
  // Not getrusage: its figure survives exec, and so tells the memory of whoever started this program.
  unsigned long long kilobytes = 0;
  if (std::FILE* f = std::fopen("/proc/self/status", "r")) {
    char line[256];
    while (std::fgets(line, sizeof line, f) != nullptr && std::sscanf(line, "VmHWM: %llu", &kilobytes) != 1) {
    }
    std::fclose(f);
  }
  return kilobytes * 1024;
}

}  // namespace nescio::cli
