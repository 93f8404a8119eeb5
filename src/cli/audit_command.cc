// SPDX-License-Identifier: Apache-2.0
// parcelveil audit show, verify, export

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parcelveil/audit_verify.h"
#include "parcelveil/file.h"
#include "parcelveil/leaf.h"
#include "src/base/status.h"
#include "src/cli/audit_unusual.h"
#include "src/cli/columns.h"
#include "src/cli/command.h"
#include "src/cli/json.h"
#include "src/cli/opened_log.h"
#include "src/cli/progress.h"
#include "src/cli/table_flags.h"
#include "src/store/file/file_io.h"
#include "src/wire/leaf.h"

namespace parcelveil::cli {
namespace {

constexpr size_t kMaxNoteSize = 1u << 20;

struct Flags {
  std::string log;
  int64_t limit = 50;
  std::string origin;
  std::string key;
  std::string trusted;
  std::string out;
  bool is_unusual = false;
  UnusualFlags unusual;
};

std::string SlotNames(const std::vector<Slot>& slots) {
  return absl::StrJoin(slots, ",", [](std::string* out, Slot slot) {
    out->append(NameOf(slot));
  });
}

std::string ResultOf(const Leaf& leaf) {
  return leaf.result == 0
             ? ""
             : std::string(ReasonName(static_cast<Reason>(leaf.result)));
}

std::string LeafJson(uint64_t index, const Leaf& leaf) {
  return JsonObject()
      .Add("index", index)
      .Add("time", absl::FormatTime(
                       "%Y-%m-%dT%H:%M:%E3SZ",
                       absl::FromUnixMillis(static_cast<int64_t>(leaf.time_ms)),
                       absl::UTCTimeZone()))
      .Add("type", Describe(leaf.type))
      .Add("principal", leaf.principal)
      .Add("device", leaf.device)
      .Add("role", NameOf(leaf.role))
      .Add("purpose", Describe(static_cast<Purpose>(leaf.purpose)))
      .Add("slots", SlotNames(leaf.slots))
      .Add("result", ResultOf(leaf))
      .Take();
}

std::vector<std::string> LeafLine(uint64_t index, const Leaf& leaf) {
  return {
      std::to_string(index),
      absl::FormatTime("%Y-%m-%d %H:%M:%S",
                       absl::FromUnixMillis(static_cast<int64_t>(leaf.time_ms)),
                       absl::LocalTimeZone()),
      std::string(Describe(leaf.type)),
      leaf.principal == 0 ? "" : std::to_string(leaf.principal),
      leaf.purpose == 0
          ? ""
          : std::string(Describe(static_cast<Purpose>(leaf.purpose))),
      SlotNames(leaf.slots),
      ResultOf(leaf)};
}

// The newest leaves, oldest first.
absl::Status RunShow(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(const OpenedLog log, OpenLog(flags.log));
  if (flags.is_unusual) {
    return ShowUnusual(log.reader(), flags.unusual, session);
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const uint64_t size, log.reader()->NumLeaves());
  const uint64_t count = std::min(size, static_cast<uint64_t>(flags.limit));
  Columns columns;
  columns.AddLine(
      {"leaf", "time", "what", "principal", "purpose", "slots", "result"});
  PARCELVEIL_RETURN_IF_ERROR(log.reader()->ReadLeaves(
      size - count, count,
      [&](uint64_t index, std::string_view bytes) -> absl::Status {
        Leaf leaf;
        PARCELVEIL_RETURN_IF_ERROR(wire::ParseLeaf(bytes, &leaf));
        if (session->json) {
          session->Print(LeafJson(index, leaf));
        } else {
          columns.AddLine(LeafLine(index, leaf));
        }
        return absl::OkStatus();
      }));
  if (session->json) return absl::OkStatus();
  if (count == 0) {
    session->Note("the log is empty");
    return absl::OkStatus();
  }
  session->Print(columns.ToText());
  if (count < size) {
    session->Note(absl::StrCat("the newest ", count, " of ",
                               FormatCount(static_cast<int64_t>(size)),
                               " leaves; --limit shows more"));
  }
  return absl::OkStatus();
}

// A verifier key from a file, of the origin that was asked for.
absl::StatusOr<std::string> ReadVerifierKey(const Flags& flags) {
  PARCELVEIL_ASSIGN_OR_RETURN(std::string key,
                              store::ReadWholeFile(flags.key, kMaxNoteSize));
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r')) {
    key.pop_back();
  }
  if (key.compare(0, flags.origin.size() + 1, flags.origin + "+") == 0) {
    return key;
  }
  return MakeStatus(Reason::kUnauthenticated,
                    "verify log: the key in --key is of another origin than "
                    "--origin; pass the two that belong together");
}

std::string ReportJson(const LogReport& report) {
  JsonObject json;
  json.Add("leaves", report.num_leaves)
      .Add("covered", report.head.size)
      .Add("unsigned", report.num_unsigned)
      .Add("tiles", report.num_tiles)
      .Add("requests", report.num_requests)
      .Add("requests_gone", report.num_requests_gone)
      .Add("stopped", report.was_stopped)
      .Add("verified", !report.problem.has_value() && !report.was_stopped);
  if (report.problem.has_value()) {
    json.Add("problem", report.problem->what);
    if (report.problem->index.has_value()) {
      json.Add("index", *report.problem->index);
    }
  }
  return json.Take();
}

std::string ReportText(const LogReport& report) {
  std::string text = absl::StrCat(
      "Verified ", FormatCount(static_cast<int64_t>(report.num_leaves)),
      " leaves: the tree is the one that the checkpoint signs.");
  if (report.num_unsigned > 0) {
    absl::StrAppend(&text, "\n  ", report.num_unsigned,
                    " of them came after the checkpoint");
  }
  if (report.num_requests > 0) {
    absl::StrAppend(&text, "\n  ", report.num_requests,
                    " have the signed request of an enrolled device behind "
                    "them");
  }
  if (report.num_requests_gone > 0) {
    absl::StrAppend(&text, "\n  ", report.num_requests_gone,
                    " requests are not kept any more");
  }
  return text;
}

absl::Status RunVerify(const Flags& flags, Session* session) {
  LogVerifyOptions options;
  PARCELVEIL_ASSIGN_OR_RETURN(options.verifier_key, ReadVerifierKey(flags));
  if (!flags.trusted.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        options.trusted, store::ReadWholeFile(flags.trusted, kMaxNoteSize));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const OpenedLog log, OpenLog(flags.log));
  if (log.store != nullptr) {
    options.find_request = [&log](uint64_t index) {
      return log.store->FindRequest(index);
    };
  }
  Progress progress("verified");
  options.progress = [&progress](uint64_t done, uint64_t total) {
    progress.Show(static_cast<int64_t>(done), static_cast<int64_t>(total));
  };
  options.stop = CatchStopSignals();
  PARCELVEIL_ASSIGN_OR_RETURN(const LogReport report,
                              VerifyLog(log.reader(), options));
  if (session->json) session->Print(ReportJson(report));
  if (report.problem.has_value()) {
    return absl::DataLossError(
        absl::StrCat("verify log \"", flags.log, "\": ",
                     report.problem->index.has_value()
                         ? absl::StrCat("leaf ", *report.problem->index, ": ")
                         : "",
                     report.problem->what));
  }
  if (report.was_stopped) {
    return absl::UnavailableError("verify log: stopped; run it again");
  }
  if (!session->json) session->Print(ReportText(report));
  return absl::OkStatus();
}

