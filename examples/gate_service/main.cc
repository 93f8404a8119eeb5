// SPDX-License-Identifier: Apache-2.0
// A back end that embeds the gate over a wrapped waybill table.
//
//   gate_service KEYRING DATABASE MAP GATE LOGINS ADDRESS
//
// KEYRING, DATABASE and MAP as for `parcelveil wrap`, GATE made by `parcelveil
// gate init`, LOGINS a file of "COURIER CODE" lines, ADDRESS as gRPC has it
// ("unix:/run/depot.sock", "127.0.0.1:7000"). Ctrl-C ends it.

#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "depot.grpc.pb.h"
#include "parcelveil/field.h"
#include "parcelveil/file.h"
#include "parcelveil/list.h"
#include "parcelveil/local_gate.h"
#include "parcelveil/sqlite.h"
#include "parcelveil/sqlite_gate.h"

namespace {

using parcelveil::LocalGate;
using parcelveil::Role;
using parcelveil::Slot;
using parcelveil::SqliteDatabase;

// The company's login, as far as this example needs one.
class Logins {
 public:
  explicit Logins(const std::string& path) {
    std::ifstream file(path);
    uint64_t courier;
    std::string code;
    while (file >> courier >> code) codes_[courier] = code;
  }

  bool IsRight(uint64_t courier, const std::string& code) const {
    const auto found = codes_.find(courier);
    return found != codes_.end() && found->second == code;
  }
  std::string Open(uint64_t courier) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::string session = absl::StrCat(Random(), "-", Random());
    sessions_[session] = courier;
    return session;
  }
  // 0 for a session that is not open.
  uint64_t CourierOf(const std::string& session) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = sessions_.find(session);
    return found == sessions_.end() ? 0 : found->second;
  }
  uint64_t Random() {
    return (uint64_t{random_()} << 31 | random_()) & INT64_MAX;
  }

 private:
  std::map<uint64_t, std::string> codes_;
  std::mutex mutex_;
  std::map<std::string, uint64_t> sessions_;
  std::random_device random_;
};

class Depot final : public depot::Depot::Service {
 public:
  Depot(LocalGate* gate, const parcelveil::Opener* opener, std::string database,
        Logins* logins)
      : gate_(*gate),
        opener_(*opener),
        database_(std::move(database)),
        logins_(*logins) {}

  // The device's key comes up beside the login, the gate's card goes back.
  grpc::Status Login(grpc::ServerContext*, const depot::LoginRequest* request,
                     depot::LoginReply* reply) override {
    if (!logins_.IsRight(request->courier(), request->code()) ||
        request->device_key().size() != 32) {
      return {grpc::UNAUTHENTICATED, "no such courier, or a wrong code"};
    }
    parcelveil::Enrolment enrolment;
    enrolment.device = logins_.Random();
    enrolment.principal = {request->courier(), Role::kList,
                           OutletOf(request->courier()), true};
    std::copy(request->device_key().begin(), request->device_key().end(),
              enrolment.key.begin());
    enrolment.expires = absl::Now() + absl::Hours(24 * 30);
    const auto card = gate_.gate().Enrol(enrolment);
    if (!card.ok()) return Failed(card.status());
    reply->set_card(*card);
    reply->set_session(logins_.Open(request->courier()));
    return grpc::Status::OK;
  }

  // Today's parcels, masked: nothing here can open a full value.
  grpc::Status Today(grpc::ServerContext*, const depot::TodayRequest* request,
                     depot::TodayReply* reply) override {
    const uint64_t courier = logins_.CourierOf(request->session());
    if (courier == 0) return {grpc::UNAUTHENTICATED, "log in first"};
    const auto db =
        SqliteDatabase::Open(database_, SqliteDatabase::Access::kReadOnly);
    if (!db.ok()) return Failed(db.status());
    auto rows = (*db)->Prepare(
        "SELECT waybill_no, recipient_view FROM waybill "
        "WHERE courier_id = ? AND status = '30' ORDER BY waybill_no",
        "table \"waybill\"");
    if (!rows.ok()) return Failed(rows.status());
    rows->BindInt(0, static_cast<int64_t>(courier));
    std::vector<std::pair<std::string, std::string>> sealed;
    while (true) {
      const auto has_row = rows->Step();
      if (!has_row.ok()) return Failed(has_row.status());
      if (!*has_row) break;
      sealed.emplace_back(rows->Bytes(0), rows->Bytes(1));
    }
    std::vector<parcelveil::SealedView> views;
    for (const auto& [waybill, view] : sealed) views.push_back({waybill, view});
    const auto list = parcelveil::EncodeList(opener_, Slot::kRecipientView,
                                             views, absl::Now());
    if (!list.ok()) return Failed(list.status());
    reply->set_list(*list);
    return grpc::Status::OK;
  }

