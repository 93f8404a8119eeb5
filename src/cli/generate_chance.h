// SPDX-License-Identifier: Apache-2.0
// Chance: the generator's dice.
//
// The distributions of the standard library differ between its makers, so these
// are our own: one seed gives one file everywhere. Not for secrets.

#ifndef PARCELVEIL_SRC_CLI_GENERATE_CHANCE_H_
#define PARCELVEIL_SRC_CLI_GENERATE_CHANCE_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace parcelveil::cli {

// Source: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
class Chance {
 public:
  explicit Chance(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // Returns a number from 0 to `bound` - 1; `bound` is at least 1.
  int64_t Below(int64_t bound) {
    return static_cast<int64_t>(Next() % static_cast<uint64_t>(bound));
  }
  int Between(int low, int high) {
    return low + static_cast<int>(Below(high - low + 1));
  }
  bool Percent(int percent) { return Below(100) < percent; }

  // Returns an index into `weights`, each as likely as its weight.
  int Weighted(std::initializer_list<int> weights) {
    int total = 0;
    for (int weight : weights) total += weight;
    int64_t left = Below(total);
    int index = 0;
    for (int weight : weights) {
      if (left < weight) break;
      left -= weight;
      ++index;
    }
    return index;
  }

  // `list` is not empty.
  template <typename T>
  const T& Of(const std::vector<T>& list) {
    return list[Below(static_cast<int64_t>(list.size()))];
  }
  const char* Of(std::initializer_list<const char*> list) {
    return list.begin()[Below(static_cast<int64_t>(list.size()))];
  }

  std::string Digits(int count) {
    std::string digits;
    for (int i = 0; i < count; ++i) {
      digits += static_cast<char>('0' + Below(10));
    }
    return digits;
  }

 private:
  uint64_t state_;
};

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_GENERATE_CHANCE_H_
