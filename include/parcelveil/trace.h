// SPDX-License-Identifier: Apache-2.0
// Trace: from a list of leaked rows and the audit log to the links and the
// accounts where they concentrate, and how sure that is.
//
// Evidence is an e-value: if the leaked rows have nothing to do with what a
// source could see, it reaches x with a probability of at most 1/x. A source
// stands out only above its threshold; "nobody stands out" is an answer, and
// shared access is not proof. SPEC.md section 16.

#ifndef PARCELVEIL_TRACE_H_
#define PARCELVEIL_TRACE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "parcelveil/audit.h"
#include "parcelveil/clock.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/leaf.h"
#include "parcelveil/trace_records.h"

namespace parcelveil {

// One audit log: a gate's, telephony's.
struct TraceLog {
  std::string name;             // for people: "gate-1"
  LogReader* reader = nullptr;  // borrowed
  std::string verifier_key;     // empty: it cannot be verified
};

// A synthetic waybill with a number that is watched.
struct TraceCanary {
  std::string record_id;
  // When somebody called or wrote to it; none: nobody did.
  std::optional<absl::Time> contacted;
};

struct TraceOptions {
  const Keyring* keyring = nullptr;  // borrowed; role DISPUTE
  TraceRecords* records = nullptr;   // borrowed
  std::vector<TraceLog> logs;
  // When the leak was first seen: what is accessed later does not count. A row
  // with a time of its own has that. The default is now.
  absl::Time seen = absl::InfiniteFuture();
  int days = 30;  // how many days before that are looked through, at most 366
  // What leaked. None: the rows' phone, else address, else name, else any.
  std::optional<Slot> field;
  // Where masked numbers are looked for; none: only in a table without outlets.
  std::vector<Scope> outlets;
  // Accounts that are no one person: shared logins, gateways, batch jobs.
  std::vector<uint64_t> shared_accounts;
  std::vector<TraceCanary> canaries;
  // How often a watched number that nobody was given is contacted all the same:
  // an upper bound, above 0. At 1 a contact says nothing.
  double canary_noise = 1;
  double noise = 0.1;    // eps: the share of rows from elsewhere
  double alpha = 0.001;  // how often an innocent may stand out, at each level
  int looks = 1;         // how many times this leak has been looked at
  // A log without a key, or one that does not verify, is refused otherwise.
  bool accept_unverified = false;
  std::function<void(uint64_t done, uint64_t total)> progress;  // leaves
  const std::atomic<bool>* stop = nullptr;                      // may be null
  const Clock* clock = SystemClock();                           // borrowed
};

// The leaked list as bytes: fills the buffer and returns how many, 0 at the
// end.
using ReadLeak = std::function<absl::StatusOr<size_t>(absl::Span<char>)>;

// ---- What comes out.

// Why a row of the list says nothing. Each has one reason, the first that fits.
enum class LeakRowProblem : uint8_t {
  kNotUtf8,         // a value is not UTF-8; the row was left out
  kTooLong,         // a row over 64 KiB, or a value over 4095 bytes
  kBadQuotes,       // a quote that is never closed, or text behind one
  kNothingToMatch,  // no waybill number, and no phone number, whole or masked
  kMaskedNoOutlet,  // a masked number, and no outlet to look for it in
  kTooMany,         // over 1,000,000 rows
};
inline constexpr size_t kNumLeakRowProblems = 6;

// What became of the list's rows:
//   rows = sum of problems + duplicates + unmatched + too_common + untraceable
//          + matched
struct TraceMatches {
  uint64_t rows = 0;
  std::array<uint64_t, kNumLeakRowProblems> problems{};
  uint64_t duplicates = 0;   // of a row before: one counts for each phone
  uint64_t unmatched = 0;    // rows that are not ours
  uint64_t too_common = 0;   // fit over 2048 records: they say nothing
  uint64_t untraceable = 0;  // ours, but the keys of its days are destroyed
  uint64_t matched = 0;      // what the evidence is about
  uint64_t ambiguous = 0;    // of these, rows that fit several records
  uint64_t masked = 0;       // of these, rows found by a masked number
  // Of the rows that could be looked up, duplicates apart; 0 where none.
  double UnmatchedShare() const;
};

enum class TraceChannel : uint8_t {
  kOutlet,         // all who handle an outlet's parcels or labels; `id`: it
  kMerchant,       // `name`: as the table has it
  kTelephony,      // calls made through dial tokens
  kExport,         // exports ordered by principal `id`
  kRole,           // all of one role's accounts; `id`: the role
  kSharedAccount,  // `id`: the principal
};
// Returns "outlet", "shared account".
std::string_view Describe(TraceChannel channel);

enum class Standing : uint8_t {
  kBelow,      // does not stand out
  kStandsOut,  // above the threshold, also without the rows of those before it
  kExplained,  // above it, but only by rows that a source before it explains
};

struct TraceScore {
  uint64_t k = 0;      // matched rows that the source could have given away,
  uint64_t K = 0;      // of all matched rows
  uint64_t n = 0;      // records that it could see,
  uint64_t N = 0;      // of all in the strata compared
  double log10_e = 0;  // of the evidence
  // Of the stratified hypergeometric test over rows that fit one record:
  // P(X >= k). As a logarithm, since it may be very small.
  double log10_p = 0;
  bool p_is_bound = false;  // an upper bound: there were too many rows
  double explained = 0;     // share of the matched rows, by weight
  int days = 0;             // on which it accessed leaked records
  // First and last of these accesses; unset for channels the table tells.
  std::optional<absl::Time> first_access;
  std::optional<absl::Time> last_access;
  int canaries = 0;      // seen by it,
  int canaries_hit = 0;  // and contacted afterwards
  Standing standing = Standing::kBelow;
  // Positions in the same list that cannot be told apart from this one: their
  // evidence is less than a thousandth smaller. Only of sources above the
  // threshold.
  std::vector<size_t> ties;
};

// Level 1: where the rows concentrate. Not that this link leaked.
struct ChannelScore {
  TraceChannel channel{};
  uint64_t id = 0;
  std::string name;
  TraceScore score;
};

// Level 2: accounts of people.
struct PrincipalScore {
  uint64_t principal = 0;
  Role role{};
  TraceScore score;
};

// One step of the greedy second pass: the best source above the threshold,
// whose rows are then taken out before the next step.
struct TracePass {
  size_t position = 0;  // in the list of its level
  uint64_t rows = 0;    // matched rows that were left
  double log10_e = 0;
  double log10_threshold = 0;  // grows with every pass
};

struct TraceLevel {
  size_t num_sources = 0;         // M: that were tested
  double log10_threshold = 0;     // log10(M * looks / alpha)
  std::vector<TracePass> passes;  // empty: nobody stands out
};

// An access to a leaked record, before its row was seen.
struct TraceAccess {
  absl::Time time;
  uint64_t principal = 0;
  Role role{};
  LeafType kind{};
  size_t log = 0;       // position in TraceResult::logs
  uint64_t leaf = 0;    // its index there
  uint32_t record = 0;  // a number of this trace: same number, same record
};

// How many rows somebody would have had to plant in the list. 0: not at all,
// nullopt: no number of rows would do.
struct PlantedRows {
  // Removed from the list, the strongest account would not stand out.
  std::optional<uint64_t> behind_finding;
  // Added, another account (the easiest to frame) would stand out.
  std::optional<uint64_t> to_frame;
  // Added from elsewhere, nobody would stand out.
  std::optional<uint64_t> to_hide;
};

enum class LogState : uint8_t {
  kVerified,
  kIncomplete,  // verification failed, or was not finished
  kUnverified,  // there was no key to verify it by
};
struct TraceLogReport {
  std::string name;
  LogState state = LogState::kUnverified;
  std::string problem;           // a sentence, where incomplete
  uint64_t leaves = 0;           // read
  uint64_t unsigned_leaves = 0;  // behind the checkpoint: not counted
  uint64_t unreadable = 0;       // leaves that are none
  uint64_t untraceable = 0;      // of days whose key is destroyed
};

struct TraceAssumptions {
  std::optional<Slot> field;  // none: any
  bool masked_views = false;  // masked rows that were shown count, too
  double noise = 0;
  double alpha = 0;
  int looks = 1;
  absl::Time from, seen;    // accesses between these count
  TraceRecords::Days days;  // of the records
  size_t num_strata = 0;    // that leaked rows are of
  bool has_segments = false;
  std::vector<Epoch> closed_days;  // whose keys this role cannot use any more
};

struct TraceResult {
  TraceMatches matches;
  TraceLevel channel_level;
  std::vector<ChannelScore> channels;  // the most evidence first
  TraceLevel principal_level;
  std::vector<PrincipalScore> principals;  // the most evidence first
  std::vector<TraceAccess> timeline;       // ascending; the first kMaxTimeline
  uint64_t num_accesses = 0;               // to leaked records, all of them
  PlantedRows planted;                     // of the principals
  std::vector<TraceLogReport> logs;
  TraceAssumptions assumptions;

  static constexpr size_t kMaxTimeline = 10000;
  bool IsComplete() const;  // every log was verified
};

// Reads the list, matches it, reads each log once, and scores.
// Memory grows with the records of the strata that leaked rows are of, not
// with the logs.
// Errors:
//   kInvalidArgument    MALFORMED: an option out of range, a list without a
//                       known column
//   kPermissionDenied   FORBIDDEN: the keyring is not loaded as DISPUTE
//   kFailedPrecondition a log without a key, unless accepted
//   kDataLoss           a log that does not verify, unless accepted
//   kUnavailable        `stop` was set; the same call begins anew
//   those of the table, the logs and `read`
absl::StatusOr<TraceResult> Trace(const ReadLeak& read,
                                  const TraceOptions& options);

}  // namespace parcelveil

#endif  // PARCELVEIL_TRACE_H_
