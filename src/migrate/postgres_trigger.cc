// SPDX-License-Identifier: Apache-2.0
// What marks rows that are written while a table is wrapped.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "src/migrate/postgres_text.h"
#include "src/migrate/sql_name.h"

namespace parcelveil::migrate {
namespace {

// FNV-1a: a name that is the same in every run.
uint64_t HashOf(const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (char c : text) {
    hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  }
  return hash;
}

}  // namespace

std::string PostgresText::MarkFunction() const {
  return absl::StrCat(Quote(table_.schema), ".parcelveil_mark_",
                      absl::StrFormat("%016x", HashOf(table_.name)));
}

std::string PostgresText::UpdateCondition() const {
  const auto same = [](const std::string& column) {
    return absl::StrCat("NEW.", Quote(column), " IS NOT DISTINCT FROM OLD.",
                        Quote(column));
  };
  std::vector<std::string> texts, sealed, other;
  for (const auto& column : map_.columns) {
    // As text: a type may lack a comparison of its own.
    texts.push_back(absl::StrCat(
        "(NEW.", Quote(column.name), "::text IS DISTINCT FROM OLD.",
        Quote(column.name), "::text AND ", same(column.sealed_column), ")"));
    sealed.push_back(same(column.sealed_column));
  }
  for (const auto* column : {&map_.epoch_from, &map_.scope, &map_.version}) {
    if (!column->empty()) {
      other.push_back(absl::StrCat("NOT (", same(*column), ")"));
    }
  }
  return absl::StrCat(absl::StrJoin(texts, " OR "), " OR ((",
                      absl::StrJoin(other, " OR "), ") AND ",
                      absl::StrJoin(sealed, " AND "), ")");
}

std::string PostgresText::ClearCondition() const {
  return absl::StrJoin(
      map_.columns, " OR ", [](std::string* out, const auto& column) {
        const std::string text = Quote(column.name);
        const std::string sealed = Quote(column.sealed_column);
        absl::StrAppend(out, "(NEW.", text, " IS NULL AND OLD.", text,
                        " IS NOT NULL AND OLD.", sealed,
                        " IS NOT NULL AND NEW.", sealed,
                        " IS NOT DISTINCT FROM OLD.", sealed, ")");
      });
}

// Who writes a text and its sealed field together is left alone. The function
// has its owner's rights: programs need none on our tables. A mark that is
// there already is written again, so that whoever takes it off meanwhile waits
// and sees that it is another one.
std::vector<std::string> PostgresText::CreateTriggers() const {
  std::string body = "BEGIN IF TG_WHEN = 'BEFORE' THEN";
  for (const auto& column : map_.columns) {
    // A text that was cleared takes its sealed field along, so that a sealed
    // field without a text is one that never had any.
    const std::string text = Quote(column.name);
    const std::string sealed = Quote(column.sealed_column);
    absl::StrAppend(&body, " IF NEW.", text, " IS NULL AND OLD.", text,
                    " IS NOT NULL AND NEW.", sealed,
                    " IS NOT DISTINCT FROM OLD.", sealed, " THEN NEW.", sealed,
                    " := NULL; END IF;");
  }
  absl::StrAppend(&body, " END IF; INSERT INTO ", Ours("parcelveil_dirty"),
                  " AS d (table_name, row_key, state) VALUES (",
                  QuoteText(table_.name), ", ", Key("NEW."), "::text, ",
                  static_cast<int>(Mark::kToSeal),
                  ") ON CONFLICT (table_name, row_key, state) DO UPDATE SET "
                  "state = EXCLUDED.state; RETURN NEW; END");
  std::vector<std::string> statements = {absl::StrCat(
      "CREATE OR REPLACE FUNCTION ", MarkFunction(),
      "() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = "
      "pg_catalog, pg_temp AS ",
      QuoteText(body))};
  const struct {
    const char* name;
    const char* event;
    std::string condition;
  } triggers[] = {
      {"parcelveil_clear", "BEFORE UPDATE", ClearCondition()},
      {"parcelveil_insert", "AFTER INSERT", LacksField(map_, "NEW.")},
      {"parcelveil_update", "AFTER UPDATE", UpdateCondition()}};
  for (const auto& trigger : triggers) {
    statements.push_back(absl::StrCat(
        "CREATE OR REPLACE TRIGGER ", trigger.name, " ", trigger.event, " ON ",
        table(), " FOR EACH ROW WHEN (", trigger.condition,
        ") EXECUTE FUNCTION ", MarkFunction(), "()"));
    // Also for rows that logical replication brings.
    statements.push_back(absl::StrCat("ALTER TABLE ", table(),
                                      " ENABLE ALWAYS TRIGGER ", trigger.name));
  }
  return statements;
}

std::vector<std::string> PostgresText::DropTriggers() const {
  std::vector<std::string> statements;
  for (const char* name :
       {"parcelveil_clear", "parcelveil_insert", "parcelveil_update"}) {
    statements.push_back(
        absl::StrCat("DROP TRIGGER IF EXISTS ", name, " ON ", table()));
  }
  statements.push_back("DROP FUNCTION IF EXISTS " + MarkFunction() + "()");
  return statements;
}

}  // namespace parcelveil::migrate
