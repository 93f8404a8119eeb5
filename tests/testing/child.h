// SPDX-License-Identifier: Apache-2.0
// InChild: what a forked child of the test sees.

#ifndef PARCELVEIL_TESTS_TESTING_CHILD_H_
#define PARCELVEIL_TESTS_TESTING_CHILD_H_

#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace parcelveil::testing {

// Runs `look` in a forked child and returns the text that it returned there;
// "[child died]" where it did not come to an end.
template <typename Look>
std::string InChild(Look look) {
  int ends[2];
  if (pipe(ends) != 0) return "[no pipe]";
  const pid_t child = fork();
  if (child < 0) return "[no child]";
  if (child == 0) {
    close(ends[0]);
    const std::string seen = look();
    const bool written = write(ends[1], seen.data(), seen.size()) ==
                         static_cast<ssize_t>(seen.size());
    _exit(written ? 0 : 1);  // no destructors, no leak check: not our process
  }
  close(ends[1]);
  std::string seen;
  char buffer[4096];
  ssize_t size;
  while ((size = read(ends[0], buffer, sizeof(buffer))) > 0) {
    seen.append(buffer, static_cast<size_t>(size));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  const bool ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return ended ? seen : "[child died]";
}

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TESTING_CHILD_H_
