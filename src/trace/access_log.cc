// SPDX-License-Identifier: Apache-2.0
#include "src/trace/access_log.h"

#include <algorithm>

#include "src/base/status.h"
#include "src/wire/leaf.h"

namespace parcelveil::trace {
namespace {

constexpr uint64_t kLeavesPerProgress = 65536;

// Field slots are below the first that users may take for something else.
bool IsField(Slot slot) { return ToInt(slot) < 0x4000; }

bool Shows(const Leaf& leaf, std::optional<Slot> field) {
  return std::any_of(leaf.slots.begin(), leaf.slots.end(), [&](Slot slot) {
    return field.has_value() ? slot == *field : IsField(slot);
  });
}

bool HasRecord(const Leaf& leaf) {
  return std::any_of(leaf.record_ref.begin(), leaf.record_ref.end(),
                     [](uint8_t byte) { return byte != 0; });
}

template <typename T>
bool IsOf(const std::vector<T>& list, const T& thing) {
  return std::find(list.begin(), list.end(), thing) != list.end();
}

}  // namespace

// Who gets to see something by a leaf of this type; nullopt where nobody does.
// A grant that could not be answered (GRANT_FAILED) counts: the same request
// may have been answered later, which has no leaf of its own.
std::optional<Accessor::Kind> AccessLog::KindOf(const Leaf& leaf) const {
  switch (leaf.type) {
    case LeafType::kGrant:
    case LeafType::kSheet:
      if (!Shows(leaf, question_.field)) return std::nullopt;
      break;
    case LeafType::kViews:
      if (std::none_of(leaf.slots.begin(), leaf.slots.end(), [&](Slot slot) {
            return IsOf(question_.views, slot);
          })) {
        return std::nullopt;
      }
      break;
    case LeafType::kExport:
      if (!Shows(leaf, question_.field)) return std::nullopt;
      return Accessor::Kind::kExport;
    case LeafType::kDialIssued:  // the courier sees no digits, telephony does
    case LeafType::kDialUsed:
      if (question_.field.has_value() && !Shows(leaf, question_.field)) {
        return std::nullopt;
      }
      return Accessor::Kind::kTelephony;
    default:
      return std::nullopt;
  }
  return IsOf(question_.shared_accounts, leaf.principal)
             ? Accessor::Kind::kSharedAccount
             : Accessor::Kind::kPerson;
}

uint32_t AccessLog::Find(Accessor::Kind kind, const Leaf& leaf) {
  const uint64_t principal =
      kind == Accessor::Kind::kTelephony ? 0 : leaf.principal;
  const auto [found, is_new] = number_of_.try_emplace(
      {kind, principal}, static_cast<uint32_t>(accessors_.size()));
  if (is_new) {
    Accessor& accessor = accessors_.emplace_back();
    accessor.kind = kind;
    accessor.principal = principal;
    if (kind == Accessor::Kind::kPerson) ++num_people_;
  }
  accessors_[found->second].role = leaf.role;
  return found->second;
}

void AccessLog::NoteLeaked(int64_t time_ms, const TraceAccess& access,
                           Accessor* by) {
  by->first_ms = std::min(time_ms, by->first_ms.value_or(time_ms));
  by->last_ms = std::max(time_ms, by->last_ms.value_or(time_ms));
  const Epoch day = question_.calendar.At(static_cast<uint64_t>(time_ms));
  const auto place = std::lower_bound(by->days.begin(), by->days.end(), day);
  if (place == by->days.end() || *place != day) by->days.insert(place, day);
  ++num_timeline_;
  // A log is in order: what comes after its first accesses is not needed.
  if (timeline_.size() - log_begin_ < TraceResult::kMaxTimeline) {
    timeline_.push_back(access);
  }
}

void AccessLog::NoteRecord(const Leaf& leaf, uint32_t accessor,
                           const TraceAccess& access) {
  const auto time_ms = static_cast<int64_t>(leaf.time_ms);
  const uint64_t key = uint64_t{accessor} << 32 | access.record;
  const auto [first, is_new] = first_ms_.try_emplace(key, time_ms);
  if (!is_new) first->second = std::min(first->second, time_ms);
  if (access.record >= question_.row_of.size()) return;
  const uint32_t row = question_.row_of[access.record];
  if (row == UINT32_MAX || time_ms >= (*question_.rows)[row].seen_ms) return;
  NoteLeaked(time_ms, access, &accessors_[accessor]);
}

void AccessLog::Note(const Leaf& leaf, uint64_t index, size_t log,
                     TraceLogReport* report) {
  const auto time_ms = static_cast<int64_t>(leaf.time_ms);
  if (leaf.tenant != question_.tenant || time_ms < question_.from_ms ||
      time_ms >= question_.seen_ms) {
    return;
  }
  const std::optional<Accessor::Kind> kind = KindOf(leaf);
  if (!kind.has_value()) return;
  const bool is_views = leaf.type == LeafType::kViews;
  if (!is_views && !HasRecord(leaf)) return;
  const uint32_t accessor = Find(*kind, leaf);
  if (!question_.closed_days.empty() &&
      std::binary_search(question_.closed_days.begin(),
                         question_.closed_days.end(),
                         question_.calendar.At(leaf.time_ms))) {
    ++report->untraceable;
    return;
  }
  TraceAccess access{absl::FromUnixMillis(time_ms),
                     leaf.principal,
                     leaf.role,
                     leaf.type,
                     log,
                     index,
                     0};
  const auto note = [&](const std::array<uint8_t, 16>& ref) {
    const std::optional<uint32_t> record = question_.refs->Find(ref);
    if (!record.has_value()) return;
    access.record = *record;
    NoteRecord(leaf, accessor, access);
  };
  if (!is_views) return note(leaf.record_ref);
  for (const std::array<uint8_t, 16>& ref : ViewedRecords(leaf)) note(ref);
}

absl::Status AccessLog::Read(LogReader* reader, const Options& options,
                             TraceLogReport* report) {
  log_begin_ = timeline_.size();
  Leaf leaf;
  return reader->ReadLeaves(
      0, options.size,
      [&](uint64_t index, std::string_view bytes) -> absl::Status {
        if (index % kLeavesPerProgress == 0 && options.progress) {
          PARCELVEIL_RETURN_IF_ERROR(options.progress(index));
        }
        ++report->leaves;
        const absl::Status parsed = wire::ParseLeaf(bytes, &leaf);
        if (parsed.ok()) {
          Note(leaf, index, options.log, report);
          return absl::OkStatus();
        }
        if (!options.accept_damage) return parsed;
        ++report->unreadable;
        return absl::OkStatus();
      });
}

std::vector<AccessLog::Access> AccessLog::Accesses() const {
  std::vector<Access> accesses;
  accesses.reserve(first_ms_.size());
  for (const auto& [key, first_ms] : first_ms_) {
    accesses.push_back({static_cast<uint32_t>(key >> 32),
                        static_cast<uint32_t>(key), first_ms});
  }
  std::sort(accesses.begin(), accesses.end(),
            [](const Access& a, const Access& b) {
              return std::pair(a.accessor, a.record) <
                     std::pair(b.accessor, b.record);
            });
  return accesses;
}

std::vector<TraceAccess> AccessLog::Timeline() const {
  std::vector<TraceAccess> timeline = timeline_;
  std::stable_sort(timeline.begin(), timeline.end(),
                   [](const TraceAccess& a, const TraceAccess& b) {
                     return a.time < b.time;
                   });
  if (timeline.size() > TraceResult::kMaxTimeline) {
    timeline.resize(TraceResult::kMaxTimeline);
  }
  return timeline;
}

}  // namespace parcelveil::trace
