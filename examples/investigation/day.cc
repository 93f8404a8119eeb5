// SPDX-License-Identifier: Apache-2.0
// A day at a courier company, for examples/investigation/run: every account
// asks the gate through a device of its own, and nothing goes past it. Then
// three lists leak, and what is in them is written as whoever takes such lists
// would have it.
//
//   day KR DB MAP GATE PLAIN OUT
//
// PLAIN is the table before it was wrapped: couriers and customers know their
// parcels, and what leaks is plain.
#include <algorithm>
#include <atomic>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "parcelveil/device.h"
#include "parcelveil/file.h"
#include "parcelveil/local_gate.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/sqlite_gate.h"

namespace {

using parcelveil::Role;
using parcelveil::Scope;
using parcelveil::Slot;

constexpr uint64_t kSeller = 1007;  // a courier
constexpr Role kDesk{64};
constexpr uint64_t kDeskAgents[] = {3001, 3002};
constexpr uint64_t kCaseworker = 9001;
constexpr uint64_t kApprovers[] = {9002, 9003};

[[noreturn]] void Fail(const absl::Status& status) {
  std::cerr << "day: " << status.message() << "\n";
  std::exit(1);
}
void Need(const absl::Status& status) {
  if (!status.ok()) Fail(status);
}
template <typename T>
T Need(absl::StatusOr<T> value) {
  if (!value.ok()) Fail(value.status());
  return *std::move(value);
}

// These devices are gone in the evening.
class NotStored : public parcelveil::KeyWrap {
 public:
  absl::StatusOr<std::string> Wrap(absl::Span<const uint8_t>) override {
    return absl::UnimplementedError("store a device: it lives for a day");
  }
  absl::StatusOr<parcelveil::Secret> Unwrap(std::string_view) override {
    return absl::UnimplementedError("load a device: it lives for a day");
  }
};

struct Parcel {
  std::string waybill, created_at, name, phone, address;
  uint64_t courier = 0;
  uint32_t outlet = 0;
  bool was_opened = false;  // by its courier
};

std::vector<Parcel> ReadParcels(const std::string& path) {
  const auto db = Need(parcelveil::SqliteDatabase::Open(
      path, parcelveil::SqliteDatabase::Access::kReadOnly));
  auto rows = Need(db->Prepare(
      "SELECT waybill_no, created_at, recipient_name, recipient_phone, "
      "recipient_address, courier_id, outlet_id FROM waybill "
      "WHERE status = '30' ORDER BY waybill_no",
      "table waybill"));
  std::vector<Parcel> parcels;
  while (Need(rows.Step())) {
    Parcel parcel;
    std::string* texts[] = {&parcel.waybill, &parcel.created_at, &parcel.name,
                            &parcel.phone, &parcel.address};
    for (int i = 0; i < 5; ++i) *texts[i] = std::string(rows.Bytes(i));
    parcel.courier = static_cast<uint64_t>(rows.Int(5));
    parcel.outlet = static_cast<uint32_t>(rows.Int(6));
    parcels.push_back(std::move(parcel));
  }
  return parcels;
}

// The company, seen from outside its gate.
class Company {
 public:
  explicit Company(parcelveil::Gate* gate) : gate_(gate) {}

  // A device that is enrolled for an account.
  std::unique_ptr<parcelveil::Device> Enrol(uint64_t account, Role role,
                                            Scope outlet) {
    auto device = Need(parcelveil::Device::Create(&not_stored_));
    parcelveil::Enrolment enrolment;
    enrolment.device = account;
    enrolment.principal = {account, role, outlet, true};
    enrolment.key = device->public_key();
    enrolment.expires = absl::Now() + absl::Hours(24);
    Need(device->Enrol(Need(gate_->Enrol(enrolment))));
    return device;
  }

  // The address and name of the parcel in hand. A refusal is an answer.
  void Deliver(parcelveil::Device* device, Parcel* parcel) {
    auto ask = Need(device->Reveal(
        parcel->waybill, {Slot::kRecipientName, Slot::kRecipientAddress},
        parcelveil::Purpose::kDeliver));
    const std::string reply = gate_->Handle(ask.bytes());
    const auto shown = device->Open(std::move(ask), reply);
    parcel->was_opened = shown.ok();
    ++(shown.ok() ? num_shown : num_refused);
  }

  // A customer calls about a parcel: search, then open one row.
  void Serve(parcelveil::Device* device, const Parcel& parcel,
             const std::string& ticket) {
    parcelveil::SearchFor what;
    what.phone = parcel.phone;
    what.ticket = ticket;
    auto search = Need(device->Search(what));
    const std::string rows = gate_->Handle(search.bytes());
    const auto found = device->OpenSearch(std::move(search), rows);
    ++(found.ok() ? num_shown : num_refused);
    if (!found.ok() || found->empty()) return;
    auto ask =
        Need(device->Reveal(found->front().waybill, {Slot::kRecipientAddress},
                            parcelveil::Purpose::kComplaint, ticket));
    const std::string reply = gate_->Handle(ask.bytes());
    ++(device->Open(std::move(ask), reply).ok() ? num_shown : num_refused);
  }

  // What a courier sees in the morning: masked, and on the record.
  void ShowList(uint64_t courier, const std::vector<Parcel*>& tour) {
    parcelveil::ShownViews shown;
    shown.principal = courier;
    shown.role = Role::kList;
    shown.views = {Slot::kRecipientView};
    for (const Parcel* parcel : tour) {
      shown.record_ids.push_back(parcel->waybill);
    }
    Need(gate_->RecordViews(shown));
  }

