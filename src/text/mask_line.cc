// SPDX-License-Identifier: Apache-2.0
// One free line with name, phone and address in it: each part is masked as what
// it proves to be. SPEC.md section 9.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "src/text/folded.h"
#include "src/text/mask.h"
#include "src/text/phone_scanner.h"
#include "src/text/place.h"
#include "src/text/region.h"
#include "src/text/surname.h"
#include "src/text/waybill.h"

namespace parcelveil {
namespace text {
namespace {

constexpr std::u16string_view kLabels[] = {
    u"收件人姓名", u"收货人姓名", u"联系人姓名", u"收件人电话", u"收件人地址",
    u"收件人",     u"收货人",     u"寄件人",     u"发件人",     u"发货人",
    u"联系人",     u"姓名",       u"手机号码",   u"电话号码",   u"联系电话",
    u"联系方式",   u"收件电话",   u"手机号",     u"手机",       u"电话",
    u"收货地址",   u"收件地址",   u"详细地址",   u"寄件地址",   u"地址",
    u"所在地区",   u"运单号",     u"快递单号",   u"订单号",     u"单号",
    u"备注"};

// Reads a line from left to right. What lies between two separators is a token.
class LineMask {
 public:
  LineMask(MaskPreset preset, std::string_view line, std::string* out)
      : phone_rule_(RuleFor(FieldKind::kPhone, preset)),
        address_rule_(RuleFor(FieldKind::kAddress, preset)),
        line_(line),
        text_(line),
        out_(out) {}

  void Run() {
    while (pos_ < text_.size()) {
      if (IsSeparator(pos_)) {
        TakeSeparator();
        continue;
      }
      const size_t end = TokenEnd(pos_);
      const ProvenRegion region = FindRegion(text_.view().substr(pos_));
      if (const size_t label = LabelSize(pos_); label != 0) {
        Keep(pos_, pos_ + label);
      } else if (const size_t phone = PhoneEnd(pos_); phone != 0) {
        Mask(phone_rule_, pos_, phone);
      } else if (IsWaybill(text_.view().substr(pos_, end - pos_))) {
        Keep(pos_, end);
      } else if (region.end != 0) {
        Mask(address_rule_, pos_,
             AddressEnd(pos_, std::max(end, pos_ + region.end)));
      } else if (IsName(pos_, end)) {
        Mask(MaskRule::kNameSurname, pos_, end);
      } else if (!TakeEnglishAddress()) {
        Hide(end);
      }
    }
    if (!text_.whole()) Hide(pos_);
  }

 private:
  // Between parts: shown as it is.
  bool IsSeparator(size_t at) const {
    constexpr std::u16string_view kSeparators = u" ,:;、，。|/()[]【】<>";
    return kSeparators.find(text_[at]) != std::u16string_view::npos;
  }

  void TakeSeparator() {
    text_.Append(pos_, pos_ + 1, out_);
    ++pos_;
    hidden_ = false;
  }

  // Up to a separator, or to where a label, a phone number or a region begins.
  size_t TokenEnd(size_t at) const {
    const bool region = FindRegion(text_.view().substr(at)).end != 0;
    size_t end = at;
    while (end < text_.size() && !IsSeparator(end)) {
      if (end > at && (PhoneEnd(end) != 0 || LabelSize(end) != 0)) break;
      if (end > at && !region && (text_.flags(end) & kHan) &&
          FindRegion(text_.view().substr(end)).num_names > 1) {
        break;
      }
      ++end;
    }
    return end;
  }

  // Returns the characters of the longest label at `at`: the list begins with
  // the long ones.
  size_t LabelSize(size_t at) const {
    if (!(text_.flags(at) & kHan)) return 0;
    for (std::u16string_view label : kLabels) {
      if (text_.StartsWith(at, label)) return label.size();
    }
    return 0;
  }

  // A plus, digits, stars and what people write among them, then perhaps an
  // extension: returns its end if it begins here and is a phone number beyond
  // doubt, else 0.
  size_t PhoneEnd(size_t at) const {
    constexpr size_t kMaxSize = 40;
    if (!IsPhoneStart(at)) return 0;
    size_t end = at;
    while (end < text_.size() && end - at < kMaxSize && IsOfPhone(end)) ++end;
    while (end > at && !IsDigitOrStar(end - 1)) --end;
    // 128-3-501 室: a number goes to the end of its digits, so words of house
    // numbers behind it say that it is none.
    if (IsUnit(text_, end)) return 0;
    for (; end > at; end = PreviousGroup(at, end)) {
      PhoneScanner scanner(BytesOf(at, end), {/*china=*/true, /*stars=*/true});
      WrittenPhone phone;
      if (!scanner.Next(&phone)) continue;
      // One number at a time: a second one is a part of its own.
      WrittenPhone second;
      if (scanner.Next(&second)) continue;
      if (phone.kind == WrittenPhone::Kind::kMobile ||
          phone.kind == WrittenPhone::Kind::kLandline ||
          phone.kind == WrittenPhone::Kind::kService ||
          (phone.kind == WrittenPhone::Kind::kInternational &&
           text_[at] == u'+') ||
          IsTaiwanMobile(phone)) {
        return end;
      }
      if (text_.view().substr(at, end - at).find(u'*') !=
          std::u16string_view::npos) {
        return end;
      }
    }
    return 0;
  }

