// The commands that read private files forbid core dumps before they read. Each is run on a pipe that nobody writes
// to, where it waits; its limits are then looked at from outside.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace {

// The soft and the hard limit on core files of a process, as the system prints them.
std::string core_limit(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/limits");
  std::string text;
  while (std::getline(in, text))
    if (text.starts_with("Max core file size")) {
      const std::size_t at = text.find_first_not_of(' ', 18), soft = text.find(' ', at);
      const std::size_t next = text.find_first_not_of(' ', soft);
      return text.substr(at, soft - at) + " " + text.substr(next, text.find(' ', next) - next);
    }
  return {};
}

pid_t start(const std::vector<std::string>& arguments, rlim_t core) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  const struct rlimit limit{core, core};
  setrlimit(RLIMIT_CORE, &limit);
  std::vector<char*> argv;
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

TEST(Secrets, commands_on_private_files_forbid_core_dumps_first) {
  struct rlimit own{};
  ASSERT_EQ(getrlimit(RLIMIT_CORE, &own), 0);
  const rlim_t core = own.rlim_max == RLIM_INFINITY ? 1 << 20 : own.rlim_max;
  if (core == 0) GTEST_SKIP() << "core dumps are forbidden here in any case";
  char folder[] = "/tmp/nescio_secrets_XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string pipe = std::string(folder) + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::vector<std::vector<std::string>> commands = {{"compile", pipe, "--calibrate", pipe},
                                                          {"commit", pipe},
                                                          {"prove", "--proving-key", pipe, "--input", pipe},
                                                          {"report", pipe},
                                                          {"bench", pipe, "--calibrate", pipe}};
  for (std::vector<std::string> command : commands) {
    command.insert(command.begin(), NESCIO_PROGRAM);
    const pid_t pid = start(command, core);
    ASSERT_GT(pid, 0);
    std::string limit;
    for (int i = 0; i < 1000 && limit != "0 0"; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      limit = core_limit(pid);
    }
    EXPECT_EQ(limit, "0 0") << command[1];
    EXPECT_EQ(waitpid(pid, nullptr, WNOHANG), 0) << command[1] << " did not wait for its file";
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  unlink(pipe.c_str());
  rmdir(folder);
}

}  // namespace
