// SPDX-License-Identifier: Apache-2.0
// What `wrap plan` prints.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "src/cli/json.h"
#include "src/cli/table_flags.h"
#include "src/cli/wrap_command.h"

namespace parcelveil::cli {
namespace {

std::string Day(const std::optional<absl::CivilDay>& day) {
  return day.has_value() ? absl::FormatCivilTime(*day) : "none";
}

// "7.3 MiB".
std::string FormatSize(int64_t bytes) {
  constexpr const char* kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  double size = static_cast<double>(bytes);
  size_t unit = 0;
  while (size >= 1024 && unit + 1 < std::size(kUnits)) {
    size /= 1024;
    ++unit;
  }
  if (unit == 0) return absl::StrCat(bytes, " bytes");
  const int64_t tenths = static_cast<int64_t>(size * 10 + 0.5);
  return absl::StrCat(tenths / 10, ".", tenths % 10, " ", kUnits[unit]);
}

void AppendRows(const MigrationPlan& plan, std::string* out) {
  absl::StrAppend(out, "Rows: ", FormatCount(plan.num_rows), ", dated ",
                  Day(plan.first_day), " to ", Day(plan.last_day), "\n");
  absl::StrAppend(out, "  to be sealed: ", FormatCount(plan.num_sealable),
                  "\n");
  for (const auto& [reason, count] : plan.unsealable) {
    absl::StrAppend(out, "  left as they are, ", std::string(Describe(reason)),
                    ": ", FormatCount(count),
                    reason == UnsealedReason::kTooOld
                        ? " (--old-rows seal: sealed for STEWARD alone)"
                        : "",
                    "\n");
  }
  for (const UnsealedRow& row : plan.examples) {
    absl::StrAppend(out, "    row ", row.row_key, ", column ", row.column, ": ",
                    row.reason, "\n");
  }
  for (const auto& shared : plan.shared_phones) {
    absl::StrAppend(
        out, "  ", shared.column, ": ", FormatCount(shared.numbers),
        " numbers stand in more than one row (", FormatCount(shared.rows),
        " rows", shared.all_counted ? ")" : "; only a part was counted)", "\n");
  }
}

void AppendCost(const MigrationPlan& plan, std::string* out) {
  const int64_t rows = std::max<int64_t>(plan.num_sealable, 1);
  absl::StrAppend(out, "\nCost: about ", plan.bytes_added / rows,
                  " bytes a row, ", FormatSize(plan.bytes_added),
                  " in all; table and indexes have ",
                  FormatSize(plan.file_size), " now\n");
  absl::StrAppend(out, "  free disk for `wrap run`: about ",
                  FormatSize(plan.run_disk),
                  "; for `wrap finish`, which rewrites it all: about ",
                  FormatSize(plan.finish_disk), "\n");
}

void AppendStatements(const std::vector<std::string>& statements,
                      std::string* out) {
  for (const std::string& statement : statements) {
    absl::StrAppend(out, "  ", statement, ";\n");
  }
}

void AppendMentions(const MigrationPlan& plan, std::string* out) {
  absl::StrAppend(out, "\nWhat else names these columns:\n");
  for (const auto& mention : plan.mentions) {
    absl::StrAppend(out, "  ", mention.type, " ", mention.name, ": ",
                    mention.column, "\n");
  }
  if (plan.mentions.empty()) absl::StrAppend(out, "  nothing\n");
  absl::StrAppend(
      out,
      "  `wrap finish` drops such indexes and triggers, and refuses while a "
      "view\n  reads a column that goes. Programs that write INSERT without "
      "column names\n  or read SELECT * meet the new columns from the first "
      "run on.\n");
}

// How long the look-up values are, what that gives away, what would be better.
void AppendIndexes(const MigrationPlan& plan, std::string* out) {
  if (plan.indexes.empty()) return;
  absl::StrAppend(out, "\nLook-up columns, by this table's own numbers",
                  plan.indexes[0].is_sampled ? " (of some days)" : "", ":\n");
  for (const MigrationPlan::Index& index : plan.indexes) {
    absl::StrAppend(out, "  ", index.column, ": ", index.schema_bits,
                    " bits by the schema");
    if (index.bits.has_value()) {
      absl::StrAppend(out, ", ", *index.bits, " would be safe here\n");
    } else {
      absl::StrAppend(out, "; no safe length: ", index.refusal, "\n");
    }
    for (const std::string& line : index.leakage) {
      absl::StrAppend(out, "    ", line, "\n");
    }
    if (!index.warning.empty()) {
      absl::StrAppend(out, "    warning: ", index.warning, "\n");
    }
  }
}

std::string IndexesJson(const MigrationPlan& plan) {
  JsonList list;
  for (const MigrationPlan::Index& index : plan.indexes) {
    JsonObject json;
    json.Add("column", index.column)
        .Add("schema_bits", index.schema_bits)
        .Add("rows", index.largest_rows)
        .Add("sampled", index.is_sampled);
    if (index.bits.has_value()) json.Add("bits", *index.bits);
    if (!index.refusal.empty()) json.Add("refusal", index.refusal);
    if (!index.warning.empty()) json.Add("warning", index.warning);
    if (index.linkage_in_stratum.has_value()) {
      json.AddRaw("linkage_in_stratum",
                  absl::StrCat(*index.linkage_in_stratum));
    }
    JsonList leakage;
    for (const std::string& line : index.leakage) leakage.Add(line);
    list.AddRaw(json.AddRaw("leakage", leakage.Take()).Take());
  }
  return list.Take();
}

// In plain words: what a thief of the file still learns.
constexpr char kLeakage[] = R"(
What a copy of the finished table still shows without any key:
  - how many rows there are, and every column that is not sealed (row key,
    date, outlet, courier, status and whatever else stands there);
  - which fields are empty (NULL), and how long a text is, roughly: phones all
    look alike, names too up to 31 bytes, addresses in steps of 64 bytes;
)";
constexpr char kIndexLeakage[] =
    R"(  - through the look-up columns: that two rows of one day probably share a
    phone (of one day and outlet for the last four digits). Not whose, and
    nothing from one day to another.
)";
constexpr char kKeptLeakage[] =
    R"(What it does not show: any name, phone or address. Masked views open with the
