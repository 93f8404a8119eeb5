// SPDX-License-Identifier: Apache-2.0
// Searches, tickets, route sheets, exports and erasures.
#include <set>
#include <string>
#include <vector>

#include "src/gate/record_ref.h"
#include "tests/gate/gate_fixture.h"

namespace parcelveil::testing {
namespace {

constexpr Role kDesk{64};

class DeskTest : public ::testing::Test {
 protected:
  DeskTest() : agent_(31, 3001, &world_.clock()) {
    world_.Enrol(agent_, kDesk, Scope::kNational);
    world_.AddParcel("W1");
    world_.AddParcel("W2", GateWorld::kCourier, "13812340000");
  }

  wire::RevealRequest NewSearch(std::string_view phone,
                                std::string ticket = "T-1") {
    wire::RevealRequest request = agent_.New(
        world_.gate(), RequestKind::kSearch, {Slot::kRecipientView}, {});
    request.purpose = Purpose::kComplaint;
    request.ticket = std::move(ticket);
    const Epoch today = world_.gate_keyring().Today();
    RawDevice::SetQuery(
        world_.gate(),
        {Slot::kRecipientPhoneIndex, today, today, Scope::kNational, phone},
        &request);
    return request;
  }
  RawDevice::Reply Send(const RawDevice& device,
                        const wire::RevealRequest& request) {
    const std::string bytes = device.Sign(request);
    return device.Open(world_.gate(), bytes, world_.gate().Handle(bytes));
  }
  RawDevice::Reply RevealByTicket(const std::string& id, std::string ticket) {
    wire::RevealRequest request = agent_.New(
        world_.gate(), RequestKind::kReveal, {Slot::kRecipientAddress}, {id});
    request.purpose = Purpose::kComplaint;
    request.ticket = std::move(ticket);
    return Send(agent_, request);
  }

  GateWorld world_;
  RawDevice agent_;
};

TEST_F(DeskTest, FindsMaskedRowsByPhone) {
  const RawDevice::Reply reply = Send(agent_, NewSearch("138 1234 5678"));
  ASSERT_EQ(reply.code, Reason::kNone);
  EXPECT_EQ(reply.rows.find(GateWorld::kPhone), std::string::npos);
  EXPECT_EQ(reply.rows.find("door of"), std::string::npos);
  PARCELVEIL_ASSERT_OK_AND_ASSIGN(const auto rows,
                                  wire::ParseSearchRows(reply.rows));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].record_id, "W1");
  ASSERT_EQ(rows[0].fields.size(), 3u);
  EXPECT_EQ(rows[0].fields[1].slot, Slot::kRecipientPhone);
  EXPECT_EQ(rows[0].fields[1].text, "138****5678");
  const Leaf leaf = world_.Leaves().at(reply.leaf_index);
  EXPECT_EQ(leaf.type, LeafType::kSearch);
  EXPECT_EQ(leaf.detail, std::string("\x40\x01\0\0\0\1", 6));
  EXPECT_EQ(leaf.record_ref, (std::array<uint8_t, 16>{}));
  const Leaf views = world_.Leaves().at(reply.leaf_index + 1);
  EXPECT_EQ(views.type, LeafType::kViews);
  EXPECT_EQ(views.object_hash, leaf.object_hash);
  EXPECT_EQ(views.principal, leaf.principal);
  EXPECT_EQ(views.slots, (std::vector<Slot>{Slot::kRecipientView}));
  EXPECT_EQ(
      ViewedRecords(views),
      (std::vector<std::array<uint8_t, 16>>{
          gate::RecordRefs(&world_.gate_keyring(), {"W1"}).value()[0].bytes}));
}

TEST_F(DeskTest, FindsNothingForATextThatIsNoPhone) {
  const RawDevice::Reply reply = Send(agent_, NewSearch("nobody"));
  ASSERT_EQ(reply.code, Reason::kNone);
  EXPECT_TRUE(wire::ParseSearchRows(reply.rows)->empty());
  EXPECT_EQ(world_.LeavesOf(LeafType::kSearch).size(), 1u) << "it counts";
  EXPECT_TRUE(world_.LeavesOf(LeafType::kViews).empty()) << "nothing is shown";
}

