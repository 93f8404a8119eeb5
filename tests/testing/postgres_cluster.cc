// SPDX-License-Identifier: Apache-2.0

#include "tests/testing/postgres_cluster.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"

namespace parcelveil::testing {
namespace {

constexpr char kScript[] = PARCELVEIL_SOURCE_DIR "/tests/testing/with_postgres";
// Tells where the server is, then waits until its input ends.
constexpr char kCommand[] = "echo \"$PGHOST\"; exec cat";

[[noreturn]] void Die(const std::string& why) {
  std::cerr << "PostgresCluster: " << why << std::endl;
  std::abort();
}

std::string ReadLine(int file) {
  std::string line;
  for (char c; read(file, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

[[noreturn]] void RunScript(const std::vector<std::string>& settings, int in,
                            int out) {
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  std::vector<const char*> arguments = {kScript};
  for (const std::string& setting : settings) {
    arguments.insert(arguments.end(), {"-c", setting.c_str()});
  }
  arguments.insert(arguments.end(), {"sh", "-c", kCommand, nullptr});
  execv(kScript, const_cast<char* const*>(arguments.data()));
  _exit(127);
}

}  // namespace

PostgresCluster& PostgresCluster::Shared() {
  static PostgresCluster cluster({"fsync=off"});
  return cluster;
}

PostgresCluster::PostgresCluster(const std::vector<std::string>& settings) {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) Die("no pipe");
  script_ = fork();
  if (script_ < 0) Die("no child");
  if (script_ == 0) RunScript(settings, in[0], out[1]);
  close(in[0]);
  close(out[1]);
  command_ = in[1];
  host_ = ReadLine(out[0]);
  close(out[0]);
  if (host_.empty()) Die("with_postgres did not start a server");
}

PostgresCluster::~PostgresCluster() {
  close(command_);
  waitpid(script_, nullptr, 0);
}

std::string PostgresCluster::Address(const std::string& database) const {
  return absl::StrCat("host=", host_,
                      " port=5432 user=parcelveil dbname=", database);
}

std::string PostgresCluster::MakeDatabase(const std::string& encoding) {
  const std::string name = absl::StrCat("test", ++num_databases_);
  const absl::Status made = OpenOrDie(Address("postgres"))
                                ->Execute(absl::StrCat("CREATE DATABASE ", name,
                                                       " TEMPLATE template0 "
                                                       "ENCODING '",
                                                       encoding, "'"),
                                          "database of a test");
  if (!made.ok()) Die(made.ToString());
  return name;
}

std::unique_ptr<PostgresConnection> OpenOrDie(const std::string& address) {
  auto db = PostgresConnection::Open(address);
  if (!db.ok()) Die(db.status().ToString());
  return *std::move(db);
}

}  // namespace parcelveil::testing
