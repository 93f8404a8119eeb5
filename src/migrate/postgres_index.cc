// SPDX-License-Identifier: Apache-2.0

#include <optional>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "src/base/status.h"
#include "src/migrate/postgres_prepare.h"
#include "src/migrate/sql_name.h"

namespace parcelveil::migrate {
namespace {

using State = PostgresMigration::State;

struct Index {
  std::string sql;  // its name, quoted
  bool is_valid;
  bool is_attached;  // to its parent's index
};

// The index of `part` on `column` alone, by whatever name.
absl::StatusOr<std::optional<Index>> FindIndex(const State& state,
                                               const std::string& part,
                                               const std::string& column) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      PostgresStatement select,
      state.Prepare(
          "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), "
          "i.indisvalid, EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE "
          "inhrelid = i.indexrelid) FROM pg_catalog.pg_index i JOIN "
          "pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN "
          "pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN "
          "pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = "
          "i.indkey[0] WHERE i.indrelid = $1::regclass AND i.indnatts = 1 AND "
          "i.indpred IS NULL AND a.attname = $2 ORDER BY i.indisvalid DESC "
          "LIMIT 1"));
  select.BindText(0, part);
  select.BindText(1, column);
  PARCELVEIL_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) return std::nullopt;
  return Index{std::string(select.Bytes(0)), select.Int(1) == 1,
               select.Int(2) == 1};
}

// A statement that waits for every transaction which is older than itself, and
// keeps nobody out meanwhile.
absl::Status ExecuteStoppable(const State& state, const std::string& sql,
                              const std::atomic<bool>* stop) {
  std::atomic<bool> is_done{false};
  std::thread watcher([&] {
    while (!is_done.load()) {
      if (stop != nullptr && stop->load()) state.db->Cancel();
      absl::SleepFor(absl::Milliseconds(20));
    }
  });
  const absl::Status status = state.Execute(sql);
  is_done = true;
  watcher.join();
  return status;
}

absl::Status MakeIndex(const State& state, const PostgresTable::Part& part,
                       const std::string& column, const RunOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(auto index, FindIndex(state, part.sql, column));
  const std::string on = absl::StrCat(" ON ", part.is_leaf ? "" : "ONLY ",
                                      part.sql, " (", Quote(column), ")");
  if (!part.is_leaf) {
    if (index.has_value()) return absl::OkStatus();
    // Of no rows: those are in its partitions.
    return state.Change(options.lock_timeout, options.stop,
                        [&] { return state.Execute("CREATE INDEX" + on); });
  }
  if (index.has_value() && index->is_valid) return absl::OkStatus();
  if (index.has_value()) {
    PARCELVEIL_RETURN_IF_ERROR(ExecuteStoppable(
        state, "DROP INDEX CONCURRENTLY " + index->sql, options.stop));
  }
  return ExecuteStoppable(state, "CREATE INDEX CONCURRENTLY" + on,
                          options.stop);
}

// The last partition that is attached makes its parent's index valid.
absl::Status Attach(const State& state, const PostgresTable::Part& part,
                    const std::string& column, const RunOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(const auto child,
                              FindIndex(state, part.sql, column));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto parent,
                              FindIndex(state, part.parent, column));
  if (!child.has_value() || !parent.has_value() || child->is_attached) {
    return absl::OkStatus();
  }
  return state.Change(options.lock_timeout, options.stop, [&] {
    return state.Execute(absl::StrCat("ALTER INDEX ", parent->sql,
                                      " ATTACH PARTITION ", child->sql));
  });
}

}  // namespace

absl::Status MakeIndexes(const State& state, const RunOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto turn,
      Turn::Wait(state.db.get(), state.LockKey(State::kTable), options.stop));
  const auto& parts = state.table.parts;
  for (const auto& column : state.map.columns) {
    for (const auto& index : column.indexes) {
      for (const auto& part : parts) {
        PARCELVEIL_RETURN_IF_ERROR(
            MakeIndex(state, part, index.column, options));
      }
      for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
        if (part->parent.empty()) continue;
        PARCELVEIL_RETURN_IF_ERROR(Attach(state, *part, index.column, options));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace parcelveil::migrate
