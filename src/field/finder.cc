// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/finder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "src/base/status.h"
#include "src/keyring/index_values.h"
#include "src/keyring/normal_text.h"

namespace parcelveil {
namespace {

using keyring::NormalText;

absl::Status Malformed(const Search& search, const std::string& why) {
  return MakeStatus(Reason::kMalformed,
                    "find by " + Describe(search.slot) + ": " + why);
}

// The number of days from today back that hold what was sealed in `back`:
// the day on which it began may be one more than its whole days.
absl::StatusOr<int> DaysBack(const Search& search, absl::Duration back) {
  const absl::Duration day = absl::Hours(24);
  if (back < absl::ZeroDuration() || back > Finder::kMaxDays * day) {
    return Malformed(search, "it goes back 0 to 366 days; choose fewer");
  }
  return static_cast<int>(absl::Ceil(back, day) / day);
}

Epoch DaysBefore(Epoch today, int days) {
  return Epoch{static_cast<uint16_t>(std::max(ToInt(today) - days, 0))};
}

absl::Status CheckNumber(const Search& search, size_t num_candidates) {
  if (num_candidates <= Finder::kMaxCandidates) return absl::OkStatus();
  return Malformed(search, std::to_string(num_candidates) +
                               " candidates are over 2048; look at fewer days "
                               "a call");
}

absl::Status CheckNormal(const Search& search, const NormalText& sought) {
  if (sought.has_value()) return absl::OkStatus();
  return Malformed(search,
                   "the text has no normal form; give a whole number, or the "
                   "last four digits");
}

// A row that does not open is listed, unless no row could.
bool IsOfRow(const absl::Status& status) {
  return ReasonOf(status) != Reason::kKeyUnavailable;
}

// The last four digits that a phone's mask shows of its first number; empty
// where it shows fewer.
std::string_view LastFourShown(std::string_view mask) {
  const std::string_view number = mask.substr(0, mask.find(','));
  if (number.size() <= 4) return {};  // no mask of a whole number
  const std::string_view tail = number.substr(number.size() - 4);
  const bool are_digits =
      tail.find_first_not_of("0123456789") == std::string_view::npos;
  return are_digits ? tail : std::string_view();
}

}  // namespace

class Finder::State {
 public:
  State(const Keyring* keyring, std::unique_ptr<Opener> opener)
      : keyring(keyring),
        opener(std::move(opener)),
        schema(keyring->schema()) {}

  // Where to look: the index's slot and whose keys.
  absl::StatusOr<keyring::IndexKeys> KeysOf(const Search& search) const {
    const Schema::IndexSlot* index = schema.FindIndexOf(search.slot, search.by);
    if (index == nullptr) {
      return Malformed(search,
                       "the schema has no such index of it; look by another "
                       "one, or add it");
    }
    const Scope own = keyring->role_scope();
    if (index->scoped && !search.scope.has_value() && own == Scope::kNational) {
      return Malformed(search, "its index is kept by outlet; name the outlet");
    }
    const Scope scope =
        index->scoped ? search.scope.value_or(own) : Scope::kNational;
    return keyring::IndexKeys{index->id, scope, Epoch{}, keyring->Today()};
  }

  const Keyring* const keyring;
  const std::unique_ptr<Opener> opener;
  const Schema schema;
};

absl::StatusOr<std::unique_ptr<Finder>> Finder::Create(const Keyring* keyring) {
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<Opener> opener,
                              Opener::Create(keyring));
  return std::unique_ptr<Finder>(
      new Finder(std::make_unique<State>(keyring, std::move(opener))));
}

Finder::Finder(std::unique_ptr<State> state) : state_(std::move(state)) {}
Finder::~Finder() = default;

absl::StatusOr<std::vector<std::string>> Finder::Values(
    const Search& search, absl::Duration back) const {
  PARCELVEIL_ASSIGN_OR_RETURN(const int days, DaysBack(search, back));
  PARCELVEIL_ASSIGN_OR_RETURN(keyring::IndexKeys keys, state_->KeysOf(search));
  keys.first = DaysBefore(keys.last, days);
  return keyring::IndexValues(state_->keyring, keys, search.text,
                              state_->schema.calling_code());
}

absl::StatusOr<Found> Finder::Matches(
    const Search& search, absl::Span<const SealedCell> cells) const {
  PARCELVEIL_RETURN_IF_ERROR(CheckNumber(search, cells.size()));
  if (state_->schema.FindSlot(search.slot) == nullptr) {
    return Malformed(search, "the schema has no such field; name a field");
  }
  const std::string& calling_code = state_->schema.calling_code();
  const NormalText sought(search.by, search.text, calling_code,
                          NormalText::Origin::kSearch);
  PARCELVEIL_RETURN_IF_ERROR(CheckNormal(search, sought));
  Found found;
  Plaintext text;
  for (size_t i = 0; i < cells.size(); ++i) {
    const absl::Status opened = state_->opener->OpenInto(
        {search.slot, cells[i].record_id, cells[i].version}, cells[i].sealed,
        &text);
    if (!opened.ok()) {
      if (!IsOfRow(opened)) return opened;
      found.closed.push_back(i);
      continue;
    }
    const bool matches = text.Use([&](std::string_view held) {
      return NormalText(search.by, held, calling_code,
                        NormalText::Origin::kRecord) == sought;
    });
    if (matches) found.positions.push_back(i);
  }
  return found;
}

absl::StatusOr<FoundViews> Finder::MatchesViews(
    const Search& search, Slot view, absl::Span<const SealedView> views) const {
  PARCELVEIL_RETURN_IF_ERROR(CheckNumber(search, views.size()));
  if (state_->schema.FindView(view) == nullptr) {
    return Malformed(search, Describe(view) +
                                 " is no view of the schema; name the slot of "
                                 "the views");
  }
  const NormalText sought(IndexRule::kLast4, search.text,
                          state_->schema.calling_code(),
                          NormalText::Origin::kSearch);
  PARCELVEIL_RETURN_IF_ERROR(CheckNormal(search, sought));
  std::vector<absl::StatusOr<View>> opened =
      state_->opener->OpenViews(view, views);
  FoundViews found;
  for (size_t i = 0; i < opened.size(); ++i) {
    if (!opened[i].ok()) {
      if (!IsOfRow(opened[i].status())) return opened[i].status();
      found.closed.push_back(i);
      continue;
    }
    const Masked mask = (*opened[i])[search.slot];
    if (LastFourShown(mask.text()) != sought.view()) continue;
    found.positions.push_back(i);
    found.views.push_back(*std::move(opened[i]));
  }
  return found;
}

}  // namespace parcelveil
