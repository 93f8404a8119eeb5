// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/test_keyring.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace parcelveil::testing {
namespace {

// A fixture that cannot be made ends the test program with the reason.
template <typename T>
T OrDie(absl::StatusOr<T> result) {
  if (result.ok()) return std::move(result).value();
  std::cerr << "test keyring: " << result.status() << std::endl;
  std::abort();
}

Secret Copy(const Secret& secret) {
  Secret copy = OrDie(Secret::Zero(secret.size()));
  secret.Use([&](absl::Span<const uint8_t> bytes) {
    copy.UseMutable([&](absl::Span<uint8_t> out) {
      std::copy(bytes.begin(), bytes.end(), out.begin());
    });
  });
  return copy;
}

class MemorySource : public KeyringSource {
 public:
  explicit MemorySource(std::shared_ptr<MemoryFile> file)
      : file_(std::move(file)) {}
  absl::StatusOr<std::string> Version() override {
    std::lock_guard<std::mutex> lock(file_->mutex);
    return std::to_string(file_->version);
  }
  absl::StatusOr<std::string> Read() override {
    std::lock_guard<std::mutex> lock(file_->mutex);
    ++file_->num_reads;
    return file_->bytes;
  }

 private:
  std::shared_ptr<MemoryFile> file_;
};

class MemorySecret : public SecretSource {
 public:
  explicit MemorySecret(Secret secret) : secret_(std::move(secret)) {}
  absl::StatusOr<Secret> Unseal() override { return std::move(secret_); }

 private:
  Secret secret_;
};

absl::Time Start() {
  return absl::FromCivil(absl::CivilSecond(2026, 11, 24, 10, 0, 0),
                         absl::FixedTimeZone(8 * 3600));
}

}  // namespace

TestKeyring::TestKeyring(const Schema& schema, uint32_t tenant)
    : clock_(Start()) {
  KeyringEditor::CreateOptions options;
  options.tenant = tenant;
  options.schema = schema;
  options.clock = &clock_;
  KeyringEditor::Created created = OrDie(KeyringEditor::Create(options));
  editor_ = std::move(created.editor);
  signer_ = editor_->signer_public_key();
  Keep(std::move(created.secrets));
  Publish();
}

const std::shared_ptr<MemoryFile>& TestKeyring::file(Scope scope) {
  std::shared_ptr<MemoryFile>& file = files_[scope];
  if (file == nullptr) file = std::make_shared<MemoryFile>();
  return file;
}

void TestKeyring::Publish() {
  KeyringFiles files = OrDie(editor_->Sign());
  const auto put = [&](Scope scope, std::string bytes) {
    const std::shared_ptr<MemoryFile>& published = file(scope);
    std::lock_guard<std::mutex> lock(published->mutex);
    published->bytes = std::move(bytes);
    ++published->version;
  };
  for (auto& [scope, bytes] : files.shards) put(scope, std::move(bytes));
  if (!files.main.empty()) put(Scope::kNational, std::move(files.main));
}

void TestKeyring::Keep(std::vector<UnsealedSecret> secrets) {
  for (UnsealedSecret& secret : secrets) {
    secrets_[{secret.role, secret.role_scope}] = std::move(secret.payload);
  }
}

KeyringOptions TestKeyring::Options(Role role, Scope role_scope) {
  KeyringOptions options;
  options.role = role;
  options.role_scope = role_scope;
  options.source = std::make_unique<MemorySource>(file(role_scope));
  options.secret = std::make_unique<MemorySecret>(SecretOf(role, role_scope));
  options.signers = signers();
  options.clock = &clock_;
  options.cache_keys = 4096;
  return options;
}

std::unique_ptr<Keyring> TestKeyring::Load(Role role, Scope role_scope) {
  return OrDie(Keyring::Load(Options(role, role_scope)));
}

Secret TestKeyring::SecretOf(Role role, Scope role_scope) const {
  return Copy(secrets_.at({role, role_scope}));
}

}  // namespace parcelveil::testing
