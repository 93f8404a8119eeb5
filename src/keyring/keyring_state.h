// SPDX-License-Identifier: Apache-2.0
// What is behind a Keyring: the newest table, the key cache, and how both are
// kept up to date.

#ifndef PARCELVEIL_SRC_KEYRING_KEYRING_STATE_H_
#define PARCELVEIL_SRC_KEYRING_KEYRING_STATE_H_

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "parcelveil/keyring.h"
#include "src/keyring/key_cache.h"
#include "src/keyring/key_table.h"
#include "src/keyring/striped_mutex.h"
#include "src/keyring/wrap.h"

namespace parcelveil {

class Keyring::State {
 public:
  State(KeyringOptions options, keyring::RoleSecret secret,
        std::unique_ptr<keyring::KeyCache> cache)
      : options(std::move(options)),
        secret(std::move(secret)),
        cache(std::move(cache)) {}

  // Reads the source and takes its file up if it is newer than the table's.
  absl::Status Reload();
  // Reloads where the source's version changed; at most once a poll interval.
  void Poll(absl::Time now);
  // Reloads where a key is missing from the table `searched`; at most once a
  // second. True where there is another table now.
  bool ReloadForMissingKey(absl::Time now, const keyring::KeyTable* searched);

  // A table that outlives a reload.
  std::shared_ptr<const keyring::KeyTable> Table();
  // Milliseconds since 1970, never before the keyring was made: turning a clock
  // back gains at most the age of the file.
  static uint64_t NowMs(absl::Time now, const keyring::KeyTable& table);

  KeyringOptions options;
  const keyring::RoleSecret secret;

  // Guards `table` and `cache`: sessions read, reloads and misses write.
  keyring::StripedMutex mutex;
  std::shared_ptr<const keyring::KeyTable> table;
  std::unique_ptr<keyring::KeyCache> cache;

 private:
  absl::Status ReloadLocked();
  absl::Status CheckSuccession(const keyring::KeyTable& next) const;
  absl::Status CheckFloor(const keyring::KeyTable& next) const;

  std::mutex reload_mutex_;
  std::string source_version_;
  absl::Status last_reload_;
  std::atomic<int64_t> next_poll_ns_{0};
  std::atomic<int64_t> next_missing_ns_{0};

  friend class Keyring;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_KEYRING_KEYRING_STATE_H_
