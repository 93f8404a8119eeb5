// SPDX-License-Identifier: Apache-2.0
// PutGrant: one statement decides and writes.
#include <algorithm>
#include <limits>
#include <utility>

#include "src/base/status.h"
#include "src/gate/grant_check.h"
#include "src/gate/quota_window.h"
#include "src/store/postgres/gate_transaction.h"

namespace parcelveil {
namespace {

// Exact because the transaction holds the store's lock: since the statement
// began, nobody else has written these tables. It writes where `decision` is 0,
// kGranted, all of it or nothing. Its rows tell, of a grant that was not seen
// before, which windows have no room, and what stands in their buckets.
// Tables that grow are asked row by row, in subqueries by their whole key: of
// NOT EXISTS the planner may make a join that reads all charges of the day.
constexpr char kPutGrant[] = R"sql(
WITH charge AS (
  SELECT * FROM unnest($9::bigint[], $10::bigint[], $11::bigint[],
    $12::bigint[]) WITH ORDINALITY
    AS charge (kind, subject, class, enforced, charge)),
added AS (
  SELECT DISTINCT charge, kind, subject, class, record
  FROM unnest($13::bigint[], $14::bytea[]) AS new (charge, record)
    JOIN charge USING (charge)
  WHERE (SELECT 1 FROM charged AS old WHERE old.day = $7 AND
    old.subject_kind = charge.kind AND old.subject = charge.subject AND
    old.class = charge.class AND old.record = new.record) IS NULL),
counter AS (
  SELECT charge.*, new.window_no, new.window_s, new.bucket, new.oldest,
    new.most, total.added, (
      SELECT COALESCE(sum(used), 0) FROM quota WHERE subject_kind = kind AND
        quota.subject = charge.subject AND quota.class = charge.class AND
        quota.window_s = new.window_s AND quota.bucket >= oldest) AS used
  FROM unnest($15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[],
      $19::bigint[], $20::bigint[])
      AS new (charge, window_no, window_s, bucket, oldest, most)
    JOIN charge USING (charge)
    JOIN (SELECT charge, count(*) AS added FROM added GROUP BY charge) AS total
      USING (charge)),
full_counter AS (SELECT * FROM counter WHERE used + added > most),
decision AS (
  SELECT CASE
    WHEN EXISTS (SELECT FROM nonce WHERE device = $1 AND nonce = $2) THEN 1
    WHEN EXISTS (SELECT FROM full_counter WHERE enforced = 1) THEN 2
    ELSE 0 END AS kind),
put_nonce AS (
  INSERT INTO nonce SELECT $1::bigint, $2::bytea, $3::bytea, $4::integer,
    $5::bigint, $6::bigint FROM decision WHERE kind = 0),
put_request AS (
  INSERT INTO request SELECT $4::integer, $5::bigint, $7::bigint, $8::bytea
  FROM decision WHERE kind = 0),
put_charged AS (
  INSERT INTO charged SELECT $7::bigint, added.kind, subject, class, record
  FROM added, decision WHERE decision.kind = 0),
put_quota AS (
  INSERT INTO quota SELECT counter.kind, subject, class, window_s, bucket, added
  FROM counter, decision WHERE decision.kind = 0
  ON CONFLICT (subject_kind, subject, class, window_s, bucket)
    DO UPDATE SET used = quota.used + excluded.used)
SELECT decision.kind, charge, window_no, added, quota.bucket, quota.used
FROM decision
  LEFT JOIN full_counter AS f ON decision.kind <> 1
  LEFT JOIN quota ON quota.subject_kind = f.kind AND quota.subject = f.subject
    AND quota.class = f.class AND quota.window_s = f.window_s
    AND quota.bucket >= f.oldest
ORDER BY charge, window_no, quota.bucket
)sql";

// Positions as PostgreSQL counts them: from 1.
int64_t PositionOf(size_t index) { return static_cast<int64_t>(index) + 1; }

// The charges as columns.
struct ChargeColumns {
  std::vector<int64_t> kinds, subjects, classes, enforced;
  std::vector<int64_t> record_charges;
  std::vector<PostgresStatement::Cell> records;
  std::vector<int64_t> window_charges, windows, lengths, buckets, oldest, most;

