// SPDX-License-Identifier: Apache-2.0
// Random days of a gate against a simple model: whoever may see what, what is
// charged, and exactly one leaf for every value that reached a device.

#include "tests/property/gate_model.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/gate/gate_fixture.h"
#include "tests/property/leaf_ledger.h"

namespace parcelveil::testing {
namespace {

using Accident = MemoryGateStore::Accident;

constexpr int kCouriers = GateModel::kCouriers;
constexpr int kDesk = GateModel::kDesk;
constexpr int kParcels = GateModel::kParcels;
constexpr size_t kMaxRows = 20;  // that one search shows
constexpr std::string_view kSearchedPhone = "13712340000";

// The limits of GateModel, and no others in the way.
GateWorld::Edits ModelLimits() {
  return {{"counts: PHONES        day: 20   month: 300",
           "counts: PHONES day: 4 burst: 4"},
          {"counts: NAMES         day: 400  month: 9000  over_assigned: 10",
           "counts: NAMES day: 4 burst: 4"},
          {"counts: DIALS         day: 400  month: 9000  over_assigned: 10",
           "counts: DIALS day: 5 burst: 5"},
          {"counts: SEARCHES  day: 100  hour: 40  month: 2500",
           "counts: SEARCHES day: 20 burst: 20"},
          {"list_lookups: 24", "list_lookups: 0"}};
}

class RandomDay {
 public:
  explicit RandomDay(uint32_t seed)
      : random_(seed),
        world_(ModelLimits()),
        ledger_(&world_),
        approver_(99, 9999, &world_.clock()),
        dispute_(world_.keys().Load(Role::kDispute)) {
    for (int i = 0; i <= kDesk; ++i) {
      devices_.push_back(std::make_unique<RawDevice>(
          60 + static_cast<uint64_t>(i), IdOf(i), &world_.clock()));
      Enrol(i);
    }
    world_.Enrol(approver_, Role::kDispute);
    for (uint64_t id : {9001, 9002}) {
      EXPECT_THAT(
          world_.gate().Admit({id, Role::kDispute, Scope::kNational, true}),
          IsOk());
    }
    for (int i = 0; i < kParcels; ++i) world_.AddParcel(NameOf(i), 0);
  }

  void Run(int num_steps) {
    for (int i = 0; i < num_steps && !::testing::Test::HasFailure(); ++i) {
      SCOPED_TRACE("step " + std::to_string(i));
      Step();
    }
    ledger_.Check();
  }
  std::vector<Leaf> Leaves() { return world_.Leaves(); }

 private:
  static uint64_t IdOf(int person) {
    return 7000 + static_cast<uint64_t>(person);
  }
  static std::string NameOf(int parcel) { return "W" + std::to_string(parcel); }
  int Pick(int count) {
    return static_cast<int>(random_() % static_cast<uint32_t>(count));
  }

  void Step() {
    // Apart, so that every denial has a leaf; yet within one day.
    world_.clock().Advance(absl::Seconds(11));
    const int parcel = Pick(kParcels);
    const int person = Pick(kCouriers + 1);
    switch (Pick(24)) {
      case 0:
      case 1:
      case 2:
        return Assign(parcel, Pick(kCouriers + 1) - 1);
      case 3:
        return SetState(parcel, Pick(4) == 0 ? ParcelState::kSignedOff
                                             : ParcelState::kOutForDelivery);
      case 4:
        return Hold(parcel, Pick(3) == 0);
      case 5:
        return Approve(parcel);
      case 6:
        return Pick(3) == 0 ? Revoke(person) : Enrol(person);
      case 7:
        return world_.Start();  // dies between two requests
      case 8:
        return SetCoverage(parcel, Pick(3) == 0);
      case 9:
        return ArriveToBeSearched();
      case 10:
        return Export();
      case 11:
      case 12:
      case 13:
        return AskWhileDying(New(person, parcel));
      case 14:
      case 15:
        return AskAgain();
      default:
        return Ask(New(person, parcel));
    }
  }

  // ---- What changes behind the gate's back, or by its operators.

