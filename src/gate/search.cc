// SPDX-License-Identifier: Apache-2.0
#include "src/gate/search.h"

#include <algorithm>
#include <memory>

#include "parcelveil/blind_index.h"
#include "src/base/status.h"
#include "src/crypto/hpke.h"
#include "src/crypto/labels.h"
#include "src/wire/bytes.h"

namespace parcelveil::gate {
namespace {

const std::string* CellOf(const Parcel& parcel, Slot slot) {
  for (const Parcel::SealedCell& cell : parcel.cells) {
    if (cell.slot == slot) return &cell.sealed;
  }
  return nullptr;
}

// A text without a normal form, or days whose keys are all gone: no row can
// hold it, which is an answer.
bool IsNothingToFind(const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  return reason == Reason::kMalformed || reason == Reason::kKeyUnknown ||
         reason == Reason::kKeyDestroyed || reason == Reason::kForbidden;
}

absl::StatusOr<std::vector<Parcel>> Candidates(const Core& core,
                                               const Schema::IndexSlot& index,
                                               const SearchJob& job) {
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<BlindIndex> blind_index,
                              BlindIndex::Create(core.keyring, index.id));
  const absl::StatusOr<std::vector<std::string>> values = blind_index->Values(
      job.query->value, {job.query->first, job.query->last}, job.query->scope);
  if (IsNothingToFind(values.status())) return std::vector<Parcel>();
  if (!values.ok()) return values.status();
  std::vector<Slot> slots = *job.views;
  slots.insert(slots.begin(), index.of);  // a field's slot is below any view's
  PARCELVEIL_ASSIGN_OR_RETURN(
      std::vector<Parcel> parcels,
      core.parcels->FindByIndex(index.id, *values, slots,
                                Finder::kMaxCandidates));
  if (job.outlet != Scope::kNational) {
    parcels.erase(std::remove_if(parcels.begin(), parcels.end(),
                                 [&](const Parcel& parcel) {
                                   return parcel.outlet != job.outlet;
                                 }),
                  parcels.end());
  }
  return parcels;
}

// Which of the candidates hold what is searched for.
absl::StatusOr<std::vector<const Parcel*>> TrueMatches(
    const KeyringInUse& keyring, const Schema::IndexSlot& index,
    const SearchJob& job, const std::vector<Parcel>& candidates) {
  std::vector<const Parcel*> of_cell;
  std::vector<SealedCell> cells;
  for (const Parcel& parcel : candidates) {
    const std::string* sealed = CellOf(parcel, index.of);
    if (sealed == nullptr) continue;
    of_cell.push_back(&parcel);
    cells.push_back({parcel.record_id, *sealed, parcel.version});
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      const Found found,
      keyring.finder->Matches(
          {index.of, job.query->value, index.rule, job.query->scope}, cells));
  std::vector<const Parcel*> matches;
  for (size_t position : found.positions) {
    matches.push_back(of_cell[position]);
  }
  return matches;
}

// Adds what `view` shows to the rows of `parcels`. A view that does not open
// leaves its row without it.
void AddView(const Core& core, const Schema::ViewSlot& view,
             absl::Span<const Parcel* const> parcels,
             std::vector<FoundRows::Row>* rows) {
  std::vector<size_t> row_of;
  std::vector<SealedView> sealed;
  for (size_t i = 0; i < parcels.size(); ++i) {
    const std::string* cell = CellOf(*parcels[i], view.id);
    if (cell == nullptr) continue;
    row_of.push_back(i);
    sealed.push_back({parcels[i]->record_id, *cell, parcels[i]->version});
  }
  const std::vector<absl::StatusOr<View>> views =
      core.opener->OpenViews(view.id, sealed);
  for (size_t i = 0; i < views.size(); ++i) {
    if (!views[i].ok()) continue;
    for (Slot slot : view.shows) {
      (*rows)[row_of[i]].masked.emplace_back(slot, (*views[i])[slot].text());
    }
  }
}

}  // namespace

absl::StatusOr<OpenedQuery> OpenQuery(const Core& core,
                                      const wire::ParsedRequest& parsed) {
  const std::string& sealed = parsed.request.sealed_query;
  OpenedQuery opened;
  const absl::Span<uint8_t> text =
      opened.buffer.Resize(sealed.size() - wire::kSealedQueryOverhead);
  std::string info(crypto::kInfoQuery);
  info += wire::AsText(core.id);
  const std::string_view binding =
      parsed.signed_part.substr(0, parsed.signed_part.size() - sealed.size());
  PARCELVEIL_RETURN_IF_ERROR(
      core.query_key.Use([&](absl::Span<const uint8_t> key) {
        return crypto::HpkeOpen(key, info, binding, wire::AsBytes(sealed),
                                text);
      }));
  PARCELVEIL_ASSIGN_OR_RETURN(opened.query, wire::ParseSearchQuery(text));
  return opened;
}

absl::StatusOr<FoundRows> FindRows(const Core& core,
                                   const KeyringInUse& keyring,
                                   const SearchJob& job) {
  const Schema::IndexSlot& index = *keyring.schema.FindIndex(job.query->index);
  PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<Parcel> candidates,
                              Candidates(core, index, job));
  FoundRows found;
  if (candidates.empty()) return found;
  PARCELVEIL_ASSIGN_OR_RETURN(std::vector<const Parcel*> matches,
                              TrueMatches(keyring, index, job, candidates));
  found.num_hits = static_cast<uint32_t>(matches.size());
  matches.resize(std::min(matches.size(), kMaxRowsShown));
  std::vector<std::string> ids;
  for (const Parcel* parcel : matches) {
    ids.push_back(parcel->record_id);
    found.rows.push_back({parcel->record_id, {}});
  }
  PARCELVEIL_ASSIGN_OR_RETURN(found.refs, RecordRefs(core.keyring, ids));
  for (Slot view : *job.views) {
    AddView(core, *keyring.schema.FindView(view), matches, &found.rows);
  }
  for (FoundRows::Row& row : found.rows) {
    std::sort(row.masked.begin(), row.masked.end());
    const auto is_same_slot = [](const auto& a, const auto& b) {
      return a.first == b.first;  // two views may show one field
    };
    row.masked.erase(
        std::unique(row.masked.begin(), row.masked.end(), is_same_slot),
        row.masked.end());
  }
  return found;
}

}  // namespace parcelveil::gate
