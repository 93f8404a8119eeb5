// SPDX-License-Identifier: Apache-2.0
// Made-up waybills with watched numbers. Whoever calls such a number has it
// from somebody who was shown the waybill; who that was is in the log.
#include "src/cli/trace_canary.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "parcelveil/field.h"
#include "parcelveil/file.h"
#include "src/base/status.h"
#include "src/cli/canary_row.h"
#include "src/cli/columns.h"
#include "src/cli/generate_party.h"
#include "src/cli/json.h"
#include "src/cli/table_flags.h"
#include "src/migrate/table_database.h"
#include "src/store/file/file_io.h"
#include "src/trace/canary.h"

namespace parcelveil::cli {
namespace {

constexpr size_t kMaxListSize = 16u << 20;
constexpr char kListName[] = "canaries";

struct Flags {
  TableFlags table;
  std::string list;  // empty: KR/canaries
  uint32_t outlet = 0;
  std::string waybill;
  std::string at;
  uint64_t num_controls = 0;
  uint64_t num_contacted = 0;
};

std::string ListPath(const Flags& flags) {
  if (!flags.list.empty()) return flags.list;
  return (std::filesystem::path(flags.table.keyring.keyring) / kListName)
      .string();
}

absl::StatusOr<trace::CanaryList> ReadList(const std::string& path) {
  std::error_code ignored;  // what cannot be looked at is not there
  if (!std::filesystem::exists(path, ignored)) return trace::CanaryList();
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string text,
                              store::ReadWholeFile(path, kMaxListSize));
  return trace::CanaryList::Parse(text);
}

// Changes the list while nobody else does.
absl::Status EditList(
    const std::string& path,
    const std::function<absl::Status(trace::CanaryList*)>& edit) {
  PARCELVEIL_ASSIGN_OR_RETURN(const store::Fd lock,
                              store::LockFile(path + ".lock"));
  PARCELVEIL_ASSIGN_OR_RETURN(trace::CanaryList list, ReadList(path));
  PARCELVEIL_RETURN_IF_ERROR(edit(&list));
  return store::WriteFile(path, list.ToText(), 0600);
}

// The cell that a line of the list is sealed for: of no record of any table.
std::string CellName(const std::string& id) { return "canary-list/" + id; }
constexpr Slot kListSlot = Slot::kRecipientAddress;

absl::StatusOr<std::string> OpenWaybill(const Opener& opener,
                                        const trace::CanaryList::Canary& line) {
  const std::string name = CellName(line.id);
  PARCELVEIL_ASSIGN_OR_RETURN(const Plaintext text,
                              opener.Open({kListSlot, name, 0}, line.sealed));
  return text.Use(
      [](std::string_view waybill) { return std::string(waybill); });
}

// ---- add

// A number that is watched, and a second one for the sender; a person of the
// outlet's region around each.
absl::StatusOr<CanaryParty> ReadParty(const Stock& stock, Side side,
                                      uint32_t outlet, Chance* chance) {
  std::string number;
  std::getline(std::cin, number);
  const Region* region = &chance->Of(stock.regions);
  for (const Region& known : stock.regions) {
    if (side == Side::kRecipient && outlet != 0 &&
        known.outlet == static_cast<int>(outlet)) {
      region = &known;
    }
  }
  CanaryParty party;
  party.name = MakeChineseName(stock, *chance).text;
  party.phone = number;
  party.address = MakeAddress(stock, *region, side, *chance).text;
  if (!number.empty()) return party;
  if (side == Side::kRecipient) {
    return UsageError(
        "give the watched number on standard input, and on a second line one "
        "for the sender");
  }
  party.phone = MakeMobile(*chance);
  return party;
}

struct TableToFill {
  std::unique_ptr<SqliteDatabase> sqlite;  // null for one in PostgreSQL
  std::unique_ptr<migrate::TableDatabase> db;
};

absl::StatusOr<TableToFill> OpenTable(const TableFlags& flags,
                                      const TableMap& map) {
  TableToFill table;
  if (IsPostgres(flags.db)) {
    PARCELVEIL_ASSIGN_OR_RETURN(table.db,
                                migrate::OpenPostgresTable(flags.db, map));
  } else {
    PARCELVEIL_ASSIGN_OR_RETURN(
        table.sqlite, OpenDatabase(flags, SqliteDatabase::Access::kReadWrite));
    PARCELVEIL_ASSIGN_OR_RETURN(
        table.db, migrate::OpenSqliteTable(table.sqlite.get(), map));
  }
  PARCELVEIL_RETURN_IF_ERROR(migrate::CheckWrapped(*table.db, map));
  return table;
}

absl::Status RunAdd(const Flags& flags, Session* session) {
  const std::string id = store::RandomSuffix();
  Chance chance(std::stoull(id, nullptr, 16));
  const Stock stock = LoadStock();
  PARCELVEIL_ASSIGN_OR_RETURN(const TableMap map,
                              LoadTableMap(flags.table.map));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto keyring,
                              LoadKeyringAs(flags.table, Role::kConverter));
  PARCELVEIL_ASSIGN_OR_RETURN(const TableToFill table,
                              OpenTable(flags.table, map));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto sealer,
                              Sealer::Create(keyring.get(), map));
  CanaryRow row{&map, keyring.get(), flags.outlet, {}, {}};
  PARCELVEIL_ASSIGN_OR_RETURN(
      row.recipient, ReadParty(stock, Side::kRecipient, flags.outlet, &chance));
  PARCELVEIL_ASSIGN_OR_RETURN(
      row.sender, ReadParty(stock, Side::kSender, flags.outlet, &chance));
  std::string waybill;
  // In the list and in the table, or, where the process dies in between, in
  // the table alone: then it is a parcel that nobody comes for.
  PARCELVEIL_RETURN_IF_ERROR(
      EditList(ListPath(flags), [&](trace::CanaryList* list) -> absl::Status {
        PARCELVEIL_ASSIGN_OR_RETURN(waybill,
                                    InsertCanary(table.db.get(), row, &chance));
        std::string sealed;
        const std::string name = CellName(id);
        PARCELVEIL_RETURN_IF_ERROR(sealer->SealField(
            {kListSlot, name, 0}, Scope::kNational, waybill, &sealed));
        list->canaries.push_back({id, std::move(sealed), std::nullopt});
        return absl::OkStatus();
      }));
  session->Print(session->json
                     ? JsonObject().Add("waybill", waybill).Take()
                     : absl::StrCat("Added ", Printable(waybill),
                                    ": nothing in the table tells it apart."));
  return absl::OkStatus();
}

