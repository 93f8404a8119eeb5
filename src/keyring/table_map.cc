// SPDX-License-Identifier: Apache-2.0

#include "parcelveil/table_map.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "parcelveil/v1/table_map.pb.h"
#include "src/base/status.h"
#include "src/keyring/first_error.h"
#include "src/text/utf8.h"

namespace parcelveil {
namespace {

using google::protobuf::TextFormat;

constexpr char kDefaultMap[] = R"(
table: "waybill"
record_id: "waybill_no"
epoch_from: "created_at"
column { name: "sender_name"       slot: SENDER_NAME }
column { name: "sender_phone"      slot: SENDER_PHONE     index: PHONE }
column { name: "sender_address"    slot: SENDER_ADDRESS }
column { name: "recipient_name"    slot: RECIPIENT_NAME }
column { name: "recipient_phone"   slot: RECIPIENT_PHONE
         index: PHONE  index: LAST4 }
column { name: "recipient_address" slot: RECIPIENT_ADDRESS }
view { slot: RECIPIENT_VIEW  preset: HANDHELD }
view { slot: SENDER_VIEW     preset: HANDHELD }
)";

absl::Status Malformed(const std::string& what) {
  return MakeStatus(Reason::kMalformed,
                    "read table map: " + what + "; correct the table map");
}

bool IsFieldSlot(uint32_t id) {
  return (id >= 1 && id <= 6) || (id >= 64 && id <= 0x3FFF);
}

bool IsViewSlot(uint32_t id) {
  return id == 0x8001 || id == 0x8002 || (id >= 0x8010 && id <= 0xFFFF);
}

// A user's slot may hold a phone: the schema says, when a Sealer is made.
bool MayBePhone(uint32_t id) { return id == 2 || id == 5 || id >= 64; }

// Anything printable makes a name, since names are always quoted in SQL.
bool IsName(std::string_view name) {
  constexpr size_t kMaxNameSize = 255;
  if (name.empty() || name.size() > kMaxNameSize) return false;
  for (size_t pos = 0; pos < name.size();) {
    const text::CodePoint c = text::Decode(name, pos);
    if (c.value == text::kBad || c.value < 0x20) return false;
    if (c.value >= 0x7F && c.value < 0xA0) return false;
    pos += c.size;
  }
  return true;
}

std::string ViewColumnName(Slot slot) {
  if (slot == Slot::kRecipientView) return "recipient_view";
  if (slot == Slot::kSenderView) return "sender_view";
  return absl::StrCat("view_", ToInt(slot));
}

// Checks one message and turns it into a TableMap.
class Reader {
 public:
  Reader(const v1::TableMap& message, const TextFormat::ParseInfoTree& lines)
      : message_(message), lines_(lines) {}

  absl::StatusOr<TableMap> Read() {
    ReadTexts();
    for (int i = 0; i < message_.column_size(); ++i) ReadColumn(i);
    for (int i = 0; i < message_.view_size(); ++i) ReadView(i);
    ReadStates();
    for (int i = 0; i < message_.show_size(); ++i) {
      UseName(message_.show(i), "show", i);
      map_.show.push_back(message_.show(i));
    }
    if (map_.columns.empty()) Fail("no column is named");
    CheckNames();
    if (!error_.empty()) return Malformed(error_);
    return std::move(map_);
  }

 private:
  void Fail(const std::string& what) {
    if (error_.empty()) error_ = what;
  }
  // `index` is -1 for a field that is not repeated.
  void FailAt(const char* field, int index, const std::string& what) {
    const auto* descriptor = v1::TableMap::descriptor()->FindFieldByName(field);
    const int line = lines_.GetLocation(descriptor, index).line;
    Fail(absl::StrCat("line ", line + 1, ": ", what));
  }

  void Require(const std::string& text, const char* field, std::string* out) {
    if (text.empty()) {
      Fail(absl::StrCat(field, " is missing"));
      return;
    }
    Optional(text, field, out);
  }
  void Optional(const std::string& text, const char* field, std::string* out) {
    if (!text.empty()) UseName(text, field, -1);
    *out = text;
  }

  void ReadTexts() {
    Require(message_.table(), "table", &map_.table);
    Require(message_.record_id(), "record_id", &map_.record_id);
    Optional(message_.record_prefix(), "record_prefix", &map_.record_prefix);
    Require(message_.epoch_from(), "epoch_from", &map_.epoch_from);
    Optional(message_.time_zone(), "time_zone", &map_.time_zone);
    Optional(message_.scope(), "scope", &map_.scope);
    Optional(message_.version(), "version", &map_.version);
    Optional(message_.state(), "state", &map_.state);
    Optional(message_.assigned_to(), "assigned_to", &map_.assigned_to);
    Optional(message_.no_coverage(), "no_coverage", &map_.no_coverage);
    constexpr size_t kMaxPrefixSize = 32;  // leaves half of a record id's 64
    if (map_.record_prefix.size() > kMaxPrefixSize) {
      FailAt("record_prefix", -1, "record_prefix is longer than 32 bytes");
    }
  }

  void ReadColumn(int i) {
    const v1::TableMap::Column& in = message_.column(i);
    UseName(in.name(), "column", i);
    UseSlot(in.slot(), IsFieldSlot(in.slot()), "column", i);
    TableMap::Column column;
    column.name = in.name();
    column.slot = static_cast<Slot>(in.slot());
    column.sealed_column = in.name() + "_sealed";
    for (int index : in.index()) ReadIndex(index, i, &column);
    map_.columns.push_back(std::move(column));
  }

