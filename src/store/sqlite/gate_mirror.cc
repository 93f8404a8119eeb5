// SPDX-License-Identifier: Apache-2.0
#include "src/store/sqlite/gate_mirror.h"

#include <algorithm>
#include <string_view>

#include "src/base/status.h"

namespace parcelveil {
namespace {

uint64_t Id(const SqliteStatement& row, int column) {
  return static_cast<uint64_t>(row.Int(column));
}

absl::Time TimeAt(const SqliteStatement& row, int column) {
  return absl::FromUnixMillis(row.Int(column));
}

template <size_t N>
std::array<uint8_t, N> Array(const SqliteStatement& row, int column) {
  std::array<uint8_t, N> array{};
  const std::string_view bytes = row.Bytes(column);
  std::copy_n(bytes.begin(), std::min(bytes.size(), N), array.begin());
  return array;
}

// Calls `f` with every row of a query.
template <typename F>
absl::Status ForEachRow(StatementCache* sql, std::string_view query, F f) {
  PARCELVEIL_ASSIGN_OR_RETURN(const BoundStatement row, sql->Bind(query));
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
    if (!has_row) return absl::OkStatus();
    f(*row);
  }
}

absl::Status LoadLog(StatementCache* sql, GateMirror* mirror) {
  PARCELVEIL_RETURN_IF_ERROR(ForEachRow(
      sql, "SELECT COALESCE(MAX(idx) + 1, 0) FROM leaf",
      [&](const SqliteStatement& row) { mirror->num_leaves = Id(row, 0); }));
  return ForEachRow(sql, "SELECT size, text FROM note",
                    [&](const SqliteStatement& row) {
                      mirror->checkpoint_size = Id(row, 0);
                      mirror->checkpoint = std::string(row.Bytes(1));
                    });
}

absl::Status LoadPeople(StatementCache* sql, GateMirror* mirror) {
  PARCELVEIL_RETURN_IF_ERROR(ForEachRow(
      sql, "SELECT device, principal, key, expires, revoked FROM device",
      [&](const SqliteStatement& row) {
        mirror->devices[Id(row, 0)] = {Id(row, 0), Id(row, 1),
                                       Array<32>(row, 2), TimeAt(row, 3),
                                       row.Int(4) != 0};
      }));
  return ForEachRow(sql,
                    "SELECT principal, role, outlet, active FROM principal",
                    [&](const SqliteStatement& row) {
                      mirror->principals[Id(row, 0)] = {
                          Id(row, 0), static_cast<Role>(row.Int(1)),
                          static_cast<Scope>(row.Int(2)), row.Int(3) != 0};
                    });
}

absl::Status LoadUses(StatementCache* sql, GateMirror* mirror) {
  PARCELVEIL_RETURN_IF_ERROR(ForEachRow(
      sql, "SELECT device, nonce, request_hash, leaf_index, time FROM nonce",
      [&](const SqliteStatement& row) {
        mirror->nonces[{Id(row, 0), Array<16>(row, 1)}] = {
            Array<32>(row, 2), Id(row, 3), TimeAt(row, 4)};
      }));
  return ForEachRow(
      sql,
      "SELECT subject_kind, subject, class, day, COUNT(*) FROM charged "
      "GROUP BY day, subject_kind, subject, class",
      [&](const SqliteStatement& row) {
        mirror->charged[{static_cast<SubjectKind>(row.Int(0)), Id(row, 1),
                         static_cast<QuotaClass>(row.Int(2)),
                         static_cast<Epoch>(row.Int(3))}] = Id(row, 4);
      });
}

absl::Status LoadPermissions(StatementCache* sql, GateMirror* mirror) {
  PARCELVEIL_RETURN_IF_ERROR(ForEachRow(
      sql, "SELECT record_id FROM hold",
      [&](const SqliteStatement& row) { mirror->held.emplace(row.Bytes(0)); }));
  PARCELVEIL_RETURN_IF_ERROR(
      ForEachRow(sql, "SELECT subject, approver, expires FROM approval",
                 [&](const SqliteStatement& row) {
                   mirror->approvals[std::string(row.Bytes(0))][Id(row, 1)] =
                       TimeAt(row, 2);
                 }));
  PARCELVEIL_RETURN_IF_ERROR(ForEachRow(
      sql, "SELECT ticket, principal, record_id, expires FROM coverage",
      [&](const SqliteStatement& row) {
        mirror->coverage[{std::string(row.Bytes(0)), Id(row, 1),
                          std::string(row.Bytes(2))}] = TimeAt(row, 3);
      }));
  return ForEachRow(
      sql, "SELECT name, value FROM value", [&](const SqliteStatement& row) {
        mirror->values[std::string(row.Bytes(0))] = std::string(row.Bytes(1));
      });
}

template <typename Map, typename Predicate>
void EraseIf(Map* map, Predicate predicate) {
  for (auto it = map->begin(); it != map->end();) {
    const auto next = std::next(it);
    if (predicate(*it)) map->erase(it);
    it = next;
  }
}

}  // namespace

absl::StatusOr<GateMirror> GateMirror::Load(StatementCache* sql) {
  GateMirror mirror;
  for (const auto load : {LoadLog, LoadPeople, LoadUses, LoadPermissions}) {
    PARCELVEIL_RETURN_IF_ERROR(load(sql, &mirror));
  }
  return mirror;
}

void GateMirror::ForgetNonces(absl::Time before) {
  EraseIf(&nonces, [&](const auto& used) { return used.second.time < before; });
}

void GateMirror::ForgetExpired(absl::Time now) {
  for (auto& [subject, approvers] : approvals) {
    EraseIf(&approvers, [&](const auto& until) { return until.second <= now; });
  }
  EraseIf(&approvals, [](const auto& left) { return left.second.empty(); });
  EraseIf(&coverage, [&](const auto& until) { return until.second <= now; });
}

void GateMirror::ForgetCharges(Epoch before) {
  EraseIf(&charged, [&](const auto& counted) {
    return std::get<Epoch>(counted.first) < before;
  });
}

}  // namespace parcelveil
