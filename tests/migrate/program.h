// SPDX-License-Identifier: Apache-2.0
// The command `parcelveil`, run as a user runs it.

#ifndef PARCELVEIL_TESTS_MIGRATE_PROGRAM_H_
#define PARCELVEIL_TESTS_MIGRATE_PROGRAM_H_

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace parcelveil::testing {

class Program {
 public:
  // Starts it with `arguments`; output goes to `output`, a file.
  Program(std::vector<std::string> arguments, std::string output)
      : output_(std::move(output)) {
    arguments.insert(arguments.begin(), PARCELVEIL_PROGRAM);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    child_ = fork();
    if (child_ != 0) return;
    const int out = open(output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int in = open("/dev/null", O_RDONLY);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }

  void Send(int signal) const { kill(child_, signal); }
  bool IsRunning() {
    return !is_done_ && !(is_done_ = waitpid(child_, &status_, WNOHANG) != 0);
  }
  // Waits for its end. Returns its exit status, -1 where a signal killed it.
  int Wait() {
    if (!is_done_) waitpid(child_, &status_, 0);
    is_done_ = true;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
  }
  std::string Output() const {
    std::ifstream in(output_, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }

 private:
  const std::string output_;
  pid_t child_;
  int status_ = 0;
  bool is_done_ = false;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_MIGRATE_PROGRAM_H_
