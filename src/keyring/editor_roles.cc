// SPDX-License-Identifier: Apache-2.0
// KeyringEditor: the key pairs of roles.

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "parcelveil/keyring_admin.h"
#include "src/base/status.h"
#include "src/keyring/editor_state.h"
#include "src/keyring/payload.h"
#include "src/keyring/schema_codec.h"
#include "src/wire/bytes.h"

namespace parcelveil {
namespace keyring {
namespace {

constexpr int kDaysOfPairs = 730;
constexpr std::string_view kRoleKeysHead = "parcelveil role keys 1";

bool IsOf(const v1::RoleKey& key, Role role, Scope role_scope) {
  return key.role() == ToInt(role) && key.role_scope() == ToInt(role_scope);
}

// Adds one public key. Errors: KEY_MISMATCH.
absl::Status AddPublicKey(const v1::RoleKey& key, v1::KeyringPayload* payload) {
  const Role role{static_cast<uint16_t>(key.role())};
  for (const v1::RoleKey& known : payload->roles()) {
    if (!IsOf(known, role, Scope{key.role_scope()}) ||
        known.kek_version() != key.kek_version()) {
      continue;
    }
    if (known.public_key() == key.public_key()) return absl::OkStatus();
    return MakeStatus(Reason::kKeyMismatch,
                      "renew secret of " + Describe(role) +
                          ": the keyring lists another public key for the "
                          "same time; another copy of this secret was renewed, "
                          "use that one");
  }
  *payload->add_roles() = key;
  return absl::OkStatus();
}

absl::StatusOr<v1::RoleKey> RoleKeyOf(const RoleSecret& secret,
                                      uint16_t kek_version) {
  PARCELVEIL_ASSIGN_OR_RETURN(crypto::X25519PublicKey public_key,
                              secret.PublicKey(kek_version));
  v1::RoleKey key;
  key.set_role(ToInt(secret.role()));
  key.set_role_scope(ToInt(secret.role_scope()));
  key.set_kek_version(kek_version);
  key.set_public_key(std::string(public_key.begin(), public_key.end()));
  return key;
}

// The versions that `secret` should have: those that a wrap in `payload` still
// needs, then as many of `ahead` as there is room for. Any other pair would
// only keep what was ended readable in backups.
std::vector<uint16_t> VersionsToHave(const RoleSecret& secret,
                                     const v1::KeyringPayload& payload,
                                     const std::vector<uint16_t>& ahead) {
  std::set<uint16_t> versions;
  for (const v1::Key& key : payload.keys()) {
    for (const v1::Wrap& wrap : key.wraps()) {
      const auto version = static_cast<uint16_t>(wrap.kek_version());
      if (wrap.role() == ToInt(secret.role()) &&
          wrap.role_scope() == ToInt(secret.role_scope()) &&
          secret.Has(version)) {
        versions.insert(version);
      }
    }
  }
  for (uint16_t version : ahead) {
    if (versions.size() == kMaxPairs) break;
    versions.insert(version);
  }
  return {versions.begin(), versions.end()};
}

// Delists the public keys of a role for which `is_kept(kek_version)` is false:
// nothing may be wrapped to a pair that is gone.
template <typename F>
void KeepPublicKeys(Role role, Scope role_scope, F is_kept,
                    v1::KeyringPayload* payload) {
  auto* keys = payload->mutable_roles();
  keys->erase(std::remove_if(
                  keys->begin(), keys->end(),
                  [&](const v1::RoleKey& key) {
                    return IsOf(key, role, role_scope) &&
                           !is_kept(static_cast<uint16_t>(key.kek_version()));
                  }),
              keys->end());
}

absl::StatusOr<RoleSecret> ParseCopy(const Secret& secret) {
  PARCELVEIL_ASSIGN_OR_RETURN(Secret copy, CopySecret(secret));
  return RoleSecret::Parse(std::move(copy));
}

// What `secret` should be from `today` on, given the keyring it serves.
absl::StatusOr<RoleSecret> Renewed(const RoleSecret& secret,
                                   const v1::KeyringPayload& payload,
                                   const Schema& schema, Epoch today) {
  const Schema::RoleAccess* role = schema.FindRole(secret.role());
  if (secret.tenant() != payload.tenant() || role == nullptr ||
      role->scoped != (secret.role_scope() != Scope::kNational)) {
    return MakeStatus(Reason::kForbidden,
                      "renew secret of " + Describe(secret.role()) +
                          ": this keyring has no such role; pass a secret of "
                          "this keyring");
  }
  const std::vector<uint16_t> ahead = VersionsAhead(*role, today);
  return RoleSecret::Renew(secret, VersionsToHave(secret, payload, ahead));
}

// Only a whole line that spells the key the one right way is taken.
absl::StatusOr<v1::RoleKey> ParseRoleKeyLine(absl::string_view line,
                                             uint32_t tenant) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
  uint32_t numbers[4] = {};
  bool is_well_formed =
      words.size() == 5 && words[4].size() == 64 &&
      words[4].find_first_not_of("0123456789abcdef") == absl::string_view::npos;
  for (size_t i = 0; is_well_formed && i < 4; ++i) {
    is_well_formed = absl::SimpleAtoi(words[i], &numbers[i]);
  }
  if (!is_well_formed || numbers[1] > UINT16_MAX || numbers[3] > UINT16_MAX) {
    return MakeStatus(Reason::kMalformed,
                      "read role keys: a line is not one of them; pass the "
                      "file that the other host printed");
  }
  if (numbers[0] != tenant) {
    return MakeStatus(Reason::kForbidden,
                      "read role keys: they are another tenant's; pass the "
                      "file of this keyring's host");
  }
  v1::RoleKey key;
  key.set_role(numbers[1]);
  key.set_role_scope(numbers[2]);
  key.set_kek_version(numbers[3]);
  key.set_public_key(absl::HexStringToBytes(words[4]));
  return key;
}

}  // namespace

std::vector<uint16_t> VersionsAhead(const Schema::RoleAccess& role,
                                    Epoch today) {
  const uint16_t first = KekVersion(today, today, role.bucket_days);
  const Epoch last_day = AddDays(today, kDaysOfPairs);
  const uint16_t last = KekVersion(last_day, today, role.bucket_days);
  std::vector<uint16_t> versions;
  for (uint32_t version = first; version <= last; ++version) {
    if (versions.size() == kMaxPairs) break;
    versions.push_back(static_cast<uint16_t>(version));
  }
  return versions;
}

absl::Status AddPublicKeys(const RoleSecret& secret,
                           v1::KeyringPayload* payload) {
  for (uint16_t version : secret.kek_versions()) {
    PARCELVEIL_ASSIGN_OR_RETURN(v1::RoleKey key, RoleKeyOf(secret, version));
    PARCELVEIL_RETURN_IF_ERROR(AddPublicKey(key, payload));
  }
  return absl::OkStatus();
}

}  // namespace keyring

