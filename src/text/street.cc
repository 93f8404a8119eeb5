// SPDX-License-Identifier: Apache-2.0

#include "src/text/street.h"

#include "src/text/place.h"
#include "src/text/surname.h"

namespace parcelveil::text {
namespace {

// Reads rows of Chinese characters. In a row each ending of a place closes a
// name; a name is shown once it is known what stands behind it.
class StreetReader {
 public:
  StreetReader(const Folded& text, size_t pos, Shown* shown)
      : text_(text), shown_(shown), pos_(pos) {}

  void Run() {
    const size_t first = pos_;
    bool after_number = false;
    while (pos_ < text_.size() && !stop_) {
      if (!(text_.flags(pos_) & kHan)) {
        after_number = text_.flags(pos_) & (kDigit | kLatin);
        ++pos_;
        continue;
      }
      if (after_number) pos_ = SkipSuffix(SkipUnits(text_, pos_));
      behind_number_ = after_number;
      behind_region_ = pos_ == first;
      after_number = false;
      TakeRow();
    }
  }

 private:
  struct Name {
    size_t start = 0;
    size_t end = 0;  // 0: there is none yet
    Ending ending;
  };

  void TakeRow() {
    constexpr size_t kMaxGap = 8;  // characters from one ending to the next
    StartRow();
    while (!stop_) {
      const uint16_t flags = text_.flags(pos_);
      if (!(flags & kHan)) return Close(false);
      if ((flags & ~kHan) != 0 && TakeFlagged(flags)) continue;
      ++pos_;
      if (pos_ - start_ > kMaxGap) return SkipRow();
    }
  }

  // Handles a character that may mean something. True if it moved pos_ or
  // ended the work.
  bool TakeFlagged(uint16_t flags) {
    if (StartsHiddenWord(text_, pos_)) {
      if (last_.end == pos_) behind_region_ = false;  // 姑苏区王小路收
      Close(false);
      stop_ = true;
      return true;
    }
    if (flags & (kNumeral | kAlwaysUnit)) {
      const size_t end = SkipNumerals(text_, pos_);
      const bool unit = IsUnit(text_, end);
      if (unit || (end - pos_ > 1 && !NamesAPlace(pos_, end))) {
        Close(true);
        pos_ = SkipUnits(text_, end);
        behind_region_ = false;
        behind_number_ = true;
        StartRow();
        return true;
      }
      pos_ = end;
      return true;
    }
    if ((flags & kPlaceEnd) && (pos_ > start_ || last_.end == pos_)) {
      const Ending ending = EndingAt(text_, pos_);
      if (ending.size != 0) {
        EndName(ending);
        return true;
      }
    }
    return false;
  }

  // 甲 of 138号甲.
  size_t SkipSuffix(size_t pos) const {
    const bool suffix =
        text_[pos] == u'甲' || text_[pos] == u'乙' || text_[pos] == u'丙';
    return suffix ? pos + 1 : pos;
  }

  void StartRow() {
    start_ = pos_;
    last_ = Name{};
    num_shown_ = 0;
  }

  // Takes [start_, pos_] as a name, or as more of the last one.
  void EndName(Ending ending) {
    ++pos_;
    if (last_.end != 0 && !GoesOn(ending)) {
      ShowLast(false, true);
      last_.end = 0;
    }
    if (last_.end == 0) last_.start = start_;
    last_.end = pos_;
    last_.ending = ending;
    start_ = pos_;
  }

  // 中路 of 人民大道中路, 花园 of 万科城市花园.
  bool GoesOn(Ending ending) const {
    if (pos_ - start_ <= ending.size) return true;
    if (last_.end - last_.start == last_.ending.size)
      return true;  // 新城市广场
    // 王府井大街; what may be a person in front is cut off later.
    if (last_.end - last_.start == 2 && !EndsRoad(last_.end)) return true;
    if (last_.ending.strong || EndsRoad(last_.end)) return false;
    return (behind_number_ && num_shown_ == 0) ||
           !LooksLikePerson(text_, last_.start, last_.end);
  }

  // The row, or the part of it before a house number, is over.
  void Close(bool number_follows) {
    if (last_.end != 0) ShowLast(number_follows, false);
    last_ = Name{};
  }

  void SkipRow() {
    Close(false);
    while (text_.flags(pos_) & kHan) ++pos_;
  }

