// SPDX-License-Identifier: Apache-2.0
// RequestCheck: whether a leaf that lets something out was asked for by the
// device that it names.

#ifndef PARCELVEIL_SRC_AUDIT_REQUEST_CHECK_H_
#define PARCELVEIL_SRC_AUDIT_REQUEST_CHECK_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "parcelveil/audit_verify.h"

namespace parcelveil::audit {

// Goes through a log's leaves in order.
class RequestCheck {
 public:
  RequestCheck(const LogVerifyOptions& options, LogReport* report)
      : options_(options), report_(report) {}

  // Returns what is wrong with the leaf, empty if nothing is. Errors: those of
  // `find_request`.
  absl::StatusOr<std::string_view> Check(uint64_t index, const Leaf& leaf);

 private:
  std::string_view CheckRequest(const Leaf& leaf, std::string_view request);
  std::string_view CheckViews(uint64_t index, const Leaf& leaf) const;

  const LogVerifyOptions& options_;
  LogReport* const report_;
  std::unordered_map<uint64_t, Ed25519PublicKey> device_keys_;
  // A sheet's request stands at its first leaf and is that of all its leaves.
  Sha256Digest sheet_{};
  size_t num_sheet_leaves_left_ = 0;
  // The rows that a search showed are in the leaf behind it.
  Leaf search_;
  uint64_t search_index_ = 0;
};

}  // namespace parcelveil::audit

#endif  // PARCELVEIL_SRC_AUDIT_REQUEST_CHECK_H_
