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

// The record being sealed, as far as its outputs share it.
struct RecordSealer::Row {
  Row(const RecordSealer& sealer, const Cell& cell, Scope scope,
      size_t num_cells)
      : session(sealer.keyring_),
        record_id(cell.record_id),
        scope(scope),
        day(session.today()),
        counter(
            sealer.counter_.fetch_add(num_cells, std::memory_order_relaxed)),
        binding({}, session.tenant(), cell) {}

  KeySession session;
  std::string_view record_id;
  Scope scope;
  Epoch day;
  uint64_t counter;  // of the next cell's nonce
  wire::CellBinding binding;
};

struct RecordSealer::Output {
  Slot slot;
  uint16_t pad;
};

absl::StatusOr<std::unique_ptr<RecordSealer>> RecordSealer::Create(
    const Keyring* keyring, SealPlan plan,
    absl::Span<const HotValue> hot_values) {
  if (plan.fields.size() > kMaxPlanFields ||
      plan.views.size() > kMaxPlanFields) {
    return MakeStatus(Reason::kMalformed,
                      "plan sealing: a record has over 32 fields or views; "
                      "seal them as two records");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(Secret seed, Secret::Random(kSeedSize));
  const Schema schema = keyring->schema();
  plan.calling_code = schema.calling_code();
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<HotList> hot_list,
                              HotList::Create(schema, hot_values));
  return std::unique_ptr<RecordSealer>(new RecordSealer(
      keyring, std::move(plan), std::move(seed), std::move(hot_list)));
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

absl::Status RecordSealer::CollectTexts(const Record& record,
                                        std::string_view* texts) const {
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

absl::Status RecordSealer::MaskViews(const Record& record,
                                     const std::string_view* texts,
                                     std::string_view* views) const {
  // Masked text, so an ordinary thread's buffer may hold it between calls.
  thread_local std::string entries;
  thread_local std::string mask;
  size_t sizes[kMaxPlanFields];
  entries.clear();
  for (size_t i = 0; i < plan_.views.size(); ++i) {
    const size_t start = entries.size();
    for (const SealPlan::ShownField& shown : plan_.views[i].shown) {
      const std::string_view text = texts[shown.field];
      if (text.data() == nullptr) continue;
      text::MaskInto(shown.style, text, &mask);
      wire::AppendViewEntry({plan_.fields[shown.field].slot,
                             static_cast<uint8_t>(shown.style.rule), mask},
                            &entries);
    }
    sizes[i] = entries.size() - start;
    if (sizes[i] > kMaxFieldTextSize) {
      return MakeStatus(Reason::kMalformed,
                        Operation(plan_.views[i].slot, record.id_) +
                            ": the masks together exceed 4095 bytes; shorten "
                            "the row's texts");
    }
  }
  std::string_view rest = entries;
  for (size_t i = 0; i < plan_.views.size(); ++i) {
    if (sizes[i] > 0) views[i] = rest.substr(0, sizes[i]);
    rest.remove_prefix(sizes[i]);
  }
  return absl::OkStatus();
}

absl::Status RecordSealer::SealOne(Row* row, Output output,
                                   std::string_view text,
                                   std::string* sealed) const {
  KeySession::Key key;
  PARCELVEIL_RETURN_IF_ERROR(
      row->session.ForSealing(output.slot, row->scope, row->day, &key));
  const wire::FieldHeader header = HeaderOf(key);
  row->binding.MoveTo(header, output.slot);
  sealed->resize(crypto::PaddedSize(text.size(), output.pad) +
                 wire::kFieldOverhead);
  uint8_t* const out = reinterpret_cast<uint8_t*>(sealed->data());
  wire::EncodeFieldHeader(header, out);
  seed_.Use([&](absl::Span<const uint8_t> seed) {
    crypto::SealField(key.bytes, {row->binding.bytes()},
                      {seed.data(), row->counter++}, text, output.pad,
                      out + wire::kFieldHeaderSize);
  });
  return absl::OkStatus();
}

absl::Status RecordSealer::IndexOne(Row* row, const SealPlan::Index& index,
                                    std::string_view text,
                                    std::string* value) const {
  KeySession::Key key;
  PARCELVEIL_RETURN_IF_ERROR(row->session.ForSealing(
      index.slot, index.scoped ? row->scope : Scope::kNational, row->day,
      &key));
  std::optional<uint32_t> hash;
  if (!hot_list_->Contains(index.slot, text)) {
    hash = keyring::HashForIndex(key, index.slot, text, plan_.calling_code);
  }
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
  for (std::string& output : *sealed) output.clear();
  return Seal(record, [&](size_t output) { return &(*sealed)[output]; });
}

absl::Status RecordSealer::Seal(const Record& record, Outputs outputs) const {
  std::string_view texts[kMaxPlanFields];
  std::string_view views[kMaxPlanFields];
  PARCELVEIL_RETURN_IF_ERROR(CollectTexts(record, texts));
  PARCELVEIL_RETURN_IF_ERROR(MaskViews(record, texts, views));
  PARCELVEIL_RETURN_IF_ERROR(CheckAlive());

  Row row(*this, {Slot{}, record.id_, record.version_}, record.scope_,
          plan_.fields.size() + plan_.views.size());
  if (record.day_.has_value()) {
    PARCELVEIL_ASSIGN_OR_RETURN(row.day, DayToSeal(record));
  }
  size_t output = 0;
  for (size_t i = 0; i < plan_.fields.size(); ++i, ++output) {
    if (texts[i].data() == nullptr) continue;
    const SealPlan::Field& field = plan_.fields[i];
    PARCELVEIL_RETURN_IF_ERROR(
        SealOne(&row, {field.slot, field.pad}, texts[i], outputs(output)));
  }
  for (size_t i = 0; i < plan_.views.size(); ++i, ++output) {
    if (views[i].data() == nullptr) continue;
    const SealPlan::View& view = plan_.views[i];
    PARCELVEIL_RETURN_IF_ERROR(
        SealOne(&row, {view.slot, view.pad}, views[i], outputs(output)));
  }
  for (size_t i = 0; i < plan_.indexes.size(); ++i, ++output) {
    const SealPlan::Index& index = plan_.indexes[i];
    if (texts[index.field].data() == nullptr) continue;
    PARCELVEIL_RETURN_IF_ERROR(
        IndexOne(&row, index, texts[index.field], outputs(output)));
  }
  return absl::OkStatus();
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
  Row row(*this, cell, scope, 1);
  return SealOne(&row, {cell.slot, plan_.fields[field].pad}, text, sealed);
}

}  // namespace parcelveil