  void ShowLast(bool number_follows, bool place_follows) {
    const Name& name = last_;
    const size_t size = name.end - name.start;
    const bool first = num_shown_++ == 0;
    const bool number = number_follows || HasContext(name.end);
    if (MayBePerson(name)) return;
    bool proven = size > (name.ending.strong ? 3 : 4) || IsFourLong(name);
    if (!proven) {
      proven = number ||
               (first && behind_region_ && EndsRoad(name.end) &&
                (name.end == text_.size() || (text_.flags(name.end) & kHan) ||
                 !LooksLikePerson(text_, name.start, name.end)));
      // Names of places in one row vouch for each other, unless one of them
      // looks like a person: 平江路王小城.
      if (!proven) proven = !first || place_follows;
      const bool doubtful = !first || (place_follows && !behind_region_);
      if (doubtful && !name.ending.strong && !(number && EndsRoad(name.end)) &&
          LooksLikePerson(text_, name.start, name.end)) {
        proven = false;
      }
    }
    if (!proven) return;
    const size_t stem_end = name.end - name.ending.size;
    const size_t start = behind_number_ && first
                             ? name.start
                             : SkipPerson(text_, name.start, stem_end);
    if (start >= stem_end) return;
    // 叶圣陶故居: of an estate nobody knows where the person ends.
    if (start > name.start && !name.ending.strong && !EndsRoad(name.end)) {
      return;
    }
    // 李刚大厦, and what is left of 张三李四小区.
    if (name.ending.strong && !EndsRoad(name.end) &&
        IsCommonName(text_, start, stem_end)) {
      return;
    }
    shown_->Add(start, name.end);
  }

  // 王小城 and 李园, 王小路, but not 平江路 or 李家村.
  bool MayBePerson(const Name& name) const {
    return EndsRoad(name.end)
               ? LooksLikeCommonPerson(text_, name.start, name.end)
               : LooksLikePerson(text_, name.start, name.end);
  }

  // Four characters that no given name ends in: 柳浪东苑, 杨庄新村.
  bool IsFourLong(const Name& name) const {
    constexpr std::u16string_view kEnds = u"路街道巷村庄屯苑坊墅";
    return name.end - name.start == 4 &&
           kEnds.find(text_[name.end - 1]) != std::u16string_view::npos &&
           !IsCompoundSurname(text_.view().substr(name.start, 2)) &&
           !(text_.flags(name.start) & text_.flags(name.start + 1) & kSurname);
  }

  // 八一新村, 二一九路.
  bool NamesAPlace(size_t from, size_t to) const {
    return text_[to] == u'路' || text_.StartsWith(to, u"大街") ||
           IsMemorialDay(text_.view().substr(from, to - from));
  }

  // Roads and villages, not estates.
  bool EndsRoad(size_t end) const {
    constexpr std::u16string_view kRoads = u"路街道巷村庄屯";
    return kRoads.find(text_[end - 1]) != std::u16string_view::npos;
  }

  // True where a house number or our stars follow.
  bool HasContext(size_t end) const {
    if (text_.StartsWith(end, u"***")) {
      return end + 3 == text_.size() || (text_.flags(end + 3) & kHan);
    }
    const size_t pos = SkipComma(end);
    if (text_.flags(pos) & kLatin) return HasLetters(pos);
    if (pos == end && IsNumberSign(text_[pos])) return true;
    const size_t size = HouseNumberAt(text_, pos);
    if (size == 0) return false;
    const size_t behind = pos + size;
    return pos == end || IsUnit(text_, behind) ||
           ((text_.flags(behind) & kGap) && IsUnit(text_, behind + 1));
  }

  // #, and characters that hold a number: ①, ¹, Ⅲ, ㈠.
  static bool IsNumberSign(char16_t c) {
    return c == u'#' || c == 0xB2 || c == 0xB3 || c == 0xB9 ||
           (c >= 0x2070 && c <= 0x2089) || (c >= 0x2150 && c <= 0x218B) ||
           (c >= 0x2460 && c <= 0x24FF) || (c >= 0x3220 && c <= 0x3289);
  }

  // A座, ABC座, No.5.
  bool HasLetters(size_t pos) const {
    constexpr size_t kLongest = 3;
    size_t end = pos;
    while (end - pos < kLongest && (text_.flags(end) & kLatin)) ++end;
    if (IsUnit(text_, end)) return true;
    return text_[end] == u'.' && HouseNumberAt(text_, end + 1) != 0;
  }

  size_t SkipComma(size_t pos) const {
    for (int i = 0; i < 2 && (text_.flags(pos) & kGap); ++i) ++pos;
    return pos;
  }

  const Folded& text_;
  Shown* const shown_;
  size_t pos_;
  size_t start_ = 0;            // of the name being read
  Name last_;                   // the last one read, not shown yet
  int num_shown_ = 0;           // names of this row that were looked at
  bool behind_region_ = false;  // the row stands right behind the region
  bool behind_number_ = false;  // or right behind a house number
  bool stop_ = false;           // a person or a remark was met
};

}  // namespace

void ShowStreets(const Folded& text, size_t pos, Shown* shown) {
  StreetReader(text, pos, shown).Run();
}

}  // namespace parcelveil::text
