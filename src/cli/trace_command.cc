// SPDX-License-Identifier: Apache-2.0
// parcelveil trace
#include "src/cli/trace_command.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include "parcelveil/file.h"
#include "parcelveil/sqlite_trace.h"
#include "src/base/status.h"
#include "src/cli/opened_log.h"
#include "src/cli/progress.h"
#include "src/cli/table_flags.h"
#include "src/cli/trace_canary.h"
#include "src/store/file/file_io.h"
#include "src/trace/html_report.h"

namespace parcelveil::cli {
namespace {

struct Flags {
  TableFlags table;
  std::string leaked;
  std::vector<std::string> logs;
  std::vector<std::string> keys;
  std::string seen;
  int days = 30;
  std::string field;
  std::vector<uint32_t> outlets;
  TraceColumns columns;
  std::vector<uint64_t> shared;
  double noise = 0.1;
  double alpha = 0.001;
  int looks = 1;
  bool accept_unverified = false;
  std::string html;
  std::string canaries;
  std::string lang = "en";
};

// Logs that are open, and what a trace is told of them.
struct OpenedLogs {
  std::vector<OpenedLog> opened;
  std::vector<TraceLog> logs;
};

absl::StatusOr<OpenedLogs> OpenLogs(const Flags& flags) {
  OpenedLogs logs;
  for (const std::string& path : flags.logs) {
    PARCELVEIL_ASSIGN_OR_RETURN(OpenedLog opened, OpenLog(path));
    PARCELVEIL_ASSIGN_OR_RETURN(
        std::string key, FindVerifierKey(path, flags.keys, opened.reader()));
    logs.logs.push_back({path, opened.reader(), std::move(key)});
    logs.opened.push_back(std::move(opened));
  }
  return logs;
}

absl::StatusOr<std::unique_ptr<TraceRecords>> OpenRecords(
    const Flags& flags, const TableMap& map, const Schema& schema) {
  if (IsPostgres(flags.table.db)) {
    return OpenPostgresTraceRecords(flags.table.db, map, schema, flags.columns);
  }
  constexpr std::string_view kPrefix = "sqlite:";
  if (flags.table.db.compare(0, kPrefix.size(), kPrefix) != 0) {
    return UsageError("--db takes sqlite:PATH or postgresql://...");
  }
  return SqliteTraceRecords::Create(flags.table.db.substr(kPrefix.size()), map,
                                    schema, flags.columns);
}

absl::StatusOr<absl::Time> ParseSeen(const std::string& text,
                                     absl::TimeZone zone) {
  absl::Time time;
  for (const char* format :
       {absl::RFC3339_full, "%Y-%m-%d%ET%H:%M%Ez", "%Y-%m-%d"}) {
    if (absl::ParseTime(format, text, zone, &time, nullptr)) return time;
  }
  return UsageError("--seen takes a time: 2026-11-24T10:00:00+08:00");
}

// Reads the list in pieces, however large it is.
absl::StatusOr<ReadLeak> OpenList(const std::string& path) {
  const auto fd =
      std::make_shared<store::Fd>(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd->is_open()) return store::FileError("read", path, errno);
  return ReadLeak([fd, path](absl::Span<char> out) -> absl::StatusOr<size_t> {
    while (true) {
      const ssize_t size = read(fd->get(), out.data(), out.size());
      if (size >= 0) return static_cast<size_t>(size);
      if (errno != EINTR) return store::FileError("read", path, errno);
    }
  });
}

absl::Status WriteHtml(const Flags& flags, const TraceResult& result,
                       absl::TimeZone zone) {
  trace::HtmlReportOptions options;
  options.language = flags.lang == "zh" ? trace::Language::kChinese
                                        : trace::Language::kEnglish;
  options.list_name = std::filesystem::path(flags.leaked).filename().string();
  options.zone = zone;
  options.made = absl::Now();
  // It names accounts: nobody else's to read.
  return store::WriteFile(flags.html, trace::HtmlReport(result, options), 0600);
}

absl::Status CheckFlags(const Flags& flags) {
  if (flags.leaked.empty()) return UsageError("LEAKED is required");
  if (flags.table.keyring.keyring.empty() || flags.table.db.empty() ||
      flags.table.map.empty() || flags.logs.empty()) {
    return UsageError("--keyring, --db, --map and --log are required");
  }
  return absl::OkStatus();
}

absl::Status RunTrace(const Flags& flags, Session* session) {
  PARCELVEIL_RETURN_IF_ERROR(CheckFlags(flags));
  PARCELVEIL_ASSIGN_OR_RETURN(const TableMap map,
                              LoadTableMap(flags.table.map));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto keyring,
                              LoadKeyringAs(flags.table, Role::kDispute));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto records,
                              OpenRecords(flags, map, keyring->schema()));
  PARCELVEIL_ASSIGN_OR_RETURN(OpenedLogs logs, OpenLogs(flags));
  PARCELVEIL_ASSIGN_OR_RETURN(const ReadLeak read, OpenList(flags.leaked));
  TraceOptions options;
  options.keyring = keyring.get();
  options.records = records.get();
  options.logs = std::move(logs.logs);
  if (!flags.seen.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(options.seen,
                                ParseSeen(flags.seen, keyring->time_zone()));
  }
  if (!flags.field.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(options.field, ParseSlot(flags.field));
  }
  options.days = flags.days;
  for (const uint32_t outlet : flags.outlets) {
    options.outlets.push_back(Scope{outlet});
  }
  options.shared_accounts = flags.shared;
  if (!flags.canaries.empty()) {
    PARCELVEIL_RETURN_IF_ERROR(LoadCanaries(flags.canaries, session, &options));
  }
  options.noise = flags.noise;
  options.alpha = flags.alpha;
  options.looks = flags.looks;
  options.accept_unverified = flags.accept_unverified;
  Progress progress("of the log read");
  options.progress = [&progress](uint64_t done, uint64_t total) {
    progress.Show(static_cast<int64_t>(done), static_cast<int64_t>(total));
  };
  options.stop = CatchStopSignals();
  PARCELVEIL_ASSIGN_OR_RETURN(const TraceResult result, Trace(read, options));
  session->Print(session->json ? TraceJson(result, keyring->time_zone())
                               : TraceText(result, keyring->time_zone()));
  if (flags.html.empty()) return absl::OkStatus();
  return WriteHtml(flags, result, keyring->time_zone());
}

