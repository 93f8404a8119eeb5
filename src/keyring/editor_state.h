// SPDX-License-Identifier: Apache-2.0
// What is behind a KeyringEditor.

#ifndef PARCELVEIL_SRC_KEYRING_EDITOR_STATE_H_
#define PARCELVEIL_SRC_KEYRING_EDITOR_STATE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/keyring_admin.h"
#include "src/crypto/sign.h"
#include "src/keyring/drafts.h"
#include "src/keyring/key_maker.h"
#include "src/keyring/wrap.h"

namespace parcelveil {

class KeyringEditor::State {
 public:
  State(keyring::Drafts drafts, crypto::SigningKey signer, const Clock* clock)
      : drafts(std::move(drafts)),
        signer(std::move(signer)),
        clock(clock),
        not_after_ms(this->drafts.main.payload.not_after_ms()) {}

  // Milliseconds since 1970, never before the loaded file was made.
  uint64_t NowMs() const;
  Epoch Today() const { return drafts.calendar.At(NowMs()); }
  // Errors: KEYRING_STALE where the clock is past the last day with keys and
  // nobody said that it is right.
  absl::Status CheckClock() const;

  // Keys for today and the days ahead, of every slot that lacks them.
  absl::Status FillAhead(keyring::KeyMaker* maker);
  // Takes up another schema; see KeyringEditor::Maintain.
  absl::Status ApplySchema(const Schema& schema, MaintainReport* report);
  absl::Status MakeSecretsOfNewRoles(MaintainReport* report);
  // Makes an outlet's shard, without keys yet, and its roles' secrets.
  absl::Status StartShard(Scope scope, std::vector<UnsealedSecret>* secrets);
  // Puts the schema into every file.
  void StoreSchema();
  // Makes a secret for the next two years and lists its public keys.
  absl::StatusOr<UnsealedSecret> MakeRoleSecret(const Schema::RoleAccess& role,
                                                Scope role_scope);

  // Lets a migration seal under `key` until then, in every file.
  void ExtendBackfill(v1::Key* key, uint64_t seal_until_ms);
  // Replaces the key by its tombstone, in the main file and every shard.
  void Destroy(v1::Key* key);
  void RemoveEndedWraps(MaintainReport* report);
  void DestroyDue(MaintainReport* report);

  keyring::Drafts drafts;
  crypto::SigningKey signer;
  const Clock* const clock;
  // Of the file as it was loaded or signed last; 0 for a keyring that is new.
  uint64_t not_after_ms;
  bool clock_is_right = false;
};

namespace keyring {

// A copy, since RoleSecret::Parse consumes its payload. Errors: LOCKED_MEMORY.
absl::StatusOr<Secret> CopySecret(const Secret& secret);

// The kek_versions that `role` needs for the two years from `today`, ascending;
// fewer where its secret has no room for all.
std::vector<uint16_t> VersionsAhead(const Schema::RoleAccess& role,
                                    Epoch today);

// Adds the secret's public keys to `payload`. Errors: KEY_MISMATCH where
// another is listed for the same version.
absl::Status AddPublicKeys(const RoleSecret& secret,
                           v1::KeyringPayload* payload);

// The signing key inside the signer's secret. Errors: FORBIDDEN where it is
// another role's, or not `tenant`'s.
absl::StatusOr<crypto::SigningKey> SigningKeyOf(Secret signer, uint32_t tenant);

inline std::string ToString(const crypto::Sha256Hash& hash) {
  return std::string(hash.begin(), hash.end());
}

}  // namespace keyring
}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_KEYRING_EDITOR_STATE_H_
