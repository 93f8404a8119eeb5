// SPDX-License-Identifier: Apache-2.0
// JSON, written only.

#ifndef PARCELVEIL_SRC_CLI_JSON_H_
#define PARCELVEIL_SRC_CLI_JSON_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace parcelveil::cli {

// Returns `text` in quotes. It must be UTF-8.
std::string JsonString(std::string_view text);

// An object (or a list) on one line, built in order.
class JsonObject {
 public:
  JsonObject& Add(std::string_view name, std::string_view text) {
    return AddRaw(name, JsonString(text));
  }
  JsonObject& Add(std::string_view name, const char* text) {
    return Add(name, std::string_view(text));
  }
  JsonObject& Add(std::string_view name, bool value) {
    return AddRaw(name, value ? "true" : "false");
  }
  template <typename Integer,
            std::enable_if_t<std::is_integral_v<Integer>, int> = 0>
  JsonObject& Add(std::string_view name, Integer value) {
    return AddRaw(name, std::to_string(value));
  }
  // `json` is JSON already.
  JsonObject& AddRaw(std::string_view name, std::string_view json);
  std::string Take() { return "{" + std::move(members_) + "}"; }

 private:
  std::string members_;
};

class JsonList {
 public:
  // `json` is JSON already.
  JsonList& AddRaw(std::string_view json);
  JsonList& Add(std::string_view text) { return AddRaw(JsonString(text)); }
  std::string Take() { return "[" + std::move(items_) + "]"; }

 private:
  std::string items_;
};

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_JSON_H_