TEST_F(DeskTest, ShowsAtMostTwentyRowsAndCountsAll) {
  for (int i = 0; i < 30; ++i) world_.AddParcel("M" + std::to_string(i));
  const RawDevice::Reply reply = Send(agent_, NewSearch(GateWorld::kPhone));
  ASSERT_EQ(reply.code, Reason::kNone);
  EXPECT_EQ(wire::ParseSearchRows(reply.rows)->size(), 20u);
  EXPECT_EQ(world_.LeavesOf(LeafType::kSearch)[0].detail.back(), 31);
  EXPECT_EQ(ViewedRecords(world_.LeavesOf(LeafType::kViews)[0]).size(), 20u);
}

TEST_F(DeskTest, ShowsAgainOnlyRowsThatItsLeafNames) {
  const std::string request = agent_.Sign(NewSearch(GateWorld::kPhone));
  const auto again = [&] {
    world_.Start();  // replies are kept in memory only
    return agent_.Open(world_.gate(), request, world_.gate().Handle(request));
  };
  EXPECT_EQ(again().code, Reason::kNone);
  const RawDevice::Reply same = again();
  ASSERT_EQ(same.code, Reason::kNone);
  EXPECT_EQ(wire::ParseSearchRows(same.rows)->size(), 1u);
  world_.AddParcel("W0");  // with the same phone
  EXPECT_EQ(again().code, Reason::kStale);
  EXPECT_EQ(Send(agent_, NewSearch(GateWorld::kPhone)).code, Reason::kNone)
      << "asked anew, with leaves of its own";
  EXPECT_EQ(world_.LeavesOf(LeafType::kViews).size(), 2u);
}

TEST_F(DeskTest, RecordsListsThatTheBackEndShows) {
  ShownViews shown;
  shown.principal = GateWorld::kCourier;
  shown.role = Role::kList;
  shown.views = {Slot::kRecipientView};
  EXPECT_THAT(world_.gate().RecordViews(shown), IsOk());
  EXPECT_TRUE(world_.LeavesOf(LeafType::kViews).empty()) << "nothing is shown";
  for (int i = 0; i < 65; ++i) shown.record_ids.push_back(std::to_string(i));
  shown.record_ids.push_back("0");  // once is enough
  EXPECT_THAT(world_.gate().RecordViews(shown), IsOk());
  const std::vector<Leaf> leaves = world_.LeavesOf(LeafType::kViews);
  ASSERT_EQ(leaves.size(), 2u);
  EXPECT_EQ(ViewedRecords(leaves[0]).size(), 64u);
  EXPECT_EQ(ViewedRecords(leaves[1]).size(), 1u);
  EXPECT_EQ(leaves[0].principal, GateWorld::kCourier);
  EXPECT_EQ(leaves[0].object_hash, Sha256Digest{}) << "no device asked";
}

TEST_F(DeskTest, RecordsNoListThatIsNone) {
  ShownViews shown;
  shown.record_ids = {"W1"};
  shown.views = {Slot::kRecipientView};
  EXPECT_THAT(world_.gate().RecordViews(shown), ReasonIs(Reason::kMalformed));
  shown.principal = 7;
  shown.views = {};
  EXPECT_THAT(world_.gate().RecordViews(shown), ReasonIs(Reason::kMalformed));
  shown.views = {Slot::kRecipientAddress};
  EXPECT_THAT(world_.gate().RecordViews(shown), ReasonIs(Reason::kMalformed))
      << "a full value is not shown past the gate";
  EXPECT_TRUE(world_.LeavesOf(LeafType::kViews).empty());
}

TEST_F(DeskTest, LetsTheRowsOfASearchBeAskedForUnderItsTicket) {
  EXPECT_EQ(RevealByTicket("W1", "T-1").code, Reason::kNotAssigned);
  EXPECT_EQ(Send(agent_, NewSearch(GateWorld::kPhone)).code, Reason::kNone);
  EXPECT_EQ(RevealByTicket("W1", "T-1").code, Reason::kNone);
  EXPECT_EQ(RevealByTicket("W1", "T-2").code, Reason::kNotAssigned);
  EXPECT_EQ(RevealByTicket("W1", "").code, Reason::kNotAssigned);
  EXPECT_EQ(RevealByTicket("W2", "T-1").code, Reason::kNotAssigned)
      << "a row that the search did not show";
  world_.clock().Advance(absl::Hours(24));
  EXPECT_EQ(RevealByTicket("W1", "T-1").code, Reason::kNotAssigned);
}