absl::Status RunExport(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(const OpenedLog log, OpenLog(flags.log));
  PARCELVEIL_RETURN_IF_ERROR(ExportLogFiles(log.reader(), flags.out));
  if (session->json) {
    session->Print(JsonObject().Add("out", flags.out).Take());
    return absl::OkStatus();
  }
  session->Print("Exported to " + flags.out +
                 ": plain files to publish or copy; anybody with log.pub can "
                 "verify them.");
  return absl::OkStatus();
}

void AddLogFlag(CLI::App* command, Flags* flags) {
  command
      ->add_option("--log", flags->log,
                   "a gate's directory, a keyring's, or exported tiles")
      ->type_name("DIR")
      ->required();
}

}  // namespace

void AddAuditCommands(CLI::App* app, Session* session) {
  CLI::App* audit =
      app->add_subcommand("audit", "the log of what was revealed to whom");
  audit->require_subcommand(1);
  const auto flags = std::make_shared<Flags>();

  CLI::App* show = audit->add_subcommand("show", "the newest leaves");
  AddLogFlag(show, flags.get());
  show->add_option("--limit", flags->limit, "at most so many")
      ->type_name("N")
      ->check(CLI::Range(1, 10000000))
      ->capture_default_str();
  CLI::Option* unusual = show->add_flag(
      "--unusual", flags->is_unusual,
      "instead, days of accounts that differ from what is usual for them");
  AddUnusualFlags(show, unusual, &flags->unusual);
  session->OnRun(show, [flags, session] { return RunShow(*flags, session); });

  CLI::App* verify = audit->add_subcommand(
      "verify", "recompute the log and compare it with its checkpoint");
  AddLogFlag(verify, flags.get());
  verify->add_option("--origin", flags->origin, "the log's name")
      ->type_name("NAME")
      ->required();
  verify->add_option("--key", flags->key, "its verifier key: log.pub")
      ->type_name("FILE")
      ->required();
  verify
      ->add_option("--trusted", flags->trusted,
                   "a checkpoint that was verified before")
      ->type_name("FILE");
  session->OnRun(verify,
                 [flags, session] { return RunVerify(*flags, session); });

  CLI::App* exports =
      audit->add_subcommand("export", "tiles, entries and checkpoint as files");
  AddLogFlag(exports, flags.get());
  exports->add_option("--out", flags->out, "folder, made or brought up to date")
      ->type_name("DIR")
      ->required();
  session->OnRun(exports,
                 [flags, session] { return RunExport(*flags, session); });
}

}  // namespace parcelveil::cli
