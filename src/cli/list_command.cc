// SPDX-License-Identifier: Apache-2.0

#include "src/cli/list_command.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parcelveil/field.h"
#include "parcelveil/file.h"
#include "src/base/status.h"
#include "src/cli/columns.h"
#include "src/cli/json.h"
#include "src/cli/table_flags.h"
#include "src/migrate/sqlite_text.h"

namespace parcelveil::cli {
namespace {

using migrate::Quote;

struct Flags {
  TableFlags table;
  std::vector<std::string> where;
  int64_t limit = 50;
};

struct Condition {
  std::string column;
  std::string value;
};

// A row as it was read: its view cells are still sealed.
struct Row {
  std::string key;
  std::string record_id;
  uint32_t version = 0;
  std::vector<SqliteValue> views;
  std::vector<std::string> shown;
};

bool IsOneOf(const std::vector<std::string>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const auto& other) {
    return absl::EqualsIgnoreCase(name, other);
  });
}

absl::StatusOr<std::vector<std::string>> ReadColumns(SqliteDatabase* db,
                                                     const TableMap& map) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement select,
      db->Prepare("SELECT name FROM pragma_table_xinfo(?)",
                  "table \"" + map.table + "\""));
  select.BindText(0, map.table);
  std::vector<std::string> names;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return names;
    names.push_back(std::string(select.Bytes(0)));
  }
}

// SQLite takes the name of a column that is not there for a text, so every name
// is looked up first.
absl::Status CheckColumns(const std::vector<std::string>& names,
                          const TableMap& map) {
  std::vector<std::string> needed = map.show;
  needed.push_back(map.record_id);
  needed.push_back(map.epoch_from);
  if (!map.version.empty()) needed.push_back(map.version);
  for (const std::string& column : needed) {
    if (IsOneOf(names, column)) continue;
    return MakeStatus(Reason::kMalformed,
                      "list table \"" + map.table + "\": it has no column \"" +
                          column + "\"; correct the table map");
  }
  for (const auto& view : map.views) {
    if (IsOneOf(names, view.column)) continue;
    return MakeStatus(Reason::kWrongState,
                      "list table \"" + map.table + "\": it has no column \"" +
                          view.column +
                          "\" yet; run `parcelveil wrap run` first");
  }
  if (!map.views.empty()) return absl::OkStatus();
  return MakeStatus(
      Reason::kMalformed,
      "list table \"" + map.table + "\": the table map has no view; add one");
}

absl::StatusOr<Condition> ParseCondition(const std::string& text,
                                         const std::vector<std::string>& names,
                                         const TableMap& map) {
  const size_t at = text.find('=');
  if (at == std::string::npos || at == 0) {
    return UsageError("--where takes COLUMN=VALUE");
  }
  Condition condition{text.substr(0, at), text.substr(at + 1)};
  std::vector<std::string> sealed = migrate::AddedColumns(map);
  for (const auto& column : map.columns) sealed.push_back(column.name);
  if (IsOneOf(sealed, condition.column)) {
    return absl::PermissionDeniedError(absl::StrCat(
        "list table \"", map.table, "\": column \"", condition.column,
        "\" is sealed; name one that is not, for personal values "
        "do not belong in a command line"));
  }
  if (!IsOneOf(names, condition.column)) {
    return UsageError("--where: table \"" + map.table + "\" has no column \"" +
                      Printable(condition.column) + "\"");
  }
  return condition;
}

// The newest rows first: they are the ones that still open.
std::string SelectText(const TableMap& map,
                       const std::vector<Condition>& conditions) {
  std::vector<std::string> columns = {
      Quote(map.record_id), map.version.empty() ? "0" : Quote(map.version)};
  for (const auto& view : map.views) columns.push_back(Quote(view.column));
  for (const auto& shown : map.show) columns.push_back(Quote(shown));
  std::vector<std::string> tests;
  for (const Condition& condition : conditions) {
    tests.push_back(Quote(condition.column) + " = ?");
  }
  return absl::StrCat("SELECT ", absl::StrJoin(columns, ", "), " FROM ",
                      Quote(map.table), tests.empty() ? "" : " WHERE ",
                      absl::StrJoin(tests, " AND "), " ORDER BY ",
                      Quote(map.epoch_from), " DESC, ", Quote(map.record_id),
                      " LIMIT ?");
}

