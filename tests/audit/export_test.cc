// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parcelveil/audit_export.h"
#include "src/audit/tree.h"
#include "src/wire/bytes.h"
#include "src/wire/tile_path.h"
#include "tests/audit/log_fixture.h"
#include "tests/audit/tree_fixture.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::audit {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ExportTest : public LogTest {
 protected:
  // Exports, and returns the paths in their order.
  std::vector<std::string> Export(uint64_t exported_size) {
    std::vector<std::string> paths;
    const absl::Status status =
        ExportLog(&store_, exported_size, [&](const ExportedFile& file) {
          paths.push_back(file.path);
          files_[file.path] = file.bytes;
          return absl::OkStatus();
        });
    EXPECT_THAT(status, IsOk());
    return paths;
  }

  std::map<std::string, std::string> files_;
};

TEST_F(ExportTest, GivesFullAndPartialFilesAndTheCheckpointLast) {
  ASSERT_THAT(Grow(300)->Checkpoint(), IsOk());
  EXPECT_THAT(
      Export(0),
      ElementsAre("tile/entries/000", "tile/entries/001.p/44", "tile/0/000",
                  "tile/0/001.p/44", "tile/1/000.p/1", "checkpoint"));
  EXPECT_EQ(files_["checkpoint"], store_.log().checkpoint);
  EXPECT_EQ(files_["tile/0/000"], (store_.log().tiles[{0, 0}]));
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(
      const auto leaves,
      wire::ParseEntryBundle(files_["tile/entries/001.p/44"]));
  ASSERT_EQ(leaves.size(), 44u);
  EXPECT_EQ(leaves[43], store_.log().leaves[299]);
  EXPECT_EQ(HashAt(files_["tile/0/001.p/44"], 43), HashLeaf(leaves[43]));
  EXPECT_EQ(files_["tile/1/000.p/1"],
            wire::AsText(RootOfHashes(files_["tile/0/000"])));
}

TEST_F(ExportTest, GivesOnlyWhatIsNew) {
  ASSERT_THAT(Grow(300)->Checkpoint(), IsOk());
  Export(0);
  EXPECT_THAT(Export(300), ElementsAre("checkpoint"));
  ASSERT_THAT(Grow(310)->Checkpoint(), IsOk());
  EXPECT_THAT(Export(300), ElementsAre("tile/entries/001.p/54",
                                       "tile/0/001.p/54", "checkpoint"));
  ASSERT_THAT(Grow(512)->Checkpoint(), IsOk());
  EXPECT_THAT(Export(310), ElementsAre("tile/entries/001", "tile/0/001",
                                       "tile/1/000.p/2", "checkpoint"));
  ASSERT_THAT(Grow(513)->Checkpoint(), IsOk());
  EXPECT_THAT(Export(512), ElementsAre("tile/entries/002.p/1", "tile/0/002.p/1",
                                       "checkpoint"));
}

TEST_F(ExportTest, LeavesOutWhatNoCheckpointCovers) {
  const auto log = Grow(250);
  ASSERT_THAT(log->Checkpoint(), IsOk());
  for (uint64_t i = 250; i < 260; ++i) {
    ASSERT_THAT(log->Append({GrantLeaf(i)}), IsOk());
  }
  ASSERT_EQ(store_.log().checkpoint_size, 250u);
  EXPECT_THAT(Export(0), ElementsAre("tile/entries/000.p/250",
                                     "tile/0/000.p/250", "checkpoint"));
  // Taken from a tile that is full by now.
  EXPECT_EQ(files_["tile/0/000.p/250"],
            (store_.log().tiles[{0, 0}]).substr(0, size_t{250} * 32));
}

TEST_F(ExportTest, HasATileOfLevel2From65536LeavesOn) {
  TreeGrower(&store_.log()).GrowTo(65536);
  store_.log().checkpoint =
      "x/y\n65536\n" + std::string(43, 'A') + "=\n\n\u2014 x/y AAAAAAA=\n";
  const std::vector<std::string> paths = Export(0);
  EXPECT_THAT(paths, ::testing::Contains("tile/1/000"));
  EXPECT_EQ(files_["tile/2/000.p/1"].size(), 32u);
  EXPECT_EQ(paths.size(), 256u + 256 + 1 + 1 + 1);
}

TEST_F(ExportTest, StopsWhereItsSinkDoes) {
  ASSERT_THAT(Grow(300)->Checkpoint(), IsOk());
  int num_files = 0;
  EXPECT_THAT(ExportLog(&store_, 0,
                        [&](const ExportedFile&) {
                          return ++num_files < 3
                                     ? absl::OkStatus()
                                     : absl::UnavailableError("disk full");
                        }),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("disk full")));
  EXPECT_EQ(num_files, 3);
}

TEST_F(ExportTest, RefusesALogThatIsBehindItsExport) {
  EXPECT_THAT(ExportLog(&store_, 0,
                        [](const ExportedFile&) { return absl::OkStatus(); }),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("no checkpoint")));
  ASSERT_THAT(Grow(300)->Checkpoint(), IsOk());
  EXPECT_THAT(ExportLog(&store_, 301,
                        [](const ExportedFile&) { return absl::OkStatus(); }),
              ReasonIs(Reason::kLogRolledBack));
}

}  // namespace
}  // namespace parcelveil::audit
