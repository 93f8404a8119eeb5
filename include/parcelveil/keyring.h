// SPDX-License-Identifier: Apache-2.0
// Keyring: the keys one role may use, and until when.
//
// A keyring is a signed file that holds no secret; a role's secret opens the
// part wrapped for it. Both are read through small sources (bytes in), so that
// a file, a database row, a bucket or a mounted secret will do; LoadKeyring in
// file.h is the short way. Times are enforced here, whatever the file still
// holds. SPEC.md sections 4 and 7.

#ifndef PARCELVEIL_KEYRING_H_
#define PARCELVEIL_KEYRING_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/clock.h"
#include "parcelveil/ids.h"
#include "parcelveil/schema.h"
#include "parcelveil/secret.h"

namespace parcelveil {

// Where a keyring's bytes come from. Called from any thread, one call at a
// time.
class KeyringSource {
 public:
  virtual ~KeyringSource() = default;
  // Returns a mark that changes whenever the bytes do, as cheaply as possible;
  // asked every few seconds.
  virtual absl::StatusOr<std::string> Version() = 0;
  virtual absl::StatusOr<std::string> Read() = 0;
};

// Where a role's unsealed secret comes from: the payload of SPEC.md section 6.
// Asked once, at load.
class SecretSource {
 public:
  virtual ~SecretSource() = default;
  virtual absl::StatusOr<Secret> Unseal() = 0;
};

// The newest keyring that this host has seen; older ones are refused.
struct KeyringFloor {
  uint64_t serial;
  std::array<uint8_t, 32> sha256;  // of the whole file
};

// Where the floor is kept between processes.
class FloorStore {
 public:
  virtual ~FloorStore() = default;
  // nullopt on a host that has seen none.
  virtual absl::StatusOr<std::optional<KeyringFloor>> Read() = 0;
  virtual absl::Status Write(const KeyringFloor& floor) = 0;
};

using SignerPublicKey = std::array<uint8_t, 32>;  // Ed25519

struct KeyringOptions {
  Role role;
  Scope role_scope = Scope::kNational;  // of a scoped role
  std::unique_ptr<KeyringSource> source;
  std::unique_ptr<SecretSource> secret;
  // Null: rollback is noticed within this process only.
  std::unique_ptr<FloorStore> floor;
  // Whose signature is accepted: 1 to 4 keys.
  std::vector<SignerPublicKey> signers;
  const Clock* clock = nullptr;  // borrowed; null means SystemClock()
  // Keys held ready, 64 bytes of locked memory each; fewer where the limit of
  // lockable memory is lower.
  size_t cache_keys = 65536;
  absl::Duration poll_interval = absl::Seconds(5);
};

// How a keyring is doing, for monitoring.
struct KeyringHealth {
  uint64_t serial;
  std::array<uint8_t, 32> sha256;  // of the whole file
  absl::Time created;
  absl::Time sealing_stops;  // no key to seal under after this
  absl::Duration age;
  absl::Status last_reload;  // why the newest file was not taken, or OK
  bool needs_attention;      // less than half of the days made ahead are left
};

// Thread-safety: const methods may run concurrently, and newer files are taken
// up by whoever uses the keyring: no thread lives with it, one may help while a
// file is read.
// Ownership: owns its sources; borrows the clock.
class Keyring {
 public:
  // Reads, verifies and loads; no private-key operation happens before a key
  // is used.
  // Errors:
  //   kUnauthenticated    no pinned signer signed it
  //   kInvalidArgument    MALFORMED file, payload or secret
  //   kPermissionDenied   FORBIDDEN: the secret is another role's or tenant's
  //   kDataLoss           KEYRING_ROLLED_BACK, KEYRING_FORK
  //   kResourceExhausted  LOCKED_MEMORY
  static absl::StatusOr<std::unique_ptr<Keyring>> Load(KeyringOptions options);
  ~Keyring();

  Role role() const;
  Scope role_scope() const;
  uint32_t tenant() const;
  // The schema that the current file carries.
  Schema schema() const;
  // A fixed offset from UTC: days turn at its midnight.
  absl::TimeZone time_zone() const;
  // The day it is now for the tenant.
  Epoch Today() const;

  // Takes up a newer file now, if there is one. Errors: as Load; the keyring
  // then goes on with what it has.
  absl::Status Reload() const;

  KeyringHealth Health() const;

 private:
  friend class KeySession;  // src/keyring/key_session.h
  class State;

  explicit Keyring(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_KEYRING_H_