  static bool IsTaiwanMobile(const WrittenPhone& phone) {
    return phone.size == 10 && phone.Digits().substr(0, 2) == "09";
  }

  bool IsPhoneStart(size_t at) const {
    if (at > 0 && (text_.flags(at - 1) & (kDigit | kLatin))) return false;
    if (text_[at] == u'+') return text_.flags(at + 1) & kDigit;
    return (text_.flags(at) & kDigit) ||
           (text_[at] == u'*' && text_.StartsWith(at, u"****"));
  }

  bool IsDigitOrStar(size_t at) const {
    return (text_.flags(at) & kDigit) || text_[at] == u'*';
  }

  bool IsOfPhone(size_t at) const {
    constexpr std::u16string_view kOthers =
        u"+-.()转分机接#[]【】 \u2010\u2013\u2014";
    return IsDigitOrStar(at) ||
           kOthers.find(text_[at]) != std::u16string_view::npos;
  }

  size_t PreviousGroup(size_t at, size_t end) const {
    while (end > at && IsDigitOrStar(end - 1)) --end;
    while (end > at && !IsDigitOrStar(end - 1)) --end;
    return end;
  }

  // An address goes on over spaces and commas until something else begins.
  size_t AddressEnd(size_t from, size_t end) const {
    while (end < text_.size()) {
      if (PhoneEnd(end) != 0 || LabelSize(end) != 0) break;
      size_t next = end;
      while (next < text_.size() && IsSeparator(next)) {
        if (text_[next] == u';' || text_[next] == u'|') return end;
        ++next;
      }
      if (next == end || next == text_.size()) break;
      const size_t token_end = TokenEnd(next);
      const bool region = FindRegion(text_.view().substr(next)).end != 0;
      if (LabelSize(next) != 0 || PhoneEnd(next) != 0 ||
          (!region && !EndsTown(next, token_end) && IsName(next, token_end)) ||
          IsWaybill(text_.view().substr(next, token_end - next))) {
        break;
      }
      end = token_end;
    }
    return end > from ? end : from + 1;
  }

  // 张江镇: of an address, whatever it begins with.
  bool EndsTown(size_t from, size_t to) const {
    return to - from > 2 && (text_[to - 1] == u'镇' || text_[to - 1] == u'乡' ||
                             text_.EndsWith(to, u"街道"));
  }

  // Masks what stands here up to a Chinese character or a phone as an address
  // in English, if a region proves it to be one.
  bool TakeEnglishAddress() {
    if (pos_ < english_tried_ || !(text_.flags(pos_) & (kLatin | kDigit))) {
      return false;
    }
    size_t end = pos_;
    while (end < text_.size() && !(text_.flags(end) & kHan) &&
           text_[end] != u';' && text_[end] != u'|' && PhoneEnd(end) == 0) {
      ++end;
    }
    english_tried_ = end;
    while (end > pos_ && IsSeparator(end - 1)) --end;
    std::string mask;
    text::MaskInto(address_rule_, BytesOf(pos_, end), &mask);
    if (mask == kStars) return false;
    out_->append(mask);
    pos_ = end;
    hidden_ = false;
    return true;
  }

  // Two to four Chinese characters that begin with a surname and end as no
  // place does, perhaps with stars or a title.
  bool IsName(size_t from, size_t to) const {
    constexpr size_t kLongest = 6;  // 欧阳小明先生
    size_t end = from;
    while (end < to && (text_.flags(end) & kHan)) ++end;
    const size_t size = end - from;
    const bool masked = end < to && text_[end] == u'*';
    if (size == 0 || size > kLongest || (size < 2 && !masked)) return false;
    if (StartsHiddenWord(text_, from)) return false;
    if (end < to && !masked) return false;
    if (!(text_.flags(from) & kSurname) &&
        !IsCompoundSurname(text_.view().substr(from, 2))) {
      return false;
    }
    return size < 2 || EndingAt(text_, end - 1).size == 0;
  }

  std::string_view BytesOf(size_t from, size_t to) const {
    return line_.substr(text_.offset(from),
                        text_.offset(to) - text_.offset(from));
  }

  void Mask(MaskRule rule, size_t from, size_t to) {
    std::string mask;
    text::MaskInto(rule, BytesOf(from, to), &mask);
    out_->append(mask);
    pos_ = to;
    hidden_ = false;
  }

  void Keep(size_t from, size_t to) {
    text_.Append(from, to, out_);
    pos_ = to;
    hidden_ = false;
  }

  void Hide(size_t to) {
    if (!hidden_) out_->append(kStars);
    pos_ = to;
    hidden_ = true;
  }

  const MaskRule phone_rule_;
  const MaskRule address_rule_;
  const std::string_view line_;
  const Folded text_;
  std::string* const out_;
  size_t pos_ = 0;
  size_t english_tried_ = 0;  // up to here there is no address in English
  bool hidden_ = false;  // the last thing written are stars for a hidden token
};

}  // namespace
}  // namespace text

Masked MaskLine(MaskPreset preset, std::string_view line) {
  std::string out;
  text::LineMask(preset, line, &out).Run();
  return Masked(MaskRule::kAllHidden, std::move(out));
}

}  // namespace parcelveil
