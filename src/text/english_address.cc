// SPDX-License-Identifier: Apache-2.0

#include "src/text/english_address.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace parcelveil::text {
namespace {

#include "src/text/english.inc"

constexpr std::string_view kRegionWords[] = {
    "banner",   "city", "county", "district", "municipality", "prefecture",
    "province", "sar",  "shi",    "qu",       "xian",         "sheng"};
constexpr std::string_view kTownWords[] = {"subdistrict", "town", "township"};
constexpr std::string_view kStreetWords[] = {
    "ave",     "avenue", "boulevard", "community", "garden", "gardens",
    "highway", "lu",     "park",      "plaza",     "rd",     "road",
    "square",  "st",     "street",    "dadao",     "jie",    "village"};
constexpr std::string_view kDirections[] = {
    "east", "north", "south", "west", "middle", "central",
    "dong", "nan",   "xi",    "bei",  "zhong"};

struct Word {
  static constexpr size_t kMaxSize = 20;  // letters that are looked at
  size_t start = 0;
  size_t end = 0;
  std::array<char, kMaxSize> letters{};  // lower case, without apostrophes
  size_t size = 0;
  bool clean = true;         // nothing but letters
  bool starts_part = false;  // stands behind a comma, or first
  bool ends_part = false;    // stands before one, or last
  enum class Kind { kOther, kRegion, kTown, kStreet } kind = Kind::kOther;

  std::string_view text() const { return {letters.data(), size}; }
};

template <size_t n>
bool IsOneOf(const Word& word, const std::string_view (&words)[n]) {
  return word.clean && std::find(std::begin(words), std::end(words),
                                 word.text()) != std::end(words);
}

template <size_t n>
bool Contains(const std::string_view (&sorted)[n], std::string_view name) {
  return std::binary_search(std::begin(sorted), std::end(sorted), name);
}

class EnglishReader {
 public:
  explicit EnglishReader(const Folded& text) : text_(text) { ReadWords(); }

  // Marks the words that are of regions. False where none is proven.
  bool FindRegions() {
    bool proven = false;
    for (size_t i = 0; i < size_; ++i) proven |= TakeRegion(i);
    return proven;
  }

  // Marks one word, or one with its direction, before Road and the like.
  void FindStreets(bool streets) {
    for (size_t i = 1; i < size_; ++i) {
      const bool town = IsOneOf(words_[i], kTownWords);
      if (!town && !(streets && IsOneOf(words_[i], kStreetWords))) continue;
      if (words_[i].starts_part) continue;
      const Word::Kind kind = town ? Word::Kind::kTown : Word::Kind::kStreet;
      size_t first = i - 1;
      if (IsOneOf(words_[first], kDirections) && first > 0 &&
          !words_[first].starts_part) {
        --first;
      }
      if (!IsName(words_[first])) continue;
      if (first > 0 && !words_[first].starts_part &&
          IsOneOf(words_[first - 1], kDirections)) {
        --first;
      }
      // Zhang Wei Road: who knows where the person ends.
      if (first > 0 && !words_[first].starts_part &&
          words_[first - 1].kind == Word::Kind::kOther &&
          IsName(words_[first - 1], 1)) {
        continue;
      }
      for (size_t j = first; j <= i; ++j) words_[j].kind = kind;
    }
  }

  void Show(Shown* shown) const {
    for (size_t i = 0; i < size_; ++i) {
      if (words_[i].kind == Word::Kind::kOther) continue;
      shown->Add(words_[i].start, words_[i].end);
    }
  }

 private:
  static constexpr size_t kMaxWords = 48;

  void ReadWords() {
    bool comma = true;
    for (size_t at = 0; at < text_.size() && size_ < kMaxWords;) {
      const char16_t c = text_[at];
      if (c == u' ' || c == u',' || c == u'.' || c == u';' || c == u'/') {
        if (c != u' ' && c != u'.') {
          comma = true;
          if (size_ > 0) words_[size_ - 1].ends_part = true;
        }
        ++at;
        continue;
      }
      Word& word = words_[size_++];
      word.start = at;
      word.starts_part = comma;
      comma = false;
      for (; at < text_.size(); ++at) {
        const char16_t letter = text_[at];
        if (letter == u' ' || letter == u',' || letter == u'.' ||
            letter == u';' || letter == u'/') {
          break;
        }
        if (letter == u'\'' || letter == u'\u2019') continue;
        if (!(text_.flags(at) & kLatin) || word.size == Word::kMaxSize) {
          word.clean = false;
          continue;
        }
        word.letters[word.size++] = Lower(letter);
      }
      word.end = at;
    }
    if (size_ > 0) words_[size_ - 1].ends_part = true;
  }

  static char Lower(char16_t c) { return static_cast<char>(c | 0x20); }

  static bool IsName(const Word& word, size_t least = 3) {
    return word.clean && word.size >= least && word.size <= 14;
  }

  // Takes the region whose last word, without 'District', is word `i`.
  bool TakeRegion(size_t i) {
    if (!words_[i].clean || words_[i].size == 0) return false;
    if (words_[i].text() == "china" || words_[i].text() == "prc") {
      if (words_[i].ends_part) words_[i].kind = Word::Kind::kRegion;
      return false;
    }
    // Inner Mongolia, Hong Kong.
    char joined[2 * Word::kMaxSize];
    size_t size = 0;
    size_t first = i;
    if (i > 0 && !words_[i].starts_part && words_[i - 1].clean) {
      size = words_[i - 1].text().copy(joined, Word::kMaxSize);
      size += words_[i].text().copy(joined + size, Word::kMaxSize);
      if (Contains(kCities, {joined, size})) first = i - 1;
    }
    const bool city = first != i || Contains(kCities, words_[i].text());
    const bool county = Contains(kCounties, words_[i].text());
    if (!city && !county) return false;
    const size_t suffix = SuffixSize(i + 1);
    // A bare name may be a person's: it must be all that stands between
    // commas, at the end of the address.
    const bool bare =
        city && first > 0 && words_[first].starts_part && EndsPart(i);
    if (suffix == 0 && !bare) return false;
    for (size_t j = first; j <= i + suffix; ++j) {
      words_[j].kind = Word::Kind::kRegion;
    }
    return city || county;
  }

  // Returns how many words from `i` on say that a region stands before them.
  size_t SuffixSize(size_t i) const {
    if (i >= size_ || words_[i].starts_part) return 0;
    if (IsOneOf(words_[i], kRegionWords)) return 1;
    const bool newly =
        words_[i].text() == "new" && i + 1 < size_ &&
        !words_[i + 1].starts_part &&
        (words_[i + 1].text() == "area" || words_[i + 1].text() == "district");
    return newly ? 2 : 0;
  }

  // True where nothing but a postcode or the country follows word `i` up to
  // the comma.
  bool EndsPart(size_t i) const {
    if (words_[i].ends_part) return true;
    const Word& next = words_[i + 1];
    return next.ends_part &&
           (next.size == 0 || next.text() == "china" || next.text() == "prc");
  }

  const Folded& text_;
  std::array<Word, kMaxWords> words_;
  size_t size_ = 0;
};

}  // namespace

void ShowEnglishAddress(const Folded& text, bool streets, Shown* shown) {
  EnglishReader reader(text);
  if (!reader.FindRegions()) return;
  reader.FindStreets(streets);
  reader.Show(shown);
}

}  // namespace parcelveil::text
