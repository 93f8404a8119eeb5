// SPDX-License-Identifier: Apache-2.0
// Gates whose connection is cut, whose log is taken, or that are killed.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/store/postgres/postgres_gate_fixture.h"
#include "tests/testing/child.h"
#include "tests/testing/killed_writer.h"
#include "tests/testing/scratch_dir.h"

namespace parcelveil::testing {
namespace {

absl::Status PutLeaf(GateStore* store, uint64_t index) {
  return store->WriteLog(
      [&](LogTransaction& log) { return log.PutLeaf(index, "leaf"); });
}

TEST_F(PostgresGateTest, LetsNoSecondWriterOpenALog) {
  auto first = Open("gate-1");
  EXPECT_THAT(PostgresGateStore::Open(address_, "gate-1").status(),
              ReasonIs(Reason::kLogLocked));
  EXPECT_THAT(PutLeaf(first.get(), 0), IsOk()) << "the first goes on";
  first.reset();
  EXPECT_THAT(PostgresGateStore::Open(address_, "gate-1"), IsOk());
}

TEST_F(PostgresGateTest, ConnectsAgainAfterTheServerCutItOff) {
  const auto store = Open("gate-1");
  ASSERT_THAT(PutLeaf(store.get(), 0), IsOk());
  EndSessions();
  EXPECT_EQ(*store->NumLeaves(), 1u);
  EXPECT_THAT(PutLeaf(store.get(), 1), IsOk());
  EXPECT_THAT(PostgresGateStore::Open(address_, "gate-1").status(),
              ReasonIs(Reason::kLogLocked))
      << "the lock was taken again";
}

TEST_F(PostgresGateTest, WritesNothingOnceAnotherTookTheLog) {
  const auto first = Open("gate-1");
  EndSessions();
  auto second = Open("gate-1");
  EXPECT_THAT(PutLeaf(first.get(), 0), ReasonIs(Reason::kLogLocked));
  second.reset();
  EXPECT_THAT(PutLeaf(first.get(), 0), ReasonIs(Reason::kLogLocked))
      << "leaves may have come that it does not know";
  EXPECT_EQ(*first->NumLeaves(), 0u);
}

TEST_F(PostgresGateTest, WritesNothingWithoutItsLockEvenOnItsOldConnection) {
  const auto first = Open("gate-1");
  Ask("UPDATE parcelveil_gate.log SET opened = opened + 1");
  EXPECT_THAT(PutLeaf(first.get(), 0), ReasonIs(Reason::kLogLocked));
}

TEST_F(PostgresGateTest, GoesOnAfterAConnectionWasCutInsideATransaction) {
  OpenGate gate(Open("gate-1"));
  ASSERT_THAT(gate.WriteGroup(3, [] {}), IsOk());
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(gate.WriteGroup(2, [&] { EndSessions(); }).status().code(),
              absl::StatusCode::kUnavailable);
    EXPECT_EQ(*gate.store->NumLeaves(), 3u + 300 * round) << "all or nothing";
    ASSERT_THAT(gate.WriteGroup(300, [] {}), IsOk());
  }
  ASSERT_THAT(gate.log->Checkpoint(), IsOk());
  EXPECT_EQ(gate.FindFault(903), "");
}

TEST_F(PostgresGateTest, GoesOnAfterAConnectionWasCutByItsCommit) {
  OpenGate gate(Open("gate-1"));
  ASSERT_THAT(gate.WriteGroup(3, [] {}), IsOk());
  const auto db = OpenOrDie(address_);
  ASSERT_THAT(
      db->Execute("CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS "
                  "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); "
                  "RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER cut AFTER "
                  "INSERT ON parcelveil_gate.nonce DEFERRABLE INITIALLY "
                  "DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()",
                  "test"),
      IsOk());
  EXPECT_THAT(gate.WriteGroup(2, [] {}).status(),
              ReasonIs(Reason::kUnavailable));
  ASSERT_THAT(db->Execute("DROP TRIGGER cut ON parcelveil_gate.nonce", "test"),
              IsOk());
  EXPECT_EQ(*gate.WriteGroup(4, [] {}), 7u);
  EXPECT_EQ(gate.FindFault(7), "");
}

TEST_F(PostgresGateTest, ServesNothingWhileTheDatabaseIsAway) {
  const auto store = Open("gate-1");
  const std::string database = Ask("SELECT quote_ident(current_database())");
  const auto admin = OpenOrDie(PostgresCluster::Shared().Address("postgres"));
  const auto allow = [&](const char* word) {
    ASSERT_THAT(admin->Execute(absl::StrCat("ALTER DATABASE ", database,
                                            " ALLOW_CONNECTIONS ", word),
                               "test"),
                IsOk());
  };
  EndSessions();
  allow("false");
  EXPECT_FALSE(store->FindDevice(5).ok());
  EXPECT_FALSE(store->NumLeaves().ok());
  EXPECT_FALSE(PutLeaf(store.get(), 0).ok());
  allow("true");
  EXPECT_THAT(store->FindDevice(5), IsOk());
  EXPECT_THAT(PutLeaf(store.get(), 0), IsOk());
}

// A file system of a few megabytes, for a tablespace: the server's disk.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& server_folder) {
    struct stat server;
    is_mounted_ =
        ::stat(server_folder.c_str(), &server) == 0 &&
        ::chmod(scratch_.path().c_str(), 0755) == 0 &&
        ::mount("tmpfs", folder().c_str(), "tmpfs", 0, "size=4m") == 0 &&
        ::chown(folder().c_str(), server.st_uid, server.st_gid) == 0;
  }
  ~SmallDisk() {
    if (is_mounted_) ::umount2(folder().c_str(), MNT_DETACH);
  }

  bool is_mounted() const { return is_mounted_; }
  std::string folder() const { return scratch_.path(); }

 private:
  const ScratchDir scratch_;
  bool is_mounted_ = false;
};

