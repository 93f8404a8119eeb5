// SPDX-License-Identifier: Apache-2.0
// A courier's handheld as a terminal app. It links parcelveil::device alone, so
// there is no key in it that opens a list of waybills.
//
//   handheld ADDRESS STATE      reads commands: login COURIER CODE, list,
//                               address WAYBILL, name WAYBILL, dial WAYBILL,
//                               signoff WAYBILL, quit

#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include "depot.grpc.pb.h"
#include "parcelveil/device.h"
#include "parcelveil/reason.h"

namespace {

using parcelveil::Slot;

// On a phone this is the platform's keystore. A terminal has none: the state
// file's mode (0600) is all that guards it here.
class NoKeystore : public parcelveil::KeyWrap {
 public:
  absl::StatusOr<std::string> Wrap(absl::Span<const uint8_t> state) override {
    return std::string(state.begin(), state.end());
  }
  absl::StatusOr<parcelveil::Secret> Unwrap(std::string_view wrapped) override {
    std::string bytes(wrapped);
    return parcelveil::Secret::Take(
        {reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()});
  }
};

class Handheld {
 public:
  Handheld(std::unique_ptr<parcelveil::Device> device,
           std::unique_ptr<depot::Depot::Stub> depot, std::string state_file)
      : device_(std::move(device)),
        depot_(std::move(depot)),
        state_file_(std::move(state_file)) {}

  void Login(uint64_t courier, const std::string& code) {
    depot::LoginRequest request;
    request.set_courier(courier);
    request.set_code(code);
    const auto key = device_->public_key();
    request.set_device_key(key.data(), key.size());
    depot::LoginReply reply;
    grpc::ClientContext context;
    if (!Reached(depot_->Login(&context, request, &reply))) return;
    if (!Done(device_->Enrol(reply.card()))) return;
    session_ = reply.session();
    std::cout << "logged in as courier " << courier << "\n";
  }

  void List() {
    depot::TodayRequest request;
    request.set_session(session_);
    depot::TodayReply reply;
    grpc::ClientContext context;
    if (!Reached(depot_->Today(&context, request, &reply))) return;
    const auto list = parcelveil::ParseList(reply.list());
    if (!Done(list.status())) return;
    for (const parcelveil::MaskedRow& row : list->rows) {
      if (row.fields.empty()) {
        std::cout << "  " << row.waybill << "  not readable any more\n";
        continue;
      }
      std::cout << "  " << row.waybill << "  " << row[Slot::kRecipientName]
                << "  " << row[Slot::kRecipientPhone] << "  "
                << row[Slot::kRecipientAddress] << "\n";
    }
    std::cout << list->rows.size() << " parcels to deliver\n";
  }

  // One field of the parcel in hand.
  void Show(const std::string& waybill, Slot slot) {
    auto ask = device_->Reveal(waybill, {slot}, parcelveil::Purpose::kDeliver);
    if (!Done(ask.status())) return;
    const std::string reply = Post(ask->bytes());
    if (reply.empty()) return;
    auto shown = device_->Open(*std::move(ask), reply);
    if (!Done(shown.status())) return;
    const absl::Duration left = shown->until() - absl::Now();
    shown->text().Use([&](std::string_view text) {
      std::cout << "  " << text << "   (gone in "
                << absl::ToInt64Minutes(left + absl::Seconds(30))
                << " minutes)\n";
    });
  }

  void Dial(const std::string& waybill) {
    auto ask = device_->Dial(waybill);
    if (!Done(ask.status())) return;
    const std::string reply = Post(ask->bytes());
    if (reply.empty()) return;
    const auto token = device_->OpenDial(*std::move(ask), reply);
    if (!Done(token.status())) return;
    std::cout << "  calling through the exchange with a token of "
              << token->size() << " characters; no digit of it is a number\n";
  }

  void SignOff(const std::string& waybill) {
    depot::SignOffRequest request;
    request.set_session(session_);
    request.set_waybill(waybill);
    depot::SignOffReply reply;
    grpc::ClientContext context;
    if (!Reached(depot_->SignOff(&context, request, &reply))) return;
    std::cout << "  signed off\n";
  }

  void StoreState() {
    if (!device_->HasNewState()) return;
    const auto state = device_->State();
    if (!Done(state.status())) return;
    const int file = open(state_file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                          S_IRUSR | S_IWUSR);
    if (file < 0 || write(file, state->data(), state->size()) !=
                        static_cast<ssize_t>(state->size())) {
      std::cout << "the state could not be stored\n";
    }
    if (file >= 0) close(file);
  }

 private:
  // A reply that is lost in a lift is asked for again with the same bytes.
  std::string Post(const std::string& ask) {
    for (int i = 0; i < 3; ++i) {
      depot::AskRequest request;
      request.set_ask(ask);
      depot::AskReply reply;
      grpc::ClientContext context;
      if (depot_->Ask(&context, request, &reply).ok()) return reply.reply();
    }
    std::cout << "no coverage\n";
    return {};
  }
  static bool Reached(const grpc::Status& status) {
    if (status.ok()) return true;
    std::cout << "  not done: " << status.error_message() << "\n";
    return false;
  }
  static bool Done(const absl::Status& status) {
    if (status.ok()) return true;
    std::cout << "  refused: "
              << parcelveil::ReasonName(parcelveil::ReasonOf(status)) << "\n";
    return false;
  }

  const std::unique_ptr<parcelveil::Device> device_;
  const std::unique_ptr<depot::Depot::Stub> depot_;
  const std::string state_file_;
  std::string session_;
};

absl::StatusOr<std::unique_ptr<parcelveil::Device>> LoadOrCreate(
    const std::string& state_file, parcelveil::KeyWrap* key_wrap) {
  std::ifstream file(state_file, std::ios::binary);
  if (!file) return parcelveil::Device::Create(key_wrap);
  std::stringstream state;
  state << file.rdbuf();
  return parcelveil::Device::Load(state.str(), key_wrap);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: handheld ADDRESS STATE\n";
    return 2;
  }
  NoKeystore keystore;
  auto device = LoadOrCreate(argv[2], &keystore);
  if (!device.ok()) {
    std::cerr << device.status() << "\n";
    return 1;
  }
  Handheld handheld(*std::move(device),
                    depot::Depot::NewStub(grpc::CreateChannel(
                        argv[1], grpc::InsecureChannelCredentials())),
                    argv[2]);
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string command, first, second;
    words >> command >> first >> second;
    if (!isatty(STDIN_FILENO)) std::cout << "> " << line << "\n";
    if (command == "login") {
      handheld.Login(std::strtoull(first.c_str(), nullptr, 10), second);
    } else if (command == "list") {
      handheld.List();
    } else if (command == "address") {
      handheld.Show(first, Slot::kRecipientAddress);
    } else if (command == "name") {
      handheld.Show(first, Slot::kRecipientName);
    } else if (command == "dial") {
      handheld.Dial(first);
    } else if (command == "signoff") {
      handheld.SignOff(first);
    } else if (command == "quit") {
      break;
    } else if (!command.empty()) {
      std::cout << "login COURIER CODE, list, address WAYBILL, name WAYBILL, "
                   "dial WAYBILL, signoff WAYBILL, quit\n";
    }
    handheld.StoreState();
  }
  return 0;
}
