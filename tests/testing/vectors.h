// SPDX-License-Identifier: Apache-2.0
// Vectors: the figures under tests/vectors/v1, made without this library.

#ifndef PARCELVEIL_TESTS_TESTING_VECTORS_H_
#define PARCELVEIL_TESTS_TESTING_VECTORS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "google/protobuf/struct.pb.h"

namespace parcelveil::testing {

// Aborts for anything that is not pairs of lower-case hex digits.
std::string FromHex(std::string_view hex);
std::string ToHex(absl::Span<const uint8_t> bytes);
std::string ToHex(std::string_view bytes);

// One object of a vector file. A name that is missing, or holds something of
// another kind, aborts: no case may be passed over.
class Vector {
 public:
  explicit Vector(google::protobuf::Struct object)
      : object_(std::move(object)) {}

  bool Has(const std::string& name) const;
  std::string Text(const std::string& name) const;
  // Bytes, which stand in the file as hex.
  std::string Bytes(const std::string& name) const;
  // A number, or a decimal string where it exceeds what JSON holds.
  uint64_t Number(const std::string& name) const;
  int64_t SignedNumber(const std::string& name) const;
  bool Flag(const std::string& name) const;
  std::vector<Vector> List(const std::string& name) const;
  std::vector<uint64_t> Numbers(const std::string& name) const;

 private:
  const google::protobuf::Value& At(const std::string& name) const;

  google::protobuf::Struct object_;
};

// Reads tests/vectors/v1/<name>.json; aborts where it cannot.
Vector LoadVectors(const std::string& name);

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TESTING_VECTORS_H_
