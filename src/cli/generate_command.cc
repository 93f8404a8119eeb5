// SPDX-License-Identifier: Apache-2.0
// parcelveil generate

#include <memory>

#include "absl/time/clock.h"
#include "src/base/status.h"
#include "src/cli/command.h"
#include "src/cli/generate.h"
#include "src/cli/generate_spans.h"
#include "src/cli/json.h"
#include "src/cli/table_flags.h"

namespace parcelveil::cli {
namespace {

constexpr std::string_view kSqlitePrefix = "sqlite:";
constexpr int kChinaOffsetSeconds = 8 * 3600;

struct Flags {
  int64_t rows = 0;
  uint64_t seed = 0;
  std::string db;
  std::string until;
  std::string spans;
};

absl::Status Run(const Flags& flags, Session* session) {
  const bool is_postgres = IsPostgres(flags.db);
  if (!is_postgres && flags.db.rfind(kSqlitePrefix, 0) != 0) {
    return UsageError("--db takes sqlite:PATH or postgresql://...");
  }
  GenerateOptions options;
  options.rows = flags.rows;
  options.seed = flags.seed;
  if (!is_postgres) options.sqlite_path = flags.db.substr(kSqlitePrefix.size());
  options.until =
      absl::ToCivilDay(absl::Now(), absl::FixedTimeZone(kChinaOffsetSeconds));
  if (!flags.until.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(Epoch until, ParseDay(flags.until));
    options.until = DayOf(until);
  }
  SpanFile spans;
  if (!flags.spans.empty()) {
    PARCELVEIL_RETURN_IF_ERROR(CheckOptions(options));
    PARCELVEIL_RETURN_IF_ERROR(spans.Create(flags.spans));
    options.each = [&](const Waybill& row) { spans.Add(row); };
  }
  const absl::Status made =
      is_postgres ? GeneratePostgres(options, flags.db) : Generate(options);
  if (!flags.spans.empty()) {
    if (!made.ok()) spans.Remove();
    if (made.ok()) PARCELVEIL_RETURN_IF_ERROR(spans.Finish());
  }
  PARCELVEIL_RETURN_IF_ERROR(made);
  if (session->json) {
    session->Print(JsonObject()
                       .Add("rows", options.rows)
                       .Add("db", flags.db)
                       .Add("table", "waybill")
                       .Take());
  } else {
    session->Print("Made " + std::to_string(options.rows) +
                   " waybills in table waybill of " +
                   (is_postgres ? "the database" : options.sqlite_path) + ".");
  }
  return absl::OkStatus();
}

}  // namespace

void AddGenerateCommand(CLI::App* app, Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app->add_subcommand(
      "generate", "make a realistic, made-up waybill database");
  command->add_option("--rows", flags->rows, "how many waybills")
      ->type_name("N")
      ->required();
  command->add_option("--seed", flags->seed, "the same seed, the same rows")
      ->type_name("S")
      ->required();
  command
      ->add_option("--db", flags->db,
                   "where to: sqlite:PATH, a new file, or "
                   "postgresql://..., a new table")
      ->type_name("DB")
      ->required();
  command
      ->add_option("--until", flags->until,
                   "the last day of the rows (default: today in China)")
      ->type_name("DAY");
  command
      ->add_option("--spans", flags->spans,
                   "a new file for what each part of each field is, one JSON "
                   "object a line")
      ->type_name("FILE");
  session->OnRun(command, [flags, session] { return Run(*flags, session); });
}

}  // namespace parcelveil::cli
