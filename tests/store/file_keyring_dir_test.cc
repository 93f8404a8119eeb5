// SPDX-License-Identifier: Apache-2.0
// A keyring directory: loading, permissions, publishing, crashes, the floor.

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "parcelveil/field.h"
#include "parcelveil/file.h"
#include "parcelveil/keyring_admin.h"
#include "src/store/file/file_io.h"
#include "src/store/file/floor_file.h"
#include "src/store/file/keyring_dir.h"
#include "tests/testing/scratch_dir.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Scope kOutlet{5712};

void Write(const std::string& path, std::string_view bytes, mode_t mode) {
  ASSERT_THAT(store::WriteFile(path, bytes, mode), IsOk());
}

std::string Read(const std::string& path) {
  return store::ReadWholeFile(path, 1u << 26).value_or("");
}

class KeyringDirTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KeyringEditor::Created created = KeyringEditor::Create({}).value();
    editor_ = std::move(created.editor);
    ASSERT_EQ(mkdir(dir_.File("secret").c_str(), 0700), 0);
    Write(dir_.UnlockFile(), std::string(32, 'k'), 0600);
    const SignerPublicKey signer = editor_->signer_public_key();
    Write(
        dir_.SignersFile(),
        "# who signs\n" +
            absl::BytesToHexString(std::string(signer.begin(), signer.end())) +
            "\n",
        0644);
    const Unlock unlock = store::ReadUnlock("", dir_.UnlockFile()).value();
    for (const UnsealedSecret& secret : created.secrets) {
      ASSERT_THAT(
          dir_.WriteSecret(dir_.SecretFile(secret.role, secret.role_scope),
                           secret.payload, unlock),
          IsOk());
    }
    files_ = editor_->Sign().value();
    ASSERT_THAT(dir_.Publish({}, files_), IsOk());
  }

  // Another version of main file and shard.
  KeyringFiles NextVersion() {
    EXPECT_THAT(editor_->AddScope({kOutlet, std::nullopt, nullptr}), IsOk());
    EXPECT_THAT(editor_->Rotate(Slot::kRecipientView), IsOk());
    return editor_->Sign().value();
  }

  absl::Status Load(const LoadKeyringOptions& options = {}) {
    return LoadKeyring(dir_.path(), Role::kGate, options).status();
  }

  testing::ScratchDir scratch_;
  store::KeyringDir dir_{scratch_.path()};
  std::unique_ptr<KeyringEditor> editor_;
  KeyringFiles files_;
};

TEST_F(KeyringDirTest, LoadsARoleThatSealsWhatAnotherOpens) {
  const auto converter = LoadKeyring(dir_.path(), Role::kConverter).value();
  const auto gate = LoadKeyring(dir_.path(), Role::kGate).value();
  const Cell cell{Slot::kRecipientPhone, "SF1"};
  std::string sealed;
  ASSERT_THAT(Sealer::Create(converter.get(), TableMap::Default())
                  .value()
                  ->SealField(cell, Scope::kNational, "13812345678", &sealed),
              IsOk());
  EXPECT_THAT(Opener::Create(gate.get()).value()->Open(cell, sealed), IsOk());
}

TEST_F(KeyringDirTest, RefusesASecretThatOthersMayRead) {
  const std::string secret = dir_.SecretFile(Role::kGate, Scope::kNational);
  for (const std::string& path : {secret, dir_.UnlockFile()}) {
    ASSERT_EQ(chmod(path.c_str(), 0640), 0);
    EXPECT_THAT(Load(), ReasonIs(Reason::kForbidden));
    ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  }
  EXPECT_THAT(Load(), IsOk());
}

TEST_F(KeyringDirTest, NamesTheFileThatIsNotThere) {
  unlink(dir_.SecretFile(Role::kGate, Scope::kNational).c_str());
  EXPECT_THAT(Load(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("secret/GATE")));
}

TEST_F(KeyringDirTest, ReadsAPassphraseWithoutItsLineEnd) {
  const std::string file = scratch_.File("passphrase");
  for (const char* text : {"a b c", "a b c\n", "a b c\r\n"}) {
    Write(file, text, 0600);
    const Unlock unlock = store::ReadUnlock(file, "").value();
    EXPECT_EQ(unlock.kind, Unlock::Kind::kPassphrase);
    unlock.bytes.Use([](absl::Span<const uint8_t> bytes) {
      EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "a b c");
    });
  }
  Write(file, "\n", 0600);
  EXPECT_THAT(store::ReadUnlock(file, "").status(),
              ReasonIs(Reason::kMalformed));
}

