// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/vectors.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "google/protobuf/util/json_util.h"

namespace parcelveil::testing {
namespace {

using google::protobuf::Value;

[[noreturn]] void Die(const std::string& what) {
  std::cerr << "vectors: " << what << std::endl;
  std::abort();
}

uint8_t Digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint8_t>(c - 'a' + 10);
  Die("not a hex digit");
}

// Every whole number of the files is below 2^53, or written as a string.
int64_t Whole(const Value& value) {
  const auto whole = static_cast<int64_t>(value.number_value());
  if (value.kind_case() != Value::kNumberValue ||
      static_cast<double>(whole) != value.number_value()) {
    Die("not a whole number");
  }
  return whole;
}

}  // namespace

std::string FromHex(std::string_view hex) {
  if (hex.size() % 2 != 0) Die("half a byte of hex");
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(Digit(hex[i]) << 4 | Digit(hex[i + 1]));
  }
  return bytes;
}

std::string ToHex(absl::Span<const uint8_t> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (uint8_t byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string ToHex(std::string_view bytes) {
  return ToHex(absl::Span<const uint8_t>(
      reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
}

const Value& Vector::At(const std::string& name) const {
  const auto it = object_.fields().find(name);
  if (it == object_.fields().end()) Die("nothing is named " + name);
  return it->second;
}

bool Vector::Has(const std::string& name) const {
  return object_.fields().contains(name);
}

std::string Vector::Text(const std::string& name) const {
  if (At(name).kind_case() != Value::kStringValue) Die(name + " is no string");
  return At(name).string_value();
}

std::string Vector::Bytes(const std::string& name) const {
  return FromHex(Text(name));
}

uint64_t Vector::Number(const std::string& name) const {
  if (At(name).kind_case() == Value::kStringValue) {
    return std::strtoull(At(name).string_value().c_str(), nullptr, 10);
  }
  return static_cast<uint64_t>(Whole(At(name)));
}

int64_t Vector::SignedNumber(const std::string& name) const {
  return Whole(At(name));
}

bool Vector::Flag(const std::string& name) const {
  if (At(name).kind_case() != Value::kBoolValue) Die(name + " is no flag");
  return At(name).bool_value();
}

std::vector<Vector> Vector::List(const std::string& name) const {
  if (At(name).kind_case() != Value::kListValue) Die(name + " is no list");
  std::vector<Vector> list;
  for (const Value& value : At(name).list_value().values()) {
    list.emplace_back(value.struct_value());
  }
  return list;
}

std::vector<uint64_t> Vector::Numbers(const std::string& name) const {
  if (At(name).kind_case() != Value::kListValue) Die(name + " is no list");
  std::vector<uint64_t> numbers;
  for (const Value& value : At(name).list_value().values()) {
    numbers.push_back(static_cast<uint64_t>(Whole(value)));
  }
  return numbers;
}

Vector LoadVectors(const std::string& name) {
  const std::string path =
      PARCELVEIL_SOURCE_DIR "/tests/vectors/v1/" + name + ".json";
  std::ifstream in(path, std::ios::binary);
  const std::string json(std::istreambuf_iterator<char>(in), {});
  google::protobuf::Struct object;
  if (!google::protobuf::util::JsonStringToMessage(json, &object).ok()) {
    Die(path + " is no JSON object");
  }
  return Vector(std::move(object));
}

}  // namespace parcelveil::testing
