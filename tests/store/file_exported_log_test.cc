// SPDX-License-Identifier: Apache-2.0
// ExportLogFiles and OpenExportedLog: a log as tlog-tiles files.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "gtest/gtest.h"
#include "parcelveil/audit_export.h"
#include "parcelveil/audit_verify.h"
#include "parcelveil/file.h"
#include "tests/audit/log_fixture.h"
#include "tests/testing/scratch_dir.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil {
namespace {

using ::parcelveil::audit::GrantLeaf;
using ::parcelveil::audit::LogTest;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::HasSubstr;

class ExportedLogTest : public LogTest {
 protected:
  void GrowAndSign(uint64_t size) {
    const auto log = Grow(size);
    ASSERT_THAT(log->Checkpoint(), IsOk());
    verifier_key_ = log->verifier_key();
  }
  std::string Dir() const { return dir_.File("export"); }
  std::string Path(const std::string& name) const { return Dir() + "/" + name; }
  // Every file of the export and when it was written.
  std::map<std::string, std::filesystem::file_time_type> Files() const {
    std::map<std::string, std::filesystem::file_time_type> files;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(Dir())) {
      if (entry.is_regular_file()) {
        files[entry.path().string()] = entry.last_write_time();
      }
    }
    return files;
  }
  std::string Verify() const {
    const auto log = OpenExportedLog(Dir());
    if (!log.ok()) return log.status().ToString();
    LogVerifyOptions options;
    options.verifier_key = verifier_key_;
    const auto report = VerifyLog(log->get(), options);
    if (!report.ok()) return report.status().ToString();
    if (report->problem.has_value()) return report->problem->what;
    return std::to_string(report->num_leaves) + " leaves are fine";
  }

  testing::ScratchDir dir_;
  std::string verifier_key_;
};

TEST_F(ExportedLogTest, VerifiesAtEverySizeAsItGrows) {
  for (uint64_t size : {1, 255, 256, 257, 512, 1000}) {
    GrowAndSign(size);
    ASSERT_THAT(ExportLogFiles(&store_, Dir()), IsOk());
    EXPECT_EQ(Verify(), std::to_string(size) + " leaves are fine");
  }
}

TEST_F(ExportedLogTest, GivesProofsLikeTheLogItself) {
  GrowAndSign(700);
  ASSERT_THAT(ExportLogFiles(&store_, Dir()), IsOk());
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto log, OpenExportedLog(Dir()));
  for (uint64_t index : {0, 255, 256, 600, 699}) {
    EXPECT_EQ(*ProveInclusion(log.get(), index, 700),
              *ProveInclusion(&store_, index, 700));
  }
  EXPECT_EQ(*ProveConsistency(log.get(), 300, 700),
            *ProveConsistency(&store_, 300, 700));
}

TEST_F(ExportedLogTest, WritesWhatIsThereOnlyOnce) {
  GrowAndSign(300);
  ASSERT_THAT(ExportLogFiles(&store_, Dir()), IsOk());
  const auto before = Files();
  ASSERT_THAT(ExportLogFiles(&store_, Dir()), IsOk());
  EXPECT_EQ(Files(), before);
  GrowAndSign(301);
  ASSERT_THAT(ExportLogFiles(&store_, Dir()), IsOk());
  const auto after = Files();
  EXPECT_EQ(after.size(), before.size() + 2);
  EXPECT_EQ(after.at(Path("tile/0/000")), before.at(Path("tile/0/000")));
}

TEST_F(ExportedLogTest, KeepsTheSignaturesOfWitnesses) {
  GrowAndSign(300);
  ASSERT_THAT(ExportLogFiles(&store_, Dir()), IsOk());
  std::ofstream(Path("checkpoint"), std::ios::app)
      << "\u2014 witness.example/w1 AAAAAAAA\n";
  ASSERT_THAT(ExportLogFiles(&store_, Dir()), IsOk());
  EXPECT_THAT(**(*OpenExportedLog(Dir()))->ReadCheckpoint(),
              HasSubstr("witness.example/w1"));
  EXPECT_EQ(Verify(), "300 leaves are fine");
}

