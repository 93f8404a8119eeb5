// SPDX-License-Identifier: Apache-2.0
#include "src/store/sqlite/gate_transaction.h"

#include <algorithm>
#include <string>

#include "src/base/status.h"
#include "src/gate/grant_check.h"

namespace parcelveil {
namespace {

// As the database will give it back.
absl::Time InMs(absl::Time time) {
  return absl::FromUnixMillis(absl::ToUnixMillis(time));
}

}  // namespace

absl::Status SqliteGateTransaction::PutLeaf(uint64_t index,
                                            std::string_view leaf) {
  if (index != num_leaves_) {
    return Keep(absl::InternalError(
        "put leaf: it is not the next one; one writer at a time"));
  }
  PARCELVEIL_RETURN_IF_ERROR(
      Run("INSERT INTO leaf VALUES (?, ?)", index, leaf));
  ++num_leaves_;
  OnCommit([](GateMirror* mirror) { ++mirror->num_leaves; });
  return absl::OkStatus();
}

absl::Status SqliteGateTransaction::PutTile(const TileName& name,
                                            std::string_view hashes) {
  return Run("INSERT INTO tile VALUES (?, ?, ?)", name.level, name.index,
             hashes);
}

absl::Status SqliteGateTransaction::PutCheckpoint(uint64_t size,
                                                  std::string_view note) {
  if (size < checkpoint_size_ || size > num_leaves_) {
    return Keep(absl::InternalError(
        "put checkpoint: it is smaller than the last, or larger than the log"));
  }
  PARCELVEIL_RETURN_IF_ERROR(
      Run("INSERT INTO note VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET "
          "size = excluded.size, text = excluded.text",
          size, SqlText{note}));
  checkpoint_size_ = size;
  OnCommit([size, note = std::string(note)](GateMirror* mirror) {
    mirror->checkpoint_size = size;
    mirror->checkpoint = note;
  });
  return absl::OkStatus();
}

absl::StatusOr<GrantOutcome> SqliteGateTransaction::PutGrant(
    const Grant& grant) {
  PARCELVEIL_RETURN_IF_ERROR(gate::CheckCharges(grant));
  GrantOutcome outcome;
  PARCELVEIL_ASSIGN_OR_RETURN(
      const bool is_seen,
      sql_->HasRow("SELECT 1 FROM nonce WHERE device = ? AND nonce = ?",
                   grant.device, grant.nonce));
  if (is_seen) {
    outcome.kind = GrantOutcome::Kind::kSeen;
    return outcome;
  }
  // Everything is decided before anything is written.
  std::vector<std::vector<std::array<uint8_t, 16>>> added;
  for (size_t i = 0; i < grant.charges.size(); ++i) {
    const Charge& charge = grant.charges[i];
    PARCELVEIL_ASSIGN_OR_RETURN(auto records,
                                NewRecords(sql_, charge, grant.day));
    PARCELVEIL_ASSIGN_OR_RETURN(
        const absl::Duration wait,
        quota_->TimeUntilRoom(charge, records.size(), grant.now));
    added.push_back(std::move(records));
    if (wait == absl::ZeroDuration()) continue;
    outcome.exceeded.push_back(i);
    if (charge.enforced) {
      outcome.kind = GrantOutcome::Kind::kOverQuota;
      outcome.retry_after = std::max(outcome.retry_after, wait);
    }
  }
  if (outcome.kind == GrantOutcome::Kind::kOverQuota) return outcome;
  PARCELVEIL_RETURN_IF_ERROR(Keep(WriteGrant(grant, added)));
  return outcome;
}

absl::Status SqliteGateTransaction::WriteGrant(
    const Grant& grant,
    const std::vector<std::vector<std::array<uint8_t, 16>>>& added) {
  PARCELVEIL_RETURN_IF_ERROR(
      sql_->Run("INSERT INTO nonce VALUES (?, ?, ?, ?, ?)", grant.device,
                grant.nonce, grant.request_hash, grant.leaf_index, grant.now));
  PARCELVEIL_RETURN_IF_ERROR(sql_->Run("INSERT INTO request VALUES (?, ?, ?)",
                                       grant.leaf_index, grant.day,
                                       grant.request));
  for (size_t i = 0; i < added.size(); ++i) {
    const Charge& charge = grant.charges[i];
    PARCELVEIL_RETURN_IF_ERROR(PutRecords(sql_, charge, added[i], grant.day));
    PARCELVEIL_RETURN_IF_ERROR(quota_->Add(charge, added[i].size(), grant.now));
    const GateMirror::ChargedKey key(charge.subject_kind, charge.subject,
                                     charge.quota_class, grant.day);
    OnCommit([key, count = added[i].size()](GateMirror* mirror) {
      if (count > 0) mirror->charged[key] += count;
    });
  }
  OnCommit(
      [key = GateMirror::NonceKey(grant.device, grant.nonce),
       used = UsedNonce{grant.request_hash, grant.leaf_index, InMs(grant.now)}](
          GateMirror* mirror) { mirror->nonces[key] = used; });
  return absl::OkStatus();
}

absl::Status SqliteGateTransaction::PutDevice(const EnrolledDevice& device) {
  EnrolledDevice kept = device;
  kept.expires = InMs(device.expires);
  OnCommit([kept](GateMirror* mirror) { mirror->devices[kept.device] = kept; });
  return Run("INSERT OR REPLACE INTO device VALUES (?, ?, ?, ?, ?)",
             device.device, device.principal, device.key, device.expires,
             device.revoked);
}

absl::Status SqliteGateTransaction::PutPrincipal(const Principal& principal) {
  OnCommit([principal](GateMirror* mirror) {
    mirror->principals[principal.id] = principal;
  });
  return Run("INSERT OR REPLACE INTO principal VALUES (?, ?, ?, ?)",
             principal.id, principal.role, principal.outlet, principal.active);
}

absl::Status SqliteGateTransaction::PutHold(std::string_view record_id,
                                            bool held) {
  OnCommit([id = std::string(record_id), held](GateMirror* mirror) {
    if (held) {
      mirror->held.insert(id);
    } else {
      mirror->held.erase(id);
    }
  });
  return Run(held ? "INSERT OR REPLACE INTO hold VALUES (?)"
                  : "DELETE FROM hold WHERE record_id = ?",
             record_id);
}

absl::Status SqliteGateTransaction::PutApproval(const Approval& approval) {
  Approval kept = approval;
  kept.expires = InMs(approval.expires);
  OnCommit([kept](GateMirror* mirror) {
    mirror->approvals[kept.subject][kept.approver] = kept.expires;
  });
  return Run("INSERT OR REPLACE INTO approval VALUES (?, ?, ?)",
             approval.subject, approval.approver, approval.expires);
}

absl::Status SqliteGateTransaction::PutCoverage(std::string_view ticket,
                                                uint64_t principal,
                                                std::string_view record_id,
                                                absl::Time expires) {
  const GateMirror::CoverageKey key(std::string(ticket), principal,
                                    std::string(record_id));
  OnCommit([key, until = InMs(expires)](GateMirror* mirror) {
    mirror->coverage[key] = until;
  });
  return Run("INSERT OR REPLACE INTO coverage VALUES (?, ?, ?, ?)", ticket,
             principal, record_id, expires);
}

absl::StatusOr<uint32_t> SqliteGateTransaction::PutDialUse(
    const std::array<uint8_t, 16>& token_id, absl::Time expires) {
  PARCELVEIL_RETURN_IF_ERROR(
      Run("INSERT INTO dial_use VALUES (?, 1, ?) ON CONFLICT DO UPDATE SET "
          "uses = uses + 1, expires = MAX(expires, excluded.expires)",
          token_id, expires));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const BoundStatement row,
      sql_->Bind("SELECT uses FROM dial_use WHERE token_id = ?", token_id));
  PARCELVEIL_RETURN_IF_ERROR(Keep(row->Step().status()));
  return static_cast<uint32_t>(row->Int(0));
}

absl::Status SqliteGateTransaction::PutValue(std::string_view name,
                                             std::string_view value) {
  OnCommit([name = std::string(name), value = std::string(value)](
               GateMirror* mirror) { mirror->values[name] = value; });
  return Run("INSERT OR REPLACE INTO value VALUES (?, ?)", SqlText{name},
             value);
}

}  // namespace parcelveil
