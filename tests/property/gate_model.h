// SPDX-License-Identifier: Apache-2.0
// What a gate ought to know, written down as plainly as possible.

#ifndef PARCELVEIL_TESTS_PROPERTY_GATE_MODEL_H_
#define PARCELVEIL_TESTS_PROPERTY_GATE_MODEL_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "parcelveil/parcels.h"
#include "parcelveil/reason.h"
#include "parcelveil/reveal.h"

namespace parcelveil::testing {

struct Asked {
  int person = 0;
  RequestKind kind{};
  std::vector<int> parcels;  // none of a search
  std::string bytes;         // as sent
};

struct GateModel {
  static constexpr int kCouriers = 3;
  static constexpr int kDesk = kCouriers;  // who searches
  static constexpr int kParcels = 6;

  struct Person {
    bool is_revoked = false;
    std::map<RequestKind, std::set<int>> counted;  // parcels charged today
    size_t num_searches = 0;
  };
  struct Parcel {
    int assigned_to = -1;
    ParcelState state = ParcelState::kOutForDelivery;
    bool is_held = false;
    bool is_approved = false;
    bool no_coverage = false;
  };

  // A day's: of phones revealed, dials, names on sheets; searches.
  static size_t LimitOf(RequestKind kind) {
    switch (kind) {
      case RequestKind::kReveal:
      case RequestKind::kSheet:
        return 4;
      case RequestKind::kDial:
        return 5;
      case RequestKind::kSearch:
        return 20;
    }
    return 0;
  }

  // The code that a request deserves.
  Reason Judge(const Asked& asked) const {
    const Person& person = people[asked.person];
    if (person.is_revoked) return Reason::kSuspended;
    for (int id : asked.parcels) {
      if (parcels[id].assigned_to != asked.person) return Reason::kNotAssigned;
    }
    for (int id : asked.parcels) {
      const bool may_go =
          parcels[id].no_coverage || asked.kind != RequestKind::kSheet;
      if (parcels[id].state != ParcelState::kOutForDelivery || !may_go) {
        return Reason::kWrongState;
      }
    }
    for (int id : asked.parcels) {
      if (parcels[id].is_held && !parcels[id].is_approved) {
        return Reason::kNeedsApproval;
      }
    }
    return IsWithinQuota(person, asked) ? Reason::kNone : Reason::kQuota;
  }
  void Grant(const Asked& asked) {
    Person& person = people[asked.person];
    if (asked.kind == RequestKind::kSearch) ++person.num_searches;
    person.counted[asked.kind].insert(asked.parcels.begin(),
                                      asked.parcels.end());
  }

  std::vector<Person> people{kCouriers + 1};
  std::vector<Parcel> parcels{kParcels};

 private:
  static bool IsWithinQuota(const Person& person, const Asked& asked) {
    if (asked.kind == RequestKind::kSearch) {
      return person.num_searches < LimitOf(asked.kind);
    }
    std::set<int> after(asked.parcels.begin(), asked.parcels.end());
    size_t before = 0;
    if (const auto it = person.counted.find(asked.kind);
        it != person.counted.end()) {
      before = it->second.size();
      after.insert(it->second.begin(), it->second.end());
    }
    return after.size() == before || after.size() <= LimitOf(asked.kind);
  }
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_PROPERTY_GATE_MODEL_H_