TEST_F(DeskTest, SearchesNothingThatTheQueryIsNotBoundTo) {
  wire::RevealRequest stolen = NewSearch(GateWorld::kPhone);
  stolen.ticket = "T-9";
  EXPECT_EQ(Send(agent_, stolen).code, Reason::kForbidden);
}

TEST_F(DeskTest, SearchesNoMoreDaysThanThePolicyLets) {
  wire::RevealRequest request = NewSearch(GateWorld::kPhone);
  const uint16_t today = ToInt(world_.gate_keyring().Today());
  request.sealed_query.clear();
  RawDevice::SetQuery(
      world_.gate(),
      {Slot::kRecipientPhoneIndex, Epoch{static_cast<uint16_t>(today - 31)},
       Epoch{today}, Scope::kNational, GateWorld::kPhone},
      &request);
  EXPECT_EQ(Send(agent_, request).code, Reason::kForbidden);
}

TEST_F(DeskTest, LetsAnOutletSearchItsOwnParcelsOnly) {
  RawDevice counter(41, 4001, &world_.clock());
  world_.Enrol(counter, Role::kOutlet, Scope{99});
  const auto search = [&](Scope scope) {
    wire::RevealRequest request = counter.New(
        world_.gate(), RequestKind::kSearch, {Slot::kRecipientView}, {});
    const Epoch today = world_.gate_keyring().Today();
    RawDevice::SetQuery(
        world_.gate(),
        {Slot::kRecipientLast4Index, today, today, scope, "5678"}, &request);
    return Send(counter, request);
  };
  EXPECT_EQ(search(GateWorld::kOutlet).code, Reason::kForbidden);
  const RawDevice::Reply own = search(Scope{99});
  ASSERT_EQ(own.code, Reason::kNone);
  EXPECT_TRUE(wire::ParseSearchRows(own.rows)->empty());
}

TEST_F(DeskTest, CountsSearches) {
  for (int i = 0; i < 25; ++i) {
    EXPECT_EQ(Send(agent_, NewSearch("13800000000")).code, Reason::kNone);
  }
  EXPECT_EQ(Send(agent_, NewSearch("13800000000")).code, Reason::kQuota)
      << "a quarter of 100 in ten minutes";
}

TEST_F(DeskTest, PutsParcelsWithoutCoverageOnASheetWithALeafEach) {
  const std::vector<Slot> slots{Slot::kRecipientName, Slot::kRecipientAddress};
  const auto ask = [&] {
    return world_.courier().Sign(world_.courier().New(
        world_.gate(), RequestKind::kSheet, slots, {"W2", "W1"}));
  };
  const std::string refused = ask();
  EXPECT_EQ(world_.Send(refused).code, Reason::kWrongState);
  for (const char* id : {"W1", "W2"}) {
    world_.parcels().Edit(id,
                          [](Parcel* parcel) { parcel->no_coverage = true; });
  }
  const std::string request = ask();
  const std::string sheet = world_.gate().Handle(request);
  uint64_t leaf_index = 0;
  auto values = world_.courier().OpenSheet(world_.gate(), sheet, &leaf_index);
  EXPECT_EQ(values.size(), 4u);
  EXPECT_EQ((values[{"W1", Slot::kRecipientAddress}]),
            GateWorld::AddressOf("W1"));
  EXPECT_EQ((values[{"W2", Slot::kRecipientName}]), GateWorld::NameOf("W2"));
  const std::vector<Leaf> leaves = world_.Leaves();
  ASSERT_EQ(world_.LeavesOf(LeafType::kSheet).size(), 2u);
  EXPECT_EQ(leaves.at(leaf_index).type, LeafType::kSheet);
  EXPECT_EQ(leaves.at(leaf_index + 1).type, LeafType::kSheet);
  EXPECT_NE(leaves[leaf_index].record_ref, leaves[leaf_index + 1].record_ref);
  EXPECT_EQ(world_.gate().Handle(request), sheet);
  world_.Start();
  values = world_.courier().OpenSheet(
      world_.gate(), world_.gate().Handle(request), &leaf_index);
  EXPECT_EQ(values.size(), 4u) << "made again";
  EXPECT_EQ(world_.LeavesOf(LeafType::kSheet).size(), 2u);
}

