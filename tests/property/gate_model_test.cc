// SPDX-License-Identifier: Apache-2.0
// Random days of a gate against a simple model: whoever may see what, what is
// charged, and one leaf for every value that reached a device.

#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/gate/gate_fixture.h"

namespace parcelveil::testing {
namespace {

constexpr int kCouriers = 3;
constexpr int kParcels = 6;
constexpr size_t kPhonesADay = 4;  // and no other limit on phones
constexpr size_t kDialsADay = 5;

// What the gate ought to know, written down as plainly as possible.
struct Model {
  struct Courier {
    bool is_revoked = false;
    std::set<int> phones;  // parcels charged today
    std::set<int> dials;
  };
  struct Parcel {
    int assigned_to = -1;
    ParcelState state = ParcelState::kOutForDelivery;
    bool is_held = false;
    bool is_approved = false;
  };

  // The code that a courier's request for a parcel deserves.
  Reason Judge(int courier, int parcel, bool is_dial) const {
    if (couriers[courier].is_revoked) return Reason::kSuspended;
    if (parcels[parcel].assigned_to != courier) return Reason::kNotAssigned;
    if (parcels[parcel].state != ParcelState::kOutForDelivery) {
      return Reason::kWrongState;
    }
    if (parcels[parcel].is_held && !parcels[parcel].is_approved) {
      return Reason::kNeedsApproval;
    }
    const std::set<int>& counted =
        is_dial ? couriers[courier].dials : couriers[courier].phones;
    const size_t limit = is_dial ? kDialsADay : kPhonesADay;
    if (counted.count(parcel) == 0 && counted.size() >= limit) {
      return Reason::kQuota;
    }
    return Reason::kNone;
  }
  void Grant(int courier, int parcel, bool is_dial) {
    (is_dial ? couriers[courier].dials : couriers[courier].phones)
        .insert(parcel);
  }

  std::vector<Courier> couriers{kCouriers};
  std::vector<Parcel> parcels{kParcels};
};

class RandomDay {
 public:
  explicit RandomDay(uint32_t seed)
      : random_(seed),
        world_(GateWorld::Edits{
            {"counts: PHONES        day: 20   month: 300",
             "counts: PHONES day: 4 burst: 4"},
            {"counts: DIALS         day: 400  month: 9000  over_assigned: 10",
             "counts: DIALS day: 5 burst: 5"},
            {"list_lookups: 24", "list_lookups: 0"}}),
        approver_(99, 9999, &world_.clock()) {
    for (int i = 0; i < kCouriers; ++i) {
      devices_.push_back(std::make_unique<RawDevice>(
          60 + static_cast<uint64_t>(i), IdOf(i), &world_.clock()));
      world_.Enrol(*devices_.back(), Role::kList);
    }
    world_.Enrol(approver_, Role::kDispute);
    for (int i = 0; i < kParcels; ++i) world_.AddParcel(NameOf(i), 0);
  }

  void Run(int num_steps) {
    for (int i = 0; i < num_steps && !::testing::Test::HasFailure(); ++i) {
      SCOPED_TRACE("step " + std::to_string(i));
      Step();
    }
    CheckLeaves();
  }

 private:
  static uint64_t IdOf(int courier) {
    return 7000 + static_cast<uint64_t>(courier);
  }
  static std::string NameOf(int parcel) { return "W" + std::to_string(parcel); }
  int Pick(int count) {
    return static_cast<int>(random_() % static_cast<uint32_t>(count));
  }

  void Step() {
    // Apart, so that every denial has a leaf; yet within one day.
    world_.clock().Advance(absl::Seconds(11));
    const int parcel = Pick(kParcels);
    const int courier = Pick(kCouriers);
    switch (Pick(20)) {
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
        return Pick(3) == 0 ? Revoke(courier) : EnrolAgain(courier);
      case 7:
        return world_.Start();  // dies between two requests
      case 8:
      case 9:
        return AskWhileDying(courier, parcel, Pick(2) == 0);
      case 10:
      case 11:
        return AskAgain();
      default:
        return Ask(courier, parcel, Pick(3) == 0);
    }
  }

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
  void Revoke(int courier) {
    model_.couriers[courier].is_revoked = true;
    EXPECT_THAT(world_.gate().Revoke(devices_[courier]->device()), IsOk());
  }
  void EnrolAgain(int courier) {
    model_.couriers[courier].is_revoked = false;
    world_.Enrol(*devices_[courier], Role::kList);
  }

