// SPDX-License-Identifier: Apache-2.0
#include "src/trace/unusual.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "src/wire/bytes.h"

namespace parcelveil::trace {
namespace {

constexpr int64_t kTenMinutesMs = 600'000;
constexpr int64_t kHourMs = 3'600'000;
// Peers count as so many days of an account's own, and as none where there are
// too few of them.
constexpr double kPeerDays = 3;
constexpr size_t kMinPeers = 5;
// Nobody's days are more alike than this: 14 % from mean to mean.
constexpr double kMinSpread = 0.02;
// An hour is odd where it has less than this share of the peers' accesses, of
// at least so many.
constexpr double kOddShare = 0.01;
constexpr uint64_t kMinAccesses = 500;

bool IsAccess(LeafType type) {
  return type == LeafType::kGrant || type == LeafType::kSheet ||
         type == LeafType::kDialIssued || type == LeafType::kExport;
}

size_t Index(Measure measure) { return static_cast<size_t>(measure); }

struct Moments {
  double sum = 0;
  double mean = 0;
  double excess = 0;  // of the variance over the mean
};

template <typename History>
Moments MomentsOf(const History& history, size_t measure) {
  Moments moments;
  if (history.empty()) return moments;
  double squares = 0;
  for (const auto& counts : history) {
    const double count = counts[measure];
    moments.sum += count;
    squares += count * count;
  }
  const auto n = static_cast<double>(history.size());
  moments.mean = moments.sum / n;
  if (n > 1) {
    moments.excess =
        (squares - n * moments.mean * moments.mean) / (n - 1) - moments.mean;
  }
  return moments;
}

}  // namespace

std::string_view Describe(Measure measure) {
  switch (measure) {
    case Measure::kRecords:
      return "records";
    case Measure::kShown:
      return "masked rows";
    case Measure::kTenMinutes:
      return "records in ten minutes";
    case Measure::kOddHours:
      return "accesses at odd hours";
    case Measure::kSearches:
      return "searches";
  }
  return "unknown";
}

double Log10NegativeBinomialTail(uint64_t count, double mean, double size) {
  const auto x = static_cast<double>(count);
  if (count == 0 || x <= mean) return 0;
  if (!(mean > 0) || !(size > 0)) return -400;
  const double log_success = std::log(mean / (mean + size));
  const double log_first =
      std::lgamma(x + size) - std::lgamma(size) - std::lgamma(x + 1) +
      size * std::log(size / (mean + size)) + x * log_success;
  // Relative to the first term, until what is left cannot matter.
  constexpr int kMaxTerms = 100'000;
  double sum = 0;
  double term = 1;
  for (int i = 0; i < kMaxTerms && term > 1e-12 * sum; ++i) {
    sum += term;
    term *= (x + i + size) / (x + i + 1) * std::exp(log_success);
  }
  return std::min(0.0, (log_first + std::log(sum)) / std::log(10));
}

void UnusualDays::DistinctCount::Add(const std::array<uint8_t, 16>& ref) {
  uint16_t hash;  // a reference is a hash already
  memcpy(&hash, ref.data(), sizeof(hash));
  seen_.set(hash % seen_.size());
}

uint32_t UnusualDays::DistinctCount::Estimate() const {
  const auto size = static_cast<double>(seen_.size());
  const double unseen = std::max(size - static_cast<double>(seen_.count()), 1.);
  return static_cast<uint32_t>(std::lround(-size * std::log(unseen / size)));
}

UnusualDays::UnusualDays(const UnusualOptions& options)
    : options_(options),
      log10_limit_(std::log10(options.false_alarms /
                              (365.0 * static_cast<double>(kNumMeasures)))) {}

void UnusualDays::Add(const Leaf& leaf) {
  if (leaf.principal == 0) return;
  if (leaf.type == LeafType::kPrincipal) {
    wire::Reader detail(leaf.detail);
    detail.Take(1);
    accounts_[leaf.principal].outlet = detail.Get<uint32_t>();
    return;
  }
  if (!IsAccess(leaf.type) && leaf.type != LeafType::kSearch &&
      leaf.type != LeafType::kViews) {
    return;
  }
  const Epoch day = options_.calendar.At(leaf.time_ms);
  if (day_.has_value() && day != *day_) EndDay();
  day_ = day;
  Account& account = accounts_[leaf.principal];
  account.role = leaf.role;
  if (!account.today.has_value()) account.today = Today();
  Note(leaf, &account);
}

void UnusualDays::Note(const Leaf& leaf, Account* account) const {
  Today& today = *account->today;
  if (leaf.type == LeafType::kSearch) {
    ++today.counts[Index(Measure::kSearches)];
    return;
  }
  if (leaf.type == LeafType::kViews) {
    for (const auto& ref : ViewedRecords(leaf)) today.shown.Add(ref);
    return;
  }
  today.records.Add(leaf.record_ref);
  const int64_t local_ms = static_cast<int64_t>(leaf.time_ms) +
                           int64_t{options_.calendar.utc_offset_s} * 1000;
  ++today.by_hour[static_cast<size_t>(local_ms / kHourMs % 24)];
  const int64_t ten_minutes = local_ms / kTenMinutesMs;
  if (ten_minutes != today.ten_minutes) today.in_ten_minutes = 0;
  today.ten_minutes = ten_minutes;
  uint32_t& busiest = today.counts[Index(Measure::kTenMinutes)];
  busiest = std::max(busiest, ++today.in_ten_minutes);
}

// ---- At the end of a day.

void UnusualDays::Count(const std::array<uint64_t, 24>& usual_hours,
                        Today* today) {
  today->counts[Index(Measure::kRecords)] = today->records.Estimate();
  today->counts[Index(Measure::kShown)] = today->shown.Estimate();
  uint64_t total = 0;
  for (uint64_t accesses : usual_hours) total += accesses;
  if (total < kMinAccesses) return;
  for (size_t hour = 0; hour < usual_hours.size(); ++hour) {
    if (static_cast<double>(usual_hours[hour]) <
        kOddShare * static_cast<double>(total)) {
      today->counts[Index(Measure::kOddHours)] += today->by_hour[hour];
    }
  }
}

void UnusualDays::AddTo(const Account& account, Peers* peers) const {
  const bool is_known = account.history.size() >= kMinDays;
  peers->num_accounts += is_known;
  for (size_t i = 0; i < kNumMeasures; ++i) {
    const Moments moments = MomentsOf(account.history, i);
    if (is_known) {
      peers->mean[i] += moments.mean;
      peers->mean2[i] += moments.mean * moments.mean;
      peers->excess[i] += moments.excess;
    }
    if (is_known && account.today.has_value()) {
      peers->expected[i] += moments.mean;
      peers->happened[i] += account.today->counts[i];
    }
  }
}

std::optional<UnusualDays::Expectation> UnusualDays::Expect(
    const Account& account, const Peers& peers, size_t measure) const {
  const Moments own = MomentsOf(account.history, measure);
  const auto days = static_cast<double>(account.history.size());
  const auto num_peers = static_cast<double>(peers.num_accounts);
  const bool has_peers = peers.num_accounts >= kMinPeers;
  const bool is_known = account.history.size() >= kMinDays;
  if (!has_peers && !is_known) return std::nullopt;
  const double peer_days = has_peers ? kPeerDays : 0;
  const double peer_mean = has_peers ? peers.mean[measure] / num_peers : 0;
  const double events = 0.5 + peer_days * peer_mean + own.sum;
  Expectation expected;
  expected.mean = events / (peer_days + days);
  const double squares = has_peers ? peers.mean2[measure] : own.mean * own.mean;
  const double excess = has_peers ? peers.excess[measure] : own.excess;
  const double spread =
      std::max(kMinSpread, squares > 0 ? excess / squares : kMinSpread);
  // How far a day is from the mean, and the mean from what was estimated.
  double variance = spread + 1 / events + spread / (peer_days + days);
  if (!is_known && peer_mean > 0) {  // how much accounts differ
    const double between =
        std::max(0.0, squares / num_peers / (peer_mean * peer_mean) - 1);
    variance += between * std::pow(peer_days / (peer_days + days), 2);
  }
  expected.size = 1 / variance;
  // A busy day of the others' is a busy day.
  const double others = peers.expected[measure] - (is_known ? own.mean : 0);
  const double happened = peers.happened[measure] -
                          (is_known ? account.today->counts[measure] : 0.0);
  if (has_peers && others > 0) {
    expected.mean *= std::max(1.0, happened / others);
  }
  return expected;
}

void UnusualDays::Judge(uint64_t principal, const Account& account,
                        const Peers& peers) {
  bool is_judged = false;
  for (size_t i = 0; i < kNumMeasures; ++i) {
    const auto expected = Expect(account, peers, i);
    if (!expected.has_value()) continue;
    is_judged = true;
    const uint32_t count = account.today->counts[i];
    const double log10_p =
        Log10NegativeBinomialTail(count, expected->mean, expected->size);
    if (log10_p > log10_limit_) continue;
    report_.days.push_back({*day_, principal, account.role,
                            static_cast<Measure>(i), count, expected->mean,
                            log10_p});
  }
  ++(is_judged ? report_.num_judged : report_.num_not_judged);
}

void UnusualDays::Keep(Account* account) const {
  const auto size = static_cast<size_t>(options_.days);
  if (account->history.size() < size) {
    account->history.push_back(account->today->counts);
  } else {
    account->history[account->next] = account->today->counts;
  }
  account->next = (account->next + 1) % size;
  account->today.reset();
}

void UnusualDays::EndDay() {
  std::map<PeerKey, Peers> peers;
  for (auto& [principal, account] : accounts_) {
    const PeerKey key(account.role, account.outlet);
    if (account.today.has_value()) Count(hours_[key], &*account.today);
    AddTo(account, &peers[key]);
  }
  for (auto& [principal, account] : accounts_) {
    if (!account.today.has_value()) continue;
    const PeerKey key(account.role, account.outlet);
    Judge(principal, account, peers[key]);
    for (size_t hour = 0; hour < 24; ++hour) {
      hours_[key][hour] += account.today->by_hour[hour];
    }
    Keep(&account);
  }
}

UnusualReport UnusualDays::Finish() {
  if (day_.has_value()) EndDay();
  day_.reset();
  return std::move(report_);
}

}  // namespace parcelveil::trace