absl::StatusOr<std::vector<Row>> ReadRows(
    SqliteDatabase* db, const TableMap& map,
    const std::vector<Condition>& conditions, int64_t limit) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      SqliteStatement select,
      db->Prepare(SelectText(map, conditions), "table \"" + map.table + "\""));
  int parameter = 0;
  for (const Condition& condition : conditions) {
    select.BindText(parameter++, condition.value);
  }
  select.BindInt(parameter, limit);
  std::vector<Row> rows;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return rows;
    Row& row = rows.emplace_back();
    int at = 0;
    row.key = select.Value(at++).ToText();
    row.record_id = map.record_prefix + row.key;
    row.version = static_cast<uint32_t>(select.Int(at++));
    for (size_t i = 0; i < map.views.size(); ++i) {
      row.views.push_back(select.Value(at++));
    }
    for (size_t i = 0; i < map.show.size(); ++i) {
      row.shown.push_back(Printable(select.Value(at++).ToText()));
    }
  }
}

// Why a view did not open, for people.
std::string WhyClosed(const absl::Status& status) {
  switch (ReasonOf(status)) {
    case Reason::kKeyDestroyed:
      return "closed: the keys of its day were destroyed";
    case Reason::kForbidden:
      return "closed: not, or no longer, readable as LIST";
    case Reason::kKeyUnknown:
      return "closed: sealed under a key that this keyring does not have";
    case Reason::kDecryptFailed:
      return "closed: changed, or moved here from another row";
    case Reason::kMalformed:
      return "closed: not a sealed view";
    default:
      return absl::StrCat("closed: ",
                          std::string(ReasonName(ReasonOf(status))));
  }
}

// What a slot of a view is called.
std::string FieldName(const Schema& schema, Slot slot) {
  const Schema::SealedSlot* field = schema.FindSlot(slot);
  switch (field == nullptr ? FieldKind::kText : field->kind) {
    case FieldKind::kName:
      return "name";
    case FieldKind::kPhone:
      return "phone";
    case FieldKind::kAddress:
      return "address";
    case FieldKind::kText:
      break;
  }
  return absl::StrCat("slot_", ToInt(slot));
}

// One view column with all its rows opened.
struct OpenedView {
  const TableMap::ViewColumn* column;
  std::vector<Slot> shows;
  std::vector<absl::StatusOr<View>> views;  // of each row
};

absl::StatusOr<OpenedView> OpenView(const Opener& opener, const Schema& schema,
                                    const TableMap& map, size_t index,
                                    const std::vector<Row>& rows) {
  OpenedView opened;
  opened.column = &map.views[index];
  const Schema::ViewSlot* slot = schema.FindView(opened.column->slot);
  if (slot == nullptr) {
    return MakeStatus(Reason::kMalformed,
                      "list table \"" + map.table +
                          "\": the keyring's schema has no " +
                          Describe(opened.column->slot) +
                          "; correct the table map, or the schema");
  }
  opened.shows = slot->shows;
  std::vector<SealedView> sealed;
  for (const Row& row : rows) {
    if (row.views[index].is_null()) continue;
    sealed.push_back({row.record_id, row.views[index].bytes, row.version});
  }
  auto views = opener.OpenViews(opened.column->slot, sealed);
  auto next = views.begin();
  for (const Row& row : rows) {
    // Nothing was sealed for this party: a view that shows nothing.
    opened.views.push_back(row.views[index].is_null()
                               ? absl::StatusOr<View>(View())
                               : std::move(*next++));
  }
  return opened;
}

