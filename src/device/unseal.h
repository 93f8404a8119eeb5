// SPDX-License-Identifier: Apache-2.0
// Opening what a gate sealed to an ask's key.

#ifndef PARCELVEIL_SRC_DEVICE_UNSEAL_H_
#define PARCELVEIL_SRC_DEVICE_UNSEAL_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "parcelveil/ids.h"
#include "parcelveil/secret.h"
#include "src/wire/reveal_reply.h"
#include "src/wire/route_sheet.h"

namespace parcelveil::device {

using Fields = std::vector<std::pair<Slot, Plaintext>>;

// What is sealed in a reply that grants, still padded. Errors: DECRYPT_FAILED.
absl::StatusOr<Plaintext> UnsealReply(const Secret& reply_key,
                                      const wire::ParsedReply& parsed);
// What is sealed in entry `index` of a route sheet. Errors: as UnsealReply.
absl::StatusOr<Plaintext> UnsealEntry(const Secret& reply_key,
                                      const wire::ParsedSheet& parsed,
                                      size_t index);
// Takes it apart. Errors: MALFORMED, also for a slot that was not asked for.
absl::StatusOr<Fields> TakeFields(const Plaintext& padded,
                                  absl::Span<const Slot> asked);

}  // namespace parcelveil::device

#endif  // PARCELVEIL_SRC_DEVICE_UNSEAL_H_
