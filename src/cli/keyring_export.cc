// SPDX-License-Identifier: Apache-2.0
// parcelveil keyring export

#include <errno.h>
#include <sys/stat.h>

#include <memory>
#include <string>

#include "src/base/status.h"
#include "src/cli/command.h"
#include "src/cli/json.h"
#include "src/cli/keyring_signer.h"
#include "src/store/file/file_io.h"

namespace parcelveil::cli {
namespace {

constexpr size_t kMaxSize = (64u << 20) + 4096;
constexpr size_t kUnlockKeySize = 32;

struct Flags {
  KeyringFlags common;
  std::string role;
  uint32_t outlet = 0;
  std::string out;
};

absl::Status MakeFolder(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) == 0) return absl::OkStatus();
  return store::FileError("make", path, errno);
}

absl::Status Copy(const std::string& from, const std::string& to, mode_t mode) {
  PARCELVEIL_ASSIGN_OR_RETURN(std::string bytes,
                              store::ReadWholeFile(from, kMaxSize));
  return store::WriteFile(to, bytes, mode);
}

// The role's secret under a key of its own: the directory's `unlock` opens
// every role's. One under a passphrase is copied as it is.
absl::Status ExportSecret(const KeyringFlags& flags,
                          const store::KeyringDir& from, const std::string& to,
                          const store::KeyringDir& out) {
  if (!flags.passphrase_file.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(std::string sealed,
                                store::ReadPrivateFile(to, kMaxSize));
    return store::WriteFile(out.File("secret/" + to.substr(to.rfind('/') + 1)),
                            sealed, 0600);
  }
  PARCELVEIL_ASSIGN_OR_RETURN(Unlock unlock,
                              store::ReadUnlock("", from.UnlockFile()));
  PARCELVEIL_ASSIGN_OR_RETURN(Secret secret, from.ReadSecret(to, unlock));
  PARCELVEIL_ASSIGN_OR_RETURN(Secret key, Secret::Random(kUnlockKeySize));
  PARCELVEIL_RETURN_IF_ERROR(key.Use([&](absl::Span<const uint8_t> bytes) {
    return store::WriteFile(
        out.UnlockFile(),
        {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, 0600);
  }));
  return out.WriteSecret(out.File("secret/" + to.substr(to.rfind('/') + 1)),
                         secret, {Unlock::Kind::kRawKey, std::move(key)});
}

absl::Status Run(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(Role role, ParseRole(flags.role));
  const Scope scope{flags.outlet};
  const store::KeyringDir from(flags.common.keyring);
  const store::KeyringDir out(flags.out);
  PARCELVEIL_RETURN_IF_ERROR(MakeFolder(flags.out, 0755));
  PARCELVEIL_RETURN_IF_ERROR(MakeFolder(out.File("secret"), 0700));
  PARCELVEIL_RETURN_IF_ERROR(
      Copy(from.KeyringFile(scope), out.KeyringFile(scope), 0644));
  PARCELVEIL_RETURN_IF_ERROR(Copy(from.SignersFile(), out.SignersFile(), 0644));
  PARCELVEIL_RETURN_IF_ERROR(
      ExportSecret(flags.common, from, from.SecretFile(role, scope), out));
  const std::string name = store::SecretFileName(role, scope);
  if (session->json) {
    session->Print(JsonObject().Add("role", name).Add("out", flags.out).Take());
    return absl::OkStatus();
  }
  session->Print("Wrote to " + flags.out + " what a host of " + name +
                 " needs, and nothing else. It holds a secret:\nmove it there "
                 "safely, and delete it here.");
  return absl::OkStatus();
}

}  // namespace

void AddKeyringExport(CLI::App* keyring, Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = keyring->add_subcommand(
      "export", "write what one host or pod needs, nothing else");
  AddKeyringFlags(command, &flags->common);
  command->add_option("--role", flags->role, "GATE, LIST, ... or a number")
      ->type_name("ROLE")
      ->required();
  command->add_option("--scope", flags->outlet, "which outlet of the role")
      ->type_name("N");
  command->add_option("--out", flags->out, "directory to make")
      ->type_name("DIR")
      ->required();
  session->OnRun(command, [flags, session] { return Run(*flags, session); });
}

}  // namespace parcelveil::cli
