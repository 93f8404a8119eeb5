// SPDX-License-Identifier: Apache-2.0
// KeyringEditor: from files, and back to files.

#include <algorithm>

#include "parcelveil/keyring_admin.h"
#include "src/base/status.h"
#include "src/crypto/hash.h"
#include "src/crypto/xchacha.h"
#include "src/keyring/editor_state.h"
#include "src/keyring/payload.h"
#include "src/keyring/schema_codec.h"
#include "src/keyring/succession.h"

namespace parcelveil {
namespace keyring {

absl::StatusOr<Secret> CopySecret(const Secret& secret) {
  PARCELVEIL_ASSIGN_OR_RETURN(Secret copy, Secret::Zero(secret.size()));
  secret.Use([&](absl::Span<const uint8_t> from) {
    copy.UseMutable([&](absl::Span<uint8_t> to) {
      std::copy(from.begin(), from.end(), to.begin());
    });
  });
  return copy;
}

absl::StatusOr<crypto::SigningKey> SigningKeyOf(Secret signer,
                                                uint32_t tenant) {
  PARCELVEIL_ASSIGN_OR_RETURN(RoleSecret secret,
                              RoleSecret::Parse(std::move(signer)));
  if (secret.role() != kSignerRole || secret.tenant() != tenant) {
    return MakeStatus(Reason::kForbidden,
                      "use signer: it is another role's secret, or another "
                      "tenant's; pass the signer of this keyring");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(Secret seed, secret.SecretKey(0));
  return crypto::SigningKey::FromSeed(seed);
}

namespace {

constexpr uint32_t kReaderVersion = 1;
constexpr size_t kKeyringIdSize = 16;
constexpr absl::Duration kMaxUtcOffset = absl::Hours(14);

absl::StatusOr<Draft> ReadDraft(std::string_view file,
                                const std::vector<SignerPublicKey>& signers) {
  Draft draft;
  PARCELVEIL_RETURN_IF_ERROR(ReadKeyring(file, signers, &draft.payload));
  draft.sha256 = crypto::Sha256(file);
  return draft;
}

// A file without a floor was never seen here.
absl::Status CheckFloor(const Draft& draft, Scope scope,
                        const std::map<Scope, KeyringFloor>& floors) {
  const auto floor = floors.find(scope);
  if (floor == floors.end()) return absl::OkStatus();
  const std::string& prev = draft.payload.prev_sha256();
  ChainPlace place{draft.payload.serial(), draft.sha256, {}};
  std::copy_n(prev.begin(), std::min(prev.size(), place.prev_sha256.size()),
              place.prev_sha256.begin());
  return CheckFollows(place, floor->second);
}

absl::Status CheckShard(const v1::KeyringPayload& main,
                        const v1::KeyringPayload& shard, Scope scope) {
  if (shard.tenant() == main.tenant() &&
      shard.keyring_id() == main.keyring_id() &&
      shard.shard_scope() == ToInt(scope)) {
    return absl::OkStatus();
  }
  return MakeStatus(Reason::kMalformed,
                    "load keyring of outlet " + std::to_string(ToInt(scope)) +
                        ": it is another outlet's or keyring's; restore the "
                        "right file");
}

absl::StatusOr<std::string> SignDraft(uint64_t now_ms,
                                      const crypto::SigningKey& signer,
                                      const Calendar& calendar, Draft* draft) {
  v1::KeyringPayload& payload = draft->payload;
  payload.set_serial(payload.serial() + 1);
  payload.set_prev_sha256(ToString(draft->sha256));
  payload.set_created_ms(now_ms);
  payload.set_not_after_ms(calendar.EndMs(LastDay(payload, Epoch{0})));
  PARCELVEIL_ASSIGN_OR_RETURN(std::string file, WriteKeyring(payload, signer));
  draft->sha256 = crypto::Sha256(file);
  draft->is_changed = false;
  return file;
}

}  // namespace
}  // namespace keyring

using keyring::Draft;
using keyring::Drafts;

KeyringEditor::KeyringEditor(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

KeyringEditor::~KeyringEditor() = default;

absl::StatusOr<KeyringEditor::Created> KeyringEditor::Create(
    const CreateOptions& options) {
  const absl::Duration offset = options.utc_offset;
  if (offset < -keyring::kMaxUtcOffset || offset > keyring::kMaxUtcOffset ||
      offset % absl::Minutes(1) != absl::ZeroDuration()) {
    return MakeStatus(Reason::kMalformed,
                      "make keyring: the offset from UTC is not whole minutes "
                      "up to 14 hours; pass one that is");
  }
  const Clock* clock = options.clock == nullptr ? SystemClock() : options.clock;
  const auto offset_s = static_cast<int32_t>(absl::ToInt64Seconds(offset));

  PARCELVEIL_ASSIGN_OR_RETURN(
      keyring::RoleSecret signer,
      keyring::RoleSecret::Create(options.tenant, keyring::kSignerRole,
                                  Scope::kNational, {0}));
  PARCELVEIL_ASSIGN_OR_RETURN(Secret signer_payload,
                              keyring::CopySecret(signer.payload()));
  PARCELVEIL_ASSIGN_OR_RETURN(Secret seed, signer.SecretKey(0));
  PARCELVEIL_ASSIGN_OR_RETURN(crypto::SigningKey signing_key,
                              crypto::SigningKey::FromSeed(seed));

  Drafts drafts{{}, {}, options.schema, {offset_s}};
  v1::KeyringPayload& payload = drafts.main.payload;
  payload.set_tenant(options.tenant);
  std::array<uint8_t, keyring::kKeyringIdSize> id;
  crypto::RandomBytes(absl::MakeSpan(id));
  payload.set_keyring_id(std::string(id.begin(), id.end()));
  payload.set_min_reader(keyring::kReaderVersion);
  payload.set_utc_offset_s(offset_s);

  auto state =
      std::make_unique<State>(std::move(drafts), std::move(signing_key), clock);
  state->StoreSchema();
  Created created;
  created.signer = {keyring::kSignerRole, Scope::kNational,
                    std::move(signer_payload)};
  for (const Schema::RoleAccess& role : options.schema.roles()) {
    if (role.scoped) continue;
    PARCELVEIL_ASSIGN_OR_RETURN(UnsealedSecret secret,
                                state->MakeRoleSecret(role, Scope::kNational));
    created.secrets.push_back(std::move(secret));
  }
  keyring::KeyMaker maker(&state->drafts, state->NowMs());
  PARCELVEIL_RETURN_IF_ERROR(state->FillAhead(&maker));
  created.editor.reset(new KeyringEditor(std::move(state)));
  return created;
}

absl::StatusOr<std::unique_ptr<KeyringEditor>> KeyringEditor::Load(
    const KeyringFiles& files, LoadOptions options) {
  PARCELVEIL_ASSIGN_OR_RETURN(Draft main,
                              keyring::ReadDraft(files.main, options.signers));
  if (main.payload.shard_scope() != 0) {
    return MakeStatus(Reason::kMalformed,
                      "load keyring: it is an outlet's; pass the main file");
  }
  PARCELVEIL_RETURN_IF_ERROR(
      keyring::CheckFloor(main, Scope::kNational, options.floors));
  PARCELVEIL_ASSIGN_OR_RETURN(Schema schema,
                              SchemaCodec::FromProto(main.payload.schema()));
  const int32_t offset_s = main.payload.utc_offset_s();
  Drafts drafts{std::move(main), {}, std::move(schema), {offset_s}};
  for (const auto& [scope, file] : files.shards) {
    PARCELVEIL_ASSIGN_OR_RETURN(Draft shard,
                                keyring::ReadDraft(file, options.signers));
    PARCELVEIL_RETURN_IF_ERROR(
        keyring::CheckShard(drafts.main.payload, shard.payload, scope));
    PARCELVEIL_RETURN_IF_ERROR(
        keyring::CheckFloor(shard, scope, options.floors));
    drafts.shards.emplace(scope, std::move(shard));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      crypto::SigningKey signer,
      keyring::SigningKeyOf(std::move(options.signer),
                            drafts.main.payload.tenant()));
  if (std::find(options.signers.begin(), options.signers.end(),
                signer.public_key()) == options.signers.end()) {
    return MakeStatus(Reason::kForbidden,
                      "use signer: its public key is not among the pinned "
                      "ones, so no reader would accept it; pass the signer of "
                      "this keyring");
  }
  const Clock* clock = options.clock == nullptr ? SystemClock() : options.clock;
  return std::unique_ptr<KeyringEditor>(new KeyringEditor(
      std::make_unique<State>(std::move(drafts), std::move(signer), clock)));
}

uint32_t KeyringEditor::tenant() const {
  return state_->drafts.main.payload.tenant();
}
uint64_t KeyringEditor::serial() const {
  return state_->drafts.main.payload.serial();
}
const Schema& KeyringEditor::schema() const { return state_->drafts.schema; }
absl::TimeZone KeyringEditor::time_zone() const {
  return absl::FixedTimeZone(state_->drafts.calendar.utc_offset_s);
}
Epoch KeyringEditor::Today() const { return state_->Today(); }
SignerPublicKey KeyringEditor::signer_public_key() const {
  return state_->signer.public_key();
}

std::map<Scope, KeyringFloor> KeyringEditor::floors() const {
  std::map<Scope, KeyringFloor> floors;
  state_->drafts.ForEach([&](Scope scope, const Draft& draft) {
    floors[scope] = {draft.payload.serial(), draft.sha256};
  });
  return floors;
}

absl::StatusOr<KeyringFiles> KeyringEditor::Sign() {
  PARCELVEIL_RETURN_IF_ERROR(state_->CheckClock());
  Drafts& drafts = state_->drafts;
  const uint64_t now_ms = state_->NowMs();
  KeyringFiles files;
  for (auto& [scope, shard] : drafts.shards) {
    if (!shard.is_changed) continue;
    PARCELVEIL_ASSIGN_OR_RETURN(
        files.shards[scope],
        keyring::SignDraft(now_ms, state_->signer, drafts.calendar, &shard));
  }
  if (!drafts.main.is_changed) return files;
  PARCELVEIL_ASSIGN_OR_RETURN(
      files.main, keyring::SignDraft(now_ms, state_->signer, drafts.calendar,
                                     &drafts.main));
  state_->not_after_ms = drafts.main.payload.not_after_ms();
  return files;
}

}  // namespace parcelveil
