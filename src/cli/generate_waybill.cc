// SPDX-License-Identifier: Apache-2.0

#include "src/cli/generate_waybill.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"

namespace parcelveil::cli {
namespace {

constexpr int kFirstCourier = 1001;
constexpr int kShownCourier = 6;  // index of courier 1007

// '10' accepted, '20' in transit, '30' out for delivery, '80' signed off.
std::string PickStatus(int age_days, Chance& chance) {
  constexpr const char* kStatus[] = {"10", "20", "30", "80"};
  switch (age_days) {
    case 0:
      return kStatus[chance.Weighted({25, 30, 40, 5})];
    case 1:
      return kStatus[chance.Weighted({5, 35, 35, 25})];
    case 2:
      return kStatus[chance.Weighted({0, 15, 15, 70})];
    case 3:
      return kStatus[chance.Weighted({0, 5, 5, 90})];
    default:  // a few get stuck
      return kStatus[chance.Weighted({0, 1, 1, 198})];
  }
}

// Between 8:00 and 21:00, later the higher `index` of `count` is.
std::string TimeOfDay(absl::CivilDay day, int64_t index, int64_t count,
                      Chance& chance) {
  constexpr int64_t kOpens = 8 * 3600, kOpenFor = 13 * 3600;
  const int64_t second =
      kOpens + (index * kOpenFor + chance.Below(kOpenFor)) / count;
  return absl::FormatCivilTime(absl::CivilSecond(day) + second) + "+08:00";
}

}  // namespace

WaybillSource::WaybillSource(const GenerateOptions& options)
    : options_(options), stock_(LoadStock()), chance_(options.seed) {
  for (int outlet = 0; outlet < options.outlets; ++outlet) {
    for (int i = 0; i < options.couriers_per_outlet; ++i) {
      const int id = kFirstCourier + static_cast<int>(couriers_.size());
      couriers_.push_back({id, outlet, i, {}});
    }
  }
  const int64_t num_merchants =
      std::clamp<int64_t>(options.rows / 20, 20, 5000);
  for (int64_t i = 0; i < num_merchants; ++i) {
    merchants_.push_back(
        MakeParty(stock_, chance_.Of(stock_.regions), Side::kSender, chance_));
  }
}

int64_t WaybillSource::RowsBefore(int day) const {
  const int64_t last_day = std::max<int64_t>(1, options_.rows / 10);
  const int64_t early_days = options_.days - 1;
  if (early_days == 0) return 0;
  // Day d weighs early_days + d: the newest twice as much as the oldest.
  const auto weight_before = [&](int64_t d) {
    return d * early_days + d * (d - 1) / 2;
  };
  const int64_t share = weight_before(day), all = weight_before(early_days);
  const int64_t early_rows = options_.rows - last_day;
  // Two steps, for early_rows * share may not fit.
  return early_rows / all * share + early_rows % all * share / all;
}

WaybillSource::Courier& WaybillSource::PickCourier(bool first_of_last_day) {
  const int last = static_cast<int>(couriers_.size()) - 1;
  if (first_of_last_day) return couriers_[std::min(kShownCourier, last)];
  return couriers_[chance_.Between(0, last)];
}

WaybillSource::Recipient WaybillSource::MakeRecipient(const Courier& courier) {
  const Outlet& outlet = stock_.outlets[courier.outlet];
  const Region& town =
      outlet.towns[courier.number_in_outlet % outlet.towns.size()];
  // Three segments: city, outlet, the courier's part of it.
  std::string route = absl::StrFormat(
      "%d-%c%02d-%03d", outlet.number / 10, 'A' + outlet.number % 10,
      10 + courier.outlet,
      10 * (courier.number_in_outlet + 1) + chance_.Between(0, 9));
  return {MakeParty(stock_, town, Side::kRecipient, chance_), std::move(route)};
}

WaybillSource::Recipient WaybillSource::PickRecipient(Courier& courier) {
  constexpr int kOrdersAgainPercent = 12;
  constexpr size_t kMaxRegulars = 64;
  std::vector<Recipient>& regulars = courier.regulars;
  if (!regulars.empty() && chance_.Percent(kOrdersAgainPercent)) {
    return chance_.Of(regulars);
  }
  Recipient recipient = MakeRecipient(courier);
  if (regulars.size() < kMaxRegulars) {
    regulars.push_back(recipient);
  } else {
    regulars[chance_.Below(kMaxRegulars)] = recipient;
  }
  return recipient;
}

// Nine parcels in ten come from a merchant, most from a few large ones.
Party WaybillSource::PickSender() {
  if (chance_.Percent(10)) {
    return MakeParty(stock_, chance_.Of(stock_.regions), Side::kSender,
                     chance_);
  }
  const int64_t count = static_cast<int64_t>(merchants_.size());
  // The square of an even draw: the first of 1000 gets 3 % of the parcels.
  const int64_t draw = chance_.Below(1 << 20);
  return merchants_[(draw * draw >> 20) * count >> 20];
}

Waybill WaybillSource::Next() {
  while (!OnLastDay() && row_ == RowsBefore(day_ + 1)) ++day_;
  const int64_t begin = RowsBefore(day_);
  const int64_t end = OnLastDay() ? options_.rows : RowsBefore(day_ + 1);
  const int age = options_.days - 1 - day_;
  const absl::CivilDay day = options_.until - age;
  const bool first_of_last_day = OnLastDay() && row_ == begin;

  Waybill row;
  do {
    row.waybill_no = MakeWaybillNumber(chance_);
  } while (!taken_.insert(row.waybill_no).second);
  row.order_id = MakeOrderId(day, chance_);
  row.created_at = TimeOfDay(day, row_ - begin, end - begin, chance_);
  Courier& courier = PickCourier(first_of_last_day);
  row.outlet_id = stock_.outlets[courier.outlet].number;
  row.courier_id = courier.id;
  row.status = first_of_last_day ? "30" : PickStatus(age, chance_);
  Recipient recipient = PickRecipient(courier);
  row.route_code = std::move(recipient.route_code);
  row.recipient = std::move(recipient.party);
  row.sender = PickSender();
  ++row_;
  return row;
}

}  // namespace parcelveil::cli
