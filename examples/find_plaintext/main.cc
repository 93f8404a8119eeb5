// SPDX-License-Identifier: Apache-2.0
// Searches the bytes of files for every personal value of a database, free
// pages and journals included: what a thief of the files would do.
//
//   find_plaintext PLAINTEXT_DATABASE FILE...

#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "parcelveil/sqlite.h"

namespace {

// The first bytes of a value find its candidates while a file is read once.
constexpr size_t kKeySize = 6;

uint64_t KeyAt(const char* bytes) {
  uint64_t key = 0;
  memcpy(&key, bytes, kKeySize);
  return key;
}

using Values = std::unordered_map<uint64_t, std::vector<std::string>>;

// Reads all personal values; counts rows' values and distinct ones.
absl::Status ReadValues(const std::string& path, Values* values,
                        int64_t* num_values, int64_t* num_distinct) {
  auto db = parcelveil::SqliteDatabase::Open(
      path, parcelveil::SqliteDatabase::Access::kReadOnly);
  if (!db.ok()) return db.status();
  auto select = (*db)->Prepare(
      "SELECT sender_name, sender_phone, sender_address, recipient_name, "
      "recipient_phone, recipient_address FROM waybill",
      "table waybill");
  if (!select.ok()) return select.status();
  std::unordered_set<std::string> seen;
  auto more = select->Step();
  for (; more.ok() && *more; more = select->Step()) {
    for (int column = 0; column < 6; ++column) {
      std::string value(select->Bytes(column));
      if (value.size() < kKeySize) {
        return absl::InvalidArgumentError(
            "a value is too short to be searched for");
      }
      ++*num_values;
      if (!seen.insert(value).second) continue;
      (*values)[KeyAt(value.data())].push_back(std::move(value));
    }
  }
  *num_distinct = static_cast<int64_t>(seen.size());
  return more.status();
}

int64_t CountHits(const std::string& bytes, const Values& values) {
  int64_t num_hits = 0;
  for (size_t at = 0; at + kKeySize <= bytes.size(); ++at) {
    const auto found = values.find(KeyAt(bytes.data() + at));
    if (found == values.end()) continue;
    for (const std::string& value : found->second) {
      num_hits += bytes.compare(at, value.size(), value) == 0;
    }
  }
  return num_hits;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: find_plaintext PLAINTEXT_DATABASE FILE...\n";
    return 2;
  }
  Values values;
  int64_t num_values = 0, num_distinct = 0;
  const absl::Status read =
      ReadValues(argv[1], &values, &num_values, &num_distinct);
  if (!read.ok()) {
    std::cerr << read.message() << '\n';
    return 1;
  }
  std::cout << "searching for " << num_values << " values (" << num_distinct
            << " different ones)\n";
  int64_t num_hits = 0;
  for (int i = 2; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    if (!file) {
      std::cerr << argv[i] << ": cannot be read\n";
      return 1;
    }
    const std::string bytes{std::istreambuf_iterator<char>(file),
                            std::istreambuf_iterator<char>()};
    const int64_t hits = CountHits(bytes, values);
    std::cout << argv[i] << ": " << bytes.size() << " bytes, " << hits
              << " found\n";
    num_hits += hits;
  }
  return num_hits == 0 ? 0 : 3;
}