TEST_F(PostgresGateTest, WritesNothingWhileTheServersDiskIsFull) {
  const SmallDisk disk(Ask("SHOW data_directory"));
  if (!disk.is_mounted()) GTEST_SKIP() << "only root may make a small disk";
  OpenGate gate(Open("gate-1"));
  ASSERT_THAT(gate.WriteGroup(3, [] {}), IsOk());
  const auto db = OpenOrDie(address_);
  const auto must = [&](const std::string& sql) {
    ASSERT_THAT(db->Execute(sql, "test"), IsOk());
  };
  must("CREATE TABLESPACE small LOCATION '" + disk.folder() + "'");
  must("ALTER TABLE parcelveil_gate.leaf SET TABLESPACE small");
  must("CREATE TABLE filler (b bytea) TABLESPACE small");
  must("ALTER TABLE filler ALTER b SET STORAGE PLAIN");
  const auto fill = [&](int size) {
    return db->Execute(absl::StrCat("INSERT INTO filler SELECT decode(repeat("
                                    "'00', ",
                                    size, "), 'hex')"),
                       "test");
  };
  while (fill(8000).ok()) continue;
  absl::StatusOr<uint64_t> last = 3;
  uint64_t acknowledged = 3;
  while ((last = gate.WriteGroup(100, [] {})).ok()) acknowledged = *last;
  EXPECT_EQ(last.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(*gate.store->NumLeaves(), acknowledged) << "all or nothing";
  must("DROP TABLE filler");
  EXPECT_EQ(*gate.WriteGroup(100, [] {}), acknowledged + 100);
  EXPECT_EQ(gate.FindFault(acknowledged + 100), "");
  must("ALTER TABLE parcelveil_gate.leaf SET TABLESPACE pg_default");
  must("DROP TABLESPACE small");
}

TEST_F(PostgresGateTest, StartsOverAfterAConflict) {
  const auto store = Open("gate-1");
  // A deadlock as the server would report it, the first time.
  const auto db = OpenOrDie(address_);
  ASSERT_THAT(
      db->Execute("CREATE SEQUENCE tries; CREATE FUNCTION fail() RETURNS "
                  "trigger LANGUAGE plpgsql AS $$ BEGIN IF "
                  "nextval('public.tries') < 3 THEN RAISE EXCEPTION USING "
                  "ERRCODE = '40P01'; END IF; RETURN NEW; END $$; CREATE "
                  "TRIGGER fail BEFORE INSERT ON parcelveil_gate.hold FOR EACH "
                  "ROW EXECUTE FUNCTION fail()",
                  "test"),
      IsOk());
  int num_runs = 0;
  ASSERT_THAT(store->Write([&](GateTransaction& t) {
    ++num_runs;
    EXPECT_THAT(t.PutValue("runs", std::to_string(num_runs)), IsOk());
    return t.PutHold("W1", true);
  }),
              IsOk());
  EXPECT_EQ(num_runs, 3);
  EXPECT_EQ(*store->FindValue("runs"), "3");
  ASSERT_THAT(db->Execute("ALTER SEQUENCE tries RESTART INCREMENT -1 MINVALUE "
                          "-1000 MAXVALUE 1 START 1",
                          "test"),
              IsOk());
  num_runs = 0;
  EXPECT_THAT(store->Write([&](GateTransaction& t) {
    ++num_runs;
    return t.PutHold("W2", true);
  }),
              ReasonIs(Reason::kConflict));
  EXPECT_EQ(num_runs, 4) << "not for ever";
}

// Of whole grants, and of all that were acknowledged.
TEST_F(PostgresGateTest, LosesNothingWhenItsProcessIsKilled) {
  constexpr int kRounds = 10;
  const auto open = [&]() -> std::unique_ptr<GateStore> {
    return *PostgresGateStore::Open(address_, "gate-1");
  };
  std::mt19937 random(5);
  for (int round = 0; round < kRounds; ++round) {
    const int num_groups = static_cast<int>(random() % 6);
    const int spin_us = static_cast<int>(random() % 12000);
    const uint64_t acknowledged = KillAWriter(open, num_groups, spin_us);
    ASSERT_EQ(InChild([&] { return OpenGate(open()).FindFault(acknowledged); }),
              "")
        << "round " << round << ", killed after " << num_groups
        << " groups and " << spin_us << " us";
  }
  EXPECT_GT(std::stoi(Ask("SELECT num_leaves FROM parcelveil_gate.log")),
            kRounds);
  EXPECT_EQ(Ask("SELECT (SELECT num_leaves FROM parcelveil_gate.log) = ALL "
                "(ARRAY[(SELECT count(*) FROM parcelveil_gate.leaf), (SELECT "
                "count(*) FROM parcelveil_gate.nonce), (SELECT count(*) FROM "
                "parcelveil_gate.request), (SELECT count(*) FROM "
                "parcelveil_gate.charged), (SELECT sum(used) FROM "
                "parcelveil_gate.quota)]::bigint[])"),
            "t");
}

}  // namespace
}  // namespace parcelveil::testing