TEST_F(KeyringDirTest, NamesSecretsAfterRoleAndOutlet) {
  EXPECT_EQ(store::SecretFileName(Role::kGate, Scope::kNational), "GATE");
  EXPECT_EQ(store::SecretFileName(Role::kOutlet, kOutlet), "OUTLET-5712");
  EXPECT_EQ(store::SecretFileName(Role{64}, Scope::kNational), "ROLE-64");
}

TEST_F(KeyringDirTest, LetsOneOfTwoWritersThrough) {
  const KeyringFiles next = NextVersion();
  EXPECT_THAT(dir_.Publish(files_, next), IsOk());
  EXPECT_THAT(dir_.Publish(files_, next), ReasonIs(Reason::kConflict));
  EXPECT_EQ(Read(dir_.KeyringFile(Scope::kNational)), next.main);
  // A shard that appeared meanwhile is a conflict too.
  KeyringFiles known = files_;
  known.main = next.main;
  EXPECT_THAT(dir_.Publish(known, next), ReasonIs(Reason::kConflict));
}

TEST_F(KeyringDirTest, ReadsBackEveryFile) {
  const KeyringFiles next = NextVersion();
  ASSERT_THAT(dir_.Publish(files_, next), IsOk());
  Write(dir_.File("keyring-x"), "no shard", 0644);
  const KeyringFiles read = dir_.ReadFiles().value();
  EXPECT_EQ(read.main, next.main);
  EXPECT_EQ(read.shards, next.shards);
}

// Each state that a process may leave behind when it dies.
TEST_F(KeyringDirTest, LoadsAndPublishesAfterADeathAtAnyStep) {
  const KeyringFiles next = NextVersion();
  const std::string temporary = dir_.File(".keyring.1.tmp");
  const auto state_loads_and_goes_on = [&] {
    EXPECT_THAT(Load(), IsOk());
    KeyringFiles now = dir_.ReadFiles().value();
    ASSERT_THAT(dir_.Publish(now, next), IsOk());
    EXPECT_THAT(Load(), IsOk());
    EXPECT_FALSE(std::filesystem::exists(temporary));
    // Back to the start for the next state; the floor has risen.
    Write(dir_.KeyringFile(Scope::kNational), files_.main, 0644);
    unlink(dir_.KeyringFile(kOutlet).c_str());
    unlink(dir_.FloorFile(Scope::kNational, "").c_str());
  };
  Write(dir_.File("keyring.lock"), "", 0600);  // locked, nothing written
  state_loads_and_goes_on();
  Write(temporary, "", 0600);  // made
  state_loads_and_goes_on();
  Write(temporary, next.main.substr(0, 1000), 0600);  // half written
  state_loads_and_goes_on();
  Write(temporary, next.shards.at(kOutlet), 0600);  // whole, not renamed
  state_loads_and_goes_on();
  Write(dir_.KeyringFile(kOutlet), next.shards.at(kOutlet), 0644);
  state_loads_and_goes_on();  // shard renamed, main file not
}

TEST_F(KeyringDirTest, SurvivesKill9WhilePublishing) {
  std::vector<KeyringFiles> versions = {files_};
  for (int i = 0; i < 12; ++i) versions.push_back(NextVersion());
  for (int kill_after = 0; kill_after < 11; ++kill_after) {
    int pipe_fds[2];
    ASSERT_EQ(pipe(pipe_fds), 0);
    const pid_t child = fork();
    if (child == 0) {
      for (size_t i = 1; i < versions.size(); ++i) {
        if (!dir_.Publish(versions[i - 1], versions[i]).ok()) _exit(1);
        if (write(pipe_fds[1], "x", 1) != 1) _exit(2);
      }
      _exit(0);
    }
    close(pipe_fds[1]);
    char byte;
    for (int i = 0; i <= kill_after; ++i) {
      ASSERT_EQ(read(pipe_fds[0], &byte, 1), 1);
    }
    kill(child, SIGKILL);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    close(pipe_fds[0]);
    const std::string main = Read(dir_.KeyringFile(Scope::kNational));
    size_t at = 0;
    while (at < versions.size() && versions[at].main != main) ++at;
    ASSERT_LT(at, versions.size()) << "neither an old nor a new file";
    EXPECT_GT(at, static_cast<size_t>(kill_after));
    // The shard is of the same version, or one ahead.
    const std::string shard = Read(dir_.KeyringFile(kOutlet));
    EXPECT_TRUE(shard == versions[at].shards.at(kOutlet) ||
                (at + 1 < versions.size() &&
                 shard == versions[at + 1].shards.at(kOutlet)));
    EXPECT_THAT(Load(), IsOk());
    Write(dir_.KeyringFile(Scope::kNational), files_.main, 0644);
    unlink(dir_.KeyringFile(kOutlet).c_str());
    unlink(dir_.FloorFile(Scope::kNational, "").c_str());
  }
}

