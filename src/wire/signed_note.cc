// SPDX-License-Identifier: Apache-2.0
#include "src/wire/signed_note.h"

#include <algorithm>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/base/utf8.h"
#include "src/wire/bytes.h"

namespace parcelveil::wire {
namespace {

constexpr std::string_view kDash = "\u2014 ";
constexpr size_t kKeyIdHexSize = 8;
// Unicode's White_Space beyond ASCII: no key's name holds one.
constexpr std::string_view kWideSpaces[] = {
    "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
    "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a",
    "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

absl::Status Malformed(std::string_view what) {
  return MakeStatus(Reason::kMalformed, what);
}

absl::Status MalformedNote() {
  return Malformed(
      "signed note: it is not one as C2SP writes them; fetch it again");
}

// A control character starts no text of a note.
bool IsPlainText(std::string_view text) {
  return base::IsUtf8(text) &&
         std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 && c != '\n';
         });
}

std::string ToBase64(std::string_view bytes) {
  std::string text;
  absl::Base64Escape({bytes.data(), bytes.size()}, &text);
  return text;
}

// Standard base64 with padding, and no second spelling of the same bytes.
std::optional<std::string> FromBase64(std::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape({text.data(), text.size()}, &bytes) ||
      ToBase64(bytes) != text) {
    return std::nullopt;
  }
  return bytes;
}

// Takes what stands before `end`, and `end` itself; nullopt without an `end`.
std::optional<std::string_view> TakeUntil(char end, std::string_view* rest) {
  const size_t size = rest->find(end);
  if (size == std::string_view::npos) return std::nullopt;
  const std::string_view taken = rest->substr(0, size);
  rest->remove_prefix(size + 1);
  return taken;
}

}  // namespace

bool IsNoteName(std::string_view name) {
  return !name.empty() && IsPlainText(name) &&
         name.find_first_of(" +\n") == std::string_view::npos &&
         std::none_of(std::begin(kWideSpaces), std::end(kWideSpaces),
                      [name](std::string_view space) {
                        return name.find(space) != std::string_view::npos;
                      });
}

std::string EncodeNoteSignature(const NoteSignature& signature) {
  std::string bytes;
  Appender(&bytes).Put(signature.key_id);
  bytes += signature.signature;
  std::string line(kDash);
  return line.append(signature.name)
      .append(" ")
      .append(ToBase64(bytes))
      .append("\n");
}

absl::StatusOr<NoteSignature> ParseNoteSignature(std::string_view line) {
  if (line.substr(0, kDash.size()) != kDash) return MalformedNote();
  line.remove_prefix(kDash.size());
  const auto name = TakeUntil(' ', &line);
  const auto base64 = TakeUntil('\n', &line);
  if (!name || !base64 || !line.empty() || !IsNoteName(*name)) {
    return MalformedNote();
  }
  const auto bytes = FromBase64(*base64);
  if (!bytes || bytes->size() <= sizeof(NoteSignature::key_id)) {
    return MalformedNote();
  }
  Reader reader(*bytes);
  NoteSignature signature;
  signature.name = *name;
  signature.key_id = reader.Get<uint32_t>();
  signature.signature = std::string(reader.Take(reader.size()));
  return signature;
}

absl::StatusOr<SignedNote> ParseSignedNote(std::string_view note) {
  const size_t split = note.rfind("\n\n");
  if (split == std::string_view::npos || note.size() > kMaxNoteSize ||
      !IsPlainText(note)) {
    return MalformedNote();
  }
  SignedNote parsed;
  parsed.text = note.substr(0, split + 1);
  std::string_view lines = note.substr(split + 2);
  if (lines.empty()) return MalformedNote();
  while (!lines.empty()) {
    const size_t size = std::min(lines.find('\n'), lines.size() - 1) + 1;
    PARCELVEIL_ASSIGN_OR_RETURN(NoteSignature signature,
                                ParseNoteSignature(lines.substr(0, size)));
    parsed.signatures.push_back(std::move(signature));
    lines.remove_prefix(size);
  }
  if (parsed.signatures.size() > kMaxNoteSignatures) return MalformedNote();
  return parsed;
}

std::string EncodeVerifierKey(const VerifierKey& key) {
  std::string bytes(1, static_cast<char>(key.type));
  bytes.append(AsText(key.key));
  return absl::StrCat(key.name, "+", absl::Hex(key.key_id, absl::kZeroPad8),
                      "+", ToBase64(bytes));
}

absl::StatusOr<VerifierKey> ParseVerifierKey(std::string_view text) {
  VerifierKey key;
  const auto name = TakeUntil('+', &text);
  const auto key_id = TakeUntil('+', &text);
  const auto bytes = FromBase64(text);
  const bool is_whole =
      name && IsNoteName(*name) && key_id && key_id->size() == kKeyIdHexSize &&
      key_id->find_first_not_of("0123456789abcdef") == std::string::npos &&
      bytes && bytes->size() == 1 + key.key.size();
  if (!is_whole) {
    return Malformed(
        "verifier key: it is not <name>+<key id>+<base64 key> of one 32-byte "
        "key; copy the whole line");
  }
  key.name = std::string(*name);
  const std::string id =
      absl::HexStringToBytes({key_id->data(), key_id->size()});
  key.key_id = Reader(id).Get<uint32_t>();
  Reader reader(*bytes);
  key.type = static_cast<NoteKeyType>(reader.Get<uint8_t>());
  key.key = reader.GetArray<32>();
  if (key.type != NoteKeyType::kEd25519 &&
      key.type != NoteKeyType::kCosignature) {
    return Malformed(
        "verifier key: it is neither an Ed25519 key nor a witness's; use one "
        "that is");
  }
  return key;
}

std::string EncodeCheckpointText(const CheckpointText& checkpoint) {
  std::string text(checkpoint.origin);
  return text.append("\n")
      .append(std::to_string(checkpoint.size))
      .append("\n")
      .append(ToBase64(AsText(checkpoint.root)))
      .append("\n");
}

absl::StatusOr<CheckpointText> ParseCheckpointText(std::string_view text) {
  CheckpointText parsed;
  std::string_view rest = text;
  const auto origin = TakeUntil('\n', &rest);
  const auto size = TakeUntil('\n', &rest);
  const auto root = TakeUntil('\n', &rest);
  std::optional<std::string> bytes;
  if (root) bytes = FromBase64(*root);
  const bool is_whole =
      origin && IsNoteName(*origin) && size &&
      absl::SimpleAtoi(absl::string_view(size->data(), size->size()),
                       &parsed.size) &&
      bytes && bytes->size() == parsed.root.size();
  if (is_whole) {
    parsed.origin = *origin;
    parsed.root = Reader(*bytes).GetArray<32>();
  }
  // One spelling: no sign, no leading zero, no extension line.
  if (!is_whole || EncodeCheckpointText(parsed) != text) {
    return Malformed(
        "checkpoint: it is not the three lines origin, size and root; fetch "
        "it again");
  }
  return parsed;
}

}  // namespace parcelveil::wire
