// SPDX-License-Identifier: Apache-2.0
// PostgresGateTest: a database of the test's own with the tables of gates.

#ifndef PARCELVEIL_TESTS_STORE_POSTGRES_POSTGRES_GATE_FIXTURE_H_
#define PARCELVEIL_TESTS_STORE_POSTGRES_POSTGRES_GATE_FIXTURE_H_

#include <array>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "parcelveil/postgres.h"
#include "parcelveil/postgres_gate.h"
#include "tests/testing/postgres_cluster.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::testing {

class PostgresGateTest : public ::testing::Test {
 protected:
  PostgresGateTest()
      : address_(PostgresCluster::Shared().Address(
            PostgresCluster::Shared().MakeDatabase())) {}
  void SetUp() override {
    ASSERT_THAT(PostgresGateStore::Create(address_), IsOk());
  }

  std::unique_ptr<PostgresGateStore> Open(const std::string& log) const {
    auto store = PostgresGateStore::Open(address_, log);
    EXPECT_THAT(store, IsOk());
    return store.ok() ? *std::move(store) : nullptr;
  }
  // The first column of the first row.
  std::string Ask(const std::string& sql) const {
    const auto db = OpenOrDie(address_);
    auto select = db->Prepare(sql, "question");
    EXPECT_THAT(select, IsOk());
    if (!select.ok() || !select->Step().value_or(false)) return "";
    return std::string(select->Bytes(0));
  }
  // Ends every other session of the database, as an administrator may.
  void EndSessions() const {
    Ask("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()");
  }
  Grant NewGrant(uint64_t number) const {
    Grant grant;
    grant.device = 9;
    grant.nonce = Id(number);
    grant.request_hash[0] = 0x5A;
    grant.leaf_index = number;
    grant.now = now_;
    grant.day = Epoch{2519};
    grant.request = "signed request";
    return grant;
  }
  static std::array<uint8_t, 16> Id(uint64_t number) {
    return {static_cast<uint8_t>(number), static_cast<uint8_t>(number >> 8)};
  }
  static Charge ChargeOf(SubjectKind kind, uint64_t limit, uint64_t record) {
    return {kind,         1,   QuotaClass::kPhone, {{absl::Hours(24), limit}},
            {Id(record)}, true};
  }
  static absl::StatusOr<GrantOutcome::Kind> Put(GateStore* store,
                                                const Grant& grant) {
    GrantOutcome::Kind kind{};
    const absl::Status status = store->Write([&](GateTransaction& t) {
      const auto put = t.PutGrant(grant);
      if (put.ok()) kind = put->kind;
      return put.status();
    });
    if (!status.ok()) return status;
    return kind;
  }

  const std::string address_;
  const absl::Time now_ = absl::FromUnixSeconds(1795485600);
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_STORE_POSTGRES_POSTGRES_GATE_FIXTURE_H_