using keyring::Draft;

absl::StatusOr<UnsealedSecret> KeyringEditor::State::MakeRoleSecret(
    const Schema::RoleAccess& role, Scope role_scope) {
  Draft& draft =
      role_scope == Scope::kNational ? drafts.main : drafts.shards[role_scope];
  PARCELVEIL_ASSIGN_OR_RETURN(
      keyring::RoleSecret secret,
      keyring::RoleSecret::Create(drafts.main.payload.tenant(), role.id,
                                  role_scope,
                                  keyring::VersionsAhead(role, Today())));
  PARCELVEIL_RETURN_IF_ERROR(keyring::AddPublicKeys(secret, &draft.payload));
  draft.is_changed = true;
  PARCELVEIL_ASSIGN_OR_RETURN(Secret payload,
                              keyring::CopySecret(secret.payload()));
  return UnsealedSecret{role.id, role_scope, std::move(payload)};
}

void KeyringEditor::State::StoreSchema() {
  const v1::Schema message = SchemaCodec::ToProto(drafts.schema);
  const std::string hash = keyring::ToString(drafts.schema.Hash());
  drafts.ForEach([&](Scope /*scope*/, Draft& draft) {
    *draft.payload.mutable_schema() = message;
    draft.payload.set_schema_sha256(hash);
    draft.is_changed = true;
  });
}

absl::StatusOr<std::optional<Secret>> KeyringEditor::RenewSecret(
    const Secret& secret) {
  PARCELVEIL_ASSIGN_OR_RETURN(keyring::RoleSecret from,
                              keyring::ParseCopy(secret));
  keyring::Drafts& drafts = state_->drafts;
  const bool is_national = from.role_scope() == Scope::kNational;
  const auto shard = drafts.shards.find(from.role_scope());
  if (!is_national && shard == drafts.shards.end()) {
    return MakeStatus(Reason::kForbidden,
                      "renew secret of " + Describe(from.role()) +
                          ": its outlet has no keyring; add the outlet first");
  }
  Draft& draft = is_national ? drafts.main : shard->second;
  PARCELVEIL_ASSIGN_OR_RETURN(
      keyring::RoleSecret renewed,
      keyring::Renewed(from, draft.payload, drafts.schema, state_->Today()));
  const int num_keys = draft.payload.roles_size();
  keyring::KeepPublicKeys(
      from.role(), from.role_scope(),
      [&](uint16_t version) { return renewed.Has(version); }, &draft.payload);
  const bool is_shorter = draft.payload.roles_size() < num_keys;
  const int num_kept = draft.payload.roles_size();
  PARCELVEIL_RETURN_IF_ERROR(keyring::AddPublicKeys(renewed, &draft.payload));
  if (is_shorter || draft.payload.roles_size() != num_kept) {
    draft.is_changed = true;
  }
  if (renewed.kek_versions() == from.kek_versions()) {
    return std::optional<Secret>();
  }
  PARCELVEIL_ASSIGN_OR_RETURN(Secret payload,
                              keyring::CopySecret(renewed.payload()));
  return std::optional<Secret>(std::move(payload));
}

