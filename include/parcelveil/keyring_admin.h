// SPDX-License-Identifier: Apache-2.0
// Keyring administration: what the holder of the signing key does.
//
// No I/O: keyring files come in as bytes and go out as bytes, secrets come in
// and go out unsealed (SealSecret turns them into files). `parcelveil keyring`
// is this, on a directory. SPEC.md sections 4, 6 and 7.

#ifndef PARCELVEIL_KEYRING_ADMIN_H_
#define PARCELVEIL_KEYRING_ADMIN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/clock.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/schema.h"
#include "parcelveil/secret.h"

namespace parcelveil {

// A role's secret before it is sealed into its file (or the signer's, whose
// role is Role{0}).
struct UnsealedSecret {
  Role role;
  Scope role_scope;
  Secret payload;  // SPEC.md section 6
};

// The files of a keyring: `keyring`, and one `keyring-<outlet>` an outlet.
struct KeyringFiles {
  std::string main;
  std::map<Scope, std::string> shards;
};

// One day's key of one slot.
struct KeyName {
  Slot slot;
  Epoch epoch;
  uint8_t gen;
};

// What a maintenance run did.
struct MaintainReport {
  // A role's access to a day that ended because its time was over.
  struct Ended {
    Role role;
    Scope role_scope;
    Epoch epoch;
    bool can_be_granted_again;  // STEWARD still holds the day
  };
  // Keys were made, but this role got none: it has no key pair for that time.
  struct MissingPair {
    Role role;
    Scope role_scope;
    uint16_t kek_version;
  };

  int num_keys_made = 0;
  std::vector<Epoch> days_made;  // ascending
  std::vector<Ended> ended;
  std::vector<Epoch> destroyed;        // ascending
  std::optional<absl::Time> next_due;  // the next destruction, if there is one
  std::vector<MissingPair> missing_pairs;
  std::vector<UnsealedSecret> new_secrets;  // of roles that a schema added
};

// What a grant reached.
struct GrantReport {
  int num_days = 0;  // days made readable now
  // False: STEWARD's secret was not given, so days that have keys already were
  // left as they are.
  bool reached_existing_days = false;
  Epoch first_new_day{};  // the first day without keys yet; access begins there
  std::vector<UnsealedSecret> new_secrets;  // of an outlet that was added
};

// Changes a keyring: load, call operations, Sign, publish what Sign returns.
// All operations count from the later of the clock and the loaded file's own
// time. After an operation failed the editor is to be thrown away; nothing was
// published.
//
// Thread-safety: none. Ownership: owns its secrets; borrows the clock.
class KeyringEditor {
 public:
  static constexpr int kDaysAhead = 35;

  struct Created {
    std::unique_ptr<KeyringEditor> editor;  // not signed yet
    UnsealedSecret signer;
    std::vector<UnsealedSecret> secrets;  // one of every role without outlets
  };
  // Makes a keyring with keys for today and the days ahead.
  // `utc_offset` is whole minutes, at most 14 hours either way.
  // Errors: kInvalidArgument; kResourceExhausted LOCKED_MEMORY.
  struct CreateOptions {
    uint32_t tenant = 1;
    absl::Duration utc_offset = absl::Hours(8);
    Schema schema = Schema::Default();
    const Clock* clock = nullptr;  // null means SystemClock()
  };
  static absl::StatusOr<Created> Create(const CreateOptions& options);

  // Loads published files. Give every shard there is: a shard that is left out
  // gets no keys for the days made meanwhile.
  // Errors: as Keyring::Load; kPermissionDenied FORBIDDEN where `signer` is not
  // the signer's secret or another tenant's.
  struct LoadOptions {
    std::vector<SignerPublicKey> signers;
    Secret signer;
    const Clock* clock = nullptr;  // null means SystemClock()
    // The newest of each file that this host has seen: older ones and forks are
    // refused, since signing one again would undo what was destroyed or
    // revoked. Raise them to `floors()` after publishing.
    std::map<Scope, KeyringFloor> floors = {};
  };
  static absl::StatusOr<std::unique_ptr<KeyringEditor>> Load(
      const KeyringFiles& files, LoadOptions options);

