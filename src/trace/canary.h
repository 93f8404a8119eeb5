// SPDX-License-Identifier: Apache-2.0
// The list of canaries: which waybills are made up and watched. It stands in a
// file of its own, since nothing in a table, an index or a log tells a canary
// from a parcel; what it says of each is sealed.

#ifndef PARCELVEIL_SRC_TRACE_CANARY_H_
#define PARCELVEIL_SRC_TRACE_CANARY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace parcelveil::trace {

struct CanaryList {
  struct Canary {
    std::string id;  // 16 hex digits; names the cell that `sealed` is of
    std::string sealed;
    std::optional<absl::Time> contacted;  // for the first time
  };
  std::vector<Canary> canaries;
  // Watched numbers that were never given out, and how many of them somebody
  // called or wrote to all the same.
  uint64_t num_controls = 0;
  uint64_t num_controls_contacted = 0;

  // Errors: MALFORMED naming the line.
  static absl::StatusOr<CanaryList> Parse(std::string_view text);
  std::string ToText() const;
};

// The upper end of the 99 % confidence interval (Clopper and Pearson, 1934) of
// how often a number that nobody was given is contacted; 1 where none is
// watched.
double UpperContactRate(uint64_t num_controls, uint64_t num_contacted);

// `text` with its last digits drawn anew: a number as whoever issued `text`
// writes them. `draw(n)` gives a number below n.
template <typename Draw>
std::string LikeIt(std::string text, const Draw& draw) {
  constexpr int kMaxDigits = 8;
  int num_drawn = 0;
  for (size_t i = text.size(); i > 0 && num_drawn < kMaxDigits; --i) {
    if (text[i - 1] < '0' || text[i - 1] > '9') continue;
    text[i - 1] = static_cast<char>('0' + draw(10));
    ++num_drawn;
  }
  return text;
}

}  // namespace parcelveil::trace

#endif  // PARCELVEIL_SRC_TRACE_CANARY_H_
