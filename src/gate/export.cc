// SPDX-License-Identifier: Apache-2.0
// Exports and erasures: a loop of single records, each on the log before its
// value goes anywhere.
#include <algorithm>
#include <set>
#include <utility>

#include "src/base/status.h"
#include "src/crypto/hash.h"
#include "src/gate/gate_state.h"
#include "src/gate/record_ref.h"
#include "src/gate/revealed.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"
#include "src/wire/slot_list.h"

namespace parcelveil {
namespace {

constexpr size_t kNumApprovals = 2;

// How far an export has come, under its name in the store: the hash of what it
// is of, the number of records that have a leaf, and whether it is done.
struct Progress {
  Sha256Digest content{};
  uint64_t num_recorded = 0;
  bool is_done = false;
};

std::string Encode(const Progress& progress) {
  std::string bytes;
  wire::Appender out(&bytes);
  out.Put(progress.content);
  out.Put(progress.num_recorded);
  out.Put(static_cast<uint8_t>(progress.is_done));
  return bytes;
}

Progress ParseProgress(std::string_view bytes) {
  wire::Reader reader(bytes);
  Progress progress;
  progress.content = reader.GetArray<32>();
  progress.num_recorded = reader.Get<uint64_t>();
  progress.is_done = reader.Get<uint8_t>() != 0;
  return progress;
}

std::string ValueName(const std::string& name) { return "export/" + name; }

// Approvals are of a name; the name is of these records and slots for good.
// The hash stays in the store, beside requests that name the records anyway.
Sha256Digest ContentOf(const ExportOrder& order) {
  std::string bytes;
  wire::Appender out(&bytes);
  out.Put(order.by);
  out.Put(static_cast<uint16_t>(order.purpose));
  out.Put(static_cast<uint16_t>(order.slots.size()));
  wire::PutSlots(order.slots, &out);
  for (const std::string& id : order.record_ids) out.PutLp8(id);
  return crypto::Sha256(bytes);
}

absl::Status CheckOrder(const ExportOrder& order) {
  if (order.keyring == nullptr || order.keyring->role() != Role::kDispute) {
    return MakeStatus(Reason::kForbidden,
                      "export records: its keyring is not loaded as DISPUTE; "
                      "load it so");
  }
  const std::set<std::string> ids(order.record_ids.begin(),
                                  order.record_ids.end());
  const bool has_slots = !order.slots.empty() &&
                         order.slots.size() <= Leaf::kMaxSlots &&
                         wire::AreAscending(order.slots);
  if (ids.empty() || ids.size() != order.record_ids.size() || !has_slots) {
    return MakeStatus(Reason::kMalformed,
                      "export records: it names no record, one twice, or not "
                      "1 to 16 ascending slots; correct the order");
  }
  return absl::OkStatus();
}

absl::Status CheckAsker(const gate::Core& core, const ExportOrder& order) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::optional<Principal> asker,
                              core.store->FindPrincipal(order.by));
  if (asker.has_value() && asker->active && asker->role == Role::kDispute) {
    return absl::OkStatus();
  }
  return MakeStatus(Reason::kForbidden,
                    "export records: who asks is not known to the gate as an "
                    "active principal of DISPUTE; admit them");
}

absl::Status CheckApprovals(const gate::Core& core, const ExportOrder& order) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::vector<Approval> approvals,
      core.store->FindApprovals(order.name, core.Now()));
  std::set<uint64_t> others;
  for (const Approval& approval : approvals) {
    if (approval.approver != order.by) others.insert(approval.approver);
  }
  if (others.size() >= kNumApprovals) return absl::OkStatus();
  return MakeStatus(Reason::kNeedsApproval,
                    "export records: " + std::to_string(others.size()) +
                        " of 2 people have approved it; have it approved");
}

absl::StatusOr<Progress> LoadProgress(const gate::Core& core,
                                      const ExportOrder& order) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                              core.store->FindValue(ValueName(order.name)));
  Progress progress;
  progress.content = ContentOf(order);
  if (!value.has_value()) return progress;
  const Progress kept = ParseProgress(*value);
  if (kept.is_done || kept.content != progress.content) {
    return MakeStatus(
        Reason::kAlreadyExists,
        std::string("export records: its name ") +
            (kept.is_done ? "is done with" : "was begun with other records") +
            "; give another and have that approved");
  }
  return kept;
}

Leaf LeafAbout(const gate::Core& core, LeafType type, uint64_t by,
               const gate::RecordRef& ref) {
  Leaf leaf;
  leaf.type = type;
  leaf.tenant = core.tenant;
  leaf.time_ms = static_cast<uint64_t>(absl::ToUnixMillis(core.Now()));
  leaf.principal = by;
  leaf.role = Role::kDispute;
  leaf.record_ref = ref.bytes;
  leaf.ref_gen = ref.gen;
  return leaf;
}