  void Assign(int parcel, int courier) {
    model_.parcels[parcel].assigned_to = courier;
    world_.parcels().Edit(NameOf(parcel), [&](Parcel* row) {
      row->assigned_to = courier < 0 ? 0 : IdOf(courier);
    });
  }
  void SetState(int parcel, ParcelState state) {
    model_.parcels[parcel].state = state;
    world_.SetState(NameOf(parcel), state);
  }
  void SetCoverage(int parcel, bool has_coverage) {
    model_.parcels[parcel].no_coverage = !has_coverage;
    world_.parcels().Edit(
        NameOf(parcel), [&](Parcel* row) { row->no_coverage = !has_coverage; });
  }
  void Hold(int parcel, bool is_held) {
    model_.parcels[parcel].is_held = is_held;
    EXPECT_THAT(is_held ? world_.gate().Hold(NameOf(parcel))
                        : world_.gate().Release(NameOf(parcel)),
                IsOk());
  }
  void Approve(int parcel) {
    model_.parcels[parcel].is_approved = true;
    EXPECT_THAT(world_.gate().Approve(9999, NameOf(parcel), absl::Hours(100)),
                IsOk());
  }
  void Revoke(int person) {
    model_.people[person].is_revoked = true;
    EXPECT_THAT(world_.gate().Revoke(devices_[person]->device()), IsOk());
  }
  void Enrol(int person) {
    model_.people[person].is_revoked = false;
    const bool is_desk = person == kDesk;
    world_.Enrol(*devices_[person], is_desk ? Role{64} : Role::kList,
                 is_desk ? Scope::kNational : GateWorld::kOutlet);
  }
  void ArriveToBeSearched() {
    searchable_.push_back("S" + std::to_string(100 + searchable_.size()));
    world_.AddParcel(searchable_.back(), 0, kSearchedPhone);
  }

  // ---- Requests.

  // One that this person makes: about this parcel, on a sheet also another.
  Asked New(int person, int parcel) {
    Asked asked{person, RequestKind::kSearch, {}, ""};
    if (person != kDesk) {
      asked.kind =
          std::vector<RequestKind>{RequestKind::kReveal, RequestKind::kDial,
                                   RequestKind::kSheet}[Pick(3)];
      asked.parcels.push_back(parcel);
      const bool has_two = asked.kind == RequestKind::kSheet && Pick(2) == 0;
      if (has_two) asked.parcels.push_back((parcel + 1) % kParcels);
    }
    asked.bytes = devices_[person]->Sign(RequestOf(asked));
    return asked;
  }
  wire::RevealRequest RequestOf(const Asked& asked) {
    const Slot slot = asked.kind == RequestKind::kSearch ? Slot::kRecipientView
                      : asked.kind == RequestKind::kSheet
                          ? Slot::kRecipientName
                          : Slot::kRecipientPhone;
    wire::RevealRequest request = devices_[asked.person]->New(
        world_.gate(), asked.kind, {slot}, NamesOf(asked.parcels));
    if (asked.kind == RequestKind::kSearch) {
      request.purpose = Purpose::kComplaint;
      request.ticket = "T-1";
      const Epoch today = world_.gate_keyring().Today();
      RawDevice::SetQuery(world_.gate(),
                          {Slot::kRecipientPhoneIndex, today, today,
                           Scope::kNational, kSearchedPhone},
                          &request);
    }
    return request;
  }
  static std::vector<std::string> NamesOf(const std::vector<int>& parcels) {
    std::vector<std::string> names;
    for (int parcel : parcels) names.push_back(NameOf(parcel));
    return names;
  }

  // Opens a reply and notes what has reached the device.
  Reason Open(const Asked& asked, const std::string& bytes) {
    const RawDevice& device = *devices_[asked.person];
    uint64_t first_leaf = 0;
    std::vector<std::string> ids;
    if (asked.kind == RequestKind::kSheet &&
        wire::ParseRouteSheet(bytes).ok()) {
      const auto values = device.OpenSheet(world_.gate(), bytes, &first_leaf);
      EXPECT_EQ(values.size(), asked.parcels.size());
      for (const auto& [of, name] : values) {
        EXPECT_EQ(name, GateWorld::NameOf(of.first));
      }
      ids = NamesOf(asked.parcels);
    } else {
      const RawDevice::Reply reply =
          device.Open(world_.gate(), asked.bytes, bytes);
      if (reply.code != Reason::kNone) return reply.code;
      first_leaf = reply.leaf_index;
      ids = asked.kind == RequestKind::kSearch ? RowsOf(reply)
                                               : NamesOf(asked.parcels);
      EXPECT_EQ(reply.fields.size(), asked.parcels.size());
    }
    ledger_.Arrived(asked.bytes, asked.kind, first_leaf, ids);
    last_granted_ = asked;
    return Reason::kNone;
  }
  std::vector<std::string> RowsOf(const RawDevice::Reply& reply) {
    std::vector<std::string> ids;
    const auto rows = wire::ParseSearchRows(reply.rows).value();
    for (const auto& row : rows) {
      ids.emplace_back(row.record_id);
    }
    last_num_rows_ = ids.size();
    return ids;
  }