void PrintJson(const TableMap& map, const Schema& schema,
               const std::vector<Row>& rows,
               const std::vector<OpenedView>& views, Session* session) {
  for (size_t i = 0; i < rows.size(); ++i) {
    JsonObject json;
    json.Add(map.record_id, Printable(rows[i].key));
    for (const OpenedView& opened : views) {
      JsonObject view;
      const absl::StatusOr<View>& row = opened.views[i];
      if (!row.ok()) view.Add("closed", ReasonName(ReasonOf(row.status())));
      for (Slot slot : opened.shows) {
        if (!row.ok()) continue;
        view.Add(FieldName(schema, slot), (*row)[slot].text());
      }
      json.AddRaw(opened.column->column, view.Take());
    }
    for (size_t j = 0; j < map.show.size(); ++j) {
      json.Add(map.show[j], rows[i].shown[j]);
    }
    session->Print(json.Take());
  }
}

// As a handheld shows it: the map's first view, which is the recipient's.
void PrintText(const TableMap& map, const Schema& schema,
               const std::vector<Row>& rows, const OpenedView& opened,
               Session* session) {
  if (rows.empty()) return session->Note("no rows");
  Columns columns;
  std::vector<std::string> head = {map.record_id};
  for (Slot slot : opened.shows) head.push_back(FieldName(schema, slot));
  head.insert(head.begin() + 1, map.show.begin(), map.show.end());
  columns.AddLine(std::move(head));
  for (size_t i = 0; i < rows.size(); ++i) {
    std::vector<std::string> line = {Printable(rows[i].key)};
    line.insert(line.end(), rows[i].shown.begin(), rows[i].shown.end());
    const absl::StatusOr<View>& view = opened.views[i];
    if (!view.ok()) line.push_back(WhyClosed(view.status()));
    for (Slot slot : opened.shows) {
      if (view.ok()) line.push_back(Printable((*view)[slot].text()));
    }
    columns.AddLine(std::move(line));
  }
  session->Print(columns.ToText());
}

absl::Status List(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(const TableMap map,
                              LoadTableMap(flags.table.map));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto db,
      OpenDatabase(flags.table, SqliteDatabase::Access::kReadOnly));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                              ReadColumns(db.get(), map));
  PARCELVEIL_RETURN_IF_ERROR(CheckColumns(names, map));
  std::vector<Condition> conditions;
  for (const std::string& text : flags.where) {
    PARCELVEIL_ASSIGN_OR_RETURN(Condition condition,
                                ParseCondition(text, names, map));
    conditions.push_back(std::move(condition));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const auto keyring,
                              LoadKeyringAs(flags.table, Role::kList));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto opener, Opener::Create(keyring.get()));
  PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<Row> rows,
                              ReadRows(db.get(), map, conditions, flags.limit));
  const Schema schema = keyring->schema();
  std::vector<OpenedView> views;
  const size_t num_views = session->json ? map.views.size() : 1;
  for (size_t i = 0; i < num_views; ++i) {
    PARCELVEIL_ASSIGN_OR_RETURN(OpenedView opened,
                                OpenView(*opener, schema, map, i, rows));
    views.push_back(std::move(opened));
  }
  if (session->json) {
    PrintJson(map, schema, rows, views, session);
  } else {
    PrintText(map, schema, rows, views[0], session);
  }
  return absl::OkStatus();
}

}  // namespace

void AddListCommand(CLI::App* app, Session* session) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app->add_subcommand("list", "masked rows, as a handheld shows them");
  AddTableFlags(command, &flags->table);
  command
      ->add_option("--where", flags->where,
                   "only rows with this value in a column that is not sealed")
      ->type_name("COLUMN=VALUE");
  command->add_option("--limit", flags->limit, "at most so many rows")
      ->type_name("N")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  session->OnRun(command, [flags, session] { return List(*flags, session); });
}

}  // namespace parcelveil::cli
