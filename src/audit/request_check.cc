// SPDX-License-Identifier: Apache-2.0
#include "src/audit/request_check.h"

#include <algorithm>
#include <optional>

#include "src/base/status.h"
#include "src/crypto/hash.h"
#include "src/crypto/labels.h"
#include "src/crypto/sign.h"
#include "src/wire/bytes.h"
#include "src/wire/reveal_request.h"

namespace parcelveil::audit {
namespace {

// What must have been asked for such a leaf; nullopt where it is no answer to
// a request.
std::optional<RequestKind> KindOf(LeafType type) {
  switch (type) {
    case LeafType::kGrant:
      return RequestKind::kReveal;
    case LeafType::kDialIssued:
      return RequestKind::kDial;
    case LeafType::kSheet:
      return RequestKind::kSheet;
    case LeafType::kSearch:
      return RequestKind::kSearch;
    default:
      return std::nullopt;
  }
}

bool IsOf(const wire::RevealRequest& request, const Leaf& leaf) {
  return request.kind == KindOf(leaf.type) && request.tenant == leaf.tenant &&
         request.principal == leaf.principal && request.device == leaf.device &&
         static_cast<uint16_t>(request.purpose) == leaf.purpose;
}

}  // namespace

absl::StatusOr<std::string_view> RequestCheck::Check(uint64_t index,
                                                     const Leaf& leaf) {
  if (leaf.type == LeafType::kDeviceEnrol) {
    Ed25519PublicKey& key = device_keys_[leaf.device];
    std::copy(leaf.detail.begin(), leaf.detail.end(), key.begin());
    return "";
  }
  if (leaf.type == LeafType::kViews) return CheckViews(index, leaf);
  if (leaf.type == LeafType::kSearch) {
    search_ = leaf;
    search_index_ = index;
  }
  if (!KindOf(leaf.type).has_value() || !options_.find_request) return "";
  if (leaf.type == LeafType::kSheet && num_sheet_leaves_left_ > 0 &&
      leaf.object_hash == sheet_) {
    --num_sheet_leaves_left_;
    return "";
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const std::optional<std::string> request,
                              options_.find_request(index));
  if (request.has_value()) return CheckRequest(leaf, *request);
  const absl::Time time =
      absl::FromUnixMillis(static_cast<int64_t>(leaf.time_ms));
  if (time >= options_.requests_since) {
    return "the signed request behind it is missing";
  }
  ++report_->num_requests_gone;
  return "";
}

std::string_view RequestCheck::CheckRequest(const Leaf& leaf,
                                            std::string_view request) {
  if (crypto::Sha256(request) != leaf.object_hash) {
    return "the request that is kept for it is another one";
  }
  const auto parsed = wire::ParseRevealRequest(request);
  if (!parsed.ok() || !IsOf(parsed->request, leaf)) {
    return "its request asks for something else than it records";
  }
  const auto key = device_keys_.find(leaf.device);
  if (key == device_keys_.end()) {
    return "no DEVICE_ENROL before it names its device";
  }
  crypto::Signature signature;
  std::copy(parsed->signature.begin(), parsed->signature.end(),
            signature.begin());
  if (!crypto::VerifySignature(key->second, crypto::kSignedRequest,
                               parsed->signed_part, signature)) {
    return "its request is not signed by the device that was enrolled";
  }
  ++report_->num_requests;
  if (leaf.type == LeafType::kSheet) {
    sheet_ = leaf.object_hash;
    num_sheet_leaves_left_ = parsed->request.record_ids.size() - 1;
  }
  return "";
}

// A list that the back end showed stands for itself.
std::string_view RequestCheck::CheckViews(uint64_t index,
                                          const Leaf& leaf) const {
  if (leaf.object_hash == Sha256Digest{}) return "";
  if (search_.type != LeafType::kSearch || index != search_index_ + 1 ||
      leaf.object_hash != search_.object_hash ||
      leaf.principal != search_.principal || leaf.device != search_.device) {
    return "it records the rows of a search that is not before it";
  }
  wire::Reader detail(search_.detail);
  detail.Take(2);  // the index slot
  const uint32_t num_hits = detail.Get<uint32_t>();
  return ViewedRecords(leaf).size() > num_hits
             ? "it records more rows than the search before it found"
             : "";
}

}  // namespace parcelveil::audit
