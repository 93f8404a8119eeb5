// SPDX-License-Identifier: Apache-2.0
// Finds the phone numbers of a text: normal form rule 1 and the phone masks
// stand on the same reading. SPEC.md section 8.

#ifndef PARCELVEIL_SRC_TEXT_PHONE_SCANNER_H_
#define PARCELVEIL_SRC_TEXT_PHONE_SCANNER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace parcelveil::text {

inline constexpr size_t kMobileSize = 11;
inline constexpr size_t kMinPhoneDigits = 5;
inline constexpr size_t kMaxPhoneDigits = 15;
inline constexpr size_t kMaxExtension = 6;

// One number as it stands in a text.
struct WrittenPhone {
  enum class Kind {
    kMobile,         // mainland China: 13812345678
    kLandline,       // mainland China, area code without its 0: 1062551234
    kService,        // mainland China: 4001234567
    kInternational,  // country code first: 85291234567
    kOther,          // digits as written; no country code stands in the text
  };
  Kind kind = Kind::kOther;
  char digits[kMaxPhoneDigits];  // in masked text also '*'
  size_t size = 0;
  char extension[kMaxExtension];
  size_t extension_size = 0;
  bool certain_end = false;  // the last digits are surely no extension

  std::string_view Digits() const { return {digits, size}; }
  std::string_view Extension() const { return {extension, extension_size}; }
};

// True where all eight bytes are ASCII digits.
inline bool AreDigits(const char* text) {
  uint64_t word;
  std::memcpy(&word, text, sizeof(word));
  constexpr uint64_t kEach = 0x0101010101010101;
  // Each high half is 3, also with 6 added: no byte is above '9'.
  return (((word & (kEach * 0xF0)) ^ (kEach * 0x30)) |
          (((word + kEach * 0x06) & (kEach * 0xF0)) ^ (kEach * 0x30))) == 0;
}

// True for 13812345678 and the like.
inline bool IsPlainMobile(std::string_view text) {
  return text.size() == kMobileSize && text[0] == '1' && text[1] >= '3' &&
         AreDigits(text.data()) && AreDigits(text.data() + kMobileSize - 8);
}

// Reads a text from left to right.
class PhoneScanner {
 public:
  // How to read: `china`: numbers without a country code are of mainland China;
  // `stars`: a * stands for a digit that some mask has hidden.
  struct Options {
    bool china = true;
    bool stars = false;
  };

  PhoneScanner(std::string_view text, Options options)
      : text_(text), options_(options) {}

  // Finds the next number of 5 to 15 digits. False at the end of the text.
  bool Next(WrittenPhone* phone);

 private:
  // Digits with nothing but separators between: 010-6255 1234.
  struct Run {
    static constexpr size_t kMaxGroups = 8;
    // Digits kept of one group: more make no number in any reading.
    static constexpr size_t kMaxGroup = kMaxPhoneDigits + 3;
    char digits[kMaxGroups * kMaxGroup];
    size_t size = 0;
    size_t num_groups = 0;
    size_t starts[kMaxGroups];     // in `digits`
    size_t ends[kMaxGroups];       // in `digits`
    size_t text_ends[kMaxGroups];  // behind the group, in the text
    bool plus = false;

    std::string_view Between(size_t first, size_t last) const {
      return {digits + starts[first], ends[last] - starts[first]};
    }
  };

  bool ReadRun(Run* run);
  bool ReadKnown(const Run& run, WrittenPhone* phone);
  bool ReadChinese(std::string_view digits, bool plus,
                   WrittenPhone* phone) const;
  static bool IsOfNeighbour(const Run& run, size_t last);
  bool ReadOther(const Run& run, WrittenPhone* phone);
  void ReadExtension(const Run& run, size_t last, WrittenPhone* phone);
  bool SkipMarker();

  const std::string_view text_;
  const Options options_;
  size_t pos_ = 0;
  size_t doubtful_end_ = 0;  // what begins before it is of no phone
};

}  // namespace parcelveil::text

#endif  // PARCELVEIL_SRC_TEXT_PHONE_SCANNER_H_
