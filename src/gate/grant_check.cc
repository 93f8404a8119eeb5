// SPDX-License-Identifier: Apache-2.0
#include "src/gate/grant_check.h"

#include <tuple>

#include "src/base/status.h"

namespace parcelveil::gate {
namespace {

absl::Status CheckWindows(const Charge& charge) {
  constexpr absl::Duration kShortest = absl::Seconds(12);
  for (size_t i = 0; i < charge.windows.size(); ++i) {
    const absl::Duration length = charge.windows[i].length;
    bool is_good =
        length >= kShortest && absl::Trunc(length, absl::Seconds(1)) == length;
    for (size_t j = 0; j < i; ++j) {
      is_good = is_good && charge.windows[j].length != length;
    }
    if (!is_good) {
      return MakeStatus(Reason::kMalformed,
                        "put grant: a window is shorter than 12 s, no number "
                        "of whole seconds, or there twice; correct the policy");
    }
  }
  return absl::OkStatus();
}

}  // namespace

// Each counter once: what one charge adds, another would not see.
absl::Status CheckCharges(const Grant& grant) {
  const auto counter = [](const Charge& charge) {
    return std::tuple(charge.subject_kind, charge.subject, charge.quota_class);
  };
  for (size_t i = 0; i < grant.charges.size(); ++i) {
    PARCELVEIL_RETURN_IF_ERROR(CheckWindows(grant.charges[i]));
    for (size_t j = 0; j < i; ++j) {
      if (counter(grant.charges[i]) != counter(grant.charges[j])) continue;
      return MakeStatus(Reason::kMalformed,
                        "put grant: two charges are of one counter; make them "
                        "one");
    }
  }
  return absl::OkStatus();
}

}  // namespace parcelveil::gate