  // Expects what the model says; then it is granted there as well.
  void Expect(const Asked& asked, Reason code) {
    ASSERT_EQ(code, model_.Judge(asked));
    if (code != Reason::kNone) return;
    model_.Grant(asked);
    if (asked.kind == RequestKind::kSearch) {
      EXPECT_EQ(last_num_rows_, std::min(searchable_.size(), kMaxRows));
    }
  }
  void Ask(const Asked& asked) {
    Expect(asked, Open(asked, world_.gate().Handle(asked.bytes)));
  }

  // The process dies somewhere in a request; the device asks the same again.
  void AskWhileDying(const Asked& asked) {
    world_.store().Plan(Accident::kDeath, 1 + Pick(24));
    const std::string dying = world_.gate().Handle(asked.bytes);
    const bool has_died = !world_.store().NumLeaves().ok();
    world_.store().Revive();
    if (!has_died) {
      EXPECT_EQ(Open(asked, dying), model_.Judge(asked));
    }
    world_.Start();
    Ask(asked);
  }

  // A retry gets what it got, whatever has changed since, but for a revoked
  // device.
  void AskAgain() {
    if (!last_granted_.has_value()) return;
    const Asked asked = *last_granted_;
    const Reason code = Open(asked, world_.gate().Handle(asked.bytes));
    if (model_.people[asked.person].is_revoked) {
      EXPECT_EQ(code, Reason::kSuspended);
      return;
    }
    // Over ten minutes ago; over a quarter of an hour, and it is forgotten. Or
    // a search finds rows that its leaf does not name.
    if (code == Reason::kReplay || code == Reason::kStale) {
      last_granted_.reset();
      return;
    }
    EXPECT_EQ(code, Reason::kNone);
  }

  // An export, begun by a process that dies somewhere in it.
  void Export() {
    ExportOrder order;
    order.name = "case-" + std::to_string(++num_exports_);
    order.by = 9001;
    order.record_ids = NamesOf({Pick(3), 3 + Pick(3)});
    order.slots = {Slot::kRecipientName};
    order.keyring = dispute_.get();
    for (uint64_t approver : {9002, 9999}) {
      EXPECT_THAT(world_.gate().Approve(approver, order.name, absl::Hours(100)),
                  IsOk());
    }
    const auto run = [&] {
      return world_.gate().Export(order, [&](const ExportedRecord& record) {
        ledger_.Exported(order.name, std::string(record.record_id));
        return absl::OkStatus();
      });
    };
    world_.store().Plan(Accident::kDeath, 1 + Pick(40));
    const bool is_done = run().ok();
    world_.store().Revive();
    world_.Start();
    // The commit of its end may have been durable all the same.
    const absl::Status status = run();
    EXPECT_TRUE(is_done || status.ok() ||
                ReasonOf(status) == Reason::kAlreadyExists)
        << status;
  }

  std::mt19937 random_;
  GateWorld world_;
  LeafLedger ledger_;
  RawDevice approver_;
  std::unique_ptr<Keyring> dispute_;
  std::vector<std::unique_ptr<RawDevice>> devices_;  // by person
  GateModel model_;
  std::vector<std::string> searchable_;
  int num_exports_ = 0;
  size_t last_num_rows_ = 0;
  std::optional<Asked> last_granted_;
};

TEST(GateModelTest, RandomDaysAreAsTheModelSays) {
  std::set<LeafType> seen;
  // Steps of 11 s: all of them within a day, and within the hours of counting.
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::cout << "seed " << seed << std::endl;
    RandomDay day(seed);
    day.Run(200);
    if (::testing::Test::HasFailure()) return;
    for (const Leaf& leaf : day.Leaves()) seen.insert(leaf.type);
  }
  for (LeafType type :
       {LeafType::kGrant, LeafType::kDialIssued, LeafType::kSheet,
        LeafType::kSearch, LeafType::kViews, LeafType::kExport}) {
    EXPECT_EQ(seen.count(type), 1u) << static_cast<int>(type);
  }
}

}  // namespace
}  // namespace parcelveil::testing
