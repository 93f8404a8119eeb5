// SPDX-License-Identifier: Apache-2.0

#include "src/text/phone_scanner.h"

#include <algorithm>

#include "src/text/utf8.h"

namespace parcelveil::text {
namespace {

using Kind = WrittenPhone::Kind;

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

// What may stand between the digits of one number.
bool IsSeparator(char32_t c) {
  return IsSpace(c) || c == '-' || c == '.' || c == '(' || c == ')' ||
         (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || IsInvisible(c);
}

// What may stand between a marker and the extension.
bool IsFill(char32_t c) { return IsSeparator(c) || c == ':' || c == '='; }

void Store(Kind kind, std::string_view digits, WrittenPhone* phone) {
  phone->kind = kind;
  phone->size = digits.copy(phone->digits, kMaxPhoneDigits);
}

bool IsMobile(std::string_view digits) {
  return digits.size() == kMobileSize && digits[0] == '1' &&
         (digits[1] >= '3' || digits[1] == '*');
}

// Area code without its 0, and number: 10 and 2x have 8 digits behind them,
// the others 7 or 8.
bool IsLandline(std::string_view digits) {
  if (digits.empty() || digits[0] < '1') return false;
  if (digits[0] == '1' || digits[0] == '2') {
    return digits.size() == 10 && (digits[0] == '2' || digits[1] == '0');
  }
  return digits.size() == 10 || digits.size() == 11;
}

}  // namespace

// 852-91234567, 886-912345678 and 02-23456789, which the number of digits ends.
bool PhoneScanner::IsOfNeighbour(const Run& run, size_t last) {
  if (last != 1) return false;
  const std::string_view code = run.Between(0, 0);
  const size_t size = run.Between(1, 1).size();
  if (code == "852" || code == "853" || code == "02") return size == 8;
  return code == "886" && size == 9;
}

bool PhoneScanner::Next(WrittenPhone* phone) {
  Run run;
  while (ReadRun(&run)) {
    phone->extension_size = 0;
    if (ReadKnown(run, phone) || ReadOther(run, phone)) return true;
  }
  return false;
}

// Reads the next run; pos_ is then behind it.
bool PhoneScanner::ReadRun(Run* run) {
  run->size = run->num_groups = 0;
  run->plus = false;
  bool in_group = false;
  bool plus = false;
  while (pos_ < text_.size()) {
    const CodePoint c = Decode(text_, pos_);
    const char32_t folded = FoldWidth(c.value);
    const int value = DigitValue(c.value);
    const bool star = options_.stars && IsStar(c.value);
    if (value >= 0 || star) {
      if (!in_group) {
        if (run->num_groups == Run::kMaxGroups) return true;
        if (run->num_groups == 0) run->plus = plus;
        run->starts[run->num_groups++] = run->size;
        in_group = true;
      }
      const size_t group = run->num_groups - 1;
      if (run->size - run->starts[group] < Run::kMaxGroup) {
        run->digits[run->size++] = star ? '*' : static_cast<char>('0' + value);
      }
      run->ends[group] = run->size;
      run->text_ends[group] = pos_ + c.size;
    } else if (IsSeparator(folded)) {
      // Invisible characters do not part a group.
      if (!IsInvisible(folded)) in_group = false;
    } else if (run->num_groups != 0) {
      return true;
    } else {
      plus = folded == '+';
    }
    pos_ += c.size;
  }
  return run->num_groups != 0;
}

// Reads a number of mainland China whose form tells where it ends.
bool PhoneScanner::ReadKnown(const Run& run, WrittenPhone* phone) {
  for (Kind kind : {Kind::kMobile, Kind::kLandline}) {
    for (size_t last = 0; last < run.num_groups; ++last) {
      if (!ReadChinese(run.Between(0, last), run.plus, phone)) continue;
      if ((phone->kind == Kind::kMobile) != (kind == Kind::kMobile)) continue;
      ReadExtension(run, last, phone);
      return true;
    }
  }
  if (run.plus || !options_.china) return false;
  for (size_t group = 1; group < run.num_groups; ++group) {
    if (!IsMobile(run.Between(group, group))) continue;
    Store(Kind::kMobile, run.Between(group, group), phone);
    phone->certain_end = true;
    ReadExtension(run, group, phone);
    return true;
  }
  return false;
}

bool PhoneScanner::ReadChinese(std::string_view digits, bool plus,
                               WrittenPhone* phone) const {
  phone->certain_end = true;
  bool written = true;  // the country code stands in the text
  if (plus && StartsWith(digits, "86")) {
    digits.remove_prefix(2);
  } else if (!plus && StartsWith(digits, "0086")) {
    digits.remove_prefix(4);
  } else if (!plus && StartsWith(digits, "86") && IsMobile(digits.substr(2))) {
    digits.remove_prefix(2);
  } else {
    written = false;
  }
  if (!written && (plus || !options_.china)) return false;
  const bool zero = StartsWith(digits, "0");
  const std::string_view bare = digits.substr(zero ? 1 : 0);
  if (IsMobile(bare)) {
    Store(Kind::kMobile, bare, phone);
    return true;
  }
  if ((zero || written) && IsLandline(bare)) {
    Store(Kind::kLandline, bare, phone);
    return true;
  }
  if (!zero && digits.size() == 10 &&
      (StartsWith(digits, "400") || StartsWith(digits, "800"))) {
    Store(Kind::kService, digits, phone);
    return true;
  }
  return false;
}

// Reads any other number: the whole run, or its first group.
bool PhoneScanner::ReadOther(const Run& run, WrittenPhone* phone) {
  size_t last = run.num_groups - 1;
  std::string_view digits = run.Between(0, last);
  const bool zeros = !run.plus && StartsWith(digits, "00");
  const bool international = run.plus || zeros;
  const size_t first_size = run.Between(0, 0).size();
  // 62551234-802: a local number and its extension.
  const bool local = !international && digits[0] != '0' && last == 1 &&
                     (first_size == 7 || first_size == 8) &&
                     digits.size() - first_size <= kMaxExtension;
  if (local || digits.size() > kMaxPhoneDigits + (zeros ? 2 : 0)) last = 0;
  digits = run.Between(0, last);
  // "0 0" begins with 00 as well, its first group does not.
  if (zeros) digits.remove_prefix(std::min<size_t>(2, digits.size()));
  // 310101 19900307 1234: what follows is of no phone either.
  if (last == 0 &&
      run.Between(0, run.num_groups - 1).size() > kMaxPhoneDigits &&
      first_size < 7) {
    doubtful_end_ = run.text_ends[run.num_groups - 1];
  }
  if (digits.size() < kMinPhoneDigits || digits.size() > kMaxPhoneDigits) {
    // Later groups may be numbers: 1 13812345678901 62551234.
    pos_ = run.text_ends[0];
    return false;
  }
  Store(international ? Kind::kInternational : Kind::kOther, digits, phone);
  // What a person would read as one number; anything longer may end in an
  // extension that nothing marks.
  const size_t last_size = run.Between(last, last).size();
  bool short_groups = true;
  for (size_t group = 0; group < last; ++group) {
    short_groups &= run.Between(group, group).size() <= 4;
  }
  if (international) {
    phone->certain_end = digits.size() <= 13 && (last == 0 || last_size >= 4);
  } else {
    phone->certain_end =
        digits.size() <= 11 && (last == 0 || (short_groups && last_size == 4));
    phone->certain_end |= IsOfNeighbour(run, last);
  }
  if (run.text_ends[0] <= doubtful_end_) phone->certain_end = false;
  ReadExtension(run, last, phone);
  return true;
}

// Reads the extension behind group `last`: the one group that is left, or what
// follows a marker. Leaves pos_ where the next number may begin.
void PhoneScanner::ReadExtension(const Run& run, size_t last,
                                 WrittenPhone* phone) {
  if (last + 1 < run.num_groups) {
    const std::string_view next = run.Between(last + 1, last + 1);
    if (last + 2 == run.num_groups && next.size() <= kMaxExtension) {
      phone->extension_size = next.copy(phone->extension, kMaxExtension);
      return;
    }
    pos_ = run.text_ends[last];
    return;
  }
  const size_t behind = pos_;
  if (!SkipMarker()) return;
  size_t size = 0;
  while (pos_ < text_.size()) {
    const CodePoint c = Decode(text_, pos_);
    const int value = DigitValue(c.value);
    if (value < 0 && !(options_.stars && IsStar(c.value))) break;
    if (size < kMaxExtension) {
      phone->extension[size] = static_cast<char>('0' + std::max(value, 0));
    }
    ++size;
    pos_ += c.size;
  }
  if (size == 0 || size > kMaxExtension) {
    pos_ = behind;  // 13800138000,13900139000
    return;
  }
  phone->extension_size = size;
}

// Skips 转, ext. and the like at pos_, and what may stand between them and the
// digits.
bool PhoneScanner::SkipMarker() {
  constexpr std::string_view kMarkers[] = {
      "转分机", "轉分機",    "分机号", "分機號", "转接", "分机", "分機", "转",
      "轉",     "extension", "ext",    "EXT",    "Ext",  "x",    "X",    "#",
      "＃",     ",",         "，",     "[",      "【",   ";ext"};
  constexpr size_t kMaxFill = 4;
  for (std::string_view marker : kMarkers) {
    if (text_.substr(pos_, marker.size()) != marker) continue;
    pos_ += marker.size();
    for (size_t i = 0; i < kMaxFill && pos_ < text_.size(); ++i) {
      const CodePoint c = Decode(text_, pos_);
      if (!IsFill(FoldWidth(c.value))) break;
      pos_ += c.size;
    }
    return true;
  }
  return false;
}

}  // namespace parcelveil::text