  ~KeyringEditor();

  uint32_t tenant() const;
  uint64_t serial() const;  // of the loaded file, or of the last one signed
  const Schema& schema() const;
  absl::TimeZone time_zone() const;
  Epoch Today() const;
  SignerPublicKey signer_public_key() const;
  // Serial and hash of each file as it was loaded, or signed last.
  std::map<Scope, KeyringFloor> floors() const;

  // Signs whatever changed: unchanged files stay out (`main` empty). Each gets
  // its serial + 1 and the hash of its predecessor. The editor then stands
  // where the new files stand. Publish shards before the main file.
  // Errors: kResourceExhausted over 64 MiB; kFailedPrecondition KEYRING_STALE
  // where the clock is past the last day that the loaded file has keys for,
  // unless Maintain was told that it is right: all later times count from what
  // is signed now, so a wrong clock could not be taken back.
  absl::StatusOr<KeyringFiles> Sign();

  // The daily run; safe to repeat and to miss. Makes keys for today and the
  // days ahead, removes wraps whose time is over, destroys what is due and not
  // held.
  //
  // With a schema: slots that are new get keys from today on; roles, index
  // lengths and retention change for the days from tomorrow on (where a role
  // gains a slot or an index changes, these days get new keys); a longer or
  // dropped destroy_after_days saves every day that still has keys. Masks and
  // pads are what the new file says, at once.
  // Errors: kFailedPrecondition KEYRING_STALE where the clock is past the last
  // day with keys, unless `clock_is_right`: it is wrong, or no run was made for
  // more than 35 days.
  struct MaintainOptions {
    std::optional<Schema> schema;
    bool clock_is_right = false;
  };
  absl::StatusOr<MaintainReport> Maintain(const MaintainOptions& options);

  // Makes keys for the days from `since` to yesterday, so that old rows can be
  // migrated; they can be sealed under for the next 35 days, and end for each
  // role as if they had been made on their day. Days that are past their
  // destruction get none.
  // Errors: kInvalidArgument for a day that is not in the past;
  // kResourceExhausted where a day was re-keyed 256 times.
  absl::StatusOr<MaintainReport> Backfill(Epoch since);

  // Lets `role` open `slot`. With STEWARD's secret also on the days from
  // `since` (default: today) that have keys; access to a past day then lasts as
  // if the day were today. Without it, on days that are made from now on.
  // A role that has the slot already gets past days back that way.
  // Errors: as Schema::Grant; kDataLoss DECRYPT_FAILED, KEY_MISMATCH.
  struct GrantOptions {
    Role role;
    Slot slot;
    std::optional<Epoch> since;
    const Secret* steward = nullptr;  // borrowed
  };
  absl::StatusOr<GrantReport> Grant(const GrantOptions& options);
  // Takes `slot`, or every slot, from `role`, on all days.
  // Whoever copied keys keeps them: then Rotate as well.
  // Errors: as Schema::Revoke; kPermissionDenied FORBIDDEN for STEWARD.
  absl::Status Revoke(Role role, std::optional<Slot> slot);

  // Gives an outlet its shard, and each scoped role a secret for it; or fills
  // the gaps of a shard that exists. Days and STEWARD as for Grant.
  // Errors: kInvalidArgument for the national scope or a schema without scoped
  // roles; kDataLoss.
  struct AddScopeOptions {
    Scope scope;
    std::optional<Epoch> since;
    const Secret* steward = nullptr;  // borrowed
  };
  absl::StatusOr<GrantReport> AddScope(const AddScopeOptions& options);

