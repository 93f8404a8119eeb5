// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over the files of one folder, so that every build checks
// the corpus, also where there is no libFuzzer.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " CORPUS_FOLDER\n";
    return 2;
  }
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(argv[1], error)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  if (files.empty()) {
    std::cerr << "no corpus in " << argv[1] << "\n";
    return 1;
  }
  std::sort(files.begin(), files.end());
  for (const auto& path : files) {
    // Said beforehand and flushed: the last line names the file that crashes.
    std::cerr << path.filename().string() << std::endl;
    std::ifstream in(path, std::ios::binary);
    const std::string input(std::istreambuf_iterator<char>(in), {});
    if (in.bad() || !in.is_open()) {
      std::cerr << "cannot be read\n";
      return 1;
    }
    // As libFuzzer does it: never null, and of exactly that size, so that a
    // sanitizer sees one byte over.
    const auto bytes = std::make_unique<uint8_t[]>(input.size());
    std::copy(input.begin(), input.end(), bytes.get());
    LLVMFuzzerTestOneInput(bytes.get(), input.size());
  }
  std::cerr << files.size() << " inputs replayed\n";
}
