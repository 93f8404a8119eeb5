// SPDX-License-Identifier: Apache-2.0
#include "src/gate/keyring_in_use.h"

#include <optional>
#include <string>
#include <utility>

#include "src/base/status.h"
#include "src/keyring/key_session.h"
#include "src/wire/bytes.h"

namespace parcelveil::gate {
namespace {

constexpr std::string_view kSerialName = "keyring_serial";

std::string EncodeSerial(uint64_t serial) {
  std::string bytes;
  wire::Appender(&bytes).Put(serial);
  return bytes;
}

absl::StatusOr<uint64_t> RecordedSerial(GateStore* store) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                              store->FindValue(kSerialName));
  if (!value.has_value()) return 0;
  return wire::Reader(*value).Get<uint64_t>();
}

}  // namespace

absl::Status RecordKeyring(const Keyring& keyring, const KeyringHealth& health,
                           GateStore* store, Committer* committer) {
  PARCELVEIL_ASSIGN_OR_RETURN(const uint64_t recorded, RecordedSerial(store));
  if (health.serial == recorded) return absl::OkStatus();
  if (health.serial < recorded) {
    return MakeStatus(Reason::kKeyringRolledBack,
                      "use keyring as " + Describe(keyring.role()) +
                          ": serial " + std::to_string(health.serial) +
                          " is older than " + std::to_string(recorded) +
                          " in the audit log; restore the newest file");
  }
  CommitJob job;
  Leaf leaf = KeyringLeaf(keyring.tenant(), health.serial, health.sha256);
  leaf.time_ms =
      static_cast<uint64_t>(absl::ToUnixMillis(health.created + health.age));
  job.leaves.push_back(std::move(leaf));
  job.write = [serial = health.serial](GateTransaction& transaction) {
    return transaction.PutValue(kSerialName, EncodeSerial(serial));
  };
  return committer->Commit(&job);
}

absl::StatusOr<std::shared_ptr<const KeyringInUse>> KeyringRecord::Current() {
  // A session looks whether there is a newer file.
  { const KeySession polling(keyring_); }
  const KeyringHealth health = keyring_->Health();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (in_use_ != nullptr && in_use_->serial == health.serial) return in_use_;
  }
  return TakeUp(health);
}

absl::StatusOr<std::shared_ptr<const KeyringInUse>> KeyringRecord::TakeUp(
    const KeyringHealth& health) {
  const uint64_t serial = health.serial;
  const std::lock_guard<std::mutex> only_one(taking_up_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (in_use_ != nullptr && in_use_->serial >= serial) return in_use_;
  }
  PARCELVEIL_RETURN_IF_ERROR(
      RecordKeyring(*keyring_, health, store_, committer_));
  PARCELVEIL_ASSIGN_OR_RETURN(std::unique_ptr<Finder> finder,
                              Finder::Create(keyring_));
  auto in_use = std::make_shared<const KeyringInUse>(
      KeyringInUse{serial, keyring_->schema(), std::move(finder)});
  const std::lock_guard<std::mutex> lock(mutex_);
  in_use_ = in_use;
  return in_use;
}

}  // namespace parcelveil::gate