void AddFlags(CLI::App* trace, Flags* flags) {
  trace->add_option("LEAKED", flags->leaked,
                    "the leaked list: CSV in UTF-8 whose first line names "
                    "columns: name, phone, address, waybill, seen");
  AddTableFlags(trace, &flags->table);
  trace
      ->add_option("--log", flags->logs,
                   "a gate's directory, telephony's, or exported tiles; "
                   "repeatable")
      ->type_name("DIR")
      ->allow_extra_args(false);
  trace
      ->add_option("--key", flags->keys,
                   "a log's verifier key, where log.pub is not beside it")
      ->type_name("FILE")
      ->allow_extra_args(false);
  trace
      ->add_option("--seen", flags->seen,
                   "when the leak was first seen: later accesses do not count")
      ->type_name("TIME");
  trace->add_option("--days", flags->days, "how far to look back before that")
      ->type_name("N")
      ->check(CLI::Range(1, 366))
      ->capture_default_str();
  trace
      ->add_option("--field", flags->field,
                   "what leaked: RECIPIENT_PHONE and the like; else the list's "
                   "phone, address or name")
      ->type_name("SLOT");
  trace
      ->add_option("--outlet", flags->outlets,
                   "where to look for masked numbers; repeatable")
      ->type_name("N")
      ->allow_extra_args(false);
  trace
      ->add_option("--segment", flags->columns.segment,
                   "a column of `show` that tells routes apart")
      ->type_name("COLUMN");
  trace
      ->add_option("--merchant", flags->columns.merchant,
                   "a column of `show` that says who sent a parcel")
      ->type_name("COLUMN");
  trace
      ->add_option("--shared", flags->shared,
                   "an account that is no one person; repeatable")
      ->type_name("PRINCIPAL")
      ->allow_extra_args(false);
  trace
      ->add_option("--noise", flags->noise,
                   "the share of rows that came from elsewhere")
      ->capture_default_str();
  trace
      ->add_option("--alpha", flags->alpha,
                   "how often an innocent may stand out")
      ->capture_default_str();
  trace
      ->add_option("--looks", flags->looks,
                   "how many times this leak was looked at, with this one")
      ->type_name("N")
      ->capture_default_str();
  trace
      ->add_option("--canaries", flags->canaries,
                   "the list of `trace canary`: hits count, too")
      ->type_name("FILE");
  trace
      ->add_option("--html", flags->html,
                   "write a report for a browser and for paper: one file")
      ->type_name("FILE");
  trace->add_option("--lang", flags->lang, "of that report: en or zh")
      ->check(CLI::IsMember({"en", "zh"}))
      ->capture_default_str();
  trace->add_flag("--accept-unverified", flags->accept_unverified,
                  "go on with a log that cannot be verified, and say so");
}

}  // namespace

void AddTraceCommand(CLI::App* app, Session* session) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* trace = app->add_subcommand(
      "trace", "from a leaked list to the links where it concentrates");
  AddFlags(trace, flags.get());
  // Asked for when it runs: its subcommands need other flags.
  for (const char* name : {"--keyring", "--db", "--map"}) {
    trace->get_option(name)->required(false);
  }
  // After its subcommands it is called, too.
  const auto run = AddCanaryCommands(trace);
  session->OnRun(trace, [flags, run, session] {
    return *run ? (*run)(session) : RunTrace(*flags, session);
  });
}

}  // namespace parcelveil::cli