  // The one line that the gate needs.
  grpc::Status Ask(grpc::ServerContext* context,
                   const depot::AskRequest* request,
                   depot::AskReply* reply) override {
    reply->set_reply(gate_.gate().Handle(request->ask(), context->peer()));
    return grpc::Status::OK;
  }

  grpc::Status SignOff(grpc::ServerContext*,
                       const depot::SignOffRequest* request,
                       depot::SignOffReply*) override {
    const uint64_t courier = logins_.CourierOf(request->session());
    if (courier == 0) return {grpc::UNAUTHENTICATED, "log in first"};
    const auto db =
        SqliteDatabase::Open(database_, SqliteDatabase::Access::kReadWrite);
    if (!db.ok()) return Failed(db.status());
    auto update = (*db)->Prepare(
        "UPDATE waybill SET status = '80' WHERE waybill_no = ? "
        "AND courier_id = ? AND status = '30'",
        "table \"waybill\"");
    if (!update.ok()) return Failed(update.status());
    update->BindText(0, request->waybill());
    update->BindInt(1, static_cast<int64_t>(courier));
    if (const absl::Status run = update->Run(); !run.ok()) return Failed(run);
    if ((*db)->Changes() == 1) return grpc::Status::OK;
    return {grpc::NOT_FOUND, "not a parcel that you have out for delivery"};
  }

 private:
  static grpc::Status Failed(const absl::Status& status) {
    std::cerr << status << "\n";
    return {grpc::INTERNAL, "the depot has a problem; try again"};
  }

  // Outlets count in quotas; a courier belongs to that of his parcels.
  parcelveil::Scope OutletOf(uint64_t courier) const {
    const auto db =
        SqliteDatabase::Open(database_, SqliteDatabase::Access::kReadOnly);
    if (!db.ok()) return parcelveil::Scope::kNational;
    auto row = (*db)->Prepare(
        "SELECT outlet_id FROM waybill WHERE courier_id = ? LIMIT 1",
        "table \"waybill\"");
    if (!row.ok()) return parcelveil::Scope::kNational;
    row->BindInt(0, static_cast<int64_t>(courier));
    const auto has_row = row->Step();
    if (!has_row.ok() || !*has_row) return parcelveil::Scope::kNational;
    return parcelveil::Scope{static_cast<uint32_t>(row->Int(0))};
  }

  LocalGate& gate_;
  const parcelveil::Opener& opener_;
  const std::string database_;
  Logins& logins_;
};

void PrintAlert(const parcelveil::GateAlert& alert) {
  std::cerr << "alert: " << alert.text << "\n";
}

template <typename T>
T OrDie(absl::StatusOr<T> result) {
  if (result.ok()) return *std::move(result);
  std::cerr << result.status() << "\n";
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "usage: gate_service KEYRING DATABASE MAP GATE LOGINS "
                 "ADDRESS\n";
    return 2;
  }
  const std::string database = argv[2];
  // Signals are waited for, below: block them before any thread is made.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto map = OrDie(parcelveil::LoadTableMap(argv[3]));
  // Two roles, two keys: lists are made with one that opens masks only.
  const auto list = OrDie(parcelveil::LoadKeyring(argv[1], Role::kList));
  const auto opener = OrDie(parcelveil::Opener::Create(list.get()));
  const auto full = OrDie(parcelveil::LoadKeyring(argv[1], Role::kGate));
  const auto parcels =
      OrDie(parcelveil::SqliteParcels::Create(database, map, full->schema()));
  parcelveil::LocalGateOptions options;
  options.keyring = full.get();
  options.parcels = parcels.get();
  options.alert = PrintAlert;
  const auto gate = OrDie(LocalGate::Open(argv[4], std::move(options)));

  Logins logins(argv[5]);
  Depot depot(gate.get(), opener.get(), database, &logins);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(argv[6], grpc::InsecureServerCredentials());
  builder.RegisterService(&depot);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    std::cerr << "cannot listen on " << argv[6] << "\n";
    return 1;
  }
  std::cout << "depot: serving on " << argv[6] << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown();
  return 0;
}