absl::Status KeyringEditor::AddRoleKeys(std::string_view role_keys) {
  keyring::Drafts& drafts = state_->drafts;
  const absl::string_view text(role_keys.data(), role_keys.size());
  const std::vector<absl::string_view> lines =
      absl::StrSplit(text, '\n', absl::SkipEmpty());
  if (lines.empty() ||
      lines[0] != absl::string_view(keyring::kRoleKeysHead.data(),
                                    keyring::kRoleKeysHead.size())) {
    return MakeStatus(Reason::kMalformed,
                      "read role keys: it is no file of role keys; pass the "
                      "file that the other host printed");
  }
  // A file lists all that a secret has.
  std::map<std::pair<Role, Scope>, std::set<uint16_t>> listed;
  for (size_t i = 1; i < lines.size(); ++i) {
    PARCELVEIL_ASSIGN_OR_RETURN(v1::RoleKey key,
                                keyring::ParseRoleKeyLine(lines[i], tenant()));
    const Role role{static_cast<uint16_t>(key.role())};
    const Schema::RoleAccess* access = drafts.schema.FindRole(role);
    const auto shard = drafts.shards.find(Scope{key.role_scope()});
    const bool is_known =
        access != nullptr &&
        (access->scoped ? shard != drafts.shards.end() : key.role_scope() == 0);
    if (!is_known) {
      return MakeStatus(Reason::kForbidden,
                        "read role keys: this keyring has no " +
                            Describe(role) + " of that outlet; add it first");
    }
    Draft& draft = access->scoped ? shard->second : drafts.main;
    PARCELVEIL_RETURN_IF_ERROR(keyring::AddPublicKey(key, &draft.payload));
    draft.is_changed = true;
    listed[{role, Scope{key.role_scope()}}].insert(
        static_cast<uint16_t>(key.kek_version()));
  }
  for (const auto& [name, versions] : listed) {
    const auto& [role, role_scope] = name;
    const auto shard = drafts.shards.find(role_scope);
    Draft& draft = shard == drafts.shards.end() ? drafts.main : shard->second;
    const std::set<uint16_t>& kept = versions;
    keyring::KeepPublicKeys(
        role, role_scope,
        [&](uint16_t version) { return kept.count(version) != 0; },
        &draft.payload);
  }
  return absl::OkStatus();
}

absl::StatusOr<RenewedAlone> RenewAlone(
    std::string_view file, const std::vector<SignerPublicKey>& signers,
    const Secret& secret, absl::Time now) {
  v1::KeyringPayload payload;
  PARCELVEIL_RETURN_IF_ERROR(keyring::ReadKeyring(file, signers, &payload));
  PARCELVEIL_ASSIGN_OR_RETURN(Schema schema,
                              SchemaCodec::FromProto(payload.schema()));
  PARCELVEIL_ASSIGN_OR_RETURN(keyring::RoleSecret from,
                              keyring::ParseCopy(secret));
  const keyring::Calendar calendar{payload.utc_offset_s()};
  const auto now_ms =
      static_cast<uint64_t>(std::max<int64_t>(absl::ToUnixMillis(now), 0));
  PARCELVEIL_ASSIGN_OR_RETURN(
      keyring::RoleSecret renewed,
      keyring::Renewed(from, payload, schema, calendar.At(now_ms)));
  RenewedAlone result;
  result.role_keys = std::string(keyring::kRoleKeysHead) + "\n";
  for (uint16_t version : renewed.kek_versions()) {
    PARCELVEIL_ASSIGN_OR_RETURN(v1::RoleKey key,
                                keyring::RoleKeyOf(renewed, version));
    PARCELVEIL_RETURN_IF_ERROR(keyring::AddPublicKey(key, &payload));
    result.role_keys +=
        std::to_string(payload.tenant()) + " " + std::to_string(key.role()) +
        " " + std::to_string(key.role_scope()) + " " + std::to_string(version) +
        " " + absl::BytesToHexString(key.public_key()) + "\n";
  }
  if (renewed.kek_versions() != from.kek_versions()) {
    PARCELVEIL_ASSIGN_OR_RETURN(result.secret,
                                keyring::CopySecret(renewed.payload()));
  }
  return result;
}

}  // namespace parcelveil