  explicit ChargeColumns(const Grant& grant) {
    for (size_t i = 0; i < grant.charges.size(); ++i) {
      const Charge& charge = grant.charges[i];
      kinds.push_back(static_cast<int64_t>(charge.subject_kind));
      subjects.push_back(static_cast<int64_t>(charge.subject));
      classes.push_back(static_cast<int64_t>(charge.quota_class));
      enforced.push_back(charge.enforced ? 1 : 0);
      for (const std::array<uint8_t, 16>& record : charge.records) {
        record_charges.push_back(PositionOf(i));
        records.emplace_back(wire::AsText(record));
      }
      for (size_t j = 0; j < charge.windows.size(); ++j) {
        Add(i, j, charge.windows[j], grant.now);
      }
    }
  }

 private:
  void Add(size_t charge, size_t number, const QuotaWindow& window,
           absl::Time now) {
    constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
    window_charges.push_back(PositionOf(charge));
    windows.push_back(PositionOf(number));
    lengths.push_back(absl::ToInt64Seconds(window.length));
    buckets.push_back(gate::BucketAt(window.length, now));
    oldest.push_back(gate::OldestCounted(window.length, now));
    most.push_back(static_cast<int64_t>(std::min(window.limit, kMost)));
  }
};

// A window that has no room, as the rows tell it.
struct FullWindow {
  int64_t charge = 0;
  int64_t window = 0;
  uint64_t added = 0;
  std::vector<gate::BucketCount> counts;
};

absl::StatusOr<std::vector<FullWindow>> ReadWindows(PostgresStatement* row,
                                                    GrantOutcome* outcome) {
  std::vector<FullWindow> full;
  while (true) {
    PARCELVEIL_ASSIGN_OR_RETURN(const bool has_row, row->Step());
    if (!has_row) return full;
    outcome->kind = static_cast<GrantOutcome::Kind>(row->Int(0));
    if (row->IsNull(1)) continue;
    if (full.empty() || full.back().charge != row->Int(1) ||
        full.back().window != row->Int(2)) {
      full.push_back(
          {row->Int(1), row->Int(2), static_cast<uint64_t>(row->Int(3)), {}});
    }
    if (row->IsNull(4)) continue;
    full.back().counts.push_back(
        {row->Int(4), static_cast<uint64_t>(row->Int(5))});
  }
}

}  // namespace

absl::StatusOr<GrantOutcome> PostgresGateTransaction::PutGrant(
    const Grant& grant) {
  static_assert(static_cast<int>(GrantOutcome::Kind::kGranted) == 0 &&
                static_cast<int>(GrantOutcome::Kind::kSeen) == 1 &&
                static_cast<int>(GrantOutcome::Kind::kOverQuota) == 2);
  PARCELVEIL_RETURN_IF_ERROR(gate::CheckCharges(grant));
  const ChargeColumns charges(grant);
  const auto row = session_->Bind(
      kPutGrant, grant.device, grant.nonce, grant.request_hash, log_.log,
      grant.leaf_index, grant.now, grant.day, grant.request, charges.kinds,
      charges.subjects, charges.classes, charges.enforced,
      charges.record_charges, charges.records, charges.window_charges,
      charges.windows, charges.lengths, charges.buckets, charges.oldest,
      charges.most);
  PARCELVEIL_RETURN_IF_ERROR(Keep(row.status()));
  GrantOutcome outcome;
  const auto full = ReadWindows(row->get(), &outcome);
  PARCELVEIL_RETURN_IF_ERROR(Keep(full.status()));
  for (const FullWindow& window : *full) {
    const size_t position = static_cast<size_t>(window.charge - 1);
    const Charge& charge = grant.charges[position];
    if (outcome.exceeded.empty() || outcome.exceeded.back() != position) {
      outcome.exceeded.push_back(position);
    }
    if (!charge.enforced) continue;
    outcome.retry_after =
        std::max(outcome.retry_after,
                 gate::TimeUntilRoom(
                     charge.windows[static_cast<size_t>(window.window - 1)],
                     window.counts, window.added, grant.now));
  }
  return outcome;
}

}  // namespace parcelveil
