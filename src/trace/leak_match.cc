// SPDX-License-Identifier: Apache-2.0
#include "src/trace/leak_match.h"

#include <algorithm>
#include <array>
#include <utility>

#include "src/base/status.h"
#include "src/crypto/labels.h"
#include "src/crypto/prf.h"
#include "src/keyring/calendar.h"
#include "src/keyring/normal_text.h"
#include "src/wire/bytes.h"

namespace parcelveil::trace {
namespace {

using keyring::NormalText;

constexpr size_t kValuesAtOnce = 32;  // index values of one query

// Days whose keys are all gone, or a text without a normal form: no row can be
// found by it.
bool IsNothingToFind(const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  return reason == Reason::kMalformed || reason == Reason::kKeyUnknown ||
         reason == Reason::kKeyDestroyed || reason == Reason::kForbidden;
}

std::optional<Slot> IdOf(const Schema::SealedSlot* slot) {
  if (slot == nullptr) return std::nullopt;
  return slot->id;
}

RowMatch Problem(LeakRowProblem problem) {
  RowMatch match;
  match.kind = RowMatch::Kind::kProblem;
  match.problem = problem;
  return match;
}

void DropCells(RowMatch* match) {
  for (TraceRecord& record : match->records) record.cells.clear();
}

}  // namespace

absl::StatusOr<std::unique_ptr<LeakMatcher>> LeakMatcher::Create(
    const TraceOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(Secret key, Secret::Random(crypto::kKeySize));
  std::unique_ptr<LeakMatcher> matcher(
      new LeakMatcher(options, options.keyring->schema(), std::move(key)));
  PARCELVEIL_RETURN_IF_ERROR(matcher->FindFields());
  PARCELVEIL_ASSIGN_OR_RETURN(matcher->opener_,
                              Opener::Create(options.keyring));
  return matcher;
}

absl::Status LeakMatcher::FindFields() {
  Party party = Party::kRecipient;
  if (options_.field.has_value()) {
    const Schema::SealedSlot* const field = schema_.FindSlot(*options_.field);
    if (field == nullptr) {
      return MakeStatus(Reason::kMalformed, "trace leak: the schema has no " +
                                                Describe(*options_.field) +
                                                "; name a field");
    }
    party = field->party;
  }
  fields_.name = IdOf(schema_.FindField(party, FieldKind::kName));
  fields_.phone = IdOf(schema_.FindField(party, FieldKind::kPhone));
  fields_.address = IdOf(schema_.FindField(party, FieldKind::kAddress));
  for (const std::optional<Slot>& slot :
       {fields_.name, fields_.phone, fields_.address}) {
    if (slot.has_value()) slots_.push_back(*slot);
  }
  if (!fields_.phone.has_value()) return absl::OkStatus();
  for (const auto& [rule, index] :
       {std::pair(IndexRule::kPhone, &phone_index_),
        std::pair(IndexRule::kLast4, &last4_index_)}) {
    const Schema::IndexSlot* const slot =
        schema_.FindIndexOf(*fields_.phone, rule);
    if (slot == nullptr) continue;
    PARCELVEIL_ASSIGN_OR_RETURN(*index,
                                BlindIndex::Create(options_.keyring, slot->id));
  }
  return absl::OkStatus();
}

RowKey LeakMatcher::Hash(std::string_view kind, std::string_view text) const {
  std::array<uint8_t, 16> hash{};
  base::WipedString message(kind.size() + text.size() + 1);
  message.get()->append(kind).append(1, '\0').append(text);
  key_.Use([&](absl::Span<const uint8_t> key) {
    crypto::Prf(key, crypto::kLabelIndex, wire::AsBytes(message.view()),
                absl::MakeSpan(hash));
  });
  return wire::Reader(wire::AsText(hash)).Get<uint64_t>();
}

LeakMatcher::Keys LeakMatcher::KeysOf(const LeakList::Row& row) const {
  Keys keys;
  const NormalText phone(IndexRule::kPhone, row.phone, schema_.calling_code(),
                         NormalText::Origin::kSearch);
  const LeakedText leaked(row.phone);
  const bool is_whole = phone.has_value() && !leaked.is_masked();
  keys.number = is_whole               ? Hash("phone", phone.view())
                : !row.waybill.empty() ? Hash("waybill", row.waybill)
                                       : Hash("masked", leaked.view());
  keys.whole = keys.number;
  for (const std::string_view text :
       {row.waybill, row.name, row.address,
        is_whole ? std::string_view() : row.phone}) {
    keys.whole = keys.whole * 0x9E3779B97F4A7C15u + Hash("text", text);
  }
  return keys;
}

absl::StatusOr<RowMatch> LeakMatcher::Match(const LeakList::Row& row,
                                            Epoch last) {
  if (!row.waybill.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(std::optional<TraceRecord> record,
                                options_.records->Find(row.waybill, {}));
    if (record.has_value()) {
      RowMatch match;
      match.kind = RowMatch::Kind::kMatched;
      match.records.push_back(*std::move(record));
      return match;
    }
  }
  if (!row.phone.empty()) return MatchPhone(row, last);
  if (!row.waybill.empty()) return RowMatch();
  return Problem(LeakRowProblem::kNothingToMatch);
}

absl::StatusOr<RowMatch> LeakMatcher::MatchPhone(const LeakList::Row& row,
                                                 Epoch last) {
  if (LeakedText(row.phone).is_masked()) return MatchMasked(row, last);
  const NormalText phone(IndexRule::kPhone, row.phone, schema_.calling_code(),
                         NormalText::Origin::kSearch);
  if (!phone.has_value() || phone_index_ == nullptr) {
    return Problem(LeakRowProblem::kNothingToMatch);
  }
  const Schema::IndexSlot* const index =
      schema_.FindIndexOf(*fields_.phone, IndexRule::kPhone);
  return FindNumber(
      row, {index->id, row.phone, std::nullopt, {Scope::kNational}}, last);
}

absl::StatusOr<RowMatch> LeakMatcher::MatchMasked(const LeakList::Row& row,
                                                  Epoch last) {
  const LeakedText text(row.phone);
  const std::optional<MaskedPhone> mask =
      ParseMaskedPhone(text, schema_.calling_code());
  if (!mask.has_value() || last4_index_ == nullptr) {
    return Problem(LeakRowProblem::kNothingToMatch);
  }
  const Schema::IndexSlot* const index =
      schema_.FindIndexOf(*fields_.phone, IndexRule::kLast4);
  if (index->scoped && options_.outlets.empty()) {
    return Problem(LeakRowProblem::kMaskedNoOutlet);
  }
  std::vector<Scope> outlets = {Scope::kNational};
  if (index->scoped) outlets = options_.outlets;
  PARCELVEIL_ASSIGN_OR_RETURN(
      RowMatch match,
      FindNumber(row, {index->id, mask->last_four, mask, std::move(outlets)},
                 last));
  match.is_masked = true;
  return match;
}

absl::StatusOr<RowMatch> LeakMatcher::FindNumber(const LeakList::Row& row,
                                                 const Sought& sought,
                                                 Epoch last) {
  const BlindIndex& index =
      sought.mask.has_value() ? *last4_index_ : *phone_index_;
  const BlindIndex::Days days{keyring::AddDays(last, -options_.days), last};
  RowMatch match;
  for (const Scope outlet : sought.outlets) {
    const absl::StatusOr<std::vector<std::string>> values =
        index.Values(sought.text, days, outlet);
    if (IsNothingToFind(values.status())) continue;
    if (!values.ok()) return values.status();
    for (size_t i = 0; i < values->size(); i += kValuesAtOnce) {
      PARCELVEIL_RETURN_IF_ERROR(AddRecords(
          sought, absl::MakeConstSpan(*values).subspan(i, kValuesAtOnce),
          &match));
      if (match.records.size() > kMaxRecords) break;
    }
  }
  if (match.records.empty()) return match;
  match.kind = match.records.size() > kMaxRecords ? RowMatch::Kind::kTooCommon
                                                  : RowMatch::Kind::kMatched;
  if (match.kind == RowMatch::Kind::kMatched) Narrow(row, last, &match.records);
  DropCells(&match);
  return match;
}

absl::Status LeakMatcher::AddRecords(const Sought& sought,
                                     absl::Span<const std::string> values,
                                     RowMatch* match) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      std::vector<TraceRecord> records,
      options_.records->FindByIndex(sought.index, values, slots_,
                                    kValuesAtOnce * kMaxRecords));
  for (TraceRecord& record : records) {
    if (Holds(record, sought)) match->records.push_back(std::move(record));
  }
  return absl::OkStatus();
}

