// SPDX-License-Identifier: Apache-2.0
// `parcelveil keyring` and `parcelveil mask`, through the real binary.

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "parcelveil/file.h"
#include "parcelveil/schema.h"
#include "tests/testing/scratch_dir.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Result {
  int exit;
  std::string out;
  std::string err;
};

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void Write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// A day before today, by the offset that `init` takes without --utc-offset.
std::string DaysAgo(int days) {
  const absl::CivilDay today =
      absl::ToCivilDay(absl::Now(), absl::FixedTimeZone(8 * 3600));
  return absl::FormatCivilTime(today - days);
}

class KeyringCliTest : public ::testing::Test {
 protected:
  // Runs a shell command in which $PV is the binary; standard input is empty
  // unless the command redirects it.
  Result Shell(const std::string& command) {
    const std::string out = scratch_.File("out"), err = scratch_.File("err");
    const std::string line = "cd '" + scratch_.path() + "' && PV='" +
                             PARCELVEIL_BINARY + "' && (" + command + ") >'" +
                             out + "' 2>'" + err + "' </dev/null";
    const int status = std::system(line.c_str());
    return {WEXITSTATUS(status), Read(out), Read(err)};
  }
  Result Run(const std::string& arguments) {
    return Shell("\"$PV\" " + arguments);
  }
  Result Keyring(const std::string& arguments) {
    return Run("keyring " + arguments + " --keyring kr");
  }
  void Init(const std::string& arguments = "") {
    const Result result = Keyring("init " + arguments);
    ASSERT_EQ(result.exit, 0) << result.err;
  }
  std::string File(const std::string& name) { return scratch_.File(name); }

  static google::protobuf::Struct ParseJson(const std::string& text) {
    google::protobuf::Struct object;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text, &object).ok())
        << text;
    return object;
  }

  testing::ScratchDir scratch_;
};

