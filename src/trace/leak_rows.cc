// SPDX-License-Identifier: Apache-2.0
#include "src/trace/leak_rows.h"

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "src/base/status.h"
#include "src/trace/leak_list.h"
#include "src/trace/leak_match.h"

namespace parcelveil::trace {
namespace {

constexpr uint64_t kMaxRows = 1000000;

// A row that was not seen before, as it was matched.
struct KeptRow {
  RowKey number;
  RowMatch match;
  absl::Time seen;
};

const std::string& IdOf(const TraceRecord& record) { return record.record_id; }

// Rows of few candidates first, then by the candidates: an order that does not
// depend on the list's.
bool ComesBefore(const KeptRow& a, const KeptRow& b) {
  const auto& left = a.match.records;
  const auto& right = b.match.records;
  if (left.size() != right.size()) return left.size() < right.size();
  for (size_t i = 0; i < left.size(); ++i) {
    const int order = IdOf(left[i]).compare(IdOf(right[i]));
    if (order != 0) return order < 0;
  }
  return std::tuple(a.seen, a.match.is_masked) <
         std::tuple(b.seen, b.match.is_masked);
}

std::optional<Slot> FieldOf(const LeakList& list, const Schema& schema) {
  for (const auto& [column, kind] :
       {std::pair(LeakColumn::kPhone, FieldKind::kPhone),
        std::pair(LeakColumn::kAddress, FieldKind::kAddress),
        std::pair(LeakColumn::kName, FieldKind::kName)}) {
    const Schema::SealedSlot* const slot =
        schema.FindField(Party::kRecipient, kind);
    if (list.Has(column) && slot != nullptr) return slot->id;
  }
  return std::nullopt;
}

// Reads the list and keeps what matched.
class Reader {
 public:
  Reader(const TraceOptions& options, keyring::Calendar calendar,
         absl::Time now)
      : options_(options),
        calendar_(calendar),
        seen_(std::min(options.seen, now)) {}

  absl::Status Read(LeakList* list, LeakMatcher* matcher);
  LeakRows Finish() &&;

  LeakRows& result() { return result_; }

 private:
  absl::Status Add(const LeakList::Row& row, LeakMatcher* matcher);
  Epoch DayOf(absl::Time time) const {
    const int64_t ms = std::max<int64_t>(absl::ToUnixMillis(time), 0);
    return calendar_.At(static_cast<uint64_t>(ms));
  }

  const TraceOptions& options_;
  const keyring::Calendar calendar_;
  const absl::Time seen_;
  LeakRows result_;
  std::vector<KeptRow> kept_;
  absl::flat_hash_map<RowKey, size_t> kept_by_whole_;
  absl::flat_hash_set<RowKey> others_;  // that are of nothing
};

absl::Status Reader::Read(LeakList* list, LeakMatcher* matcher) {
  while (true) {
    if (options_.stop != nullptr && *options_.stop) {
      return absl::UnavailableError("trace leak: stopped; run it again");
    }
    PARCELVEIL_ASSIGN_OR_RETURN(const std::optional<LeakList::Row> row,
                                list->Next());
    if (!row.has_value()) return absl::OkStatus();
    ++result_.matches.rows;
    std::optional<LeakRowProblem> problem = row->problem;
    if (result_.matches.rows > kMaxRows) problem = LeakRowProblem::kTooMany;
    if (problem.has_value()) {
      ++result_.matches.problems[static_cast<size_t>(*problem)];
      continue;
    }
    PARCELVEIL_RETURN_IF_ERROR(Add(*row, matcher));
  }
}

absl::Status Reader::Add(const LeakList::Row& row, LeakMatcher* matcher) {
  const LeakMatcher::Keys keys = matcher->KeysOf(row);
  const absl::Time seen = std::min(row.seen.value_or(seen_), seen_);
  const auto known = kept_by_whole_.find(keys.whole);
  if (known != kept_by_whole_.end()) {
    kept_[known->second].seen = std::min(kept_[known->second].seen, seen);
    ++result_.matches.duplicates;
    return absl::OkStatus();
  }
  const Epoch last = DayOf(seen);
  PARCELVEIL_ASSIGN_OR_RETURN(RowMatch match, matcher->Match(row, last));
  switch (match.kind) {
    case RowMatch::Kind::kProblem:
      ++result_.matches.problems[static_cast<size_t>(match.problem)];
      return absl::OkStatus();
    case RowMatch::Kind::kUnmatched:
    case RowMatch::Kind::kTooCommon: {
      const bool is_new = others_.insert(keys.whole).second;
      uint64_t& count = match.kind == RowMatch::Kind::kUnmatched
                            ? result_.matches.unmatched
                            : result_.matches.too_common;
      ++(is_new ? count : result_.matches.duplicates);
      return absl::OkStatus();
    }
    case RowMatch::Kind::kMatched:
      break;
  }
  std::sort(match.records.begin(), match.records.end(),
            [](const TraceRecord& a, const TraceRecord& b) {
              return IdOf(a) < IdOf(b);
            });
  kept_by_whole_.emplace(keys.whole, kept_.size());
  kept_.push_back({keys.number, std::move(match), seen});
  return absl::OkStatus();
}

// One row counts for each number, and for each record.
LeakRows Reader::Finish() && {
  absl::flat_hash_map<RowKey, absl::Time> first_seen;
  for (const KeptRow& row : kept_) {
    absl::Time& seen = first_seen.emplace(row.number, row.seen).first->second;
    seen = std::min(seen, row.seen);
  }
  for (KeptRow& row : kept_) row.seen = first_seen[row.number];
  std::sort(kept_.begin(), kept_.end(), ComesBefore);
  absl::flat_hash_set<RowKey> numbers;
  absl::flat_hash_set<std::string> ids;
  result_.seen = absl::InfinitePast();
  absl::Time first = absl::InfiniteFuture();
  for (KeptRow& row : kept_) {
    const auto& records = row.match.records;
    const bool is_taken = std::any_of(
        records.begin(), records.end(),
        [&](const TraceRecord& r) { return ids.contains(IdOf(r)); });
    if (is_taken || !numbers.insert(row.number).second) {
      ++result_.matches.duplicates;
      continue;
    }
    for (const TraceRecord& record : records) ids.insert(IdOf(record));
    result_.seen = std::max(result_.seen, row.seen);
    first = std::min(first, row.seen);
    result_.rows.push_back(
        {std::move(row.match.records), row.seen, row.match.is_masked});
  }
  if (result_.rows.empty()) result_.seen = first = seen_;
  result_.days = {keyring::AddDays(DayOf(first), -options_.days),
                  DayOf(result_.seen)};
  return std::move(result_);
}

}  // namespace

absl::StatusOr<LeakRows> ReadLeakRows(const ReadLeak& read,
                                      const TraceOptions& options,
                                      keyring::Calendar calendar,
                                      absl::Time now) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::unique_ptr<LeakList> list,
      LeakList::Open(read, options.keyring->time_zone()));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<LeakMatcher> matcher,
                              LeakMatcher::Create(options));
  Reader reader(options, calendar, now);
  reader.result().field = options.field.has_value()
                              ? options.field
                              : FieldOf(*list, options.keyring->schema());
  PARCELVEIL_RETURN_IF_ERROR(reader.Read(list.get(), matcher.get()));
  return std::move(reader).Finish();
}

}  // namespace parcelveil::trace