  void ReadIndex(int index, int i, TableMap::Column* column) {
    const bool phone = index == v1::TableMap::Column::PHONE;
    if (!phone && index != v1::TableMap::Column::LAST4) {
      return FailAt("column", i, "an index is neither PHONE nor LAST4");
    }
    if (!MayBePhone(ToInt(column->slot))) {
      return FailAt("column", i, "an index on a column that holds no phone");
    }
    const IndexRule rule = phone ? IndexRule::kPhone : IndexRule::kLast4;
    for (const TableMap::IndexColumn& other : column->indexes) {
      if (other.rule == rule) FailAt("column", i, "an index is named twice");
    }
    column->indexes.push_back(
        {rule, column->name + (phone ? "_by_phone" : "_by_last4")});
  }

  void ReadView(int i) {
    const v1::TableMap::View& in = message_.view(i);
    UseSlot(in.slot(), IsViewSlot(in.slot()), "view", i);
    if (in.preset() < v1::HANDHELD || in.preset() > v1::LABEL) {
      FailAt("view", i, "the view's preset is missing or unknown");
    }
    const Slot slot = static_cast<Slot>(in.slot());
    map_.views.push_back(
        {slot, static_cast<MaskPreset>(in.preset()), ViewColumnName(slot)});
  }

  void ReadStates() {
    for (int i = 0; i < message_.state_value_size(); ++i) {
      const v1::TableMap::StateValue& in = message_.state_value(i);
      if (in.is() == v1::TableMap::StateValue::STATE_UNSPECIFIED ||
          !v1::TableMap::StateValue::State_IsValid(in.is())) {
        FailAt("state_value", i, "the state is missing or unknown");
      }
      for (const TableMap::StateValue& other : map_.state_values) {
        if (other.text == in.text()) {
          FailAt("state_value", i, "two states have the same text");
        }
      }
      map_.state_values.push_back(
          {v1::TableMap::StateValue::State_Name(in.is()), in.text()});
    }
    if (!map_.state_values.empty() && map_.state.empty()) {
      FailAt("state_value", 0, "state_value without state");
    }
  }

  void UseName(const std::string& name, const char* field, int index) {
    if (IsName(name)) return;
    FailAt(field, index,
           absl::StrCat(field,
                        " has no name, or one that is too long, not UTF-8 or "
                        "holds control characters"));
  }

  void UseSlot(uint32_t id, bool right_kind, const char* field, int index) {
    if (!right_kind) {
      return FailAt(field, index,
                    absl::StrCat("the slot is missing or none that a ", field,
                                 " may have"));
    }
    if (!slots_.emplace(id, index).second) {
      FailAt(field, index, absl::StrCat("slot ", id, " is named twice"));
    }
  }

  // Names that may stand side by side in the table, none of them twice. SQL
  // compares them without regard to ASCII case.
  void CheckNames() {
    std::map<std::string, int> seen;
    const auto add = [&](const std::string& name, const char* field, int i) {
      const bool added = seen.emplace(absl::AsciiStrToLower(name), i).second;
      if (!added)
        FailAt(field, i, absl::StrCat("\"", name, "\" is named twice"));
    };
    for (size_t i = 0; i < map_.columns.size(); ++i) {
      const TableMap::Column& column = map_.columns[i];
      const int line = static_cast<int>(i);
      add(column.name, "column", line);
      add(column.sealed_column, "column", line);
      for (const auto& index : column.indexes)
        add(index.column, "column", line);
    }
    for (size_t i = 0; i < map_.views.size(); ++i) {
      add(map_.views[i].column, "view", static_cast<int>(i));
    }
    CheckPlainNames(seen);
  }

  // What stays readable must not be a column that is sealed.
  void CheckPlainNames(const std::map<std::string, int>& sealed) {
    const auto check = [&](const std::string& name, const char* field, int i) {
      if (sealed.count(absl::AsciiStrToLower(name)) == 0) return;
      FailAt(field, i,
             absl::StrCat(field, " names \"", name, "\", which is sealed"));
    };
    check(map_.record_id, "record_id", -1);
    check(map_.epoch_from, "epoch_from", -1);
    check(map_.scope, "scope", -1);
    check(map_.version, "version", -1);
    check(map_.state, "state", -1);
    check(map_.assigned_to, "assigned_to", -1);
    check(map_.no_coverage, "no_coverage", -1);
    std::map<std::string, int> shown;
    for (size_t i = 0; i < map_.show.size(); ++i) {
      check(map_.show[i], "show", static_cast<int>(i));
      if (!shown.emplace(absl::AsciiStrToLower(map_.show[i]), 0).second) {
        FailAt("show", static_cast<int>(i),
               absl::StrCat("\"", map_.show[i], "\" is shown twice"));
      }
    }
  }

  const v1::TableMap& message_;
  const TextFormat::ParseInfoTree& lines_;
  TableMap map_;
  std::map<uint32_t, int> slots_;
  std::string error_;
};

}  // namespace

absl::StatusOr<TableMap> TableMap::Parse(std::string_view text) {
  keyring::FirstError error;
  TextFormat::ParseInfoTree lines;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.WriteLocationsTo(&lines);
  v1::TableMap message;
  if (!parser.ParseFromString(std::string(text), &message)) {
    return Malformed(error.text());
  }
  return Reader(message, lines).Read();
}

TableMap TableMap::Default() { return Parse(kDefaultMap).value(); }

}  // namespace parcelveil
