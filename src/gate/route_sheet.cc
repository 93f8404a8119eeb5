// SPDX-License-Identifier: Apache-2.0
#include "src/gate/route_sheet.h"

#include <utility>
#include <vector>

#include "src/base/status.h"
#include "src/base/wipe.h"
#include "src/crypto/hpke.h"
#include "src/crypto/labels.h"
#include "src/crypto/xchacha.h"
#include "src/gate/revealed.h"
#include "src/wire/bytes.h"
#include "src/wire/route_sheet.h"

namespace parcelveil::gate {
namespace {

// Opens one record and seals it as message `number`.
absl::StatusOr<std::string> SealEntry(const Core& core, const Inquiry& inquiry,
                                      size_t number,
                                      const crypto::HpkeKeys& keys) {
  wire::SheetEntry entry;
  entry.record_id = inquiry.request().record_ids[number];
  entry.slots = inquiry.request().slots;
  PARCELVEIL_ASSIGN_OR_RETURN(
      const std::vector<OpenedField> fields,
      OpenFields(*core.opener, entry.record_id, inquiry.parcels[number]));
  PARCELVEIL_ASSIGN_OR_RETURN(const Plaintext text, EncodeFields(fields));
  std::string sealed(text.size() + crypto::kHpkeTagSize, '\0');
  const std::string head = wire::EncodeSheetEntryHead(entry, sealed.size());
  text.Use([&](std::string_view view) {
    keys.Seal(number, head, wire::AsBytes(view),
              {reinterpret_cast<uint8_t*>(sealed.data()), sealed.size()});
  });
  return sealed;
}

}  // namespace

absl::StatusOr<std::string> SealSheet(const Core& core, const Inquiry& inquiry,
                                      const SheetGrant& grant) {
  const wire::RevealRequest& request = inquiry.request();
  wire::RouteSheet sheet;
  sheet.tenant = core.tenant;
  sheet.principal = inquiry.principal.id;
  sheet.device = request.device;
  sheet.issued_ms = static_cast<uint64_t>(absl::ToUnixMillis(grant.issued));
  sheet.deadline_ms = static_cast<uint64_t>(
      absl::ToUnixMillis(grant.issued + core.policy.sheet_time()));
  sheet.leaf_index = grant.leaf_index;
  sheet.request_hash = inquiry.hash;

  std::string info(crypto::kInfoSheet);
  info += wire::EncodeSheetHead(sheet, request.record_ids.size());
  base::WipedBuffer<32> ephemeral;
  crypto::RandomBytes(ephemeral.span());
  crypto::HpkeKeys keys;
  std::string enc(32, '\0');
  PARCELVEIL_RETURN_IF_ERROR(
      keys.SetUpSender(request.reply_key, ephemeral.span(), info,
                       {reinterpret_cast<uint8_t*>(enc.data()), enc.size()}));
  sheet.enc = enc;

  std::vector<std::string> sealed;
  for (size_t i = 0; i < request.record_ids.size(); ++i) {
    PARCELVEIL_ASSIGN_OR_RETURN(std::string entry,
                                SealEntry(core, inquiry, i, keys));
    sealed.push_back(std::move(entry));
  }
  for (size_t i = 0; i < sealed.size(); ++i) {
    sheet.entries.push_back(
        {request.record_ids[i], request.slots, sealed[i], {}});
  }
  return wire::EncodeUnsignedSheet(sheet);
}

}  // namespace parcelveil::gate
