// SPDX-License-Identifier: Apache-2.0
// The replies of the last minutes, so that an identical request gets identical
// bytes. What is not here any more can be made again.

#ifndef PARCELVEIL_SRC_GATE_REPLY_CACHE_H_
#define PARCELVEIL_SRC_GATE_REPLY_CACHE_H_

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "absl/time/time.h"
#include "parcelveil/reveal.h"

namespace parcelveil::gate {

// Replies are sealed to whoever asked: no secret is kept here.
// Thread-safety: all methods may run concurrently.
class ReplyCache {
 public:
  static constexpr absl::Duration kAge = absl::Minutes(10);
  static constexpr size_t kMaxBytes = 64 << 20;

  // The reply to the request of this hash, where it is not older than kAge.
  std::optional<std::string> Find(const Sha256Digest& request_hash,
                                  absl::Time now);
  // Keeps a reply, in the place of the oldest ones if need be. Who comes second
  // for one request changes nothing.
  void Put(const Sha256Digest& request_hash, const std::string& reply,
           absl::Time now);

 private:
  // A hash is as good as random: its first bytes do for a table.
  struct FirstBytes {
    size_t operator()(const Sha256Digest& hash) const;
  };
  struct Reply {
    std::string bytes;
    absl::Time time;
  };

  void Drop(absl::Time now);

  std::mutex mutex_;
  size_t num_bytes_ = 0;
  std::unordered_map<Sha256Digest, Reply, FirstBytes> replies_;
  std::deque<Sha256Digest> oldest_first_;
};

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_REPLY_CACHE_H_
