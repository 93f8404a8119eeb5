// SPDX-License-Identifier: Apache-2.0
// Addresses: the proven region, then only what has the form of a township, a
// road, an estate or a village. SPEC.md section 9.

#include <cstddef>
#include <cstdint>

#include "src/text/han.h"
#include "src/text/mask.h"
#include "src/text/place.h"
#include "src/text/region.h"
#include "src/text/utf8.h"

namespace parcelveil::text {
namespace {

// At most two spaces: more is not how people write addresses.
size_t SkipSpaces(std::string_view text, size_t pos) {
  for (int i = 0; i < 2 && pos < text.size(); ++i) {
    const CodePoint c = Decode(text, pos);
    if (c.value != ' ' && c.value != 0x3000) break;
    pos += c.size;
  }
  return pos;
}

bool StartsWith(std::string_view text, size_t pos, std::string_view word) {
  return text.substr(pos, word.size()) == word;
}

// 三栋镇 is a town's name, but nothing else may follow a unit in one.
bool EndsBehindUnit(std::string_view text, size_t unit) {
  const size_t next = unit + kHanSize;
  return StartsWith(text, next, "镇") || StartsWith(text, next, "乡") ||
         StartsWith(text, next, "街道");
}

bool EndsWith(std::string_view text, size_t end, std::string_view word) {
  return end >= word.size() && StartsWith(text, end - word.size(), word);
}

// 景德镇路 and 水乡大道 are roads.
bool IsRoadAt(std::string_view text, size_t pos) {
  return StartsWith(text, pos, "路") || StartsWith(text, pos, "巷") ||
         StartsWith(text, pos, "大道") || StartsWith(text, pos, "大街");
}

// Tells whether the character at `pos` ends a township or a zone of `length`
// characters.
bool EndsTownship(std::string_view text, size_t pos, int length) {
  constexpr int kLongestTown = 6;  // but 和什托洛盖蒙古族乡
  const size_t end = pos + kHanSize;
  if (length < 3) return false;
  return (length <= kLongestTown &&
          (StartsWith(text, pos, "镇") || StartsWith(text, pos, "乡"))) ||
         EndsWith(text, end, "族乡") || EndsWith(text, end, "开发区") ||
         EndsWith(text, end, "高新区") || EndsWith(text, end, "工业园区");
}

// Returns where the township or development zone at `pos` ends, or `pos` if
// there is none.
size_t TakeTownship(std::string_view text, size_t pos) {
  constexpr int kMaxLength = 12;   // characters of a zone
  constexpr int kLongestName = 7;  // of a township before 街道
  constexpr std::string_view kOffice = "办事处";
  size_t best = pos;
  size_t at = pos;
  for (int i = 0; i < kMaxLength; ++i, at += kHanSize) {
    const uint16_t han = HanAt(text, at);
    const size_t next = at + kHanSize;
    const uint16_t flags = HanFlags(han);
    if (han == 0 || StartsHiddenWord(text, at, flags)) break;
    if (flags & kTownEnd) {
      if (i >= 1 && i < kLongestName && StartsWith(text, at, "街道")) {
        const size_t end = at + 2 * kHanSize;
        return StartsWith(text, end, kOffice) ? end + kOffice.size() : end;
      }
      // 长江路街道 is none.
      if (StartsWith(text, at, "路") && !StartsWith(text, next, "街道")) break;
      if (best == pos && !IsRoadAt(text, next) &&
          EndsTownship(text, at, i + 1)) {
        best = next;
      }
    }
    if ((flags & kAlwaysUnit) && !EndsBehindUnit(text, at)) break;
    if ((flags & kNumeral) && IsUnit(text, next) &&
        !EndsBehindUnit(text, next)) {
      break;
    }
  }
  return best;
}

// Takes apart what follows the township, left to right, and appends what may be
// shown: of each run of Chinese characters the names of places in it, if they
// cannot be a person's.
class StreetMask {
 public:
  StreetMask(std::string_view text, size_t pos, std::string* out)
      : text_(text), out_(out), pos_(pos), shown_end_(pos) {}

  void Run() {
    const size_t first = pos_;
    bool after_number = false;
    while (pos_ < text_.size() && !stop_) {
      if (HanAt(text_, pos_) == 0) {
        const CodePoint c = Decode(text_, pos_);
        after_number = DigitValue(c.value) >= 0 || IsLatin(FoldWidth(c.value));
        pos_ += c.size;
        continue;
      }
      if (after_number) pos_ = SkipUnits(text_, pos_);
      after_number = false;
      adjoining_ = pos_ == first;
      TakeRun();
    }
  }

 private:
  static bool IsLatin(char32_t c) {
    const char32_t letter = c | 0x20;
    return letter >= 'a' && letter <= 'z';
  }

  void TakeRun() {
    constexpr size_t kMaxGap = 8 * kHanSize;
    StartName();
    while (!stop_) {
      const uint16_t han = HanAt(text_, pos_);
      if (han == 0) return Flush(false);
      const uint16_t flags = HanFlags(han);
      if (flags != 0 && TakeFlagged(flags)) continue;
      pos_ += kHanSize;
      if (pos_ - (end_ != 0 ? end_ : start_) > kMaxGap) return SkipRun();
    }
  }

