// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/row_day.h"

#include "src/base/status.h"

namespace parcelveil::migrate {
namespace {

// As seconds this is the year 5138, as milliseconds 1973: no date of a waybill
// can be taken for the other.
constexpr int64_t kLeastMilliseconds = 100'000'000'000;

bool ParseOffset(const std::string& name, absl::TimeZone* zone) {
  absl::Time parsed;
  if (name.empty() || (name[0] != '+' && name[0] != '-')) return false;
  if (!absl::ParseTime("%Y-%m-%d %Ez", "2020-01-02 " + name, &parsed,
                       nullptr)) {
    return false;
  }
  const absl::Duration east =
      absl::FromCivil(absl::CivilDay(2020, 1, 2), absl::UTCTimeZone()) - parsed;
  *zone = absl::FixedTimeZone(static_cast<int>(absl::ToInt64Seconds(east)));
  return true;
}

}  // namespace

absl::StatusOr<absl::TimeZone> ZoneOf(const std::string& name) {
  absl::TimeZone zone;
  if (ParseOffset(name, &zone) || absl::LoadTimeZone(name, &zone)) return zone;
  return MakeStatus(Reason::kMalformed,
                    "read table map: time_zone \"" + name +
                        "\" is not known here; write it as an offset "
                        "(\"+08:00\"), or install the time zone data");
}

absl::StatusOr<RowDay> RowDay::Create(const std::string& zone_name,
                                      absl::TimeZone tenant_zone) {
  RowDay row_day;
  row_day.tenant_zone_ = tenant_zone;
  if (zone_name.empty()) return row_day;
  PARCELVEIL_ASSIGN_OR_RETURN(row_day.zone_, ZoneOf(zone_name));
  return row_day;
}

std::optional<absl::CivilDay> RowDay::Of(const SqliteValue& value) const {
  std::optional<absl::Time> time;
  if (value.type == SqliteValue::Type::kInteger) {
    time = value.integer >= kLeastMilliseconds
               ? absl::FromUnixMillis(value.integer)
               : absl::FromUnixSeconds(value.integer);
  }
  if (value.type == SqliteValue::Type::kText) time = ParseText(value.bytes);
  if (!time.has_value()) return std::nullopt;
  return absl::ToCivilDay(*time, tenant_zone_);
}

std::optional<absl::Time> RowDay::ParseText(const std::string& text) const {
  absl::Time time;
  for (const char* format :
       {"%Y-%m-%d%ET%H:%M:%E*S%Ez", "%Y-%m-%d %H:%M:%E*S%Ez"}) {
    if (absl::ParseTime(format, text, &time, nullptr)) return time;
  }
  if (!zone_.has_value()) return std::nullopt;
  for (const char* format :
       {"%Y-%m-%d%ET%H:%M:%E*S", "%Y-%m-%d %H:%M:%E*S", "%Y-%m-%d"}) {
    if (absl::ParseTime(format, text, *zone_, &time, nullptr)) return time;
  }
  return std::nullopt;
}

}  // namespace parcelveil::migrate
