// SPDX-License-Identifier: Apache-2.0
#include "src/capi/call.h"

#include <algorithm>

#include "parcelveil/device.h"
#include "parcelveil/reason.h"
#include "parcelveil/version.h"

namespace parcelveil::capi {
namespace {

// Cuts what does not fit, at the start of a character.
void CopyMessage(std::string_view text, char* message) {
  size_t size = std::min<size_t>(text.size(), PARCELVEIL_MESSAGE_SIZE - 1);
  while (size > 0 && size < text.size() && (text[size] & 0xC0) == 0x80) --size;
  std::copy_n(text.data(), size, message);
  message[size] = '\0';
}

}  // namespace

absl::Status Refuse(std::string_view what, std::string_view wrong) {
  std::string text = "check ";
  text += what;
  text += ": ";
  text += wrong;
  text += "; see parcelveil/c.h";
  return MakeStatus(Reason::kMalformed, text);
}

bool IsWhole(const parcelveil_error* error) {
  return error == nullptr || error->struct_size == sizeof(parcelveil_error);
}

int32_t Report(const absl::Status& status, parcelveil_error* error) {
  const auto code = static_cast<int32_t>(status.code());
  if (error == nullptr) return code;
  error->code = code;
  error->reason = static_cast<uint32_t>(ReasonOf(status));
  error->retry_after_ms =
      status.ok() ? 0 : absl::ToInt64Milliseconds(RetryAfter(status));
  const absl::string_view text = status.message();
  CopyMessage({text.data(), text.size()}, error->message);
  return code;
}

absl::StatusOr<std::string_view> TextOf(const parcelveil_bytes& bytes,
                                        std::string_view what) {
  if (bytes.size > PARCELVEIL_MAX_SIZE) return Refuse(what, "it is too long");
  if (bytes.size == 0) return std::string_view();
  if (bytes.data == nullptr) return Refuse(what, "it is NULL and has a length");
  return std::string_view(static_cast<const char*>(bytes.data), bytes.size);
}

absl::StatusOr<std::string> PathOf(const parcelveil_bytes& bytes,
                                   std::string_view what) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::string_view path, TextOf(bytes, what));
  if (path.empty()) return Refuse(what, "it is empty");
  if (path.find('\0') != path.npos) return Refuse(what, "it has a zero in it");
  return std::string(path);
}

absl::StatusOr<std::vector<Slot>> SlotsOf(const uint16_t* slots, size_t count) {
  PARCELVEIL_RETURN_IF_ERROR(CheckArray(slots, count, "slots"));
  std::vector<Slot> ids;
  ids.reserve(count);
  for (size_t i = 0; i < count; ++i) ids.push_back(Slot{slots[i]});
  return ids;
}

absl::Status FromCallback(int32_t code, std::string_view what) {
  if (code == 0) return absl::OkStatus();
  std::string text(what);
  text += ": the callback refused; its own log says why";
  const bool is_code = code >= 1 && code <= PARCELVEIL_UNAUTHENTICATED;
  return absl::Status(is_code ? static_cast<absl::StatusCode>(code)
                              : absl::StatusCode::kUnknown,
                      text);
}

absl::Status LendText(const ByteLender& lender, const Plaintext& text) {
  Plaintext lent;
  text.Use([&lent](std::string_view bytes) {
    const absl::Span<uint8_t> copy = lent.Resize(bytes.size());
    std::copy(bytes.begin(), bytes.end(), copy.begin());
  });
  return lent.Use(
      [&](std::string_view bytes) { return lender.Lend(BytesOf(bytes)); });
}

}  // namespace parcelveil::capi

using parcelveil::capi::Call;

const char* parcelveil_version() { return PARCELVEIL_VERSION; }

const char* parcelveil_reason_name(uint32_t reason) {
  const auto known = reason <= UINT16_MAX
                         ? static_cast<parcelveil::Reason>(reason)
                         : static_cast<parcelveil::Reason>(UINT16_MAX);
  return parcelveil::ReasonName(known).data();  // a literal: ends with a zero
}

void parcelveil_free(uint64_t handle) {
  parcelveil::capi::RemoveObject(handle);
}

void parcelveil_allow_unlocked_memory() { parcelveil::AllowUnlockedMemory(); }

int32_t parcelveil_harden_process(parcelveil_error* error) {
  return Call(error, [] { return parcelveil::HardenProcess(); });
}