bool LeakMatcher::Open(const TraceRecord& record, Slot slot) {
  for (const TraceRecord::SealedCell& cell : record.cells) {
    if (cell.slot != slot) continue;
    return opener_
        ->OpenInto({slot, record.record_id, record.version}, cell.sealed,
                   &text_)
        .ok();
  }
  return false;
}

bool LeakMatcher::Holds(const TraceRecord& record, const Sought& sought) {
  if (!Open(record, *fields_.phone)) return false;
  return text_.Use([&](std::string_view held) {
    const NormalText phone(IndexRule::kPhone, held, schema_.calling_code(),
                           NormalText::Origin::kRecord);
    if (!phone.has_value()) return false;
    if (sought.mask.has_value()) {
      return FitsMask(*sought.mask, phone.view(), schema_.calling_code());
    }
    return phone == NormalText(IndexRule::kPhone, sought.text,
                               schema_.calling_code(),
                               NormalText::Origin::kSearch);
  });
}

void LeakMatcher::Narrow(const LeakList::Row& row, Epoch last,
                         std::vector<TraceRecord>* records) {
  NarrowBy(fields_.name, row.name, records);
  NarrowBy(fields_.address, row.address, records);
  // A record of a later day than the row was seen on: unless it was moved
  // since, it is another one.
  const auto is_later = [&](const TraceRecord& record) {
    return record.stratum.day > last;
  };
  if (std::all_of(records->begin(), records->end(), is_later)) return;
  records->erase(std::remove_if(records->begin(), records->end(), is_later),
                 records->end());
}

void LeakMatcher::NarrowBy(std::optional<Slot> slot, std::string_view text,
                           std::vector<TraceRecord>* records) {
  const LeakedText leaked(text);
  if (!slot.has_value() || leaked.empty() || records->size() < 2) return;
  std::vector<bool> fits(records->size());
  for (size_t i = 0; i < records->size(); ++i) {
    fits[i] =
        Open((*records)[i], *slot) && text_.Use([&](std::string_view held) {
          return leaked.Fits(LeakedText(held));
        });
  }
  if (std::find(fits.begin(), fits.end(), true) == fits.end()) return;
  size_t kept = 0;
  for (size_t i = 0; i < fits.size(); ++i) {
    if (fits[i]) std::swap((*records)[kept++], (*records)[i]);
  }
  records->resize(kept);
}

}  // namespace parcelveil::trace
