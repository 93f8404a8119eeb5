// SPDX-License-Identifier: Apache-2.0
#include "src/trace/leak_list.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "src/base/status.h"
#include "src/base/utf8.h"

namespace parcelveil::trace {
namespace {

constexpr size_t kMaxValues = 1024;  // of a line
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct ColumnName {
  std::string_view name;  // in ASCII lower case
  LeakColumn column;
};
constexpr ColumnName kColumnNames[] = {
    {"name", LeakColumn::kName},
    {"recipient", LeakColumn::kName},
    {"recipient_name", LeakColumn::kName},
    {"姓名", LeakColumn::kName},
    {"收件人", LeakColumn::kName},
    {"收件人姓名", LeakColumn::kName},
    {"收货人", LeakColumn::kName},
    {"phone", LeakColumn::kPhone},
    {"mobile", LeakColumn::kPhone},
    {"tel", LeakColumn::kPhone},
    {"recipient_phone", LeakColumn::kPhone},
    {"电话", LeakColumn::kPhone},
    {"電話", LeakColumn::kPhone},
    {"手机", LeakColumn::kPhone},
    {"手机号", LeakColumn::kPhone},
    {"手机号码", LeakColumn::kPhone},
    {"电话号码", LeakColumn::kPhone},
    {"联系电话", LeakColumn::kPhone},
    {"收件人电话", LeakColumn::kPhone},
    {"address", LeakColumn::kAddress},
    {"recipient_address", LeakColumn::kAddress},
    {"地址", LeakColumn::kAddress},
    {"收件地址", LeakColumn::kAddress},
    {"收货地址", LeakColumn::kAddress},
    {"收件人地址", LeakColumn::kAddress},
    {"waybill", LeakColumn::kWaybill},
    {"waybill_no", LeakColumn::kWaybill},
    {"tracking", LeakColumn::kWaybill},
    {"运单号", LeakColumn::kWaybill},
    {"運單號", LeakColumn::kWaybill},
    {"快递单号", LeakColumn::kWaybill},
    {"单号", LeakColumn::kWaybill},
    {"seen", LeakColumn::kSeen},
    {"time", LeakColumn::kSeen},
    {"date", LeakColumn::kSeen},
    {"时间", LeakColumn::kSeen},
    {"時間", LeakColumn::kSeen},
    {"发现时间", LeakColumn::kSeen},
};

// Without white space at its ends, the ideographic space among it, and without
// the apostrophe by which spreadsheets keep numbers as text.
std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kWideSpace = "\u3000";
  while (true) {
    const size_t size = text.size();
    while (!text.empty() && absl::ascii_isspace(text.front())) {
      text.remove_prefix(1);
    }
    while (!text.empty() && absl::ascii_isspace(text.back())) {
      text.remove_suffix(1);
    }
    if (text.substr(0, kWideSpace.size()) == kWideSpace) {
      text.remove_prefix(kWideSpace.size());
    }
    if (text.size() >= kWideSpace.size() &&
        text.substr(text.size() - kWideSpace.size()) == kWideSpace) {
      text.remove_suffix(kWideSpace.size());
    }
    if (!text.empty() && text.front() == '\'') text.remove_prefix(1);
    if (text.size() == size) return text;
  }
}

std::optional<absl::Time> ParseSeen(std::string_view text,
                                    absl::TimeZone zone) {
  static constexpr const char* kFormats[] = {
      absl::RFC3339_full,  "%Y-%m-%d%ET%H:%M:%S",
      "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S",
      "%Y-%m-%d %H:%M",    "%Y/%m/%d %H:%M",
      "%Y-%m-%d",          "%Y/%m/%d"};
  absl::Time time;
  for (const char* format : kFormats) {
    if (absl::ParseTime(format, std::string(text), zone, &time, nullptr)) {
      return time;
    }
  }
  return std::nullopt;
}

LeakList::Row Problem(LeakRowProblem problem) {
  LeakList::Row row;
  row.problem = problem;
  return row;
}

}  // namespace

// All of the row's memory is had at once, so that it never moves and leaves a
// copy.
LeakList::LeakList(ReadLeak read, absl::TimeZone zone)
    : read_(std::move(read)), zone_(zone), row_(kMaxRowSize) {}

absl::StatusOr<std::unique_ptr<LeakList>> LeakList::Open(const ReadLeak& read,
                                                         absl::TimeZone zone) {
  std::unique_ptr<LeakList> list(new LeakList(read, zone));
  PARCELVEIL_RETURN_IF_ERROR(list->SkipMark());
  PARCELVEIL_RETURN_IF_ERROR(list->FindSeparator());
  PARCELVEIL_RETURN_IF_ERROR(list->FindColumns());
  return list;
}

absl::StatusOr<int> LeakList::Peek() {
  if (at_ < filled_) return buffer_.data()[at_];
  if (is_at_end_) return -1;
  PARCELVEIL_ASSIGN_OR_RETURN(
      filled_,
      read_({reinterpret_cast<char*>(buffer_.data()), buffer_.used()}));
  at_ = 0;
  is_at_end_ = filled_ == 0;
  if (is_at_end_) return -1;
  return buffer_.data()[0];
}

absl::Status LeakList::SkipMark() {
  for (const char expected : kByteOrderMark) {
    PARCELVEIL_ASSIGN_OR_RETURN(const int byte, Peek());
    // A mark that is cut short is no UTF-8, and its line will be found so.
    if (byte != static_cast<unsigned char>(expected)) return absl::OkStatus();
    Take();
  }
  return absl::OkStatus();
}