// ---- list, hit, control

absl::Status RunList(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(const auto keyring,
                              LoadKeyringAs(flags.table, Role::kDispute));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto opener, Opener::Create(keyring.get()));
  PARCELVEIL_ASSIGN_OR_RETURN(const trace::CanaryList list,
                              ReadList(ListPath(flags)));
  Columns columns;
  columns.AddLine({"waybill", "contacted"});
  for (const trace::CanaryList::Canary& canary : list.canaries) {
    const absl::StatusOr<std::string> waybill = OpenWaybill(*opener, canary);
    const std::string shown =
        waybill.ok() ? Printable(*waybill)
                     : std::string(ReasonName(ReasonOf(waybill.status())));
    const std::string contacted =
        canary.contacted.has_value()
            ? IsoTime(*canary.contacted, keyring->time_zone())
            : "";
    if (session->json) {
      session->Print(JsonObject()
                         .Add("waybill", shown)
                         .Add("contacted", contacted)
                         .Take());
    } else {
      columns.AddLine({shown, contacted});
    }
  }
  if (!session->json) session->Print(columns.ToText());
  session->Note(absl::StrFormat(
      "%d of %d numbers that were never given out were contacted: with 99 %% "
      "certainty at most %.1f %% of such numbers are",
      list.num_controls_contacted, list.num_controls,
      100 * trace::UpperContactRate(list.num_controls,
                                    list.num_controls_contacted)));
  return absl::OkStatus();
}

absl::Status RunHit(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(const auto keyring,
                              LoadKeyringAs(flags.table, Role::kDispute));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto opener, Opener::Create(keyring.get()));
  absl::Time at = absl::Now();
  if (!flags.at.empty() &&
      !absl::ParseTime(absl::RFC3339_full, flags.at, keyring->time_zone(), &at,
                       nullptr)) {
    return UsageError("--at takes a time: 2026-11-24T10:00:00+08:00");
  }
  std::string waybill = flags.waybill;
  if (waybill == "-") std::getline(std::cin, waybill);
  PARCELVEIL_RETURN_IF_ERROR(
      EditList(ListPath(flags), [&](trace::CanaryList* list) -> absl::Status {
        for (trace::CanaryList::Canary& canary : list->canaries) {
          const absl::StatusOr<std::string> found =
              OpenWaybill(*opener, canary);
          if (!found.ok() || *found != waybill) continue;
          canary.contacted = std::min(at, canary.contacted.value_or(at));
          return absl::OkStatus();
        }
        return absl::NotFoundError(
            "note a contact: the list has no canary of that waybill; "
            "`trace canary list` shows those there are");
      }));
  if (!session->json) {
    session->Print(
        "Noted. Whoever was shown it before is in the log; one contact points "
        "at all of them alike.");
  }
  return absl::OkStatus();
}

