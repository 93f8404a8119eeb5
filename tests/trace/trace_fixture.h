// SPDX-License-Identifier: Apache-2.0
// A table in memory, accounts that open some of it, and the log of that.

#ifndef PARCELVEIL_TESTS_TRACE_TRACE_FIXTURE_H_
#define PARCELVEIL_TESTS_TRACE_TRACE_FIXTURE_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "parcelveil/field.h"
#include "parcelveil/trace.h"
#include "src/gate/record_ref.h"
#include "src/wire/cell.h"
#include "src/wire/leaf.h"
#include "tests/testing/memory_log_store.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_keyring.h"

namespace parcelveil::testing {

class MemoryTraceRecords : public TraceRecords {
 public:
  struct Stored {
    TraceRecord record;  // with all its cells
    std::map<Slot, std::string> indexes;
  };

  void Put(Stored stored) {
    std::string id = stored.record.record_id;
    rows_[std::move(id)] = std::move(stored);
  }

  bool HasSegments() const override { return false; }
  absl::StatusOr<std::optional<TraceRecord>> Find(
      std::string_view record_id, absl::Span<const Slot>) override {
    const auto found = rows_.find(record_id);
    if (found == rows_.end()) return std::nullopt;
    return found->second.record;
  }
  absl::StatusOr<std::vector<TraceRecord>> FindByIndex(
      Slot index, absl::Span<const std::string> values, absl::Span<const Slot>,
      size_t limit) override {
    std::vector<TraceRecord> found;
    for (const auto& [id, row] : rows_) {
      const auto value = row.indexes.find(index);
      if (value == row.indexes.end() || found.size() == limit) continue;
      if (std::find(values.begin(), values.end(), value->second) !=
          values.end()) {
        found.push_back(row.record);
      }
    }
    return found;
  }
  absl::Status ReadGroups(
      Days days, const std::function<absl::Status(const Group&)>& f) override {
    std::map<std::tuple<Scope, Epoch, std::string>, uint64_t> groups;
    for (const auto& [id, row] : rows_) {
      const TraceStratum& stratum = row.record.stratum;
      ++groups[{stratum.outlet, stratum.day, row.record.merchant}];
    }
    for (const auto& [key, count] : groups) {
      const auto& [outlet, day, merchant] = key;
      if (day < days.first || day > days.last) continue;
      const absl::Status status = f({{outlet, day, ""}, merchant, count});
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }
  absl::Status ReadRecords(
      Days days, absl::Span<const Scope> outlets,
      const std::function<absl::Status(const TraceRecord&)>& f) override {
    for (const auto& [id, row] : rows_) {
      const TraceStratum& stratum = row.record.stratum;
      const bool is_asked =
          stratum.day >= days.first && stratum.day <= days.last &&
          std::find(outlets.begin(), outlets.end(), stratum.outlet) !=
              outlets.end();
      if (!is_asked) continue;
      const absl::Status status = f(row.record);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  std::map<std::string, Stored, std::less<>> rows_;
};

// 200 parcels of each of two outlets, sealed today, waybills W1-0 .. W2-199.
class TraceWorld {
 public:
  static constexpr int kParcels = 200;

  TraceWorld()
      : converter_(keys_.Load(Role::kConverter)),
        gate_(keys_.Load(Role::kGate)),
        dispute_(keys_.Load(Role::kDispute)) {
    const auto sealer =
        Sealer::Create(converter_.get(), TableMap::Default()).value();
    for (uint32_t outlet = 1; outlet <= 2; ++outlet) {
      for (int i = 0; i < kParcels; ++i) Seal(*sealer, outlet, i);
    }
  }

  static std::string IdOf(uint32_t outlet, int i) {
    return absl::StrCat("W", outlet, "-", i);
  }
  static std::string PhoneOf(uint32_t outlet, int i) {
    return absl::StrCat("138", outlet, "100", 1000 + i);
  }

  // Appends a leaf; time passes by a second.
  void Append(Leaf leaf) {
    keys_.clock().Advance(absl::Seconds(1));
    leaf.tenant = 7;
    leaf.time_ms =
        static_cast<uint64_t>(absl::ToUnixMillis(keys_.clock().Now()));
    store_.log().leaves.push_back(wire::EncodeLeaf(leaf).value());
  }
  Leaf LeafOf(LeafType type, uint64_t principal, const std::string& id) {
    Leaf leaf;
    leaf.type = type;
    leaf.principal = principal;
    leaf.role = Role::kList;
    leaf.slots = {Slot::kRecipientPhone};
    const auto ref = gate::RecordRefs(gate_.get(), {id}).value()[0];
    leaf.record_ref = ref.bytes;
    leaf.ref_gen = ref.gen;
    return leaf;
  }
  // Principal opens the phones of parcels [first, last) of an outlet.
  void Open(uint64_t principal, uint32_t outlet, int first, int last) {
    for (int i = first; i < last; ++i) {
      Append(LeafOf(LeafType::kGrant, principal, IdOf(outlet, i)));
    }
  }

  absl::StatusOr<TraceResult> Run(const std::string& list) {
    keys_.clock().Advance(absl::Seconds(1));
    return Trace(
        [list, at = size_t{0}](
            absl::Span<char> out) mutable -> absl::StatusOr<size_t> {
          const size_t size = list.copy(out.data(), out.size(), at);
          at += size;
          return size;
        },
        options_);
  }
  TraceResult MustRun(const std::string& list) {
    const auto result = Run(list);
    EXPECT_THAT(result.status(), IsOk());
    return result.ok() ? *result : TraceResult();
  }

  TraceOptions& options() {
    options_.keyring = dispute_.get();
    options_.records = &records_;
    options_.clock = &keys_.clock();
    options_.accept_unverified = true;
    if (options_.logs.empty()) options_.logs = {{"gate", &store_, ""}};
    return options_;
  }
  TestKeyring& keys() { return keys_; }
  MemoryLogStore& store() { return store_; }

 private:
  void Seal(const Sealer& sealer, uint32_t outlet, int i) {
    const std::string id = IdOf(outlet, i);
    const std::string phone = PhoneOf(outlet, i);
    Record record(id);
    record.Set(Slot::kRecipientName, i % 2 == 0 ? "张三" : "李四");
    record.Set(Slot::kRecipientPhone, phone);
    record.set_scope(Scope{outlet});
    MemoryTraceRecords::Stored stored;
    stored.record.record_id = id;
    stored.record.merchant = i % 10 == 0 ? "shop" : "";
    const SealedRow row = sealer.Seal(record).value();
    for (const SealedRow::ColumnBytes& cell : row.cells()) {
      if (cell.column == "recipient_phone_by_phone") {
        stored.indexes[Slot::kRecipientPhoneIndex] = cell.bytes;
      } else if (cell.column == "recipient_phone_by_last4") {
        stored.indexes[Slot::kRecipientLast4Index] = cell.bytes;
      } else if (cell.column == "recipient_name_sealed") {
        stored.record.cells.push_back({Slot::kRecipientName, cell.bytes});
      } else if (cell.column == "recipient_phone_sealed") {
        const auto header = wire::ParseFieldHeader(cell.bytes).value();
        stored.record.stratum = {header.scope, header.epoch, ""};
        stored.record.cells.push_back({Slot::kRecipientPhone, cell.bytes});
      }
    }
    records_.Put(std::move(stored));
  }

  TestKeyring keys_;
  std::unique_ptr<Keyring> converter_;
  std::unique_ptr<Keyring> gate_;
  std::unique_ptr<Keyring> dispute_;
  MemoryTraceRecords records_;
  MemoryLogStore store_;
  TraceOptions options_;
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_TRACE_TRACE_FIXTURE_H_