TEST_F(ExportedLogTest, RefusesAnExportOfAnotherHistory) {
  GrowAndSign(300);
  ASSERT_THAT(ExportLogFiles(&store_, Dir()), IsOk());
  store_.log() = {};
  GrowAndSign(200);  // the log was rolled back
  EXPECT_THAT(ExportLogFiles(&store_, Dir()), ReasonIs(Reason::kLogRolledBack));
  store_.log() = {};
  for (uint64_t i = 0; i < 400; i += 100) {
    ASSERT_THAT((*Open())->Append({GrantLeaf(i)}), IsOk());
  }
  GrowAndSign(400);  // and grown again, with other leaves
  EXPECT_THAT(ExportLogFiles(&store_, Dir()), ReasonIs(Reason::kLogRolledBack));
  EXPECT_EQ(Verify(), "300 leaves are fine");  // what is there stays
}

TEST_F(ExportedLogTest, RefusesTheFolderOfAnotherLog) {
  GrowAndSign(30);
  ASSERT_THAT(ExportLogFiles(&store_, Dir()), IsOk());
  store_.log() = {};
  AuditLogOptions options = Options();
  options.origin = "courier.example/audit/7/gate-2";
  const auto other = AuditLog::Open(std::move(options));
  ASSERT_THAT((*other)->Checkpoint(), IsOk());
  EXPECT_THAT(ExportLogFiles(&store_, Dir()), ReasonIs(Reason::kAlreadyExists));
}

TEST_F(ExportedLogTest, AnExportThatDiedLeavesTheOneBefore) {
  GrowAndSign(300);
  ASSERT_THAT(ExportLogFiles(&store_, Dir()), IsOk());
  GrowAndSign(600);
  // Everything but the checkpoint was written, or some of it.
  const std::string before = **(*OpenExportedLog(Dir()))->ReadCheckpoint();
  ASSERT_THAT(ExportLogFiles(&store_, Dir()), IsOk());
  std::ofstream(Path("checkpoint"), std::ios::trunc) << before;
  EXPECT_EQ(Verify(), "300 leaves are fine");
  std::filesystem::remove(Path("tile/0/001"));
  EXPECT_EQ(Verify(), "300 leaves are fine");
  ASSERT_THAT(ExportLogFiles(&store_, Dir()), IsOk());
  EXPECT_EQ(Verify(), "600 leaves are fine");
}

TEST_F(ExportedLogTest, FindsMissingAndDamagedFiles) {
  GrowAndSign(600);
  for (const std::string name :
       {"tile/entries/001", "tile/0/001", "tile/entries/002.p/88"}) {
    ASSERT_THAT(ExportLogFiles(&store_, Dir()), IsOk());
    std::filesystem::resize_file(Path(name), 100);
    EXPECT_THAT(Verify(), ::testing::Not(HasSubstr("fine"))) << name;
    std::filesystem::remove(Path(name));
    EXPECT_THAT(Verify(), ::testing::Not(HasSubstr("fine"))) << name;
    std::filesystem::remove_all(Dir());
  }
  EXPECT_THAT(OpenExportedLog(Dir()),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("checkpoint")));
}

TEST_F(ExportedLogTest, MayDropPartialFilesForFullOnes) {
  GrowAndSign(250);
  ASSERT_THAT(ExportLogFiles(&store_, Dir()), IsOk());
  const std::string before = **(*OpenExportedLog(Dir()))->ReadCheckpoint();
  GrowAndSign(256);
  ASSERT_THAT(ExportLogFiles(&store_, Dir()), IsOk());
  std::filesystem::remove_all(Path("tile/entries/000.p"));
  std::ofstream(Path("checkpoint"), std::ios::trunc) << before;
  EXPECT_EQ(Verify(), "250 leaves are fine");
}

}  // namespace
}  // namespace parcelveil
