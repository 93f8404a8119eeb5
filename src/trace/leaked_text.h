// SPDX-License-Identifier: Apache-2.0
// Comparing what leaked with what a record holds: normal forms, and masks that
// hide some of it.

#ifndef PARCELVEIL_SRC_TRACE_LEAKED_TEXT_H_
#define PARCELVEIL_SRC_TRACE_LEAKED_TEXT_H_

#include <optional>
#include <string_view>

#include "src/base/wiped_string.h"

namespace parcelveil::trace {

// A text with every run of hidden characters (***, ＊, ●, █, xxxx) as one
// asterisk, in lower case, without white space and punctuation. Zeroed when it
// dies.
class LeakedText {
 public:
  explicit LeakedText(std::string_view text);

  bool empty() const { return text_.view().empty(); }
  std::string_view view() const { return text_.view(); }
  bool is_masked() const { return is_masked_; }
  // True where the text may be the other, or a part of it that is long enough
  // to mean something. An asterisk stands for any text.
  bool Fits(const LeakedText& other) const;

 private:
  base::WipedString text_;
  bool is_masked_ = false;
};

// A phone number of which some digits are hidden, 138****1234: the digits in
// front, the country's code left out, and the last four. nullopt for anything
// else.
struct MaskedPhone {
  std::string_view head;
  std::string_view last_four;
};
std::optional<MaskedPhone> ParseMaskedPhone(const LeakedText& text,
                                            std::string_view calling_code);
// `digits`: a whole number as its normal form has it, country's code first.
bool FitsMask(const MaskedPhone& mask, std::string_view digits,
              std::string_view calling_code);

}  // namespace parcelveil::trace

#endif  // PARCELVEIL_SRC_TRACE_LEAKED_TEXT_H_
