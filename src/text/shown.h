// SPDX-License-Identifier: Apache-2.0
// Writes the parts of a text that a mask shows, with stars for all others.

#ifndef PARCELVEIL_SRC_TEXT_SHOWN_H_
#define PARCELVEIL_SRC_TEXT_SHOWN_H_

#include <cstddef>
#include <string>

#include "src/text/folded.h"
#include "src/text/mask.h"

namespace parcelveil::text {

class Shown {
 public:
  // Borrows both.
  Shown(const Folded& text, std::string* out) : text_(text), out_(out) {}

  // Shows [from, to); parts are added from left to right.
  void Add(size_t from, size_t to) {
    if (from >= to) return;
    const size_t behind = SkipGap(end_);
    if (behind != from) out_->append(kStars);
    text_.Append(behind != from || end_ == 0 ? from : end_, to, out_);
    end_ = to;
  }

  // Ends the mask: there are always stars at its end.
  void Finish() { out_->append(kStars); }

  // At most two: more is not how people write addresses.
  size_t SkipGap(size_t pos) const {
    for (int i = 0; i < 2 && (text_.flags(pos) & kGap); ++i) ++pos;
    return pos;
  }

 private:
  const Folded& text_;
  std::string* const out_;
  size_t end_ = 0;  // what was shown last ends here
};

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_SHOWN_H_
