// SPDX-License-Identifier: Apache-2.0
// A gate over stores in memory, a courier with a device, and a few parcels.

#ifndef PARCELVEIL_TESTS_GATE_GATE_FIXTURE_H_
#define PARCELVEIL_TESTS_GATE_GATE_FIXTURE_H_

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_replace.h"
#include "parcelveil/field.h"
#include "parcelveil/gate.h"
#include "src/wire/leaf.h"
#include "tests/gate/raw_device.h"
#include "tests/testing/memory_gate_store.h"
#include "tests/testing/memory_parcels.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil::testing {

// What a device, an operator and a database of one gate do in a test.
class GateWorld {
 public:
  static constexpr uint64_t kCourier = 1007;
  static constexpr Scope kOutlet{5712};
  static constexpr std::string_view kLogOrigin = "courier.example/audit/7/g1";

  // `edit` changes the built-in policy's text: from, to.
  using Edits = std::vector<std::pair<std::string, std::string>>;

  explicit GateWorld(Edits edits = {})
      : converter_(keys_.Load(Role::kConverter)),
        sealer_(Sealer::Create(converter_.get(), TableMap::Default()).value()),
        edits_(std::move(edits)),
        courier_(11, kCourier, &keys_.clock()) {
    Start();
    Enrol(courier_, Role::kList);
  }

  // Makes the gate anew over what was kept, as after a crash.
  void Start() {
    gate_.reset();
    log_.reset();
    gate_keyring_ = keys_.Load(Role::kGate);
    AuditLogOptions log;
    log.origin = std::string(kLogOrigin);
    log.signing_seed = SecretOf(0x10);
    log.store = &store_;
    log.clock = &keys_.clock();
    log_ = AuditLog::Open(std::move(log)).value();
    gate_ = Gate::Create(Options()).value();
  }
  GateOptions Options() {
    std::string policy = GatePolicy::Default().ToText();
    for (const auto& [from, to] : edits_) {
      EXPECT_NE(policy.find(from), std::string::npos) << from;
      policy = absl::StrReplaceAll(policy, {{from, to}});
    }
    GateOptions options;
    options.keyring = gate_keyring_.get();
    options.store = &store_;
    options.log = log_.get();
    options.parcels = &parcels_;
    options.policy = GatePolicy::Parse(policy).value();
    options.signing_seed = SecretOf(0x20);
    options.query_key = SecretOf(0x30);
    options.clock = &keys_.clock();
    options.alert = [this](const GateAlert& alert) {
      const std::lock_guard<std::mutex> lock(alerts_mutex_);
      alerts_.push_back(alert);
    };
    return options;
  }

  Gate& gate() { return *gate_; }
  AuditLog& log() { return *log_; }
  MemoryGateStore& store() { return store_; }
  MemoryParcels& parcels() { return parcels_; }
  TestKeyring& keys() { return keys_; }
  FakeClock& clock() { return keys_.clock(); }
  RawDevice& courier() { return courier_; }
  const Sealer& sealer() const { return *sealer_; }
  const Keyring& gate_keyring() const { return *gate_keyring_; }
  std::vector<GateAlert> Alerts() {
    const std::lock_guard<std::mutex> lock(alerts_mutex_);
    return alerts_;
  }
  size_t CountAlerts(GateAlert::Kind kind) {
    size_t count = 0;
    for (const GateAlert& alert : Alerts()) count += alert.kind == kind;
    return count;
  }

  void Enrol(const RawDevice& device, Role role, Scope outlet = kOutlet) {
    Enrolment enrolment;
    enrolment.device = device.device();
    enrolment.principal = {device.principal(), role, outlet, true};
    enrolment.key = device.key();
    enrolment.expires = clock().Now() + absl::Hours(24 * 365);
    EXPECT_THAT(gate_->Enrol(enrolment), IsOk());
  }

  static std::string NameOf(const std::string& id) { return "name of " + id; }
  static std::string AddressOf(const std::string& id) {
    return "江苏省苏州市姑苏区平江路128号, door of " + id;
  }
  static constexpr std::string_view kPhone = "13812345678";

