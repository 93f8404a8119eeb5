// SPDX-License-Identifier: Apache-2.0
// What else in the database holds or moves what the plaintext columns hold.

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/migrate/postgres_state.h"
#include "src/migrate/sql_name.h"

namespace parcelveil {
namespace {

// Of relation $1 and its partitions: kind, name and column of everything that
// depends on a column, but for defaults.
constexpr char kDependants[] = R"(
SELECT DISTINCT CASE
    WHEN d.classid = 'pg_rewrite'::regclass THEN 'view'
    WHEN d.classid = 'pg_constraint'::regclass THEN 'constraint'
    WHEN d.classid = 'pg_trigger'::regclass THEN 'trigger'
    WHEN d.classid = 'pg_statistic_ext'::regclass THEN 'statistics'
    WHEN d.classid = 'pg_policy'::regclass THEN 'policy'
    WHEN d.classid = 'pg_publication_rel'::regclass THEN 'publication'
    WHEN d.classid = 'pg_attrdef'::regclass THEN 'generated column'
    WHEN d.classid = 'pg_class'::regclass THEN 'index'
    ELSE 'dependant' END,
  CASE
    WHEN d.classid = 'pg_rewrite'::regclass THEN
      (SELECT ev_class::regclass::text FROM pg_rewrite WHERE oid = d.objid)
    WHEN d.classid = 'pg_constraint'::regclass THEN
      (SELECT conname::text FROM pg_constraint WHERE oid = d.objid)
    WHEN d.classid = 'pg_trigger'::regclass THEN
      (SELECT tgname::text FROM pg_trigger WHERE oid = d.objid)
    WHEN d.classid = 'pg_class'::regclass THEN d.objid::regclass::text
    ELSE pg_describe_object(d.classid, d.objid, d.objsubid) END,
  a.attname::text
FROM pg_depend d JOIN pg_attribute a
  ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
  AND d.refobjid = $1::oid
  AND NOT (d.classid = 'pg_class'::regclass AND EXISTS
    (SELECT FROM pg_class c WHERE c.oid = d.objid AND c.relkind NOT IN ('i', 'I')))
  AND NOT (d.classid = 'pg_attrdef'::regclass AND d.deptype = 'a')
  AND NOT (d.classid = 'pg_trigger'::regclass AND EXISTS
    (SELECT FROM pg_trigger g WHERE g.oid = d.objid
     AND g.tgname IN ('parcelveil_clear', 'parcelveil_insert',
                      'parcelveil_update'))))";

// What gets whole rows: kind and name.
constexpr char kCarriers[] = R"(
SELECT 'publication', pubname::text FROM pg_publication_tables
  WHERE schemaname = $2 AND tablename = $3
UNION SELECT 'replication slot', slot_name::text FROM pg_replication_slots
UNION SELECT 'standby', application_name FROM pg_stat_replication
UNION SELECT 'trigger', tgname::text FROM pg_trigger
  WHERE tgrelid = $1::oid AND NOT tgisinternal AND tgname NOT IN
    ('parcelveil_clear', 'parcelveil_insert', 'parcelveil_update')
UNION SELECT 'partition', relid::regclass::text
  FROM pg_partition_tree($1::oid::regclass) WHERE level > 0)";

// Functions name tables and columns in their text only.
constexpr char kFunctions[] = R"(
SELECT p.oid::regprocedure::text, p.prosrc FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND p.proname NOT LIKE 'parcelveil\_mark\_%' AND p.prosrc IS NOT NULL)";

}  // namespace

absl::StatusOr<std::vector<MigrationPlan::Mention>>
PostgresMigration::State::Mentions() const {
  std::vector<MigrationPlan::Mention> mentions;
  const auto is_plaintext = [this](std::string_view name) {
    return std::any_of(map.columns.begin(), map.columns.end(),
                       [&](const auto& column) { return column.name == name; });
  };
  PARCELVEIL_ASSIGN_OR_RETURN(PostgresStatement depends, Prepare(kDependants));
  depends.BindInt(0, table.oid);
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, depends.Step());
    if (!has_row) break;
    if (!is_plaintext(depends.Bytes(2))) continue;
    mentions.push_back({std::string(depends.Bytes(0)),
                        std::string(depends.Bytes(1)),
                        std::string(depends.Bytes(2))});
  }
  PARCELVEIL_ASSIGN_OR_RETURN(PostgresStatement carriers, Prepare(kCarriers));
  carriers.BindInt(0, table.oid);
  carriers.BindText(1, table.schema);
  carriers.BindText(2, table.name);
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, carriers.Step());
    if (!has_row) break;
    mentions.push_back(
        {std::string(carriers.Bytes(0)), std::string(carriers.Bytes(1)), "*"});
  }
  PARCELVEIL_ASSIGN_OR_RETURN(PostgresStatement functions, Prepare(kFunctions));
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, functions.Step());
    if (!has_row) break;
    for (const auto& column : map.columns) {
      if (!migrate::HasWord(functions.Bytes(1), column.name)) continue;
      mentions.push_back(
          {"function", std::string(functions.Bytes(0)), column.name});
    }
  }
  return mentions;
}

// Indexes, constraints and statistics go with their columns.
absl::StatusOr<std::vector<std::string>>
PostgresMigration::State::DropStatements() const {
  std::vector<std::string> statements = sql.DropTriggers();
  PARCELVEIL_ASSIGN_OR_RETURN(const auto mentions, Mentions());
  for (const MigrationPlan::Mention& mention : mentions) {
    if (mention.type != "trigger" || mention.column == "*") continue;
    std::string drop =
        absl::StrCat("DROP TRIGGER IF EXISTS ", migrate::Quote(mention.name),
                     " ON ", sql.table());
    const bool is_new = std::find(statements.begin(), statements.end(), drop) ==
                        statements.end();
    if (is_new) statements.push_back(std::move(drop));
  }
  const std::vector<std::string> columns = PlaintextColumns();
  if (!columns.empty()) statements.push_back(sql.DropColumns(columns));
  return statements;
}

absl::StatusOr<std::vector<std::string>> PostgresMigration::State::Remains(
    bool is_rewritten) const {
  std::vector<std::string> remains;
  if (!is_rewritten) {
    remains.push_back(
        "the table's old pages: they hold every text until it is rewritten, by "
        "`parcelveil wrap finish --rewrite full`");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      const int64_t may_clean,
      Count("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = "
            "current_user"));
  if (may_clean == 0) {
    remains.push_back(
        "free space of the server's statistics: a superuser may run VACUUM "
        "FULL pg_catalog.pg_statistic");
  }
  remains.push_back(
      "files that were rewritten: until the next CHECKPOINT, and as blocks of "
      "the disk that are free now");
  remains.push_back(
      "the write-ahead log: its files of before now, until the server has "
      "used them anew, and wherever they are archived");
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement carriers,
      Prepare("SELECT 'replication slot ' || slot_name || ', which keeps the "
              "log' FROM pg_catalog.pg_replication_slots UNION SELECT 'standby "
              "' || application_name || ', until it has replayed this and its "
              "own log is used anew' FROM pg_catalog.pg_stat_replication"));
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, carriers.Step());
    if (!has_row) break;
    if (carriers.IsNull(0)) continue;
    remains.push_back(std::string(carriers.Bytes(0)));
  }
  remains.push_back("backups and dumps: until they are deleted");
  return remains;
}

}  // namespace parcelveil