TEST_F(KeyringDirTest, RemembersTheNewestFileBetweenLoads) {
  const KeyringFiles next = NextVersion();
  ASSERT_THAT(dir_.Publish(files_, next), IsOk());
  ASSERT_THAT(Load(), IsOk());
  Write(dir_.KeyringFile(Scope::kNational), files_.main, 0644);
  EXPECT_THAT(Load(), ReasonIs(Reason::kKeyringRolledBack));
}

TEST_F(KeyringDirTest, KeepsTheFloorWhereItIsTold) {
  testing::ScratchDir state;
  LoadKeyringOptions options;
  options.state_dir = state.path();
  ASSERT_THAT(Load(options), IsOk());
  EXPECT_TRUE(std::filesystem::exists(state.File("floor")));
  EXPECT_FALSE(std::filesystem::exists(dir_.File("floor")));
  options.state_dir = state.File("not-there");
  EXPECT_THAT(Load(options), Not(IsOk()));
}

TEST_F(KeyringDirTest, TrustsPinnedSignersInsteadOfTheDirectorys) {
  LoadKeyringOptions options;
  options.signers = {{1}};
  EXPECT_THAT(Load(options), ReasonIs(Reason::kUnauthenticated));
  options.signers = {editor_->signer_public_key()};
  unlink(dir_.SignersFile().c_str());
  EXPECT_THAT(Load(options), IsOk());
}

TEST_F(KeyringDirTest, TakesUpANewFileWhileInUse) {
  const auto gate = LoadKeyring(dir_.path(), Role::kGate).value();
  ASSERT_THAT(dir_.Publish(files_, NextVersion()), IsOk());
  ASSERT_THAT(gate->Reload(), IsOk());
  EXPECT_EQ(gate->Health().serial, 2u);
}

TEST_F(KeyringDirTest, ReadsATableMap) {
  const std::string file = scratch_.File("map.textproto");
  Write(file, "not a map", 0644);
  EXPECT_THAT(LoadTableMap(file), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("map.textproto")));
  EXPECT_THAT(LoadTableMap(scratch_.File("none")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
}

TEST(FloorFileTest, IsNeverLowered) {
  testing::ScratchDir scratch;
  store::FloorFile floor(scratch.File("floor"),
                         store::ReadOnlyFolder::kRefused);
  EXPECT_FALSE(floor.Read().value().has_value());
  ASSERT_THAT(floor.Write({7, {1}}), IsOk());
  ASSERT_THAT(floor.Write({6, {2}}), IsOk());
  EXPECT_EQ(floor.Read().value()->serial, 7u);
  EXPECT_EQ(floor.Read().value()->sha256[0], 1);
}

TEST(FloorFileTest, WaitsForWhoeverRaisesIt) {
  testing::ScratchDir scratch;
  store::FloorFile floor(scratch.File("floor"),
                         store::ReadOnlyFolder::kRefused);
  pid_t child;
  {
    const auto lock = store::LockFile(scratch.File("floor.lock")).value();
    child = fork();
    if (child == 0) {
      close(lock.get());
      _exit(floor.Write({6, {2}}).ok() ? 0 : 1);
    }
    usleep(100000);
    Write(scratch.File("floor"), "7 " + std::string(64, '1') + "\n", 0644);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(floor.Read().value()->serial, 7u);
}

TEST(FloorFileTest, RefusesWhatIsNoFloor) {
  testing::ScratchDir scratch;
  store::FloorFile floor(scratch.File("floor"),
                         store::ReadOnlyFolder::kRefused);
  const std::string hash(64, 'a');
  for (const std::string& text :
       {std::string("x"), std::string("7"), "7 " + hash + " 8", "-1 " + hash,
        "7 " + hash.substr(1) + "g"}) {
    Write(scratch.File("floor"), text, 0644);
    EXPECT_THAT(floor.Read(), ReasonIs(Reason::kMalformed)) << text;
  }
}

// As an ordinary user: root may write everywhere. Secrets are made after the
// fork, as a service would.
TEST_F(KeyringDirTest, LoadsFromADirectoryThatCannotBeWritten) {
  constexpr uid_t kOwner = 65534;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(scratch_.path())) {
    ASSERT_EQ(chown(entry.path().c_str(), geteuid() == 0 ? kOwner : -1, -1), 0);
  }
  ASSERT_EQ(chmod(scratch_.path().c_str(), 0555), 0);
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && setuid(kOwner) != 0) _exit(9);
    _exit(Load().ok() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(chmod(scratch_.path().c_str(), 0700), 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_FALSE(std::filesystem::exists(dir_.File("floor")));
}

}  // namespace
}  // namespace parcelveil
