// SPDX-License-Identifier: Apache-2.0
// A gate's log, and one that was published.

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "parcelveil/audit.h"
#include "parcelveil/audit_verify.h"
#include "parcelveil/c_gate.h"
#include "parcelveil/file.h"
#include "src/capi/back_end_objects.h"
#include "src/capi/call.h"

using parcelveil::LogReader;
using parcelveil::MerkleProof;
using parcelveil::capi::AddObject;
using parcelveil::capi::ByteLender;
using parcelveil::capi::BytesOf;
using parcelveil::capi::Call;
using parcelveil::capi::CallForHandle;
using parcelveil::capi::CheckStruct;
using parcelveil::capi::CheckThere;
using parcelveil::capi::GateObject;
using parcelveil::capi::Lender;
using parcelveil::capi::LogObject;
using parcelveil::capi::PathOf;
using parcelveil::capi::Share;
using parcelveil::capi::TextOf;
using parcelveil::capi::Used;

namespace {

// The hashes of a proof, one behind the other.
std::string JoinedHashes(const MerkleProof& proof) {
  std::string joined;
  for (const parcelveil::Sha256Digest& hash : proof) {
    joined.append(hash.begin(), hash.end());
  }
  return joined;
}

}  // namespace

int32_t parcelveil_gate_checkpoint(parcelveil_gate gate, parcelveil_take take,
                                   void* context, parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<GateObject> self,
                                Used<GateObject>::Of(gate));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string note,
                                self->local->log().Checkpoint());
    return lender.Lend(BytesOf(note));
  });
}

int32_t parcelveil_gate_verifier_key(parcelveil_gate gate, parcelveil_take take,
                                     void* context, parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<GateObject> self,
                                Used<GateObject>::Of(gate));
    const std::string key = self->local->log().verifier_key();
    return lender.Lend(BytesOf(key));
  });
}

int32_t parcelveil_log_of(parcelveil_gate gate, parcelveil_log* log,
                          parcelveil_error* error) {
  return CallForHandle(log, error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(std::shared_ptr<GateObject> shared,
                                Share<GateObject>(gate));
    *log = AddObject(std::make_shared<LogObject>(std::move(shared)));
    return absl::OkStatus();
  });
}

int32_t parcelveil_log_open(parcelveil_bytes directory, parcelveil_log* log,
                            parcelveil_error* error) {
  return CallForHandle(log, error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string dir,
                                PathOf(directory, "directory"));
    PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<LogReader> published,
                                parcelveil::OpenExportedLog(dir));
    *log = AddObject(std::make_shared<LogObject>(std::move(published)));
    return absl::OkStatus();
  });
}

int32_t parcelveil_log_export(parcelveil_log log, parcelveil_bytes directory,
                              parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<LogObject> self,
                                Used<LogObject>::Of(log));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string dir,
                                PathOf(directory, "directory"));
    return parcelveil::ExportLogFiles(self->reader, dir);
  });
}

int32_t parcelveil_log_size(parcelveil_log log, uint64_t* num_leaves,
                            parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    PARCELVEIL_RETURN_IF_ERROR(CheckThere(num_leaves, "num_leaves"));
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<LogObject> self,
                                Used<LogObject>::Of(log));
    PARCELVEIL_ASSIGN_OR_RETURN(*num_leaves, self->reader->NumLeaves());
    return absl::OkStatus();
  });
}

int32_t parcelveil_log_prove_leaf(parcelveil_log log, uint64_t index,
                                  parcelveil_take_leaf take, void* context,
                                  parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const Lender<const parcelveil_leaf_proof*> lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<LogObject> self,
                                Used<LogObject>::Of(log));
    PARCELVEIL_ASSIGN_OR_RETURN(const parcelveil::LeafProof proof,
                                parcelveil::ProveLeaf(self->reader, index));
    const std::string hashes = JoinedHashes(proof.proof);
    const parcelveil_leaf_proof lent{
        sizeof(lent), proof.index, BytesOf(proof.leaf),
        BytesOf(proof.checkpoint), BytesOf(hashes)};
    return lender.Lend(&lent);
  });
}

int32_t parcelveil_log_prove_consistency(parcelveil_log log, uint64_t old_size,
                                         uint64_t size, parcelveil_take take,
                                         void* context,
                                         parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(take, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<LogObject> self,
                                Used<LogObject>::Of(log));
    PARCELVEIL_ASSIGN_OR_RETURN(
        const MerkleProof proof,
        parcelveil::ProveConsistency(self->reader, old_size, size));
    return lender.Lend(BytesOf(JoinedHashes(proof)));
  });
}

int32_t parcelveil_log_verify(parcelveil_log log, parcelveil_bytes verifier_key,
                              parcelveil_bytes trusted,
                              parcelveil_log_report* report,
                              parcelveil_take problem, void* context,
                              parcelveil_error* error) {
  return Call(error, [&]() -> absl::Status {
    const ByteLender lender(problem, context);
    PARCELVEIL_RETURN_IF_ERROR(lender.Check());
    PARCELVEIL_RETURN_IF_ERROR(CheckStruct(report, "report"));
    PARCELVEIL_ASSIGN_OR_RETURN(const Used<LogObject> self,
                                Used<LogObject>::Of(log));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view key,
                                TextOf(verifier_key, "verifier_key"));
    PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view note,
                                TextOf(trusted, "trusted"));
    parcelveil::LogVerifyOptions options;
    options.verifier_key = key;
    options.trusted = note;
    PARCELVEIL_ASSIGN_OR_RETURN(const parcelveil::LogReport found,
                                parcelveil::VerifyLog(self->reader, options));
    report->is_sound = found.problem.has_value() ? 0 : 1;
    report->num_leaves = found.num_leaves;
    report->num_unsigned = found.num_unsigned;
    report->size = found.head.size;
    std::copy(found.head.root.begin(), found.head.root.end(), report->root);
    if (!found.problem.has_value()) return absl::OkStatus();
    return lender.Lend(BytesOf(found.problem->what));
  });
}
