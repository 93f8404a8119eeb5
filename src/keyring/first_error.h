// SPDX-License-Identifier: Apache-2.0
// The first error of a text format parse, for schema, table map and policy.

#ifndef PARCELVEIL_SRC_KEYRING_FIRST_ERROR_H_
#define PARCELVEIL_SRC_KEYRING_FIRST_ERROR_H_

#include <string>

#include "google/protobuf/io/tokenizer.h"

namespace parcelveil::keyring {

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber /*column*/,
                const std::string& message) override {
    if (!text_.empty()) return;
    text_ = "line " + std::to_string(line + 1) + ": " + message;
  }
  // "line 3: ..."; empty while there was none.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_FIRST_ERROR_H_
