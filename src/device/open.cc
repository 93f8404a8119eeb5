// SPDX-License-Identifier: Apache-2.0
// Opening the replies to reveals, dials and searches.

#include <string>

#include "absl/strings/escaping.h"
#include "src/base/status.h"
#include "src/device/core.h"
#include "src/device/masked_row.h"
#include "src/device/unseal.h"
#include "src/wire/dial_token.h"
#include "src/wire/masked_rows.h"

namespace parcelveil {

absl::StatusOr<Shown> Device::Open(Ask&& ask, std::string_view reply) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const wire::ParsedReply parsed,
      core_->CheckReply(ask, RequestKind::kReveal, reply));
  Shown shown;
  PARCELVEIL_ASSIGN_OR_RETURN(
      shown.until_,
      core_->EndOf(parsed.reply.served_ms, absl::Seconds(parsed.reply.ttl_s)));
  PARCELVEIL_ASSIGN_OR_RETURN(const Plaintext text,
                              device::UnsealReply(ask.reply_key_, parsed));
  PARCELVEIL_ASSIGN_OR_RETURN(shown.fields_,
                              device::TakeFields(text, ask.slots_));
  shown.clock_ = core_->clock;
  shown.opened_ = core_->clock->Now();
  shown.gate_ = ask.gate_;
  shown.leaf_index_ = parsed.reply.leaf_index;
  shown.request_hash_ = ask.hash_;
  ask.Spend();
  return shown;
}

absl::StatusOr<std::string> Device::OpenDial(Ask&& ask,
                                             std::string_view reply) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const wire::ParsedReply parsed,
      core_->CheckReply(ask, RequestKind::kDial, reply));
  PARCELVEIL_ASSIGN_OR_RETURN(const Plaintext text,
                              device::UnsealReply(ask.reply_key_, parsed));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto fields,
                              device::TakeFields(text, {Slot::kDial}));
  const std::string token =
      fields.empty() ? std::string()
                     : fields[0].second.Use([](std::string_view bytes) {
                         return std::string(bytes);
                       });
  PARCELVEIL_RETURN_IF_ERROR(wire::ParseDialToken(token).status());
  ask.Spend();
  return absl::WebSafeBase64Escape(token);
}

absl::StatusOr<std::vector<MaskedRow>> Device::OpenSearch(
    Ask&& ask, std::string_view reply) {
  PARCELVEIL_ASSIGN_OR_RETURN(
      const wire::ParsedReply parsed,
      core_->CheckReply(ask, RequestKind::kSearch, reply));
  PARCELVEIL_ASSIGN_OR_RETURN(const Plaintext text,
                              device::UnsealReply(ask.reply_key_, parsed));
  auto rows = text.Use(
      [](std::string_view padded) { return wire::ParseSearchRows(padded); });
  if (!rows.ok()) return rows.status();
  std::vector<MaskedRow> found = device::CopyRows(*rows);
  ask.Spend();
  return found;
}

void Ask::Spend() {
  bytes_.clear();
  reply_key_ = Secret();
}

absl::StatusOr<RouteSheet> Device::OpenSheet(Ask&& ask,
                                             std::string_view reply) {
  PARCELVEIL_ASSIGN_OR_RETURN(const wire::ParsedSheet parsed,
                              core_->CheckSheet(ask, reply));
  RouteSheet sheet;
  PARCELVEIL_ASSIGN_OR_RETURN(
      sheet.deadline_,
      core_->EndOf(parsed.sheet.issued_ms,
                   absl::Milliseconds(static_cast<int64_t>(
                       parsed.sheet.deadline_ms - parsed.sheet.issued_ms))));
  sheet.bytes_ = reply;
  sheet.clock_ = core_->clock;
  sheet.opened_ = core_->clock->Now();
  sheet.gate_ = ask.gate_;
  sheet.reply_key_ = std::move(ask.reply_key_);
  ask.Spend();
  return sheet;
}

}  // namespace parcelveil
