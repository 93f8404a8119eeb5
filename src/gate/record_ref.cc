// SPDX-License-Identifier: Apache-2.0
#include "src/gate/record_ref.h"

#include <algorithm>

#include "src/base/status.h"
#include "src/crypto/prf.h"
#include "src/keyring/derive.h"
#include "src/keyring/key_session.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"

namespace parcelveil::gate {

std::string ViewsDetail(std::vector<RecordRef> refs) {
  std::sort(
      refs.begin(), refs.end(),
      [](const RecordRef& a, const RecordRef& b) { return a.bytes < b.bytes; });
  std::string detail;
  for (const RecordRef& ref : refs) wire::Appender(&detail).Put(ref.bytes);
  return detail;
}

absl::StatusOr<std::vector<RecordRef>> RecordRefs(
    const Keyring* keyring, absl::Span<const std::string> record_ids) {
  for (const std::string& id : record_ids) {
    PARCELVEIL_RETURN_IF_ERROR(wire::CheckRecordId(id));
  }
  KeySession session(keyring);
  KeySession::Key key{};
  PARCELVEIL_RETURN_IF_ERROR(session.ForSealing(
      Slot::kAuditRef, Scope::kNational, session.today(), &key));
  std::vector<RecordRef> refs;
  refs.reserve(record_ids.size());
  for (const std::string& id : record_ids) {
    refs.push_back({keyring::DeriveRecordRef(key.bytes.first(crypto::kKeySize),
                                             session.tenant(), id),
                    key.gen});
  }
  return refs;
}

}  // namespace parcelveil::gate
