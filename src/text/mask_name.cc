// SPDX-License-Identifier: Apache-2.0
// Names: the surname of a Chinese name, the first letter of any other; all else
// is hidden. SPEC.md section 9.

#include <cstddef>
#include <cstdint>

#include "src/text/folded.h"
#include "src/text/mask.h"
#include "src/text/surname.h"

namespace parcelveil::text {
namespace {

constexpr std::u16string_view kTitles[] = {u"先生", u"女士", u"小姐", u"老师",
                                           u"师傅", u"经理", u"主任", u"同学",
                                           u"医生", u"阿姨", u"收",   u"寄"};
constexpr std::u16string_view kLabels[] = {
    u"收件人", u"收货人", u"寄件人", u"发件人", u"发货人", u"联系人",
    u"联络人", u"取件人", u"收件",   u"收货",   u"寄件",   u"姓名",
    u"名字",   u"客户",   u"用户",   u"收方",   u"寄方"};

// Characters of Chinese names outside the basic block.
bool IsRareHan(char32_t c) {
  return (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x323AF);
}

// What stands for a character in a given name: 々, 〇, a compatibility form, a
// private one.
bool StandsForHan(char32_t c) {
  return c == 0x3005 || c == 0x3007 || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xE000 && c <= 0xF8FF);
}

// Letters of scripts that write one letter a code point.
bool IsLetter(char32_t c) {
  if (c < 0x80) {
    const char32_t lower = c | 0x20;
    return lower >= 'a' && lower <= 'z';
  }
  return (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) ||
         (c >= 0x0391 && c <= 0x03C9) || (c >= 0x0400 && c <= 0x0481) ||
         (c >= 0x048A && c <= 0x052F) || (c >= 0x1E00 && c <= 0x1EFF) ||
         (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FA) ||
         (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xFF21 && c <= 0xFF3A) ||
         (c >= 0xFF41 && c <= 0xFF5A);
}

// Reads one name field.
class NameReader {
 public:
  NameReader(const Folded& text, std::string* out) : text_(text), out_(out) {}

  void Run() {
    SkipPunctuation();
    SkipLabel();
    SkipPunctuation();
    if (IsHan(pos_)) return ShowHan();
    // A letter by itself may be a whole name; one with a mark is not one
    // letter.
    if (IsLetter(text_.At(pos_)) &&
        (text_[pos_ + 1] == u'*' || IsLetter(text_.At(Behind(pos_ + 1))))) {
      text_.Append(pos_, pos_ + 1, out_);
    }
    out_->append(kStars);
  }

 private:
  bool IsHan(size_t at) const {
    return (text_.flags(at) & kHan) || IsRareHan(text_.At(at));
  }

  // What its flag says of the first characters of labels and titles.
  bool MayStartWord(size_t at) const {
    return text_.flags(at) & (kWordStart | kPersonOrRemark);
  }

  // Moves over what parts the names of one person: J. Smith, O'Brien, 买·吐.
  size_t Behind(size_t at) const {
    constexpr std::u16string_view kParts = u".'-\u2019\u00B7\u2022\u2027\u30FB";
    if (text_[at] == u' ') return at + 1;
    if (at < text_.size() && text_.flags(at) == 0 &&
        kParts.find(text_[at]) != std::u16string_view::npos) {
      ++at;
      if (text_[at] == u' ') ++at;
    }
    return at;
  }

  // Spaces, and what opens a bracket or a quotation.
  void SkipPunctuation() {
    constexpr std::u16string_view kOpening = u"([<\"'【《〈「『“‘:-";
    while ((text_.flags(pos_) & kGap) ||
           (text_.flags(pos_) == 0 && pos_ < text_.size() &&
            kOpening.find(text_[pos_]) != std::u16string_view::npos)) {
      plain_ &= text_[pos_] == u' ' || text_[pos_] == u':';
      ++pos_;
    }
  }

  // Moves behind 收件人 and the like.
  void SkipLabel() {
    if (!MayStartWord(pos_)) return;
    if ((text_[pos_] == u'收' || text_[pos_] == u'寄') &&
        (text_[pos_ + 1] == u':' || text_[pos_ + 1] == u')' ||
         text_[pos_ + 1] == u']' || text_[pos_ + 1] == u'】')) {
      pos_ += 2;
      return;
    }
    for (std::u16string_view label : kLabels) {
      if (!text_.StartsWith(pos_, label)) continue;
      pos_ += label.size();
      return;
    }
  }

  void ShowHan() {
    constexpr size_t kLongest = 4;
    const size_t first = pos_;
    const bool no_name = StartsLikeNoName();
    ReadHan();
    // 张·三, 陈Tom: more stands behind the one character.
    if (length_ == 1 && stars_ == 0 && GoesOn(first + 1)) ++length_;
    const size_t length = length_ + stars_;
    if (length < 2 || no_name) {
      out_->append(plain_ && length == 1 ? "*" : kStars);
      return;
    }
    const bool compound = length > 2 && length_ >= 2 &&
                          (length <= kLongest || stars_ != 0) &&
                          IsCompoundSurname(text_.view().substr(first, 2));
    const size_t shown = compound ? 2 : 1;
    text_.Append(first, first + shown, out_);
    const bool exact = plain_ && length <= kLongest;
    out_->append(exact ? length - shown : kStars.size(), '*');
  }

  bool GoesOn(size_t at) const {
    const size_t behind = Behind(at);
    return behind > at ? IsHan(behind)
                       : (text_.flags(at) & text_.flags(at + 1) & kLatin) != 0;
  }

  // Numbers written in characters, or a title without a name.
  bool StartsLikeNoName() const {
    if (text_.flags(pos_) & text_.flags(pos_ + 1) & kNumeral) return true;
    if (!MayStartWord(pos_)) return false;
    for (std::u16string_view title : kTitles) {
      if (text_.StartsWith(pos_, title)) return true;
    }
    return false;
  }

  // Counts the characters of a Chinese name, or of the mask of one.
  void ReadHan() {
    size_t end = pos_;  // of the last character that counts
    for (; pos_ < text_.size(); ++pos_) {
      const bool han = IsHan(pos_) || StandsForHan(text_.At(pos_)) ||
                       text_[pos_] == Folded::kMarked;
      if (han && stars_ == 0) {
        ++length_;
      } else if (text_[pos_] == u'*' && pos_ == end) {
        ++stars_;
      } else if (text_[pos_] == u' ') {
        continue;
      } else {
        plain_ = false;
        break;
      }
      end = pos_ + 1;
    }
    if (const size_t title = TitleSize(end);
        title != 0 && stars_ == 0 && length_ >= title + 2) {
      length_ -= title;
      plain_ = false;
    }
  }

  // Returns the characters of the title that ends at `end`.
  size_t TitleSize(size_t end) const {
    for (size_t size : {2, 1}) {
      if (end < size || !MayStartWord(end - size)) continue;
      for (std::u16string_view title : kTitles) {
        if (title.size() == size && text_.StartsWith(end - size, title)) {
          return size;
        }
      }
    }
    return 0;
  }

  const Folded& text_;
  std::string* const out_;
  size_t pos_ = 0;
  size_t length_ = 0;  // characters
  size_t stars_ = 0;   // behind them: the text is a mask already
  bool plain_ = true;  // nothing else stands in the text
};

}  // namespace

void MaskName(std::string_view text, std::string* out) {
  if (text == "*") {
    out->append(text);
    return;
  }
  NameReader(Folded(text), out).Run();
}

}  // namespace parcelveil::text
