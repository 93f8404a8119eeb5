// SPDX-License-Identifier: Apache-2.0

#include "src/cli/opened_table.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "parcelveil/file.h"
#include "src/base/status.h"
#include "src/cli/columns.h"
#include "src/cli/json.h"

namespace parcelveil::cli {
namespace {

// Why a view did not open, for people.
std::string WhyClosed(const absl::Status& status, Role role) {
  switch (ReasonOf(status)) {
    case Reason::kKeyDestroyed:
      return "closed: the keys of its day were destroyed";
    case Reason::kForbidden:
      return "closed: not, or no longer, readable as " + NameOf(role);
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

void PrintJson(const TableMap& map, const Schema& schema,
               absl::Span<const MaskedRow> rows, Session* session) {
  for (const MaskedRow& row : rows) {
    JsonObject json;
    json.Add(map.record_id, Printable(row.key));
    for (size_t i = 0; i < map.views.size(); ++i) {
      JsonObject view;
      const absl::StatusOr<View>& opened = row.views[i];
      if (!opened.ok()) {
        view.Add("closed", ReasonName(ReasonOf(opened.status())));
      }
      for (Slot slot : schema.FindView(map.views[i].slot)->shows) {
        if (!opened.ok()) continue;
        view.Add(FieldName(schema, slot), (*opened)[slot].text());
      }
      json.AddRaw(map.views[i].column, view.Take());
    }
    for (size_t i = 0; i < map.show.size(); ++i) {
      json.Add(map.show[i], Printable(row.shown[i]));
    }
    session->Print(json.Take());
  }
}

}  // namespace

absl::StatusOr<OpenedTable> OpenWrappedTable(const TableFlags& flags,
                                             SqliteDatabase::Access access) {
  OpenedTable opened;
  PARCELVEIL_ASSIGN_OR_RETURN(opened.map, LoadTableMap(flags.map));
  if (IsPostgres(flags.db)) {
    PARCELVEIL_ASSIGN_OR_RETURN(
        opened.table, WrappedTable::OpenPostgres(flags.db, opened.map));
    return opened;
  }
  PARCELVEIL_ASSIGN_OR_RETURN(opened.db, OpenDatabase(flags, access));
  PARCELVEIL_ASSIGN_OR_RETURN(opened.table,
                              WrappedTable::Open(opened.db.get(), opened.map));
  return opened;
}

void PrintRows(const TableMap& map, const Schema& schema, Role role,
               absl::Span<const MaskedRow> rows, Session* session) {
  if (session->json) return PrintJson(map, schema, rows, session);
  if (rows.empty()) return session->Note("no rows");
  const std::vector<Slot>& shows = schema.FindView(map.views[0].slot)->shows;
  Columns columns;
  std::vector<std::string> head = {map.record_id};
  head.insert(head.end(), map.show.begin(), map.show.end());
  for (Slot slot : shows) head.push_back(FieldName(schema, slot));
  columns.AddLine(std::move(head));
  for (const MaskedRow& row : rows) {
    std::vector<std::string> line = {Printable(row.key)};
    for (const std::string& shown : row.shown) {
      line.push_back(Printable(shown));
    }
    const absl::StatusOr<View>& view = row.views[0];
    if (!view.ok()) line.push_back(WhyClosed(view.status(), role));
    for (Slot slot : shows) {
      if (view.ok()) line.push_back(Printable((*view)[slot].text()));
    }
    columns.AddLine(std::move(line));
  }
  session->Print(columns.ToText());
}

}  // namespace parcelveil::cli