LIST key only, full values with the GATE key only, one at a time.
)";

bool HasIndex(const TableMap& map) {
  return std::any_of(
      map.columns.begin(), map.columns.end(),
      [](const auto& column) { return !column.indexes.empty(); });
}

}  // namespace

std::string PlanText(const TableMap& map, const MigrationPlan& plan) {
  std::string out = absl::StrCat("Table ", map.table,
                                 ": nothing is changed by this plan.\n\n");
  AppendRows(plan, &out);
  AppendCost(plan, &out);
  absl::StrAppend(
      &out, "\n`wrap run` runs these statements, the last one for each row:\n");
  AppendStatements(plan.run_statements, &out);
  absl::StrAppend(&out, "\n`wrap finish` runs these, and cleans the file:\n");
  AppendStatements(plan.finish_statements, &out);
  AppendMentions(plan, &out);
  AppendIndexes(plan, &out);
  absl::StrAppend(&out, kLeakage, HasIndex(map) ? kIndexLeakage : "",
                  kKeptLeakage);
  out.pop_back();  // Print ends the line
  return out;
}

std::string PlanJson(const TableMap& map, const MigrationPlan& plan) {
  JsonObject unsealable;
  for (const auto& [reason, count] : plan.unsealable) {
    unsealable.Add(UnsealedReasonName(reason), count);
  }
  JsonList shared, mentions, run, finish;
  for (const auto& phones : plan.shared_phones) {
    shared.AddRaw(JsonObject()
                      .Add("column", phones.column)
                      .Add("numbers", phones.numbers)
                      .Add("rows", phones.rows)
                      .Add("all_counted", phones.all_counted)
                      .Take());
  }
  for (const auto& mention : plan.mentions) {
    mentions.AddRaw(JsonObject()
                        .Add("type", mention.type)
                        .Add("name", mention.name)
                        .Add("column", mention.column)
                        .Take());
  }
  for (const std::string& statement : plan.run_statements) run.Add(statement);
  for (const std::string& sql : plan.finish_statements) finish.Add(sql);
  JsonObject json;
  json.Add("table", map.table)
      .Add("rows", plan.num_rows)
      .Add("sealable", plan.num_sealable);
  if (plan.first_day.has_value()) {
    json.Add("first_day", Day(plan.first_day))
        .Add("last_day", Day(plan.last_day));
  }
  return json.AddRaw("left", unsealable.Take())
      .AddRaw("shared_phones", shared.Take())
      .AddRaw("indexes", IndexesJson(plan))
      .Add("bytes_added", plan.bytes_added)
      .Add("file_size", plan.file_size)
      .Add("run_disk", plan.run_disk)
      .Add("finish_disk", plan.finish_disk)
      .AddRaw("mentions", mentions.Take())
      .AddRaw("run_statements", run.Take())
      .AddRaw("finish_statements", finish.Take())
      .Take();
}

}  // namespace parcelveil::cli
