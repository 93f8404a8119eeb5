// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/local_gate.h"

#include <utility>

#include "src/base/status.h"
#include "src/local_gate/gate_dir.h"
#include "src/store/file/file_io.h"

namespace parcelveil {
namespace {

using local_gate::InDir;
using local_gate::TakeSeed;

constexpr char kPolicyFile[] = "policy.textproto";
constexpr size_t kMaxPolicySize = 1u << 20;

// A gate's keys, one after the other in its secret. On disk: never reorder.
enum SeedOf : size_t { kReplies = 0, kQueries = 1, kLog = 2, kNumSeeds = 3 };

}  // namespace

absl::Status CreateLocalGate(const std::string& dir,
                             const CreateLocalGateOptions& options) {
  const auto write_policy = [](const std::string& made) {
    return store::WriteFile(InDir(made, kPolicyFile),
                            GatePolicy::Default().ToText(), 0644);
  };
  return local_gate::CreateDir(
      dir, {options.origin, options.passphrase_file, options.store,
            options.clock, kNumSeeds, write_policy});
}

absl::StatusOr<std::unique_ptr<LocalGate>> LocalGate::Open(
    const std::string& dir, LocalGateOptions options) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::string policy,
      store::ReadWholeFile(InDir(dir, kPolicyFile), kMaxPolicySize));
  GateOptions gate;
  PARCELVEIL_ASSIGN_OR_RETURN(gate.policy, GatePolicy::Parse(policy));
  PARCELVEIL_ASSIGN_OR_RETURN(local_gate::OpenedDir on_disk,
                              local_gate::OpenDir(dir, options.passphrase_file,
                                                  options.clock, kNumSeeds));
  PARCELVEIL_ASSIGN_OR_RETURN(gate.signing_seed,
                              TakeSeed(on_disk.secret, kReplies));
  PARCELVEIL_ASSIGN_OR_RETURN(gate.query_key,
                              TakeSeed(on_disk.secret, kQueries));

  std::unique_ptr<LocalGate> opened(new LocalGate());
  opened->store_ = std::move(on_disk.store);
  opened->log_ = std::move(on_disk.log);
  gate.keyring = options.keyring;
  gate.store = opened->store_.get();
  gate.log = opened->log_.get();
  gate.parcels = options.parcels;
  gate.clock = options.clock;
  gate.alert = std::move(options.alert);
  PARCELVEIL_ASSIGN_OR_RETURN(opened->gate_, Gate::Create(std::move(gate)));
  return opened;
}

LocalGate::~LocalGate() {
  // Without one the next start signs it: nothing is lost.
  if (log_ != nullptr) log_->Checkpoint().status().IgnoreError();
}

absl::Status CreateLocalDialDesk(const std::string& dir,
                                 const CreateLocalGateOptions& options) {
  return local_gate::CreateDir(dir, {options.origin, options.passphrase_file,
                                     options.store, options.clock,
                                     /*num_seeds=*/1, nullptr});
}

absl::StatusOr<std::unique_ptr<LocalDialDesk>> LocalDialDesk::Open(
    const std::string& dir, const LocalDialDeskOptions& options) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      local_gate::OpenedDir on_disk,
      local_gate::OpenDir(dir, options.passphrase_file, options.clock,
                          /*num_seeds=*/1));
  std::unique_ptr<LocalDialDesk> opened(new LocalDialDesk());
  opened->store_ = std::move(on_disk.store);
  opened->log_ = std::move(on_disk.log);
  PARCELVEIL_ASSIGN_OR_RETURN(
      opened->desk_, DialDesk::Create({options.keyring, opened->store_.get(),
                                       opened->log_.get(), options.clock}));
  return opened;
}

LocalDialDesk::~LocalDialDesk() {
  if (log_ != nullptr) log_->Checkpoint().status().IgnoreError();
}

}  // namespace parcelveil
