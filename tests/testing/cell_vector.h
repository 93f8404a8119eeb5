// SPDX-License-Identifier: Apache-2.0
// CellVector: a cell of the vector files, its keys derived by this library.

#ifndef PARCELVEIL_TESTS_TESTING_CELL_VECTOR_H_
#define PARCELVEIL_TESTS_TESTING_CELL_VECTOR_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "src/crypto/field_aead.h"
#include "src/crypto/prf.h"
#include "src/keyring/derive.h"
#include "src/wire/bytes.h"
#include "src/wire/cell.h"
#include "tests/testing/vectors.h"

namespace parcelveil::testing {

class CellVector {
 public:
  explicit CellVector(const Vector& vector)
      : header_{static_cast<uint8_t>(vector.Number("gen")),
                Epoch{static_cast<uint16_t>(vector.Number("epoch"))},
                Scope{static_cast<uint32_t>(vector.Number("scope"))}},
        tenant_(static_cast<uint32_t>(vector.Number("tenant"))),
        record_id_(vector.Bytes("record_id")),
        slot_{static_cast<uint16_t>(vector.Number("slot"))},
        version_(static_cast<uint32_t>(vector.Number("version"))) {
    std::array<uint8_t, crypto::kKeySize> scope_key;
    keyring::DeriveScopeKey(wire::AsBytes(vector.Bytes("ek")), header_.scope,
                            absl::MakeSpan(scope_key));
    keyring::DeriveCellKeys(scope_key,
                            {tenant_, slot_, header_.epoch, header_.gen,
                             wire::KeyLevel::kScope, header_.scope},
                            absl::MakeSpan(keys_));
  }

  const wire::FieldHeader& header() const { return header_; }
  absl::Span<const uint8_t> keys() const { return keys_; }
  // header | ctx, with the header that some sealed bytes carry.
  wire::CellBinding Binding(const wire::FieldHeader& header) const {
    return wire::CellBinding(header, tenant_, {slot_, record_id_, version_});
  }

  std::string Seal(std::string_view text, size_t pad, std::string_view seed,
                   uint64_t counter) const {
    std::string sealed(
        wire::kFieldOverhead + crypto::PaddedSize(text.size(), pad), '\0');
    auto* out = reinterpret_cast<uint8_t*>(sealed.data());
    wire::EncodeFieldHeader(header_, out);
    crypto::SealField(keys_, {Binding(header_).bytes()},
                      {reinterpret_cast<const uint8_t*>(seed.data()), counter},
                      text, pad, out + wire::kFieldHeaderSize);
    return sealed;
  }

  // The text, or nullopt where it does not authenticate. `sealed` has passed
  // ParseFieldHeader, which gave `header`.
  std::optional<std::string> Open(const wire::FieldHeader& header,
                                  std::string_view sealed) const {
    return OpenWith(sealed, [&](absl::Span<const uint8_t> body,
                                absl::Span<uint8_t> out, size_t* text_size) {
      return crypto::OpenField(keys_, {Binding(header).bytes()}, body, out,
                               text_size);
    });
  }
  std::optional<std::string> OpenWithSubkey(absl::Span<const uint8_t> subkey,
                                            std::string_view sealed) const {
    return OpenWith(sealed, [&](absl::Span<const uint8_t> body,
                                absl::Span<uint8_t> out, size_t* text_size) {
      return crypto::OpenFieldWithSubkey(subkey, {Binding(header_).bytes()},
                                         body, out, text_size);
    });
  }

 private:
  // Opens, and checks that a refused cell leaves nothing but zeros behind.
  template <typename OpenBody>
  static std::optional<std::string> OpenWith(std::string_view sealed,
                                             OpenBody open) {
    std::string out(sealed.size() - wire::kFieldOverhead, 'x');
    size_t text_size = 0;
    const bool opened =
        open(wire::AsBytes(sealed.substr(wire::kFieldHeaderSize)),
             {reinterpret_cast<uint8_t*>(out.data()), out.size()}, &text_size);
    if (!opened) {
      EXPECT_TRUE(std::all_of(out.begin(), out.end(), [](char byte) {
        return byte == 0;
      })) << "a refused cell left bytes behind";
      return std::nullopt;
    }
    return out.substr(0, text_size);
  }

  wire::FieldHeader header_;
  uint32_t tenant_;
  std::string record_id_;
  Slot slot_;
  uint32_t version_;
  std::array<uint8_t, crypto::kCellKeysSize> keys_;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TESTING_CELL_VECTOR_H_