absl::Status RunControl(const Flags& flags, Session* session) {
  if (flags.num_contacted > flags.num_controls) {
    return UsageError("--contacted cannot be more than --numbers");
  }
  PARCELVEIL_RETURN_IF_ERROR(
      EditList(ListPath(flags), [&](trace::CanaryList* list) {
        list->num_controls = flags.num_controls;
        list->num_controls_contacted = flags.num_contacted;
        return absl::OkStatus();
      }));
  if (!session->json) session->Print("Noted.");
  return absl::OkStatus();
}

void AddListFlag(CLI::App* command, Flags* flags) {
  command
      ->add_option("--list", flags->list,
                   "where the list is kept (default: KR/canaries)")
      ->type_name("FILE");
}

}  // namespace

absl::Status LoadCanaries(const std::string& path, Session* session,
                          TraceOptions* options) {
  PARCELVEIL_ASSIGN_OR_RETURN(const auto opener,
                              Opener::Create(options->keyring));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string text,
                              store::ReadWholeFile(path, kMaxListSize));
  PARCELVEIL_ASSIGN_OR_RETURN(const trace::CanaryList list,
                              trace::CanaryList::Parse(text));
  options->canary_noise =
      trace::UpperContactRate(list.num_controls, list.num_controls_contacted);
  session->Note(absl::StrFormat(
      "Of %d watched numbers that nobody was given, %d were contacted: a "
      "contact with a canary is taken to come by itself in %.1f %% of cases%s.",
      list.num_controls, list.num_controls_contacted,
      100 * options->canary_noise,
      list.num_controls == 0 ? ", so it counts for nothing; watch such numbers "
                               "(`trace canary control`)"
                             : ""));
  for (const trace::CanaryList::Canary& line : list.canaries) {
    PARCELVEIL_ASSIGN_OR_RETURN(std::string waybill,
                                OpenWaybill(*opener, line));
    options->canaries.push_back({std::move(waybill), line.contacted});
  }
  return absl::OkStatus();
}

std::shared_ptr<const CanaryRun> AddCanaryCommands(CLI::App* trace) {
  CLI::App* canary = trace->add_subcommand(
      "canary", "made-up waybills whose numbers are watched");
  canary->require_subcommand(1);
  const auto flags = std::make_shared<Flags>();
  const auto run = std::make_shared<CanaryRun>();
  const auto on_run = [flags, run](CLI::App* command, auto action) {
    command->callback([=] {
      *run = [=](Session* session) { return action(*flags, session); };
    });
  };

  CLI::App* add = canary->add_subcommand(
      "add", "put one into the table; its number on standard input");
  AddTableFlags(add, &flags->table);
  AddListFlag(add, flags.get());
  add->add_option("--outlet", flags->outlet, "whose parcel it is")
      ->type_name("N");
  on_run(add, RunAdd);

  CLI::App* list = canary->add_subcommand("list", "those there are");
  AddKeyringFlags(list, &flags->table.keyring);
  AddListFlag(list, flags.get());
  on_run(list, RunList);

  CLI::App* hit = canary->add_subcommand(
      "hit", "somebody called or wrote to the number of one");
  AddKeyringFlags(hit, &flags->table.keyring);
  AddListFlag(hit, flags.get());
  hit->add_option("WAYBILL", flags->waybill, "or - for standard input")
      ->required();
  hit->add_option("--at", flags->at, "when (default: now)")->type_name("TIME");
  on_run(hit, RunHit);

  CLI::App* control = canary->add_subcommand(
      "control",
      "how many watched numbers were never given out, and contacted all the "
      "same");
  AddKeyringFlags(control, &flags->table.keyring);
  AddListFlag(control, flags.get());
  control->add_option("--numbers", flags->num_controls)->required();
  control->add_option("--contacted", flags->num_contacted)->required();
  on_run(control, RunControl);
  return run;
}

}  // namespace parcelveil::cli
