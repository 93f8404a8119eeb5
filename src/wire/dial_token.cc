// SPDX-License-Identifier: Apache-2.0
#include "src/wire/dial_token.h"

#include <algorithm>

#include "src/base/status.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"

namespace parcelveil::wire {
namespace {

constexpr uint8_t kType = 0x03;

bool AreDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

absl::Status CheckDialText(const DialText& text) {
  const bool has_number =
      !text.number.empty() && text.number.size() <= kMaxNumberDigits &&
      text.number.size() + text.extension.size() <= kMaxDialDigits &&
      AreDigits(text.number) && AreDigits(text.extension);
  if (has_number && text.max_calls > 0) return absl::OkStatus();
  return MakeStatus(Reason::kMalformed,
                    "dial token: it has no number of 1 to 15 digits with an "
                    "extension that fits, or no call; dial by hand");
}

}  // namespace

std::string EncodeDialToken(const DialToken& token) {
  std::string bytes;
  bytes.reserve(kDialTokenSize);
  Appender out(&bytes);
  out.Put(kType);
  out.Put(token.token_id);
  out.Put(token.sealed);
  return bytes;
}

absl::StatusOr<DialToken> ParseDialToken(std::string_view bytes) {
  Reader reader(bytes);
  const bool is_token = reader.Get<uint8_t>() == kType;
  DialToken token;
  token.token_id = reader.GetArray<16>();
  token.sealed = reader.Take(kSealedDialSize);
  const bool has_sealed =
      reader.AtEnd() && ParseFieldHeader(token.sealed).ok() &&
      ParseFieldHeader(token.sealed)->scope == Scope::kNational;
  if (!is_token || !has_sealed) {
    return MakeStatus(Reason::kMalformed,
                      "parse dial token: it is not a token of version 1; ask "
                      "the gate for another");
  }
  return token;
}

absl::Status EncodeDialText(const DialText& text, absl::Span<uint8_t> out) {
  PARCELVEIL_RETURN_IF_ERROR(CheckDialText(text));
  constexpr char kZeros[kMaxDialDigits] = {};
  Writer writer(out.data());
  writer.Put(text.expires_s);
  writer.Put(text.principal);
  writer.Put(static_cast<uint16_t>(text.purpose));
  writer.Put(text.max_calls);
  writer.Put(static_cast<uint8_t>(text.number.size()));
  writer.Put(static_cast<uint8_t>(text.extension.size()));
  writer.Put(text.number);
  writer.Put(text.extension);
  writer.Put(std::string_view(
      kZeros, kMaxDialDigits - text.number.size() - text.extension.size()));
  writer.Put(AsText(text.record_ref));
  return absl::OkStatus();
}

absl::StatusOr<DialText> ParseDialText(std::string_view bytes) {
  Reader reader(bytes);
  DialText text;
  text.expires_s = reader.Get<uint32_t>();
  text.principal = reader.Get<uint64_t>();
  text.purpose = static_cast<Purpose>(reader.Get<uint16_t>());
  text.max_calls = reader.Get<uint8_t>();
  const size_t number_size = reader.Get<uint8_t>();
  const size_t extension_size = reader.Get<uint8_t>();
  Reader digits(reader.Take(kMaxDialDigits));
  text.number = digits.Take(number_size);
  text.extension = digits.Take(extension_size);
  const std::string_view rest = digits.Take(digits.size());
  const bool is_padded =
      digits.ok() && rest.find_first_not_of('\0') == std::string_view::npos;
  text.record_ref = reader.GetArray<16>();
  if (!is_padded || !reader.AtEnd()) {
    return MakeStatus(Reason::kMalformed,
                      "parse dial token: what is sealed in it is not of "
                      "version 1; ask the gate for another");
  }
  PARCELVEIL_RETURN_IF_ERROR(CheckDialText(text));
  return text;
}

}  // namespace parcelveil::wire
