// SPDX-License-Identifier: Apache-2.0
// A gate's process that writes grants until it is killed with -9, and what must
// be true of the store then.
//
// Everything happens in children: what opens a log may not be forked.

#ifndef PARCELVEIL_TESTS_TESTING_KILLED_WRITER_H_
#define PARCELVEIL_TESTS_TESTING_KILLED_WRITER_H_

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "parcelveil/audit.h"
#include "parcelveil/gate_store.h"
#include "tests/testing/fake_clock.h"

namespace parcelveil::testing {

// The grant whose leaf has index `number`: everything in it follows from that.
class NumberedGrant {
 public:
  static constexpr uint64_t kDevice = 9;
  static constexpr uint64_t kPrincipal = 7;
  static constexpr Epoch kDay{2519};
  static absl::Time Now() { return absl::FromUnixSeconds(1795485600); }

  static std::array<uint8_t, 16> Nonce(uint64_t number) {
    std::array<uint8_t, 16> nonce{};
    for (int i = 0; i < 8; ++i) {
      nonce[i] = static_cast<uint8_t>(number >> 8 * i);
    }
    return nonce;
  }
  static std::string Request(uint64_t number) {
    return absl::StrCat("request ", number);
  }
  static Grant Of(uint64_t number, std::string_view request) {
    Grant grant;
    grant.device = kDevice;
    grant.nonce = Nonce(number);
    grant.request_hash[0] = static_cast<uint8_t>(number);
    grant.leaf_index = number;
    grant.now = Now();
    grant.day = kDay;
    grant.charges = {{SubjectKind::kPrincipal,
                      kPrincipal,
                      QuotaClass::kAddress,
                      {{absl::Hours(24), 1000000}},
                      {Nonce(number)},
                      true}};
    grant.request = request;
    return grant;
  }
  static Leaf LeafOf(uint64_t number) {
    Leaf leaf;
    leaf.type = LeafType::kGrant;
    leaf.object_hash = Of(number, "").request_hash;
    return leaf;
  }
};

// A store with its log.
class OpenGate {
 public:
  explicit OpenGate(std::unique_ptr<GateStore> opened)
      : store(std::move(opened)) {
    AuditLogOptions options;
    options.origin = "courier.example/audit/7/gate-1";
    std::array<uint8_t, 32> seed{1};
    options.signing_seed = *Secret::Take(absl::MakeSpan(seed));
    options.store = store.get();
    options.clock = &clock;
    log = *AuditLog::Open(std::move(options));
  }

  // Writes a group of grants in one transaction; calls `before_commit` when all
  // of it is written. Returns how many leaves the log then has.
  absl::StatusOr<uint64_t> WriteGroup(
      uint64_t num_grants, const std::function<void()>& before_commit) {
    std::optional<AuditLog::Batch> batch;
    const absl::Status status = store->Write([&](GateTransaction& t) {
      batch.reset();
      auto begun = log->Begin();
      if (!begun.ok()) return begun.status();
      batch.emplace(*std::move(begun));
      for (uint64_t i = 0; i < num_grants; ++i) {
        const uint64_t number = batch->next_index();
        const std::string request = NumberedGrant::Request(number);
        auto put = t.PutGrant(NumberedGrant::Of(number, request));
        if (!put.ok()) return put.status();
        auto appended = batch->Append(NumberedGrant::LeafOf(number));
        if (!appended.ok()) return appended.status();
      }
      const absl::Status written = batch->WriteTo(&t);
      before_commit();
      return written;
    });
    if (!status.ok()) return status;
    const uint64_t num_leaves = batch->next_index();
    batch->Accept();
    return num_leaves;
  }

  // What is wrong with the store; empty where nothing is.
  std::string FindFault(uint64_t acknowledged) {
    const uint64_t num_leaves = *store->NumLeaves();
    if (num_leaves < acknowledged) return "an acknowledged leaf is gone";
    if (log->Head().size != num_leaves) return "the log is shorter";
    for (uint64_t i = 0; i < num_leaves; ++i) {
      const auto used =
          *store->FindNonce(NumberedGrant::kDevice, NumberedGrant::Nonce(i));
      if (!used.has_value() || used->leaf_index != i) return "a nonce is gone";
      if (*store->FindRequest(i) != NumberedGrant::Request(i)) {
        return "a request is gone";
      }
    }
    const uint64_t charged =
        *store->CountCharged(SubjectKind::kPrincipal, NumberedGrant::kPrincipal,
                             QuotaClass::kAddress, NumberedGrant::kDay);
    return charged == num_leaves ? "" : "leaves and charges differ";
  }

  FakeClock clock{NumberedGrant::Now()};
  std::unique_ptr<GateStore> store;
  std::unique_ptr<AuditLog> log;
};

// Lets a child open a gate and write until it has acknowledged `num_groups` and
// some microseconds passed, kills it, and returns how many leaves it had
// acknowledged last.
inline uint64_t KillAWriter(
    const std::function<std::unique_ptr<GateStore>()>& open, int num_groups,
    int spin_us) {
  int ends[2];
  if (pipe(ends) != 0) return 0;
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    OpenGate gate(open());
    for (uint64_t group = 1;; ++group) {
      const auto done = gate.WriteGroup(1 + group % 8, [] {});
      if (!done.ok()) _exit(1);
      if (write(ends[1], &*done, sizeof(*done)) != sizeof(*done)) _exit(1);
    }
  }
  close(ends[1]);
  uint64_t acknowledged = 0;
  for (int i = 0; i < num_groups; ++i) {
    if (read(ends[0], &acknowledged, sizeof(acknowledged)) <= 0) break;
  }
  const auto until =
      std::chrono::steady_clock::now() + std::chrono::microseconds(spin_us);
  while (std::chrono::steady_clock::now() < until) {
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  while (read(ends[0], &acknowledged, sizeof(acknowledged)) > 0) {
  }
  close(ends[0]);
  return acknowledged;
}

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TESTING_KILLED_WRITER_H_