TEST_F(DeskTest, GivesASheetWholeOrNotAtAll) {
  for (const char* id : {"W1", "W2"}) {
    world_.parcels().Edit(id,
                          [](Parcel* parcel) { parcel->no_coverage = true; });
  }
  world_.AddParcel("W3", 1008);
  world_.parcels().Edit("W3",
                        [](Parcel* parcel) { parcel->no_coverage = true; });
  const auto send = [&](std::vector<std::string> ids) {
    return world_.Send(world_.courier().New(world_.gate(), RequestKind::kSheet,
                                            {Slot::kRecipientAddress}, ids));
  };
  EXPECT_EQ(send({"W1", "W3"}).code, Reason::kNotAssigned);
  EXPECT_TRUE(world_.LeavesOf(LeafType::kSheet).empty());
}

class ExportTest : public DeskTest {
 protected:
  ExportTest() : dispute_(world_.keys().Load(Role::kDispute)) {
    for (uint64_t id : {2001, 2002, 2003}) {
      EXPECT_THAT(
          world_.gate().Admit({id, Role::kDispute, Scope::kNational, true}),
          IsOk());
    }
    order_.name = "case-117";
    order_.by = 2001;
    order_.record_ids = {"W1", "W2"};
    order_.slots = {Slot::kRecipientPhone, Slot::kRecipientAddress};
    order_.keyring = dispute_.get();
  }
  void Approve(uint64_t who) {
    ASSERT_THAT(world_.gate().Approve(who, order_.name, absl::Hours(8)),
                IsOk());
  }
  // Takes what comes, until `stop_at` records came.
  absl::Status Run(size_t stop_at = 100) {
    return world_.gate().Export(
        order_, [&](const ExportedRecord& record) -> absl::Status {
          EXPECT_EQ(world_.LeavesOf(LeafType::kExport).size(),
                    record.position + 1)
              << "the leaf comes first";
          if (got_.size() == stop_at) return absl::CancelledError("full");
          got_.push_back(std::string(record.record_id));
          EXPECT_EQ(record.fields.size(), 2u);
          record.fields[1].text.Use([&](std::string_view text) {
            EXPECT_EQ(text, GateWorld::AddressOf(got_.back()));
          });
          return absl::OkStatus();
        });
  }

  std::unique_ptr<Keyring> dispute_;
  ExportOrder order_;
  std::vector<std::string> got_;
};

TEST_F(ExportTest, NeedsTwoOthersApprovals) {
  EXPECT_THAT(Run(), ReasonIs(Reason::kNeedsApproval));
  Approve(2002);
  Approve(2002);
  Approve(2001);
  EXPECT_THAT(Run(), ReasonIs(Reason::kNeedsApproval));
  EXPECT_TRUE(world_.LeavesOf(LeafType::kExport).empty());
  Approve(2003);
  EXPECT_THAT(Run(), IsOk());
  EXPECT_EQ(got_, (std::vector<std::string>{"W1", "W2"}));
  const std::vector<Leaf> leaves = world_.LeavesOf(LeafType::kExport);
  ASSERT_EQ(leaves.size(), 2u);
  EXPECT_EQ(leaves[0].principal, 2001u);
  EXPECT_EQ(leaves[0].role, Role::kDispute);
  EXPECT_EQ(leaves[0].slots, order_.slots);
  EXPECT_THAT(Run(), ReasonIs(Reason::kAlreadyExists)) << "it is done";
}

