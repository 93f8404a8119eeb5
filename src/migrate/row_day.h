// SPDX-License-Identifier: Apache-2.0
// The day of a row, from whatever its date column holds.

#ifndef PARCELVEIL_SRC_MIGRATE_ROW_DAY_H_
#define PARCELVEIL_SRC_MIGRATE_ROW_DAY_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "parcelveil/sqlite.h"

namespace parcelveil::migrate {

// `name` is a name ("Asia/Shanghai") or an offset ("+08:00").
// Errors: kInvalidArgument MALFORMED for one that is not known here.
absl::StatusOr<absl::TimeZone> ZoneOf(const std::string& name);

// Reads ISO 8601 text (with its zone, or in the map's), and Unix time in
// seconds or milliseconds. Values copy.
class RowDay {
 public:
  // `zone_name` is as for ZoneOf, or empty; then text without a zone gives no
  // day, since a zone is never guessed. Errors: as ZoneOf.
  static absl::StatusOr<RowDay> Create(const std::string& zone_name,
                                       absl::TimeZone tenant_zone);

  // Returns the tenant's day, nullopt where there is none to be read.
  std::optional<absl::CivilDay> Of(const SqliteValue& value) const;

 private:
  std::optional<absl::Time> ParseText(const std::string& text) const;

  std::optional<absl::TimeZone> zone_;
  absl::TimeZone tenant_zone_;
};

}  // namespace parcelveil::migrate

#endif  // PARCELVEIL_SRC_MIGRATE_ROW_DAY_H_