TEST_F(KeyringCliTest, InitMakesAllThatOneMachineNeeds) {
  const Result result = Keyring("init");
  ASSERT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("kr/secret/STEWARD"));
  EXPECT_THAT(result.out, HasSubstr("Nothing will be destroyed"));
  for (const char* name : {"signer", "unlock", "secret/GATE", "secret/LIST"}) {
    struct stat info {};
    ASSERT_EQ(stat(File(std::string("kr/") + name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << name;
  }
  EXPECT_THAT(LoadKeyring(File("kr"), Role::kGate), testing::IsOk());
}

TEST_F(KeyringCliTest, InitLeavesAnExistingKeyringAlone) {
  Init();
  const std::string before = Read(File("kr/keyring"));
  EXPECT_EQ(Keyring("init").exit, 4);
  EXPECT_EQ(Read(File("kr/keyring")), before);
}

TEST_F(KeyringCliTest, FirstStepsNeedNoWordsOfTheTrade) {
  std::string shown = Keyring("init").out;
  shown += Keyring("maintain").out;
  const std::regex words("\\b(epoch|scope|gen|steward|nonce)s?\\b");
  EXPECT_FALSE(std::regex_search(shown, words)) << shown;
}

TEST_F(KeyringCliTest, SpeaksJson) {
  const auto init = ParseJson(Keyring("init --json --tenant 9").out);
  EXPECT_EQ(init.fields().at("tenant").number_value(), 9);
  EXPECT_EQ(ParseJson(Keyring("maintain --json").out)
                .fields()
                .at("serial")
                .number_value(),
            1);
  EXPECT_GT(ParseJson(Keyring("show --json").out)
                .fields()
                .at("days")
                .list_value()
                .values_size(),
            35);
  const Result failed = Keyring("rotate --slot 64 --json");
  EXPECT_EQ(failed.exit, 1);
  EXPECT_EQ(ParseJson(failed.err).fields().at("reason").string_value(),
            "KEY_UNKNOWN");
  const Result usage = Keyring("rotate --json");
  EXPECT_EQ(usage.exit, 2);
  EXPECT_NE(ParseJson(usage.err).fields().at("message").string_value(), "");
}

TEST_F(KeyringCliTest, WrongUsageEndsWith2) {
  Init();
  EXPECT_EQ(Run("").exit, 2);
  EXPECT_EQ(Run("keyring").exit, 2);
  EXPECT_EQ(Keyring("rotate --slot NO_SUCH").exit, 2);
  EXPECT_EQ(Keyring("hold --epoch yesterday").exit, 2);
  EXPECT_EQ(Keyring("destroy --role GATE").exit, 2);
  EXPECT_EQ(Run("--help").exit, 0);
}

TEST_F(KeyringCliTest, ADamagedKeyringEndsWith3) {
  Init();
  std::string bytes = Read(File("kr/keyring"));
  bytes[bytes.size() / 2] ^= 1;
  Write(File("kr/keyring"), bytes);
  EXPECT_EQ(Keyring("maintain").exit, 3);
  EXPECT_EQ(Keyring("show").exit, 3);
}

TEST_F(KeyringCliTest, MakesKeysForPastDays) {
  Init();
  const Result result = Keyring("maintain --since " + DaysAgo(300));
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(Keyring("show").out, HasSubstr(DaysAgo(300)));
}

TEST_F(KeyringCliTest, GrantsWithAndWithoutTheOfflineSecret) {
  Init();
  EXPECT_THAT(Keyring("grant --role AUDITOR --slot RECIPIENT_PHONE").out,
              HasSubstr("36 days can be read"));
  std::filesystem::remove(File("kr/secret/STEWARD"));
  EXPECT_THAT(Keyring("grant --role AUDITOR --slot RECIPIENT_NAME").out,
              HasSubstr("put the file secret/STEWARD back"));
  EXPECT_EQ(Keyring("grant --role LIST --slot RECIPIENT_PHONE_INDEX").exit, 4);
  EXPECT_EQ(Keyring("revoke --role AUDITOR --slot RECIPIENT_PHONE").exit, 0);
}

TEST_F(KeyringCliTest, AddsAnOutletAndExportsWhatItNeeds) {
  Init();
  ASSERT_EQ(Keyring("grant --role OUTLET --scope 5712").exit, 0);
  const Result result = Keyring("export --role OUTLET --scope 5712 --out pod");
  ASSERT_EQ(result.exit, 0) << result.err;
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(File("pod"))) {
    names.push_back(
        std::filesystem::relative(entry.path(), File("pod")).string());
  }
  EXPECT_THAT(names, ::testing::UnorderedElementsAre(
                         "keyring-5712", "signer.pub", "secret",
                         "secret/OUTLET-5712", "unlock"));
  EXPECT_NE(Read(File("pod/unlock")), Read(File("kr/unlock")));
  LoadKeyringOptions options;
  options.role_scope = Scope{5712};
  EXPECT_THAT(LoadKeyring(File("pod"), Role::kOutlet, options),
              testing::IsOk());
}

TEST_F(KeyringCliTest, RenewsARoleOnAHostThatDoesNotSign) {
  Init();
  ASSERT_EQ(Keyring("export --role GATE --out pod").exit, 0);
  const Result result = Run("keyring maintain --keyring pod --role GATE");
  EXPECT_EQ(result.exit, 0) << result.err;
  const std::string mark = "by telephone: ";
  const size_t at = result.out.find(mark);
  ASSERT_NE(at, std::string::npos) << result.out;
  const std::string fingerprint = result.out.substr(at + mark.size(), 16);
  const Result taken = Keyring("maintain --role-keys pod/role-keys-GATE");
  EXPECT_EQ(taken.exit, 0);
  EXPECT_THAT(taken.err, HasSubstr(fingerprint));
  EXPECT_EQ(Keyring("maintain --role-keys kr/signer.pub").exit, 1);
}

TEST_F(KeyringCliTest, HoldsReleasesAndDestroys) {
  Init();
  ASSERT_EQ(Keyring("maintain --since " + DaysAgo(20)).exit, 0);
  const std::string day = " --epoch " + DaysAgo(18);
  EXPECT_EQ(Keyring("hold" + day).exit, 0);
  EXPECT_EQ(Keyring("destroy --accept-loss" + day).exit, 4);  // held
  EXPECT_EQ(Keyring("release" + day).exit, 0);
  const std::string before = Read(File("kr/keyring"));
  const Result uncounted = Keyring("destroy" + day);
  EXPECT_EQ(uncounted.exit, 4);
  EXPECT_THAT(uncounted.err, HasSubstr("not counted"));
  EXPECT_EQ(Keyring("destroy --dry-run" + day).exit, 0);
  EXPECT_EQ(Read(File("kr/keyring")), before);
  EXPECT_EQ(Keyring("destroy --accept-loss" + day).exit, 0);
  EXPECT_THAT(Keyring("show").out, HasSubstr("destroyed"));
  EXPECT_EQ(
      Keyring("destroy --accept-loss --role GATE --before " + DaysAgo(16)).exit,
      0);
}

TEST_F(KeyringCliTest, RestoreDrill) {
  Init();
  ASSERT_EQ(Shell("cp kr/keyring copy").exit, 0);
  ASSERT_EQ(Keyring("rotate --slot RECIPIENT_PHONE").exit, 0);
  ASSERT_THAT(LoadKeyring(File("kr"), Role::kGate), testing::IsOk());
  // The newest file is lost; its copy alone is refused, restored it is taken.
  Write(File("kr/keyring"), "damaged");
  ASSERT_EQ(Shell("cp copy kr/keyring").exit, 0);
  EXPECT_THAT(LoadKeyring(File("kr"), Role::kGate),
              testing::ReasonIs(Reason::kKeyringRolledBack));
  Write(File("kr/keyring"), "damaged");
  const Result result = Keyring("restore --from copy");
  ASSERT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("cannot be read"));
  EXPECT_THAT(LoadKeyring(File("kr"), Role::kGate), testing::IsOk());
  EXPECT_EQ(Keyring("maintain").exit, 0);
}

