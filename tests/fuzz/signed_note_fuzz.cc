// SPDX-License-Identifier: Apache-2.0
// Signed notes, checkpoints and verifier keys: each that is taken has one
// encoding.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "src/wire/signed_note.h"

namespace wire = parcelveil::wire;

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto key = wire::ParseVerifierKey(bytes); key.ok()) {
    Require(wire::EncodeVerifierKey(*key) == bytes);
  }
  const auto note = wire::ParseSignedNote(bytes);
  if (!note.ok()) return 0;
  std::string again(note->text);
  again += '\n';
  for (const wire::NoteSignature& signature : note->signatures) {
    again += wire::EncodeNoteSignature(signature);
  }
  Require(again == bytes);
  if (const auto text = wire::ParseCheckpointText(note->text); text.ok()) {
    Require(wire::EncodeCheckpointText(*text) == note->text);
  }
  return 0;
}
