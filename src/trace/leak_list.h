// SPDX-License-Identifier: Apache-2.0
// LeakList: a leaked list as it turns up, row by row: separators, quotes, line
// ends and columns of any kind, never the whole of it in memory.

#ifndef PARCELVEIL_SRC_TRACE_LEAK_LIST_H_
#define PARCELVEIL_SRC_TRACE_LEAK_LIST_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "parcelveil/trace.h"
#include "src/base/wipe.h"
#include "src/base/wiped_string.h"

namespace parcelveil::trace {

enum class LeakColumn : uint8_t { kName, kPhone, kAddress, kWaybill, kSeen };
inline constexpr size_t kNumLeakColumns = 5;

// Thread-safety: none. Zeroes what it has read when it dies.
class LeakList {
 public:
  static constexpr size_t kMaxRowSize = 64 << 10;  // bytes
  static constexpr size_t kMaxValueSize = 4095;

  // Reads the first line, which names the columns; others are passed over. A
  // list of no bytes has no rows. `zone` is of times without one.
  // Errors: MALFORMED: no column is known; what `read` returns.
  static absl::StatusOr<std::unique_ptr<LeakList>> Open(const ReadLeak& read,
                                                        absl::TimeZone zone);
  LeakList(const LeakList&) = delete;
  LeakList& operator=(const LeakList&) = delete;

  bool Has(LeakColumn column) const {
    return positions_[static_cast<size_t>(column)].has_value();
  }

  // A row's values, trimmed; empty where it has none. They are good until the
  // next call.
  struct Row {
    std::optional<LeakRowProblem> problem;  // then it has no values
    std::string_view name;
    std::string_view phone;
    std::string_view address;
    std::string_view waybill;
    std::optional<absl::Time> seen;
  };
  // The next row that is not empty; nullopt at the end. Errors: what `read`
  // returns.
  absl::StatusOr<std::optional<Row>> Next();

 private:
  // What ended a value or, of a whole line, how it reads.
  enum class End : uint8_t { kValue, kLine, kList, kTooLong, kBadQuotes };

  LeakList(ReadLeak read, absl::TimeZone zone);

  absl::Status SkipMark();  // of UTF-8, and Excel's line "sep=;"
  absl::Status FindSeparator();
  absl::Status FindColumns();
  // kLine, or what is wrong with it; kList where there is none any more.
  absl::StatusOr<End> NextLine();
  absl::StatusOr<End> NextValue();
  // Adds what stands in quotes, up to the closing one. True unless it never
  // closes, or not in this row's size.
  absl::StatusOr<bool> ReadQuoted();
  // The next byte, or -1 at the end.
  absl::StatusOr<int> Peek();
  void Take() { ++at_; }
  absl::Status SkipLine();
  std::string_view ValueAt(size_t position) const;
  std::string_view ValueOf(LeakColumn column) const;

  const ReadLeak read_;
  const absl::TimeZone zone_;
  base::WipedBuffer<64 << 10> buffer_;
  size_t at_ = 0;
  size_t filled_ = 0;
  bool is_at_end_ = false;
  char separator_ = ',';
  base::WipedString row_;     // the values of one line, one behind the other
  std::vector<size_t> ends_;  // of each value in row_
  std::array<std::optional<size_t>, kNumLeakColumns> positions_;
};

}  // namespace parcelveil::trace

#endif  // PARCELVEIL_SRC_TRACE_LEAK_LIST_H_