  // New keys for `slot`, today and every day ahead. Returns how many days.
  // Errors: kNotFound KEY_UNKNOWN for a slot that has no keys.
  absl::StatusOr<int> Rotate(Slot slot);

  // While a day is held nothing of it is destroyed, DISPUTE's access has no
  // end, and nobody else opens it once its day is over.
  // Errors: kNotFound KEY_UNKNOWN for a day without keys.
  absl::Status Hold(Epoch epoch);
  absl::Status Release(Epoch epoch);

  // Destroys a day for everybody, for good. Returns how many keys. Today and
  // days ahead get new keys at once.
  // Errors: kNotFound KEY_UNKNOWN; kFailedPrecondition WRONG_STATE while held.
  absl::StatusOr<int> DestroyDay(Epoch epoch);

  // Makes the card (144 bytes) that kiosks seal the orders of `day` to; see
  // intake.h. `not_after` is at most 15 minutes after the day's end: CONVERTER
  // opens nothing later, so leave envelopes the time that they take to arrive.
  // Errors: kNotFound KEY_UNKNOWN for a day without an intake key; MALFORMED
  // for another `not_after`, or one that is over.
  absl::StatusOr<std::string> IntakeCard(Epoch day, absl::Time not_after) const;

  // Ends a role's access to every day before `before`. Returns how many days.
  int EndAccess(Role role, Epoch before);

  // Brings a role's pairs up to date: adds those of the next two years to the
  // secret and their public keys to the keyring, drops those that nothing
  // needs any more. Returns the secret to store before the files are
  // published; nullopt where it is up to date.
  // Errors: MALFORMED; kPermissionDenied FORBIDDEN for another tenant's secret
  // or a role that is not in the schema; kDataLoss KEY_MISMATCH where the
  // keyring lists another public key (another copy of it was renewed).
  absl::StatusOr<std::optional<Secret>> RenewSecret(const Secret& secret);
  // Takes in what RenewAlone (below) made on another host: all public keys of
  // that role; others of it are delisted. The text is not authenticated: make
  // sure that it is the other host's.
  // Errors: MALFORMED; as RenewSecret.
  absl::Status AddRoleKeys(std::string_view role_keys);

 private:
  class State;

  explicit KeyringEditor(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

// Renews a role's secret on a host that does not sign. `role_keys` (public,
// text) is for the signer's AddRoleKeys; the secret is used meanwhile.
struct RenewedAlone {
  std::optional<Secret> secret;  // nullopt where it is up to date
  std::string role_keys;
};
// `keyring` is the file with the role's keys. Errors: as RenewSecret.
absl::StatusOr<RenewedAlone> RenewAlone(
    std::string_view keyring, const std::vector<SignerPublicKey>& signers,
    const Secret& secret, absl::Time now);

// Signs an older copy of a keyring file above the newest one, so that readers
// take it. `newest` is the newest file. Where it still verifies, what it
// destroyed, holds or took from a role stays so, and the keys that it has and
// the copy lacks are listed; their names are never used again.
struct RestoreOptions {
  std::string_view copy;
  std::optional<std::string_view> newest;
  std::optional<KeyringFloor> floor;  // the newest serial known otherwise
  std::vector<SignerPublicKey> signers;
  Secret signer;
  const Clock* clock = nullptr;  // null means SystemClock()
};
struct Restored {
  Scope scope;  // which file it is: kNational for `keyring`
  std::string file;
  bool is_compared;  // with the newest file
  std::vector<KeyName> lacks;
  std::vector<KeyName> kept;  // destroyed, held or revoked as the newest says
  uint64_t serial = 0;
  Epoch last_day{};  // the last day that the copy has keys for
};
// Errors: as KeyringEditor::Load; kInvalidArgument where the two files are not
// of one keyring.
absl::StatusOr<Restored> RestoreKeyring(RestoreOptions options);

}  // namespace parcelveil

#endif  // PARCELVEIL_KEYRING_ADMIN_H_