  // Handles a character that may mean something. True if it moved pos_ or
  // ended the work.
  bool TakeFlagged(uint16_t flags) {
    if (StartsHiddenWord(text_, pos_, flags)) {
      if (end_ == pos_) adjoining_ = false;  // 姑苏区王小路收
      Flush(false);
      stop_ = true;
      return true;
    }
    if (flags & (kNumeral | kAlwaysUnit)) {
      const std::string_view numerals = NumeralsAt(text_, pos_);
      const bool unit = IsUnit(text_, pos_ + numerals.size());
      if (unit || (numerals.size() > kHanSize && !IsMemorialDay(numerals))) {
        Flush(true);
        pos_ = SkipUnits(text_, pos_ + numerals.size());
        adjoining_ = false;
        StartName();
        return true;
      }
      pos_ += numerals.size();
      return true;
    }
    if ((flags & kPlaceEnd) && pos_ > start_) {
      const Ending ending = EndsPlace(text_, pos_);
      if (ending != Ending::kNone) {
        end_ = pos_ + kHanSize;
        strong_ = ending == Ending::kStrong;
      }
    }
    return false;
  }

  void StartName() {
    start_ = pos_;
    end_ = 0;
  }

  void SkipRun() {
    Flush(false);
    while (HanAt(text_, pos_) != 0) pos_ += kHanSize;
  }

  // Shows the name [start_, end_).
  void Flush(bool number_follows) {
    if (end_ == 0) return;
    const size_t length = (end_ - start_) / kHanSize;
    const bool like_a_person = length <= (strong_ ? 3 : 4);
    if (like_a_person && !number_follows && !HasContext()) return;
    if (SkipSpaces(text_, shown_end_) != start_) out_->append(kStars);
    const size_t from =
        SkipSpaces(text_, shown_end_) == start_ ? shown_end_ : start_;
    out_->append(text_.substr(from, end_ - from));
    shown_end_ = end_;
    adjoining_ = false;
  }

  // Roads and villages, not estates.
  static bool EndsRoad(std::string_view last) {
    return last == "路" || last == "街" || last == "道" || last == "巷" ||
           last == "村" || last == "庄" || last == "屯";
  }

  // A short name passes for a place where it is a road right behind the region
  // that no separator cuts off, or where a house number or our stars follow.
  bool HasContext() const {
    if (StarsFollow()) return true;
    if (adjoining_ && EndsRoad(text_.substr(end_ - kHanSize, kHanSize)) &&
        (end_ == text_.size() || HanAt(text_, end_) != 0)) {
      return true;
    }
    size_t pos = SkipSpaces(text_, end_);
    if (StartsWith(text_, pos, "，")) pos += kHanSize;
    if (pos < text_.size() && IsLatin(static_cast<uint8_t>(text_[pos]))) {
      return IsUnit(text_, pos + 1);  // A座
    }
    const size_t size = HouseNumberAt(text_, pos);
    return size != 0 && (pos == end_ || IsUnit(text_, pos + size));
  }

  bool StarsFollow() const {
    const size_t behind = end_ + kStars.size();
    return StartsWith(text_, end_, kStars) &&
           (behind == text_.size() || HanAt(text_, behind) != 0);
  }

  const std::string_view text_;
  std::string* const out_;
  size_t pos_;
  size_t shown_end_;        // what was shown last ends here in the text
  size_t start_ = 0;        // of the name being read
  size_t end_ = 0;          // of the name so far; 0: it is none yet
  bool strong_ = false;     // the name ends as no person's does
  bool adjoining_ = false;  // the name stands right behind the region
  bool stop_ = false;       // a person or a remark was met
};

// Returns where the region of `text` starts: at its start, or behind something
// that is no Chinese character (a label, a person). The size if there is none.
size_t FindStart(std::string_view text, ProvenRegion* region) {
  bool candidate = true;
  for (size_t pos = 0; pos < text.size();) {
    const uint16_t han = HanAt(text, pos);
    if (han != 0 && candidate) {
      *region = FindRegion(text.substr(pos));
      if (region->end != 0) return pos;
    }
    candidate = han == 0;
    pos += han != 0 ? kHanSize : Decode(text, pos).size;
  }
  return text.size();
}

}  // namespace

void MaskAddress(MaskRule rule, std::string_view text, std::string* out) {
  constexpr int kCity = 2;
  ProvenRegion region;
  const size_t start = FindStart(text, &region);
  if (region.end == 0) {
    out->append(kStars);
    return;
  }
  if (SkipSpaces(text, 0) != start) out->append(kStars);
  size_t end = start + region.end;
  if (region.level >= kCity) {
    const size_t behind = SkipSpaces(text, end);
    size_t township = TakeTownship(text, behind);
    if (township != behind) {
      end = township;
      // A township may lie in a development zone.
      if (StartsWith(text, end - kHanSize, "区")) end = TakeTownship(text, end);
    }
  }
  out->append(text.substr(start, end - start));
  if (rule == MaskRule::kAddressStreet) StreetMask(text, end, out).Run();
  out->append(kStars);
}

}  // namespace parcelveil::text
