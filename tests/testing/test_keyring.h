// SPDX-License-Identifier: Apache-2.0
// A keyring in memory, with a clock that tests turn.

#ifndef PARCELVEIL_TESTS_TESTING_TEST_KEYRING_H_
#define PARCELVEIL_TESTS_TESTING_TEST_KEYRING_H_

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/clock.h"
#include "parcelveil/keyring.h"
#include "parcelveil/keyring_admin.h"
#include "parcelveil/schema.h"
#include "tests/testing/fake_clock.h"

namespace parcelveil::testing {

// A keyring's bytes that several sources share; tests replace them.
struct MemoryFile {
  std::mutex mutex;  // held by readers and by Publish
  std::string bytes;
  int version = 0;
  int num_reads = 0;
};

class MemoryFloor : public FloorStore {
 public:
  explicit MemoryFloor(std::optional<KeyringFloor>* floor) : floor_(floor) {}
  absl::StatusOr<std::optional<KeyringFloor>> Read() override {
    return *floor_;
  }
  absl::Status Write(const KeyringFloor& floor) override {
    *floor_ = floor;
    return absl::OkStatus();
  }

 private:
  std::optional<KeyringFloor>* floor_;
};

// Starts at 2026-11-24 10:00 +08:00 as tenant 7 with keys for that day and 35
// ahead.
class TestKeyring {
 public:
  explicit TestKeyring(const Schema& schema = Schema::Default(),
                       uint32_t tenant = 7);

  FakeClock& clock() { return clock_; }
  KeyringEditor& editor() { return *editor_; }
  Epoch today() const { return editor_->Today(); }
  // The published files: what the next Load reads, and loaded keyrings reload.
  const std::shared_ptr<MemoryFile>& file(Scope scope = Scope::kNational);
  std::vector<SignerPublicKey> signers() const { return {signer_}; }

  // Signs what the editor holds and publishes it.
  void Publish();
  // Keeps secrets that an editor's call made (new roles, outlets).
  void Keep(std::vector<UnsealedSecret> secrets);

  // Options of a Load as `role`, to be changed before use.
  KeyringOptions Options(Role role, Scope role_scope = Scope::kNational);
  std::unique_ptr<Keyring> Load(Role role, Scope role_scope = Scope::kNational);
  // A copy of a role's secret payload.
  Secret SecretOf(Role role, Scope role_scope = Scope::kNational) const;

 private:
  FakeClock clock_;
  std::unique_ptr<KeyringEditor> editor_;
  SignerPublicKey signer_;
  std::map<Scope, std::shared_ptr<MemoryFile>> files_;
  std::map<std::pair<Role, Scope>, Secret> secrets_;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TESTING_TEST_KEYRING_H_
