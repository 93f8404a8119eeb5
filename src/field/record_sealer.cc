// SPDX-License-Identifier: Apache-2.0
#include "src/field/record_sealer.h"

#include <optional>

#include "src/base/status.h"
#include "src/base/utf8.h"
#include "src/crypto/field_aead.h"
#include "src/crypto/xchacha.h"
#include "src/keyring/index_hash.h"
#include "src/text/mask.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"
#include "src/wire/index_value.h"
#include "src/wire/view_layout.h"

namespace parcelveil {
namespace {

constexpr size_t kSeedSize = 16;
constexpr size_t kMaxPlanFields = 32;

wire::FieldHeader HeaderOf(const KeySession::Key& key) {
  return {key.gen, key.epoch, key.scope};
}

std::string Operation(Slot slot, std::string_view record_id) {
  return "seal " + Describe(slot) + " of row " + std::string(record_id);
}

}  // namespace

// Where one output goes.
struct RecordSealer::Target {
  Cell cell;
  Scope scope;
  Epoch day;
  uint16_t pad;
  uint64_t counter;
};

absl::StatusOr<std::unique_ptr<RecordSealer>> RecordSealer::Create(
    const Keyring* keyring, SealPlan plan) {
  if (plan.fields.size() > kMaxPlanFields) {
    return MakeStatus(Reason::kMalformed,
                      "plan sealing: a record has over 32 fields; seal them as "
                      "two records");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(Secret seed, Secret::Random(kSeedSize));
  plan.calling_code = keyring->schema().calling_code();
  return std::unique_ptr<RecordSealer>(
      new RecordSealer(keyring, std::move(plan), std::move(seed)));
}

absl::Status RecordSealer::CheckText(const SealPlan::Field& field,
                                     std::string_view record_id,
                                     std::string_view text) const {
  if (text.size() > kMaxFieldTextSize) {
    return MakeStatus(Reason::kMalformed,
                      Operation(field.slot, record_id) + ": its text has " +
                          std::to_string(text.size()) +
                          " bytes and at most 4095 can be sealed; shorten it");
  }
  if (!base::IsUtf8(text)) {
    return MakeStatus(Reason::kMalformed,
                      Operation(field.slot, record_id) +
                          ": its text is not UTF-8; convert it first");
  }
  if (LooksMasked(field.kind, text)) {
    return MakeStatus(Reason::kAlreadyMasked,
                      Operation(field.slot, record_id) +
                          ": its text is already masked; seal the real value");
  }
  return absl::OkStatus();
}

absl::Status RecordSealer::CollectTexts(
    const Record& record, absl::Span<std::string_view> texts) const {
  PARCELVEIL_RETURN_IF_ERROR(wire::CheckRecordId(record.id_));
  for (const Record::FieldText& set : record.fields_) {
    const size_t field = plan_.FindField(set.slot);
    if (field == plan_.fields.size()) {
      return MakeStatus(Reason::kMalformed,
                        Operation(set.slot, record.id_) +
                            ": the map has no column for it; add one");
    }
    PARCELVEIL_RETURN_IF_ERROR(
        CheckText(plan_.fields[field], record.id_, set.text));
    // An empty text is sealed too: only an unset one has no data.
    texts[field] = set.text.data() == nullptr ? std::string_view("") : set.text;
  }
  return absl::OkStatus();
}

absl::Status RecordSealer::SealOne(KeySession* session, const Target& target,
                                   std::string_view text,
                                   std::string* sealed) const {
  PARCELVEIL_ASSIGN_OR_RETURN(
      KeySession::Key key,
      session->ForSealing(target.cell.slot, target.scope, target.day));
  const wire::FieldHeader header = HeaderOf(key);
  const wire::CellBinding binding(header, session->tenant(), target.cell);
  sealed->resize(crypto::PaddedSize(text.size(), target.pad) +
                 wire::kFieldOverhead);
  uint8_t* const out = reinterpret_cast<uint8_t*>(sealed->data());
  wire::EncodeFieldHeader(header, out);
  seed_.Use([&](absl::Span<const uint8_t> seed) {
    crypto::SealField(key.bytes, {binding.bytes()},
                      {seed.data(), target.counter}, text, target.pad,
                      out + wire::kFieldHeaderSize);
  });
  return absl::OkStatus();
}

absl::Status RecordSealer::IndexOne(KeySession* session, const Target& target,
                                    std::string_view text,
                                    std::string* value) const {
  PARCELVEIL_ASSIGN_OR_RETURN(
      KeySession::Key key,
      session->ForSealing(target.cell.slot, target.scope, target.day));
  std::optional<uint32_t> hash =
      keyring::HashForIndex(key, target.cell.slot, text, plan_.calling_code);
  if (!hash.has_value()) {
    // Rows without a usable value must not share one.
    uint8_t random[16];
    crypto::RandomBytes(absl::MakeSpan(random));
    hash = wire::TruncateHash(random, key.index_bits);
  }
  value->assign(wire::AsText(wire::EncodeIndexValue({HeaderOf(key), *hash})));
  return absl::OkStatus();
}

absl::Status RecordSealer::Seal(const Record& record,
                                std::vector<std::string>* sealed) const {
  sealed->resize(plan_.num_outputs());
  std::string_view texts[kMaxPlanFields];
  PARCELVEIL_RETURN_IF_ERROR(CollectTexts(record, absl::MakeSpan(texts)));
  PARCELVEIL_RETURN_IF_ERROR(CheckAlive());

  KeySession session(keyring_);
  Target target{{Slot{}, record.id_, record.version_},
                record.scope_,
                session.today(),
                0,
                counter_.fetch_add(plan_.fields.size() + plan_.views.size(),
                                   std::memory_order_relaxed)};
  if (record.day_.has_value()) {
    PARCELVEIL_ASSIGN_OR_RETURN(target.day, DayToSeal(record));
  }
  auto output = sealed->begin();
  for (size_t i = 0; i < plan_.fields.size(); ++i, ++output, ++target.counter) {
    output->clear();
    if (texts[i].data() == nullptr) continue;
    target.cell.slot = plan_.fields[i].slot;
    target.pad = plan_.fields[i].pad;
    PARCELVEIL_RETURN_IF_ERROR(SealOne(&session, target, texts[i], &*output));
  }
  for (const SealPlan::View& view : plan_.views) {
    PARCELVEIL_RETURN_IF_ERROR(
        SealView(&session, target, view, texts, &*output));
    ++output;
    ++target.counter;
  }
  for (const SealPlan::Index& index : plan_.indexes) {
    output->clear();
    if (texts[index.field].data() != nullptr) {
      Target of_index = target;
      of_index.cell.slot = index.slot;
      if (!index.scoped) of_index.scope = Scope::kNational;
      PARCELVEIL_RETURN_IF_ERROR(
          IndexOne(&session, of_index, texts[index.field], &*output));
    }
    ++output;
  }
  return absl::OkStatus();
}

absl::Status RecordSealer::SealView(KeySession* session, const Target& row,
                                    const SealPlan::View& view,
                                    const std::string_view* texts,
                                    std::string* sealed) const {
  // Masked text, so an ordinary thread's buffer may hold it between calls.
  thread_local std::string entries;
  thread_local std::string mask;
  entries.clear();
  sealed->clear();
  bool is_set = false;
  for (const SealPlan::ShownField& shown : view.shown) {
    const std::string_view text = texts[shown.field];
    if (text.data() == nullptr) continue;
    is_set = true;
    text::MaskInto(shown.rule, text, &mask);
    wire::AppendViewEntry({plan_.fields[shown.field].slot,
                           static_cast<uint8_t>(shown.rule), mask},
                          &entries);
  }
  if (!is_set) return absl::OkStatus();
  if (entries.size() > kMaxFieldTextSize) {
    return MakeStatus(Reason::kMalformed,
                      Operation(view.slot, row.cell.record_id) +
                          ": the masks together exceed 4095 bytes; shorten the "
                          "row's texts");
  }
  Target target = row;
  target.cell.slot = view.slot;
  target.pad = view.pad;
  return SealOne(session, target, entries, sealed);
}

absl::Status RecordSealer::CheckAlive() const {
  if (seed_.alive()) return absl::OkStatus();
  return MakeStatus(Reason::kKeyUnavailable,
                    "seal record: the sealer was made before fork; make it in "
                    "the child");
}

absl::StatusOr<Epoch> RecordSealer::DayToSeal(const Record& record) {
  const Epoch epoch = EpochOf(*record.day_);
  if (DayOf(epoch) != *record.day_) {
    return MakeStatus(Reason::kMalformed,
                      "seal row " + std::string(record.id_) +
                          ": its day is before 2020 or after 2199; correct it "
                          "or leave the row out");
  }
  return epoch;
}

absl::Status RecordSealer::SealField(const Cell& cell, Scope scope,
                                     std::string_view text,
                                     std::string* sealed) const {
  const size_t field = plan_.FindField(cell.slot);
  if (field == plan_.fields.size()) {
    return MakeStatus(Reason::kMalformed,
                      Operation(cell.slot, cell.record_id) +
                          ": the map has no column for it; add one");
  }
  PARCELVEIL_RETURN_IF_ERROR(wire::CheckRecordId(cell.record_id));
  PARCELVEIL_RETURN_IF_ERROR(
      CheckText(plan_.fields[field], cell.record_id, text));
  PARCELVEIL_RETURN_IF_ERROR(CheckAlive());
  KeySession session(keyring_);
  const Target target{cell, scope, session.today(), plan_.fields[field].pad,
                      counter_.fetch_add(1, std::memory_order_relaxed)};
  return SealOne(&session, target, text, sealed);
}

}  // namespace parcelveil