// The one that parts the first line into the most values.
absl::Status LeakList::FindSeparator() {
  PARCELVEIL_RETURN_IF_ERROR(Peek().status());
  const uint8_t* const begin = buffer_.data() + at_;
  const uint8_t* const end =
      std::find_if(begin, begin + (filled_ - at_),
                   [](uint8_t c) { return c == '\n' || c == '\r'; });
  auto most = std::count(begin, end, separator_);
  for (const char candidate : {'\t', ';', '|'}) {
    const auto count = std::count(begin, end, candidate);
    if (count <= most) continue;
    most = count;
    separator_ = candidate;
  }
  return absl::OkStatus();
}

absl::Status LeakList::FindColumns() {
  PARCELVEIL_ASSIGN_OR_RETURN(const End line, NextLine());
  if (line == End::kList) return absl::OkStatus();
  bool is_known = false;
  for (size_t i = 0; i < ends_.size(); ++i) {
    const std::string name = absl::AsciiStrToLower(std::string(ValueAt(i)));
    for (const ColumnName& known : kColumnNames) {
      std::optional<size_t>& position =
          positions_[static_cast<size_t>(known.column)];
      if (known.name != name || position.has_value()) continue;
      position = i;
      is_known = true;
    }
  }
  if (line == End::kLine && is_known) return absl::OkStatus();
  return MakeStatus(
      Reason::kMalformed,
      "read leaked list: its first line names no column that is known; write "
      "one of name, phone, address, waybill, seen over each (姓名, 电话, 地址, "
      "运单号, 时间), in UTF-8");
}

absl::Status LeakList::SkipLine() {
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const int byte, Peek());
    if (byte < 0) return absl::OkStatus();
    Take();
    if (byte == '\n') return absl::OkStatus();
  }
}

absl::StatusOr<bool> LeakList::ReadQuoted() {
  while (row_.view().size() < kMaxRowSize) {
    PARCELVEIL_ASSIGN_OR_RETURN(const int byte, Peek());
    if (byte < 0) return false;
    Take();
    if (byte == '"') {
      PARCELVEIL_ASSIGN_OR_RETURN(const int after, Peek());
      if (after != '"') return true;
      Take();  // a quote twice stands for one
    }
    row_.get()->push_back(static_cast<char>(byte));
  }
  return false;
}

// RFC 4180, but that a line may end in LF, CR LF or CR, and that a quote in the
// middle of a value is a character like others.
absl::StatusOr<LeakList::End> LeakList::NextValue() {
  PARCELVEIL_ASSIGN_OR_RETURN(const int first, Peek());
  const bool is_quoted = first == '"';
  if (is_quoted) {
    Take();
    PARCELVEIL_ASSIGN_OR_RETURN(const bool is_closed, ReadQuoted());
    if (!is_closed) return End::kBadQuotes;
  }
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const int byte, Peek());
    if (byte < 0) return End::kList;
    if (byte == '\n' || byte == '\r') {
      Take();
      PARCELVEIL_ASSIGN_OR_RETURN(const int after, Peek());
      if (byte == '\r' && after == '\n') Take();
      return End::kLine;
    }
    if (is_quoted && byte != separator_ && byte != ' ') return End::kBadQuotes;
    if (row_.view().size() == kMaxRowSize) return End::kTooLong;
    Take();
    if (byte == separator_) return End::kValue;
    if (!is_quoted) row_.get()->push_back(static_cast<char>(byte));
  }
}

absl::StatusOr<LeakList::End> LeakList::NextLine() {
  End end = End::kLine;
  do {  // passes over empty lines
    row_.get()->clear();
    ends_.clear();
    do {
      PARCELVEIL_ASSIGN_OR_RETURN(end, NextValue());
      ends_.push_back(row_.view().size());
    } while (end == End::kValue && ends_.size() < kMaxValues);
    if (end != End::kLine && end != End::kList) {
      PARCELVEIL_RETURN_IF_ERROR(SkipLine());
      return end == End::kValue ? End::kTooLong : end;
    }
  } while (end == End::kLine && row_.view().empty());
  return row_.view().empty() ? end : End::kLine;
}

std::string_view LeakList::ValueAt(size_t position) const {
  const size_t begin = position == 0 ? 0 : ends_[position - 1];
  return Trimmed(row_.view().substr(begin, ends_[position] - begin));
}

std::string_view LeakList::ValueOf(LeakColumn column) const {
  const std::optional<size_t> position =
      positions_[static_cast<size_t>(column)];
  const bool has_value = position.has_value() && *position < ends_.size();
  return has_value ? ValueAt(*position) : std::string_view();
}

absl::StatusOr<std::optional<LeakList::Row>> LeakList::Next() {
  PARCELVEIL_ASSIGN_OR_RETURN(const End line, NextLine());
  if (line == End::kList) return std::nullopt;
  if (line == End::kTooLong) return Problem(LeakRowProblem::kTooLong);
  if (line == End::kBadQuotes) return Problem(LeakRowProblem::kBadQuotes);
  Row row;
  row.name = ValueOf(LeakColumn::kName);
  row.phone = ValueOf(LeakColumn::kPhone);
  row.address = ValueOf(LeakColumn::kAddress);
  row.waybill = ValueOf(LeakColumn::kWaybill);
  for (const std::string_view value :
       {row.name, row.phone, row.address, row.waybill}) {
    if (value.size() > kMaxValueSize) return Problem(LeakRowProblem::kTooLong);
    if (!base::IsUtf8(value)) return Problem(LeakRowProblem::kNotUtf8);
  }
  row.seen = ParseSeen(ValueOf(LeakColumn::kSeen), zone_);
  return row;
}

}  // namespace parcelveil::trace
