// SPDX-License-Identifier: Apache-2.0
#include "src/trace/canary.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "src/base/status.h"

namespace parcelveil::trace {
namespace {

constexpr absl::string_view kFirstLine = "parcelveil canaries 1";
constexpr size_t kIdSize = 16;

using Words = std::vector<std::string>;

bool IsHex(const std::string& text) {
  return !text.empty() && text.size() % 2 == 0 &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// "canary ID SEALED [CONTACTED]", times in milliseconds.
bool ParseCanary(const Words& words, CanaryList* list) {
  if (words.size() < 3 || words.size() > 4 || words[1].size() != kIdSize ||
      !IsHex(words[1]) || !IsHex(words[2])) {
    return false;
  }
  CanaryList::Canary canary{words[1], absl::HexStringToBytes(words[2]), {}};
  if (words.size() == 4) {
    int64_t ms = 0;
    if (!absl::SimpleAtoi(words[3], &ms)) return false;
    canary.contacted = absl::FromUnixMillis(ms);
  }
  list->canaries.push_back(std::move(canary));
  return true;
}

// "controls NUMBER CONTACTED".
bool ParseControls(const Words& words, CanaryList* list) {
  return words.size() == 3 && absl::SimpleAtoi(words[1], &list->num_controls) &&
         absl::SimpleAtoi(words[2], &list->num_controls_contacted) &&
         list->num_controls_contacted <= list->num_controls;
}

// log P(X <= k) of a binomial.
double LogBinomialCdf(uint64_t k, uint64_t n, double p) {
  const auto size = static_cast<double>(n);
  double most = -INFINITY;
  std::vector<double> terms;
  for (uint64_t i = 0; i <= k; ++i) {
    const auto x = static_cast<double>(i);
    terms.push_back(std::lgamma(size + 1) - std::lgamma(x + 1) -
                    std::lgamma(size - x + 1) + x * std::log(p) +
                    (size - x) * std::log1p(-p));
    most = std::max(most, terms.back());
  }
  double sum = 0;
  for (double term : terms) sum += std::exp(term - most);
  return most + std::log(sum);
}

}  // namespace

absl::StatusOr<CanaryList> CanaryList::Parse(std::string_view text) {
  CanaryList list;
  const std::vector<std::string> lines =
      absl::StrSplit(absl::string_view(text.data(), text.size()), '\n');
  for (size_t i = 0; i < lines.size(); ++i) {
    const Words words = absl::StrSplit(lines[i], ' ');
    const bool is_good =
        i == 0 ? lines[i] == kFirstLine
               : (words[0] == "canary" && ParseCanary(words, &list)) ||
                     (words[0] == "controls" && ParseControls(words, &list)) ||
                     (lines[i].empty() && i + 1 == lines.size());
    if (!is_good) {
      return MakeStatus(Reason::kMalformed,
                        "read canaries: line " + std::to_string(i + 1) +
                            " is none of such a list; restore the file");
    }
  }
  return list;
}

std::string CanaryList::ToText() const {
  std::string text = absl::StrCat(kFirstLine, "\n");
  if (num_controls > 0) {
    absl::StrAppend(&text, "controls ", num_controls, " ",
                    num_controls_contacted, "\n");
  }
  for (const Canary& canary : canaries) {
    absl::StrAppend(&text, "canary ", canary.id, " ",
                    absl::BytesToHexString(canary.sealed));
    if (canary.contacted.has_value()) {
      absl::StrAppend(&text, " ", absl::ToUnixMillis(*canary.contacted));
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

double UpperContactRate(uint64_t num_controls, uint64_t num_contacted) {
  if (num_contacted >= num_controls) return 1;
  const double limit = std::log(0.01);
  double low = 0;
  double high = 1;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    const bool is_likely =
        LogBinomialCdf(num_contacted, num_controls, middle) > limit;
    (is_likely ? low : high) = middle;
  }
  return high;
}

}  // namespace parcelveil::trace
