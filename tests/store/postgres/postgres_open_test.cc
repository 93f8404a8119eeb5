// SPDX-License-Identifier: Apache-2.0
// Making a connection, and losing it.

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "tests/store/postgres/postgres_test.h"
#include "tests/testing/scratch_dir.h"

namespace parcelveil {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::OpenOrDie;
using ::parcelveil::testing::PostgresCluster;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::ScratchDir;
using ::parcelveil::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class PostgresOpenTest : public PostgresTest {};

TEST_F(PostgresOpenTest, TakesAUri) {
  const auto db =
      PostgresConnection::Open("postgresql://parcelveil@/" + database_ +
                               "?port=5432&host=" + cluster_.host());
  ASSERT_THAT(db, IsOk());
  EXPECT_EQ(Ask(db->get(), "SELECT current_database()"), database_);
}

TEST_F(PostgresOpenTest, NamesItselfUnlessTheAddressDoes) {
  EXPECT_EQ(Ask("SHOW application_name"), "parcelveil");
  const auto db =
      OpenOrDie(cluster_.Address(database_) + " application_name=nightly");
  EXPECT_EQ(Ask(db.get(), "SHOW application_name"), "nightly");
}

TEST_F(PostgresOpenTest, SetsUpTheSessionWhateverTheDatabaseSays) {
  Must("ALTER DATABASE " + database_ + " SET datestyle = 'German'");
  Must("ALTER DATABASE " + database_ + " SET timezone = 'Asia/Shanghai'");
  Must("ALTER DATABASE " + database_ + " SET bytea_output = 'escape'");
  Must("ALTER DATABASE " + database_ +
       " SET standard_conforming_strings = off");
  db_ = Connect();
  EXPECT_EQ(Ask("SELECT timestamptz '2026-03-01 08:00:00+08'"),
            "2026-03-01 00:00:00+00");
  EXPECT_EQ(Ask("SELECT 'a\\b'::text"), "a\\b");
  EXPECT_EQ(Ask("SELECT '\\x6162'::bytea"), "ab");
}

TEST_F(PostgresOpenTest, RefusesAPasswordInTheAddressWithoutRepeatingIt) {
  for (const std::string address :
       {"postgresql://u:canary@h/d", "host=h password=canary",
        "host=h sslpassword=canary"}) {
    EXPECT_THAT(
        PostgresConnection::Open(address),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 AllOf(HasSubstr("into .pgpass"), Not(HasSubstr("canary")))));
  }
  // Not an address, so that nobody knows where its password is.
  for (const std::string address :
       {"postgresql://u:canary@[h/d", "password=canary host", "canary"}) {
    EXPECT_THAT(
        PostgresConnection::Open(address),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 AllOf(HasSubstr("not an address"), Not(HasSubstr("canary")))));
  }
}

TEST_F(PostgresOpenTest, TellsWhatKeepsItOut) {
  EXPECT_THAT(PostgresConnection::Open(cluster_.Address("absent")),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("open database \"absent\" at"),
                             HasSubstr("does not exist; create it"))));
  const auto stranger =
      PostgresConnection::Open(cluster_.Address(database_) + " user=stranger");
  EXPECT_THAT(stranger, StatusIs(absl::StatusCode::kUnauthenticated,
                                 HasSubstr("pg_hba.conf")));
  EXPECT_THAT(stranger, ReasonIs(Reason::kUnauthenticated));
  Must("ALTER DATABASE " + database_ + " CONNECTION LIMIT 0");
  Must("CREATE ROLE guest LOGIN");
  EXPECT_THAT(
      PostgresConnection::Open(cluster_.Address(database_) + " user=guest"),
      ReasonIs(Reason::kUnavailable));
  Must("DROP ROLE guest");
}

TEST_F(PostgresOpenTest, SaysThatNoServerIsThere) {
  ScratchDir empty;
  const auto db =
      PostgresConnection::Open("host=" + empty.path() + " dbname=d");
  EXPECT_THAT(db, ReasonIs(Reason::kUnavailable));
  EXPECT_THAT(db, StatusIs(absl::StatusCode::kUnavailable,
                           HasSubstr("whether the server runs")));
}

TEST_F(PostgresOpenTest, GivesUpOnAServerThatSaysNothing) {
  ScratchDir folder;
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, folder.File(".s.PGSQL.5432").c_str(),
               sizeof(address.sun_path) - 1);
  const int silent = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(bind(silent, reinterpret_cast<const sockaddr*>(&address),
                 sizeof(address)),
            0);
  ASSERT_EQ(listen(silent, 1), 0);
  EXPECT_THAT(PostgresConnection::Open("host=" + folder.path() +
                                       " port=5432 connect_timeout=1"),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("no answer within 1s")));
  close(silent);
}

TEST_F(PostgresOpenTest, TellsALostConnectionFromOtherErrors) {
  auto other = Connect();
  auto statement = other->Prepare("SELECT 1", "table t");
  ASSERT_THAT(statement, IsOk());
  EXPECT_THAT(other->Execute("SELECT 1/0", "table t"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("22012")));
  EXPECT_FALSE(other->IsLost());
  const std::string pid = Ask(other.get(), "SELECT pg_backend_pid()");
  ASSERT_EQ(Ask("SELECT pg_terminate_backend(" + pid + ", 10000)"), "t");

  const auto row = statement->Step();
  EXPECT_THAT(row, ReasonIs(Reason::kUnavailable));
  EXPECT_THAT(row, StatusIs(absl::StatusCode::kUnavailable,
                            HasSubstr("table t: the server ended the "
                                      "connection 57P01; connect anew")));
  EXPECT_TRUE(other->IsLost());
  EXPECT_THAT(other->Execute("SELECT 1", "table t"),
              ReasonIs(Reason::kUnavailable));
}

TEST_F(PostgresOpenTest, LosesTheConnectionWithTheServer) {
  const std::vector<std::string> settings = {"fsync=off"};
  auto cluster = std::make_unique<PostgresCluster>(settings);
  const std::string address = cluster->Address("postgres");
  const auto db = OpenOrDie(address);
  auto pipeline = PostgresPipeline::Begin(db.get());
  ASSERT_THAT(pipeline, IsOk());
  cluster.reset();
  EXPECT_THAT((*pipeline)->Finish(), ReasonIs(Reason::kUnavailable));
  EXPECT_TRUE(db->IsLost());
  EXPECT_THAT(PostgresTransaction::Begin(
                  db.get(), PostgresTransaction::Kind::kReadCommitted),
              ReasonIs(Reason::kUnavailable));
  EXPECT_THAT(PostgresConnection::Open(address),
              ReasonIs(Reason::kUnavailable));
}

}  // namespace
}  // namespace parcelveil