  // A lawful request: two people approve it, and each record is a leaf.
  void Export(const std::vector<Parcel*>& parcels,
              const parcelveil::Keyring& dispute) {
    for (uint64_t id : {kCaseworker, kApprovers[0], kApprovers[1]}) {
      Need(gate_->Admit({id, Role::kDispute, Scope::kNational, true}));
    }
    parcelveil::ExportOrder order;
    order.name = "case-1";
    order.by = kCaseworker;
    order.slots = {Slot::kRecipientName, Slot::kRecipientPhone};
    order.keyring = &dispute;
    for (const Parcel* parcel : parcels) {
      order.record_ids.push_back(parcel->waybill);
    }
    for (uint64_t approver : kApprovers) {
      Need(gate_->Approve(approver, order.name, absl::Hours(1)));
    }
    Need(gate_->Export(order, [this](const parcelveil::ExportedRecord&) {
      ++num_shown;
      return absl::OkStatus();
    }));
  }

  std::atomic<int> num_shown{0};
  std::atomic<int> num_refused{0};

 private:
  parcelveil::Gate* const gate_;
  NotStored not_stored_;
};

// ---- What leaks.

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

// Writes what was taken, and one row in ten that is nobody's here.
void WriteList(const std::string& path, const std::vector<const Parcel*>& taken,
               bool with_phone) {
  std::ofstream list(path);
  list << "waybill,name," << (with_phone ? "phone" : "address") << "\n";
  for (size_t i = 0; i < taken.size(); ++i) {
    const Parcel& parcel = *taken[i];
    list << parcel.waybill << "," << Quoted(parcel.name) << ","
         << Quoted(with_phone ? parcel.phone : parcel.address) << "\n";
    if (i % 10 == 9) {
      list << "ZZ00000" << i << "," << Quoted("张三") << ","
           << Quoted(with_phone ? "16012345678" : "平江路128号") << "\n";
    }
  }
  if (!list.flush()) Fail(absl::UnavailableError("write a list: disk full?"));
}

std::vector<const Parcel*> Some(std::vector<const Parcel*> from, size_t number,
                                std::mt19937* chance) {
  std::shuffle(from.begin(), from.end(), *chance);
  from.resize(std::min(from.size(), number));
  return from;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "usage: day KR DB MAP GATE PLAIN OUT\n";
    return 2;
  }
  const std::string out = argv[6];
  const auto map = Need(parcelveil::LoadTableMap(argv[3]));
  const auto keyring = Need(parcelveil::LoadKeyring(argv[1], Role::kGate));
  const auto dispute = Need(parcelveil::LoadKeyring(argv[1], Role::kDispute));
  const auto parcels_db =
      Need(parcelveil::SqliteParcels::Create(argv[2], map, keyring->schema()));
  parcelveil::LocalGateOptions options;
  options.keyring = keyring.get();
  options.parcels = parcels_db.get();
  const auto gate =
      Need(parcelveil::LocalGate::Open(argv[4], std::move(options)));
  Company company(&gate->gate());

  std::vector<Parcel> parcels = ReadParcels(argv[5]);
  std::map<uint64_t, std::vector<Parcel*>> tours;
  for (Parcel& parcel : parcels) tours[parcel.courier].push_back(&parcel);
  std::mt19937 chance(20261124);

  std::map<uint64_t, std::unique_ptr<parcelveil::Device>> devices;
  for (auto& [courier, tour] : tours) {
    std::shuffle(tour.begin(), tour.end(), chance);
    devices[courier] =
        company.Enrol(courier, Role::kList, Scope{tour[0]->outlet});
    company.ShowList(courier, tour);
  }
  for (uint64_t agent : kDeskAgents) {
    devices[agent] = company.Enrol(agent, kDesk, Scope::kNational);
  }

  // A day in seconds. Couriers work at once; the gate commits for all of them.
  constexpr size_t kHours = 12;
  constexpr size_t kThreads = 8;
  for (size_t hour = 0; hour < kHours; ++hour) {
    std::vector<std::thread> threads;
    for (size_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (auto& [courier, tour] : tours) {
          if (courier % kThreads != thread) continue;
          for (size_t i = hour; i < tour.size(); i += kHours) {
            company.Deliver(devices[courier].get(), tour[i]);
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (uint64_t agent : kDeskAgents) {
      for (int i = 0; i < 3; ++i) {
        const Parcel& parcel = parcels[chance() % parcels.size()];
        company.Serve(devices[agent].get(), parcel, "T" + std::to_string(hour));
      }
    }
  }
  std::vector<Parcel*> requested;
  for (size_t i = 0; i < parcels.size(); i += parcels.size() / 60 + 1) {
    requested.push_back(&parcels[i]);
  }
  company.Export(requested, *dispute);

  std::vector<const Parcel*> sold, of_outlet;
  for (const Parcel& parcel : parcels) {
    if (parcel.was_opened && parcel.courier == kSeller) sold.push_back(&parcel);
    if (parcel.outlet == tours[kSeller][0]->outlet)
      of_outlet.push_back(&parcel);
  }
  WriteList(out + "/sold.csv", Some(sold, 20, &chance), false);
  WriteList(out + "/labels.csv", Some(of_outlet, 40, &chance), false);
  WriteList(out + "/export.csv",
            Some({requested.begin(), requested.end()}, 30, &chance), true);
  std::cout << tours.size() << " couriers and " << std::size(kDeskAgents)
            << " agents asked the gate; " << company.num_shown << " answers, "
            << company.num_refused << " refusals, " << gate->log().Head().size
            << " leaves on the record.\n";
  return 0;
}
