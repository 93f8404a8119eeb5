// SPDX-License-Identifier: Apache-2.0
// One code point at a time, and what the masks and normal forms see in it.
//
// The tables are ours, not the Unicode version of some library: a normal form
// that changed with an upgrade would lose matches. SPEC.md section 8.

#ifndef PARCELVEIL_SRC_TEXT_UTF8_H_
#define PARCELVEIL_SRC_TEXT_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace parcelveil::text {

inline constexpr char32_t kBad = 0xFFFFFFFF;  // no character at all

struct CodePoint {
  char32_t value;  // kBad for a byte that belongs to no well-formed sequence
  uint8_t size;    // bytes; 1 for a bad one
};

// The well-formed tail of a multi-byte sequence; see Decode.
inline CodePoint DecodeLong(std::string_view text, size_t pos) {
  constexpr CodePoint kOneBad = {kBad, 1};
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const uint8_t lead = static_cast<uint8_t>(text[pos]);
  const uint8_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() - pos < size) return kOneBad;
  char32_t value = lead & (0xFF >> (size + 1));
  for (uint8_t i = 1; i < size; ++i) {
    const uint8_t byte = static_cast<uint8_t>(text[pos + i]);
    if ((byte & 0xC0) != 0x80) return kOneBad;
    value = value << 6 | (byte & 0x3F);
  }
  if (value < kLeast[size] || value > 0x10FFFF ||
      (value >= 0xD800 && value <= 0xDFFF)) {
    return kOneBad;
  }
  return {value, size};
}

// Decodes the code point at `pos`, which must be inside `text`.
inline CodePoint Decode(std::string_view text, size_t pos) {
  const uint8_t lead = static_cast<uint8_t>(text[pos]);
  if (lead < 0x80) return {lead, 1};
  return DecodeLong(text, pos);
}

inline bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }

// Characters that nobody sees: dropped from normal forms.
inline bool IsInvisible(char32_t c) {
  return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || c == 0xAD;
}

// Marks that belong to the character before them; a few blocks are enough, as a
// mask shows no character of the scripts that have others.
inline bool IsMark(char32_t c) {
  return (c >= 0x0300 && c <= 0x036F) || (c >= 0x1AB0 && c <= 0x1AFF) ||
         (c >= 0x1DC0 && c <= 0x1DFF) || (c >= 0x20D0 && c <= 0x20FF) ||
         (c >= 0x302A && c <= 0x302F) || c == 0x3099 || c == 0x309A ||
         (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xFE20 && c <= 0xFE2F) ||
         (c >= 0xE0100 && c <= 0xE01EF);
}

inline bool IsSpace(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

// Full-width ASCII becomes ASCII, the ideographic space a space.
inline char32_t FoldWidth(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFEE0;
  return c == 0x3000 ? U' ' : c;
}

// Returns the value of a decimal digit of any script of the list, or -1.
inline int DigitValue(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9' ? static_cast<int>(c - '0') : -1;
  if (c >= 0x1820 && c < 0xFF10) return -1;  // Chinese text, above all
  constexpr char32_t kZeros[] = {
      0x0660, 0x06F0, 0x07C0, 0x0966,  0x09E6,  0x0A66,  0x0AE6,  0x0B66,
      0x0BE6, 0x0C66, 0x0CE6, 0x0D66,  0x0E50,  0x0ED0,  0x0F20,  0x1040,
      0x17E0, 0x1810, 0xFF10, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6};
  for (char32_t zero : kZeros) {
    if (c >= zero && c <= zero + 9) return static_cast<int>(c - zero);
  }
  return -1;
}

// Stars that always mean "hidden here".
inline bool IsStar(char32_t c) { return c == '*' || c == 0xFF0A; }

// Characters that mean it only when there are two in a row: a single one is a
// separator of names or a product sign.
inline bool IsStarLike(char32_t c) {
  return IsStar(c) || c == 0xD7 || c == 0x2022 || c == 0x204E || c == 0x2217 ||
         c == 0x2588 || c == 0x25A0 || c == 0x25CB || c == 0x25CF;
}

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_UTF8_H_
