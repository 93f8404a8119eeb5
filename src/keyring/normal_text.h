// SPDX-License-Identifier: Apache-2.0
// The normal form of a text, for index values and for telling true matches from
// candidates; never for sealing. SPEC.md section 8.

#ifndef PARCELVEIL_SRC_KEYRING_NORMAL_TEXT_H_
#define PARCELVEIL_SRC_KEYRING_NORMAL_TEXT_H_

#include <cstdint>
#include <string_view>

#include "parcelveil/schema.h"
#include "src/base/wiped_string.h"

namespace parcelveil::keyring {

// Wiped when it dies. Thread-safety: const methods may run concurrently.
class NormalText {
 public:
  enum class Origin : uint8_t {
    kRecord,  // what a record holds
    kSearch,  // what somebody looks for: four digits alone will do for kLast4
  };

  // `text` has at most 4095 bytes; `calling_code` is the tenant's.
  NormalText(IndexRule rule, std::string_view text,
             std::string_view calling_code, Origin origin);

  IndexRule rule() const { return rule_; }
  // False for a text that has no normal form: it cannot be found.
  bool has_value() const { return has_value_; }
  std::string_view view() const { return text_.view(); }

  // Compares in constant time; only lengths are told apart sooner. False
  // where either has no value.
  friend bool operator==(const NormalText& a, const NormalText& b);

 private:
  const IndexRule rule_;
  base::WipedString text_;
  bool has_value_;
};

}  // namespace parcelveil::keyring

#endif  // PARCELVEIL_SRC_KEYRING_NORMAL_TEXT_H_