TEST_F(KeyringCliTest, SignsNoRolledBackFile) {
  Init();
  ASSERT_EQ(Shell("cp kr/keyring copy").exit, 0);
  ASSERT_EQ(Keyring("rotate --slot RECIPIENT_PHONE").exit, 0);
  ASSERT_EQ(Shell("cp copy kr/keyring").exit, 0);
  EXPECT_EQ(Keyring("rotate --slot RECIPIENT_PHONE").exit, 3);
  EXPECT_EQ(Read(File("kr/keyring")), Read(File("copy")));
}

TEST_F(KeyringCliTest, RestoreListsWhatTheCopyLacks) {
  Init();
  ASSERT_EQ(Shell("cp kr/keyring copy").exit, 0);
  ASSERT_EQ(Keyring("rotate --slot RECIPIENT_PHONE").exit, 0);
  EXPECT_THAT(Keyring("restore --from copy").out,
              HasSubstr("The copy lacks 36 keys"));
}

TEST_F(KeyringCliTest, WorksWithAPassphrase) {
  Write(File("pass"), "correct horse\n");
  Write(File("wrong"), "battery staple\n");
  ASSERT_EQ(Shell("chmod 600 pass wrong").exit, 0);
  // Only the signer and one role, to spare the time of stretching.
  Write(File("schema"),
        "calling_code: \"86\"\n"
        "slot { id: RECIPIENT_NAME party: RECIPIENT kind: NAME pad: 32 }\n"
        "role { id: STEWARD bucket_days: 31 }\n");
  Init("--schema schema --passphrase-file pass");
  EXPECT_FALSE(std::filesystem::exists(File("kr/unlock")));
  EXPECT_EQ(Keyring("rotate --slot RECIPIENT_NAME --passphrase-file pass").exit,
            0);
  const Result wrong =
      Keyring("rotate --slot RECIPIENT_NAME --passphrase-file wrong --json");
  EXPECT_EQ(wrong.exit, 4);
  EXPECT_EQ(ParseJson(wrong.err).fields().at("reason").string_value(),
            "WRONG_PASSPHRASE");
  EXPECT_THAT(wrong.err, Not(HasSubstr("battery")));
}

TEST_F(KeyringCliTest, CheckIsForMonitoring) {
  Init();
  EXPECT_EQ(Keyring("show --check").exit, 0);
  const Result soon = Keyring("show --check --days 40");
  EXPECT_EQ(soon.exit, 1);
  EXPECT_THAT(soon.err, HasSubstr("keys run out"));
  std::filesystem::remove(File("kr/secret/GATE"));
  EXPECT_THAT(Keyring("show --check").err,
              HasSubstr("the secret GATE is not there"));
}

