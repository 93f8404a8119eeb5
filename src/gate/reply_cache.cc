// SPDX-License-Identifier: Apache-2.0
#include "src/gate/reply_cache.h"

#include <cstring>

namespace parcelveil::gate {

size_t ReplyCache::FirstBytes::operator()(const Sha256Digest& hash) const {
  size_t first;
  memcpy(&first, hash.data(), sizeof(first));
  return first;
}

std::optional<std::string> ReplyCache::Find(const Sha256Digest& request_hash,
                                            absl::Time now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = replies_.find(request_hash);
  if (found == replies_.end() || now - found->second.time > kAge) {
    return std::nullopt;
  }
  return found->second.bytes;
}

void ReplyCache::Put(const Sha256Digest& request_hash, const std::string& reply,
                     absl::Time now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!replies_.emplace(request_hash, Reply{reply, now}).second) return;
  oldest_first_.push_back(request_hash);
  num_bytes_ += reply.size();
  Drop(now);
}

void ReplyCache::Drop(absl::Time now) {
  while (!oldest_first_.empty()) {
    const auto oldest = replies_.find(oldest_first_.front());
    if (num_bytes_ <= kMaxBytes && now - oldest->second.time <= kAge) return;
    num_bytes_ -= oldest->second.bytes.size();
    replies_.erase(oldest);
    oldest_first_.pop_front();
  }
}

}  // namespace parcelveil::gate
