// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "parcelveil/field.h"
#include "src/base/status.h"
#include "src/crypto/field_aead.h"
#include "src/keyring/key_session.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"
#include "src/wire/view_layout.h"

namespace parcelveil {
namespace {

bool IsViewSlot(Slot slot) { return ToInt(slot) > 0x8000; }

// What the keyring holds for an index, a record reference or intake is no
// cell's key.
bool HasNoCells(Slot slot) {
  return ToInt(slot) >> 12 == 4 || slot == Slot::kAuditRef ||
         slot == Slot::kIntake;
}

size_t PaddedSizeOf(std::string_view sealed) {
  return sealed.size() - wire::kFieldOverhead;
}

absl::Span<const uint8_t> AfterHeader(std::string_view sealed) {
  return wire::AsBytes(sealed).subspan(wire::kFieldHeaderSize);
}

absl::Status WrongSlot(Slot slot, const char* remedy) {
  return MakeStatus(Reason::kMalformed,
                    "open " + Describe(slot) + ": " + remedy);
}

absl::Status NoCells(Slot slot) {
  return WrongSlot(slot,
                   "it is no field, view or token; nothing is sealed in it");
}

// A failed open never says whether key, cell or bytes were wrong.
absl::Status DoesNotAuthenticate(const std::string& operation) {
  return MakeStatus(Reason::kDecryptFailed,
                    operation +
                        ": it does not authenticate in this cell; check record "
                        "id and version, or restore the row");
}

// Opens `sealed`, whose header has been parsed, into its padded size of bytes
// at `out`; returns the size of the text.
absl::StatusOr<size_t> OpenCell(KeySession* session, Role role,
                                const Cell& cell,
                                const wire::FieldHeader& header,
                                std::string_view sealed,
                                absl::Span<uint8_t> out) {
  PARCELVEIL_RETURN_IF_ERROR(wire::CheckRecordId(cell.record_id));
  PARCELVEIL_ASSIGN_OR_RETURN(
      KeySession::Key key,
      session->ForOpening(cell.slot, header.epoch, header.gen, header.scope));
  const wire::CellBinding binding(header, session->tenant(), cell);
  size_t text_size;
  if (!crypto::OpenField(key.bytes, {binding.bytes()}, AfterHeader(sealed), out,
                         &text_size)) {
    return DoesNotAuthenticate("open " + Describe(cell.slot) + " as " +
                               Describe(role));
  }
  return text_size;
}

// Opens `view` into `out`, which has room for it; returns its entries.
absl::StatusOr<std::string_view> OpenView(KeySession* session, Role role,
                                          Slot slot, const SealedView& view,
                                          char* out) {
  PARCELVEIL_ASSIGN_OR_RETURN(wire::FieldHeader header,
                              wire::ParseFieldHeader(view.sealed));
  PARCELVEIL_ASSIGN_OR_RETURN(
      size_t size,
      OpenCell(session, role, {slot, view.record_id, view.version}, header,
               view.sealed,
               {reinterpret_cast<uint8_t*>(out), PaddedSizeOf(view.sealed)}));
  const std::string_view entries(out, size);
  PARCELVEIL_RETURN_IF_ERROR(wire::CheckView(entries));
  return entries;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Opener>> Opener::Create(const Keyring* keyring) {
  if (keyring == nullptr) {
    return MakeStatus(Reason::kMalformed,
                      "make opener: the keyring is null; load one first");
  }
  return std::unique_ptr<Opener>(new Opener(keyring));
}

absl::StatusOr<Plaintext> Opener::Open(const Cell& cell,
                                       std::string_view sealed) const {
  Plaintext text;
  PARCELVEIL_RETURN_IF_ERROR(OpenInto(cell, sealed, &text));
  return text;
}

absl::Status Opener::OpenInto(const Cell& cell, std::string_view sealed,
                              Plaintext* text) const {
  text->Wipe();
  if (IsViewSlot(cell.slot)) {
    return WrongSlot(cell.slot, "it is a view; open it with OpenViews");
  }
  if (HasNoCells(cell.slot)) return NoCells(cell.slot);
  PARCELVEIL_ASSIGN_OR_RETURN(wire::FieldHeader header,
                              wire::ParseFieldHeader(sealed));
  KeySession session(keyring_);
  const absl::StatusOr<size_t> size =
      OpenCell(&session, keyring_->role(), cell, header, sealed,
               text->Resize(PaddedSizeOf(sealed)));
  if (!size.ok()) {
    text->Wipe();
    return size.status();
  }
  text->Shrink(*size);
  return absl::OkStatus();
}

std::vector<absl::StatusOr<View>> Opener::OpenViews(
    Slot slot, absl::Span<const SealedView> views) const {
  std::vector<absl::StatusOr<View>> opened;
  opened.reserve(views.size());
  if (!IsViewSlot(slot)) {
    opened.assign(views.size(),
                  WrongSlot(slot, "it is not a view; open it with Open"));
    return opened;
  }
  size_t room = 0;
  for (const SealedView& view : views) room += view.sealed.size();
  // One buffer for all: an allocation each would cost as much as a tenth of
  // the opening.
  const std::shared_ptr<char[]> buffer(new char[room]);
  char* out = buffer.get();
  KeySession session(keyring_);
  const Role role = keyring_->role();
  for (const SealedView& view : views) {
    const absl::StatusOr<std::string_view> entries =
        OpenView(&session, role, slot, view, out);
    if (entries.ok()) {
      opened.emplace_back(View(buffer, *entries));
      out += entries->size();
    } else {
      opened.emplace_back(entries.status());
    }
  }
  return opened;
}

absl::StatusOr<Secret> Opener::MakeCapability(const Cell& cell,
                                              std::string_view sealed) const {
  if (HasNoCells(cell.slot)) return NoCells(cell.slot);
  PARCELVEIL_ASSIGN_OR_RETURN(wire::FieldHeader header,
                              wire::ParseFieldHeader(sealed));
  PARCELVEIL_RETURN_IF_ERROR(wire::CheckRecordId(cell.record_id));
  PARCELVEIL_ASSIGN_OR_RETURN(Secret capability,
                              Secret::Zero(wire::kCapabilitySize));
  PARCELVEIL_ASSIGN_OR_RETURN(Secret subkey, Secret::Zero(crypto::kSubkeySize));
  KeySession session(keyring_);
  PARCELVEIL_ASSIGN_OR_RETURN(
      KeySession::Key key,
      session.ForOpening(cell.slot, header.epoch, header.gen, header.scope));
  const wire::CellBinding binding(header, session.tenant(), cell);
  subkey.UseMutable([&](absl::Span<uint8_t> out) {
    crypto::DeriveSubkey(key.bytes, {binding.bytes()}, out);
    capability.UseMutable([&](absl::Span<uint8_t> bytes) {
      wire::EncodeCapability({header, out}, bytes.data());
    });
  });
  return capability;
}

absl::StatusOr<Plaintext> OpenWithCapability(const Secret& capability,
                                             uint32_t tenant, const Cell& cell,
                                             std::string_view sealed) {
  PARCELVEIL_ASSIGN_OR_RETURN(wire::FieldHeader header,
                              wire::ParseFieldHeader(sealed));
  PARCELVEIL_RETURN_IF_ERROR(wire::CheckRecordId(cell.record_id));
  if (!capability.alive()) {
    return MakeStatus(Reason::kKeyUnavailable,
                      "open with capability: it was made before fork; ask for "
                      "one in the child");
  }
  return capability.Use(
      [&](absl::Span<const uint8_t> bytes) -> absl::StatusOr<Plaintext> {
        PARCELVEIL_ASSIGN_OR_RETURN(wire::Capability parsed,
                                    wire::ParseCapability(bytes));
        const wire::CellBinding binding(header, tenant, cell);
        Plaintext text;
        size_t size;
        if (parsed.header.gen != header.gen ||
            parsed.header.epoch != header.epoch ||
            parsed.header.scope != header.scope ||
            !crypto::OpenFieldWithSubkey(
                parsed.subkey, {binding.bytes()}, AfterHeader(sealed),
                text.Resize(PaddedSizeOf(sealed)), &size)) {
          return DoesNotAuthenticate("open " + Describe(cell.slot) +
                                     " with a capability");
        }
        text.Shrink(size);
        return text;
      });
}

}  // namespace parcelveil