  // Adds a parcel of the courier's, out for delivery, with all its cells.
  void AddParcel(const std::string& id, uint64_t assigned_to = kCourier,
                 std::string_view phone = kPhone) {
    Record record(id);
    const std::string name = NameOf(id);
    const std::string address = AddressOf(id);
    record.Set(Slot::kRecipientName, name);
    record.Set(Slot::kRecipientPhone, phone);
    record.Set(Slot::kRecipientAddress, address);
    record.Set(Slot::kSenderPhone, "13987654321");
    Parcel parcel;
    parcel.record_id = id;
    parcel.assigned_to = assigned_to;
    parcel.state = ParcelState::kOutForDelivery;
    parcel.outlet = kOutlet;
    std::map<Slot, std::string> indexes;
    const SealedRow row = sealer_->Seal(record).value();
    for (const SealedRow::ColumnBytes& cell : row.cells()) {
      const Slot slot = SlotOf(cell.column);
      if (ToInt(slot) >> 12 == 4) {
        indexes[slot] = cell.bytes;
      } else {
        parcel.cells.push_back({slot, cell.bytes});
      }
    }
    parcels_.Put(std::move(parcel), std::move(indexes));
  }
  void SetState(const std::string& id, ParcelState state) {
    parcels_.Edit(id, [&](Parcel* parcel) { parcel->state = state; });
  }

  // The same log key over another store signs another tree.
  std::string NoteOfAFork() {
    MemoryGateStore other;
    AuditLogOptions options;
    options.origin = std::string(kLogOrigin);
    options.signing_seed = SecretOf(0x10);
    options.store = &other;
    options.clock = &clock();
    const auto fork = AuditLog::Open(std::move(options)).value();
    Leaf leaf;
    leaf.type = LeafType::kPolicy;
    leaf.principal = 99;
    EXPECT_THAT(fork->Append({leaf}), IsOk());
    return fork->Checkpoint().value();
  }

  // Sends one request of the courier's and opens the reply.
  RawDevice::Reply Send(const std::string& request) {
    return courier_.Open(*gate_, request, gate_->Handle(request));
  }
  RawDevice::Reply Send(const wire::RevealRequest& request) {
    return Send(courier_.Sign(request));
  }
  RawDevice::Reply Reveal(const std::string& id,
                          Slot slot = Slot::kRecipientAddress) {
    return Send(courier_.Reveal(*gate_, id, slot));
  }
  wire::RevealRequest New(const std::string& id,
                          RequestKind kind = RequestKind::kReveal,
                          Slot slot = Slot::kRecipientAddress) {
    return courier_.New(*gate_, kind, {slot}, {id});
  }

  std::vector<Leaf> Leaves() {
    std::vector<Leaf> leaves;
    const uint64_t size = store_.NumLeaves().value();
    EXPECT_THAT(store_.ReadLeaves(0, size,
                                  [&](uint64_t, std::string_view bytes) {
                                    Leaf leaf;
                                    EXPECT_THAT(wire::ParseLeaf(bytes, &leaf),
                                                IsOk());
                                    leaves.push_back(leaf);
                                    return absl::OkStatus();
                                  }),
                IsOk());
    return leaves;
  }
  std::vector<Leaf> LeavesOf(LeafType type) {
    std::vector<Leaf> leaves;
    for (Leaf& leaf : Leaves()) {
      if (leaf.type == type) leaves.push_back(std::move(leaf));
    }
    return leaves;
  }

 private:
  static Slot SlotOf(std::string_view column) {
    static const std::map<std::string_view, Slot> slots{
        {"sender_phone_sealed", Slot::kSenderPhone},
        {"recipient_name_sealed", Slot::kRecipientName},
        {"recipient_phone_sealed", Slot::kRecipientPhone},
        {"recipient_address_sealed", Slot::kRecipientAddress},
        {"recipient_view", Slot::kRecipientView},
        {"sender_view", Slot::kSenderView},
        {"recipient_phone_by_phone", Slot::kRecipientPhoneIndex},
        {"recipient_phone_by_last4", Slot::kRecipientLast4Index},
        {"sender_phone_by_phone", Slot::kSenderPhoneIndex}};
    return slots.at(column);
  }

  TestKeyring keys_;
  std::unique_ptr<Keyring> converter_;
  std::unique_ptr<Sealer> sealer_;
  MemoryGateStore store_;
  MemoryParcels parcels_;
  const Edits edits_;
  std::unique_ptr<Keyring> gate_keyring_;
  std::unique_ptr<AuditLog> log_;
  std::unique_ptr<Gate> gate_;
  RawDevice courier_;
  std::mutex alerts_mutex_;
  std::vector<GateAlert> alerts_;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_GATE_GATE_FIXTURE_H_