  struct Asked {
    int courier;
    int parcel;
    bool is_dial;
    std::string bytes;
  };
  Asked New(int courier, int parcel, bool is_dial) {
    RawDevice& device = *devices_[courier];
    return {
        courier, parcel, is_dial,
        device.Sign(device.New(
            world_.gate(), is_dial ? RequestKind::kDial : RequestKind::kReveal,
            {Slot::kRecipientPhone}, {NameOf(parcel)}))};
  }
  RawDevice::Reply Send(const Asked& asked) {
    return devices_[asked.courier]->Open(world_.gate(), asked.bytes,
                                         world_.gate().Handle(asked.bytes));
  }
  // A value has reached a device: which request it was for, and its leaf.
  void Arrived(const Asked& asked, const RawDevice::Reply& reply) {
    EXPECT_EQ(reply.fields.size(), 1u);
    const auto [known, is_first] =
        leaf_of_.emplace(crypto::Sha256(asked.bytes), reply.leaf_index);
    EXPECT_EQ(known->second, reply.leaf_index) << "one leaf, always the same";
    last_granted_ = asked;
  }

  void Ask(int courier, int parcel, bool is_dial) {
    const Asked asked = New(courier, parcel, is_dial);
    const Reason expected = model_.Judge(courier, parcel, is_dial);
    const RawDevice::Reply reply = Send(asked);
    ASSERT_EQ(reply.code, expected);
    if (expected != Reason::kNone) return;
    model_.Grant(courier, parcel, is_dial);
    Arrived(asked, reply);
  }

  // The process dies somewhere in a request; the device asks the same again.
  void AskWhileDying(int courier, int parcel, bool is_dial) {
    const Asked asked = New(courier, parcel, is_dial);
    const Reason expected = model_.Judge(courier, parcel, is_dial);
    world_.store().Plan(MemoryGateStore::Accident::kDeath, 1 + Pick(24));
    const std::string dying = world_.gate().Handle(asked.bytes);
    const bool has_died = !world_.store().NumLeaves().ok();
    world_.store().Revive();
    if (!has_died) {
      EXPECT_EQ(devices_[courier]->Open(world_.gate(), asked.bytes, dying).code,
                expected);
    }
    world_.Start();
    const RawDevice::Reply reply = Send(asked);
    ASSERT_EQ(reply.code, expected);
    if (expected != Reason::kNone) return;
    model_.Grant(courier, parcel, is_dial);
    Arrived(asked, reply);
  }

  // A retry gets what it got, whatever has changed since, but for a revoked
  // device.
  void AskAgain() {
    if (!last_granted_.has_value()) return;
    const RawDevice::Reply reply = Send(*last_granted_);
    if (model_.couriers[last_granted_->courier].is_revoked) {
      EXPECT_EQ(reply.code, Reason::kSuspended);
      return;
    }
    // Over ten minutes ago; over a quarter of an hour, and it is forgotten.
    if (reply.code == Reason::kReplay || reply.code == Reason::kStale) {
      last_granted_.reset();
      return;
    }
    ASSERT_EQ(reply.code, Reason::kNone);
    Arrived(*last_granted_, reply);
  }

  // Every value that arrived has exactly one leaf; no grant has two.
  void CheckLeaves() {
    std::map<Sha256Digest, int> num_leaves;
    const std::vector<Leaf> leaves = world_.Leaves();
    for (size_t i = 0; i < leaves.size(); ++i) {
      if (leaves[i].type != LeafType::kGrant &&
          leaves[i].type != LeafType::kDialIssued) {
        continue;
      }
      ++num_leaves[leaves[i].object_hash];
      const auto arrived = leaf_of_.find(leaves[i].object_hash);
      if (arrived == leaf_of_.end()) continue;
      EXPECT_EQ(arrived->second, i);
    }
    for (const auto& [hash, leaf] : leaf_of_) EXPECT_EQ(num_leaves[hash], 1);
    for (const auto& [hash, count] : num_leaves) EXPECT_EQ(count, 1);
    EXPECT_EQ(world_.log().Head().size, leaves.size());
  }

  std::mt19937 random_;
  GateWorld world_;
  RawDevice approver_;
  std::vector<std::unique_ptr<RawDevice>> devices_;
  Model model_;
  std::map<Sha256Digest, uint64_t> leaf_of_;  // by request, of what arrived
  std::optional<Asked> last_granted_;
};

TEST(GateModelTest, RandomDaysAreAsTheModelSays) {
  // Steps of 11 s: all of them within a day, and within the hours of counting.
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::cout << "seed " << seed << std::endl;
    RandomDay(seed).Run(200);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace parcelveil::testing
