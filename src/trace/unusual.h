// SPDX-License-Identifier: Apache-2.0
// Days of accounts that differ from what is usual for them and for their
// outlet, from the log alone. Something to ask about, nothing more.
//
// What is assumed: an account's count on a day is negative binomial, its mean
// that of its own last days drawn a little towards its peers' (same role, same
// outlet), raised where the peers have a busy day, its spread at least that of
// the peers. The order of look-ups is not in a log (references are keyed
// hashes): the gate's own alarm watches it; here the busiest ten minutes do.

#ifndef PARCELVEIL_SRC_TRACE_UNUSUAL_H_
#define PARCELVEIL_SRC_TRACE_UNUSUAL_H_

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "parcelveil/leaf.h"
#include "src/keyring/calendar.h"

namespace parcelveil::trace {

enum class Measure : uint8_t {
  kRecords,     // distinct records opened, called or exported
  kShown,       // rows shown masked
  kTenMinutes,  // records in the busiest ten minutes
  kOddHours,    // accesses in hours in which its peers hardly ever work
  kSearches,
};
inline constexpr size_t kNumMeasures = 5;
// Returns "records", "masked rows".
std::string_view Describe(Measure measure);

struct UnusualOptions {
  keyring::Calendar calendar{};
  int days = 30;  // how far back an account's history goes, at least 7
  // How many times a year an account with nothing unusual about it may be
  // listed, on average.
  double false_alarms = 0.01;
};

struct UnusualDay {
  Epoch day{};
  uint64_t principal = 0;
  Role role{};
  Measure measure{};
  uint64_t count = 0;
  double usual = 0;    // the mean for this account on this day
  double log10_p = 0;  // of as much or more
};

struct UnusualReport {
  std::vector<UnusualDay> days;  // ascending
  uint64_t num_judged = 0;       // days of accounts
  uint64_t num_not_judged =
      0;  // too little is known: neither history nor peers
};

// P(X >= count) of a negative binomial of this mean and size (the smaller, the
// wider), as a logarithm; never NaN.
double Log10NegativeBinomialTail(uint64_t count, double mean, double size);

// Goes through a log's leaves in order. Memory grows with accounts times days,
// not with the log. Thread-safety: none.
class UnusualDays {
 public:
  static constexpr int kMinDays = 7;

  explicit UnusualDays(const UnusualOptions& options);

  void Add(const Leaf& leaf);
  UnusualReport Finish();

 private:
  using Counts = std::array<uint32_t, kNumMeasures>;

  // Distinct records by linear counting (Whang et al., 1990): 512 bytes hold a
  // day of 20,000 within 3 %, and of 200 within one.
  class DistinctCount {
   public:
    void Add(const std::array<uint8_t, 16>& ref);
    uint32_t Estimate() const;

   private:
    std::bitset<4096> seen_;
  };

  // An account's day so far.
  struct Today {
    DistinctCount records;
    DistinctCount shown;
    std::array<uint32_t, 24> by_hour{};
    int64_t ten_minutes = -1;
    uint32_t in_ten_minutes = 0;
    Counts counts{};
  };
  struct Account {
    Role role{};
    uint32_t outlet = 0;  // of the last PRINCIPAL leaf; 0 until there is one
    std::vector<Counts> history;  // of active days, the oldest overwritten
    size_t next = 0;              // where the next one goes
    std::optional<Today> today;
  };
  // What accounts of one role and outlet have in common.
  struct Peers {
    // Of each account's history: sums of means, of their squares, and of what
    // the variances exceed the means by.
    std::array<double, kNumMeasures> mean{}, mean2{}, excess{};
    size_t num_accounts = 0;
    // Of today.
    std::array<double, kNumMeasures> expected{}, happened{};
  };
  // Of a count of today: its mean, and how wide it spreads.
  struct Expectation {
    double mean = 0;
    double size = 0;
  };
  using PeerKey = std::pair<Role, uint32_t>;

  void Note(const Leaf& leaf, Account* account) const;
  void EndDay();
  // Fills in what is counted at the end of a day.
  static void Count(const std::array<uint64_t, 24>& usual_hours, Today* today);
  void AddTo(const Account& account, Peers* peers) const;
  // nullopt where neither the account nor its peers are known well enough.
  std::optional<Expectation> Expect(const Account& account, const Peers& peers,
                                    size_t measure) const;
  void Judge(uint64_t principal, const Account& account, const Peers& peers);
  void Keep(Account* account) const;

  const UnusualOptions options_;
  const double log10_limit_;
  std::optional<Epoch> day_;
  std::map<uint64_t, Account> accounts_;
  std::map<PeerKey, std::array<uint64_t, 24>> hours_;  // of the days before
  UnusualReport report_;
};

}  // namespace parcelveil::trace

#endif  // PARCELVEIL_SRC_TRACE_UNUSUAL_H_