// As an ordinary user with 64 KiB of lockable memory. Root, where the test
// runs as root, would not be limited at all.
TEST_F(KeyringCliTest, NeedsNoMoreThan64KiBOfLockedMemory) {
  ASSERT_EQ(Shell("cp \"$PV\" pv && chmod 755 pv && chmod 777 .").exit, 0);
  const std::string user =
      geteuid() == 0 ? "setpriv --reuid 65534 --regid 65534 --clear-groups "
                     : "";
  const std::string pv = user + "prlimit --memlock=65536:65536 ./pv keyring ";
  for (const std::string& command : std::vector<std::string>{
           "init", "maintain --since " + DaysAgo(20), "rotate --slot DIAL",
           "grant --role AUDITOR --slot RECIPIENT_NAME --since " + DaysAgo(20),
           "grant --role OUTLET --scope 5712", "show"}) {
    const Result result = Shell(pv + command + " --keyring kr");
    EXPECT_EQ(result.exit, 0) << command << ": " << result.err;
  }
  const Result none =
      Shell(user + "prlimit --memlock=0:0 ./pv keyring maintain --keyring kr");
  EXPECT_EQ(none.exit, 1);
  EXPECT_THAT(none.err, HasSubstr("RLIMIT_MEMLOCK"));
  EXPECT_EQ(Shell(user + "prlimit --memlock=0:0 ./pv keyring maintain "
                         "--keyring kr --allow-unlocked")
                .exit,
            0);
}

TEST_F(KeyringCliTest, TwoWritersDoNotLoseEachOthersChange) {
  Init();
  // Eight at a time: each is done, or says that another was first.
  const Result result = Shell(
      "for i in 1 2 3 4 5 6 7 8; do \"$PV\" keyring rotate --slot DIAL "
      "--keyring kr & pids=\"$pids $!\"; done; "
      "for p in $pids; do wait $p; echo exit $?; done");
  int num_done = 0;
  for (size_t at = 0; (at = result.out.find("exit ", at)) != std::string::npos;
       ++at) {
    const std::string status = result.out.substr(at + 5, 2);
    EXPECT_TRUE(status == "0\n" || status == "75") << status;
    if (status == "0\n") ++num_done;
  }
  EXPECT_GE(num_done, 1);
  EXPECT_EQ(ParseJson(Keyring("show --json").out)
                .fields()
                .at("serial")
                .number_value(),
            1 + num_done);
}

TEST_F(KeyringCliTest, TheExampleSchemaIsTheBuiltInOne) {
  const auto schema =
      Schema::Parse(Read(PARCELVEIL_SOURCE_DIR "/examples/schema.textproto"));
  ASSERT_THAT(schema, testing::IsOk());
  EXPECT_EQ(schema->ToText(), Schema::Default().ToText());
  EXPECT_EQ(schema->destroy_after_days(), 0u);
  std::string with = Read(PARCELVEIL_SOURCE_DIR "/examples/schema.textproto");
  with.replace(with.find("# destroy_after_days"), 2, "");
  Write(File("schema"), with);
  EXPECT_THAT(Keyring("init --schema schema").out,
              AllOf(HasSubstr("400 days after it"),
                    Not(HasSubstr("Nothing will be destroyed"))));
}

TEST_F(KeyringCliTest, MasksALineForALine) {
  EXPECT_EQ(Shell("printf '13812345678\\n\\n' | \"$PV\" mask --kind phone").out,
            "138****5678\n\n");
  EXPECT_EQ(Shell("printf '13812345678\\0' | \"$PV\" mask --kind phone --null "
                  "--preset label")
                .out,
            std::string("1******5678\0", 12));
  EXPECT_EQ(
      Shell("printf '张三\\t13812345678\\t\\n' | \"$PV\" mask --kind record")
          .out,
      "张*\t138****5678\t\n");
  EXPECT_EQ(Run("mask --kind face").exit, 2);
}

TEST_F(KeyringCliTest, GeneratesADatabase) {
  const Result result =
      Run("generate --rows 20 --seed 1 --db sqlite:rows.db --until 2026-11-24");
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_TRUE(std::filesystem::exists(File("rows.db")));
  EXPECT_EQ(Run("generate --rows 20 --seed 1 --db rows.db").exit, 2);
}

}  // namespace
}  // namespace parcelveil