TEST_F(ExportTest, GoesOnWhereItStoppedWithoutASecondLeaf) {
  Approve(2002);
  Approve(2003);
  EXPECT_EQ(Run(1).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(world_.LeavesOf(LeafType::kExport).size(), 2u);
  world_.Start();
  EXPECT_THAT(Run(), IsOk());
  EXPECT_EQ(got_, (std::vector<std::string>{"W1", "W2"}));
  EXPECT_EQ(world_.LeavesOf(LeafType::kExport).size(), 2u);
}

TEST_F(ExportTest, IsOfTheRecordsThatItBeganWith) {
  Approve(2002);
  Approve(2003);
  EXPECT_EQ(Run(0).code(), absl::StatusCode::kCancelled);
  order_.record_ids.push_back("W3");
  EXPECT_THAT(Run(), ReasonIs(Reason::kAlreadyExists));
}

TEST_F(ExportTest, CallsEachRecordAsTheDayOfItsLeafDoes) {
  Approve(2002);
  Approve(2003);
  EXPECT_EQ(Run(0).code(), absl::StatusCode::kCancelled);
  const auto refs = [&] {
    return gate::RecordRefs(&world_.gate_keyring(), {"W1", "W2"}).value();
  };
  const auto before = refs();
  world_.clock().Advance(absl::Hours(14));  // past midnight
  Approve(2002);
  Approve(2003);
  EXPECT_THAT(Run(), IsOk());
  const std::vector<Leaf> leaves = world_.LeavesOf(LeafType::kExport);
  ASSERT_EQ(leaves.size(), 2u);
  EXPECT_EQ(leaves[0].record_ref, before[0].bytes);
  EXPECT_EQ(leaves[1].record_ref, refs()[1].bytes);
  EXPECT_NE(leaves[1].record_ref, before[1].bytes);
}

TEST_F(ExportTest, StopsWhereAForkIsProvenMeanwhile) {
  Approve(2002);
  Approve(2003);
  int num_delivered = 0;
  const auto export_once = [&] {
    return world_.gate().Export(order_, [&](const ExportedRecord&) {
      if (++num_delivered == 1) {
        EXPECT_THAT(world_.gate().CheckNote(world_.NoteOfAFork()),
                    ReasonIs(Reason::kLogRolledBack));
      }
      return absl::OkStatus();
    });
  };
  EXPECT_THAT(export_once(), ReasonIs(Reason::kAuditUnavailable));
  EXPECT_THAT(export_once(), ReasonIs(Reason::kAuditUnavailable));
  EXPECT_EQ(num_delivered, 1) << "neither the rest nor the first again";
  EXPECT_EQ(world_.LeavesOf(LeafType::kExport).size(), 1u);
}

TEST_F(ExportTest, NeedsADisputeKeyringAndAnActivePrincipalOfDispute) {
  ASSERT_THAT(world_.gate().SetActive(2001, false), IsOk());
  EXPECT_THAT(Run(), ReasonIs(Reason::kForbidden));
  order_.by = GateWorld::kCourier;
  EXPECT_THAT(Run(), ReasonIs(Reason::kForbidden));
  order_.by = 2002;
  order_.keyring = &world_.gate_keyring();
  EXPECT_THAT(Run(), ReasonIs(Reason::kForbidden));
}

TEST_F(ExportTest, ErasesOnePersonsCellsAfterALeafForEach) {
  ErasureOrder order{2001,
                     "W1",
                     {Slot::kRecipientName, Slot::kRecipientPhone,
                      Slot::kRecipientAddress, Slot::kRecipientView}};
  ASSERT_THAT(world_.gate().Erase(order), IsOk());
  const std::vector<Leaf> leaves = world_.LeavesOf(LeafType::kDestroy);
  ASSERT_EQ(leaves.size(), 4u);
  EXPECT_EQ(leaves[0].slots, std::vector<Slot>{Slot::kRecipientName});
  EXPECT_EQ(leaves[0].record_ref,
            gate::RecordRefs(&world_.gate_keyring(), {"W1"}).value()[0].bytes);
  EXPECT_TRUE(world_.Reveal("W1").fields.empty());
  EXPECT_THAT(world_.gate().Erase({2001, "none", order.slots}),
              StatusIs(absl::StatusCode::kNotFound, ::testing::_));
}

}  // namespace
}  // namespace parcelveil::testing
