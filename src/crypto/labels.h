// SPDX-License-Identifier: Apache-2.0
// Every label that separates one use of a key from another. SPEC.md section 3.

#ifndef PARCELVEIL_SRC_CRYPTO_LABELS_H_
#define PARCELVEIL_SRC_CRYPTO_LABELS_H_

#include <string_view>

namespace parcelveil::crypto {

// BLAKE2b personalisation: at most 16 bytes, zero-padded.
inline constexpr std::string_view kLabelScopeKey = "pv1/scope-key";
inline constexpr std::string_view kLabelCellKeys = "pv1/cell-keys";
inline constexpr std::string_view kLabelKeyCheck = "pv1/key-check";
inline constexpr std::string_view kLabelIndex = "pv1/index";
inline constexpr std::string_view kLabelIntakeKey = "pv1/intake-sk";
inline constexpr std::string_view kLabelRecordRef = "pv1/record-ref";
inline constexpr std::string_view kLabelRawSeal = "pv1/raw-seal";

// HPKE info and Ed25519 message prefixes: they end in a NUL, so that none is a
// prefix of another.
inline constexpr std::string_view kInfoWrap{"parcelveil/v1/wrap\0", 19};
inline constexpr std::string_view kInfoIntake{"parcelveil/v1/intake\0", 21};
inline constexpr std::string_view kInfoReply{"parcelveil/v1/reply\0", 20};
inline constexpr std::string_view kInfoSheet{"parcelveil/v1/sheet\0", 20};
inline constexpr std::string_view kInfoQuery{"parcelveil/v1/query\0", 20};
inline constexpr std::string_view kSignedKeyring{"parcelveil/v1/keyring\0", 22};
inline constexpr std::string_view kSignedIntakeCard{
    "parcelveil/v1/intake-card\0", 26};
inline constexpr std::string_view kSignedRequest{
    "parcelveil/v1/reveal-request\0", 29};
inline constexpr std::string_view kSignedReply{"parcelveil/v1/reveal-reply\0",
                                               27};
inline constexpr std::string_view kSignedSheet{"parcelveil/v1/route-sheet\0",
                                               26};

}  // namespace parcelveil::crypto

#endif  // PARCELVEIL_SRC_CRYPTO_LABELS_H_
