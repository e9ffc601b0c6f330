// cli/command.h -- what all commands share: options, output, exit codes.
//
// Exit codes  0 done or valid; 1 not valid (verify); 2 wrong usage, input, model or environment.
// Output      results on stdout: lines for people, or one JSON object with --json. Progress and errors on stderr.
#pragma once
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "nescio/api/environment.h"

namespace nescio::cli {

inline constexpr int kDone = 0, kInvalid = 1, kUsage = 2;

struct Options {
  bool json = false;
  unsigned threads = 0;  // 0: all
};

// Before a command reads private files: this process leaves no core dump. Warns where the system refuses.
void hold_secrets();
// Prints the error and all others found with it, says what to do, and returns kUsage.
int fail(const Options& options, const Error& error);
// Why something is not valid; returns kInvalid.
int invalid(const Options& options, const Error& error);
// One line "name   value"; left out with --json.
void line(const Options& options, const std::string& name, const std::string& value);
// The JSON object of a command, with --json.
void json(const Options& options, const nlohmann::ordered_json& object);
std::string grouped(std::uint64_t n);  // 1,234,567
std::uint64_t peak_memory_bytes();

// The option --memory-limit SIZE, bytes into `limit`.
void add_memory_limit(CLI::App& sub, std::uint64_t& limit);

// Each adds its subcommand; the callback stores the exit code.
void add_compile(CLI::App& app, const Options& options, int& exit_code);
void add_commit(CLI::App& app, const Options& options, int& exit_code);
void add_prove(CLI::App& app, const Options& options, int& exit_code);
void add_verify(CLI::App& app, const Options& options, int& exit_code);
void add_attest(CLI::App& app, const Options& options, int& exit_code);
void add_accuracy(CLI::App& app, const Options& options, int& exit_code);
void add_card(CLI::App& app, const Options& options, int& exit_code);
void add_inspect(CLI::App& app, const Options& options, int& exit_code);
void add_report(CLI::App& app, const Options& options, int& exit_code);
void add_bench(CLI::App& app, const Options& options, int& exit_code);

}  // namespace nescio::cli