absl::Status PutProgress(gate::Core* core, const ExportOrder& order,
                         const Progress& progress, std::vector<Leaf> leaves) {
  PARCELVEIL_RETURN_IF_ERROR(core->CheckNotStopped());  // since the last one
  gate::CommitJob job;
  job.leaves = std::move(leaves);
  job.write = [&](GateTransaction& transaction) {
    return transaction.PutValue(ValueName(order.name), Encode(progress));
  };
  return core->committer.Commit(&job);
}

absl::StatusOr<Parcel> FindParcel(gate::Core* core,
                                  const std::string& record_id,
                                  const std::vector<Slot>& slots) {
  PARCELVEIL_ASSIGN_OR_RETURN(std::optional<Parcel> parcel,
                              core->parcels->Find(record_id, slots));
  if (parcel.has_value()) return *std::move(parcel);
  return absl::NotFoundError(
      "find record: the database has none of this id; check the list");
}

// Opens one record and hands it on.
absl::Status Deliver(gate::Core* core, const ExportOrder& order,
                     size_t position, const ExportSink& sink) {
  ExportedRecord record;
  record.position = position;
  record.record_id = order.record_ids[position];
  PARCELVEIL_ASSIGN_OR_RETURN(
      const Parcel parcel,
      FindParcel(core, order.record_ids[position], order.slots));
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<Opener> opener,
                              Opener::Create(order.keyring));
  PARCELVEIL_ASSIGN_OR_RETURN(
      std::vector<gate::OpenedField> fields,
      gate::OpenFields(*opener, record.record_id, parcel));
  for (gate::OpenedField& field : fields) {
    record.fields.push_back({field.slot, std::move(field.text)});
  }
  return sink(record);
}

}  // namespace

absl::Status Gate::Export(const ExportOrder& order, const ExportSink& sink) {
  gate::Core& core = state_->core;
  PARCELVEIL_RETURN_IF_ERROR(core.CheckNotStopped());
  PARCELVEIL_RETURN_IF_ERROR(CheckOrder(order));
  PARCELVEIL_RETURN_IF_ERROR(CheckAsker(core, order));
  PARCELVEIL_RETURN_IF_ERROR(CheckApprovals(core, order));
  PARCELVEIL_ASSIGN_OR_RETURN(Progress progress, LoadProgress(core, order));
  // The last one that has a leaf may not have arrived: it comes again.
  size_t position = progress.num_recorded == 0
                        ? 0
                        : static_cast<size_t>(progress.num_recorded) - 1;
  for (; position < order.record_ids.size(); ++position) {
    if (position >= progress.num_recorded) {
      PARCELVEIL_RETURN_IF_ERROR(
          FindParcel(&core, order.record_ids[position], {}).status());
      // Of the day that its leaf is of: an export may run past midnight.
      PARCELVEIL_ASSIGN_OR_RETURN(
          const std::vector<gate::RecordRef> refs,
          gate::RecordRefs(core.keyring, {order.record_ids[position]}));
      Leaf leaf = LeafAbout(core, LeafType::kExport, order.by, refs[0]);
      leaf.purpose = static_cast<uint16_t>(order.purpose);
      leaf.slots = order.slots;
      progress.num_recorded = position + 1;
      PARCELVEIL_RETURN_IF_ERROR(
          PutProgress(&core, order, progress, {std::move(leaf)}));
    }
    PARCELVEIL_RETURN_IF_ERROR(Deliver(&core, order, position, sink));
  }
  progress.is_done = true;
  return PutProgress(&core, order, progress, {});
}

absl::Status Gate::Erase(const ErasureOrder& order) {
  gate::Core& core = state_->core;
  PARCELVEIL_RETURN_IF_ERROR(core.CheckNotStopped());
  PARCELVEIL_ASSIGN_OR_RETURN(const Parcel parcel,
                              FindParcel(&core, order.record_id, order.slots));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::vector<gate::RecordRef> refs,
      gate::RecordRefs(core.keyring, {order.record_id}));
  gate::CommitJob job;
  for (const Parcel::SealedCell& cell : parcel.cells) {
    PARCELVEIL_ASSIGN_OR_RETURN(const wire::FieldHeader key,
                                wire::ParseFieldHeader(cell.sealed));
    Leaf leaf = LeafAbout(core, LeafType::kDestroy, order.by, refs[0]);
    const Leaf destroyed = DestroyLeaf(
        core.tenant, {cell.slot, key.epoch, key.gen, key.scope, Role{}});
    leaf.slots = destroyed.slots;
    leaf.detail = destroyed.detail;
    job.leaves.push_back(std::move(leaf));
  }
  PARCELVEIL_RETURN_IF_ERROR(core.committer.Commit(&job));
  return core.parcels->Erase(order.record_id, order.slots);
}

}  // namespace parcelveil
