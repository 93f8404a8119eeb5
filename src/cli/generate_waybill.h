// SPDX-License-Identifier: Apache-2.0
// The rows of the generated table, one after the other.

#ifndef PARCELVEIL_SRC_CLI_GENERATE_WAYBILL_H_
#define PARCELVEIL_SRC_CLI_GENERATE_WAYBILL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "src/cli/generate.h"
#include "src/cli/generate_chance.h"
#include "src/cli/generate_party.h"
#include "src/cli/generate_stock.h"

namespace parcelveil::cli {

struct Waybill {
  std::string waybill_no;
  std::string order_id;
  std::string created_at;  // ISO 8601 with zone
  int outlet_id;
  int courier_id;
  std::string status;
  std::string route_code;
  Party sender;
  Party recipient;
};

// Returns a number as one of the carriers writes it, or as a shop does. Neither
// holds the beginning of a mobile number, so no phone can be found in them.
std::string MakeWaybillNumber(Chance& chance);
std::string MakeOrderId(absl::CivilDay day, Chance& chance);

// Yields the rows of one run in the order of their time.
class WaybillSource {
 public:
  explicit WaybillSource(const GenerateOptions& options);

  // To be called `options.rows` times.
  Waybill Next();

 private:
  struct Recipient {
    Party party;
    std::string route_code;
  };
  struct Courier {
    int id;
    int outlet;  // index into stock_.outlets
    int number_in_outlet;
    std::vector<Recipient> regulars;  // people who order again
  };

  bool OnLastDay() const { return day_ == options_.days - 1; }
  // Rows on all days before `day`, counted from the oldest.
  int64_t RowsBefore(int day) const;
  Courier& PickCourier(bool first_of_last_day);
  Recipient PickRecipient(Courier& courier);
  Recipient MakeRecipient(const Courier& courier);
  Party PickSender();

  const GenerateOptions options_;
  const Stock stock_;
  Chance chance_;
  std::vector<Courier> couriers_;
  std::vector<Party> merchants_;
  absl::flat_hash_set<std::string> taken_;  // waybill numbers
  int day_ = 0;
  int64_t row_ = 0;
};

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_GENERATE_WAYBILL_H_
