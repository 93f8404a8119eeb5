// SPDX-License-Identifier: Apache-2.0
// PostgresCluster: a PostgreSQL server of the test program's own.

#ifndef PARCELVEIL_TESTS_TESTING_POSTGRES_CLUSTER_H_
#define PARCELVEIL_TESTS_TESTING_POSTGRES_CLUSTER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "parcelveil/postgres.h"

namespace parcelveil::testing {

// Runs tests/testing/with_postgres, which makes the cluster and stops it when
// this program lets go of it, also by dying. Aborts where that cannot be.
class PostgresCluster {
 public:
  // The one of this program, started by the first call; without fsync, since
  // no test pulls a plug.
  static PostgresCluster& Shared();
  // `settings` of the server: "name=value".
  explicit PostgresCluster(const std::vector<std::string>& settings);
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;
  ~PostgresCluster();

  // The folder of its socket.
  const std::string& host() const { return host_; }
  // An address for PostgresConnection::Open.
  std::string Address(const std::string& database) const;
  // Makes an empty database that nobody else knows; returns its name.
  std::string MakeDatabase(const std::string& encoding = "UTF8");

 private:
  pid_t script_ = -1;
  int command_ = -1;  // its end is what stops the cluster
  std::string host_;
  int num_databases_ = 0;
};

// Opens `address`; aborts where that fails.
std::unique_ptr<PostgresConnection> OpenOrDie(const std::string& address);

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TESTING_POSTGRES_CLUSTER_H_
