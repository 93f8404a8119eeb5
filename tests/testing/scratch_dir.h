// SPDX-License-Identifier: Apache-2.0
// ScratchDir: an empty folder of a test's own, gone when the test is.

#ifndef PARCELVEIL_TESTS_TESTING_SCRATCH_DIR_H_
#define PARCELVEIL_TESTS_TESTING_SCRATCH_DIR_H_

#include <stdlib.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "gtest/gtest.h"

namespace parcelveil::testing {

class ScratchDir {
 public:
  ScratchDir() : path_(::testing::TempDir() + "parcelveil-XXXXXX") {
    // A test that ran on in some other folder could overwrite what is there.
    if (::mkdtemp(path_.data()) == nullptr) {
      std::perror(path_.c_str());
      std::abort();
    }
  }
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;
  ~ScratchDir() {
    std::error_code ignored;  // what cannot be removed is in a temp folder
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  // Returns the path of `name` in the folder; makes nothing.
  std::string File(std::string_view name) const {
    return (std::filesystem::path(path_) / name).string();
  }

 private:
  std::string path_;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TESTING_SCRATCH_DIR_H_
