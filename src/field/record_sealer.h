// SPDX-License-Identifier: Apache-2.0
// Seals a record by a plan: what Sealer does for rows and messages alike.

#ifndef PARCELVEIL_SRC_FIELD_RECORD_SEALER_H_
#define PARCELVEIL_SRC_FIELD_RECORD_SEALER_H_

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/field.h"
#include "parcelveil/keyring.h"
#include "parcelveil/secret.h"
#include "src/field/seal_plan.h"
#include "src/keyring/key_session.h"

namespace parcelveil {

// Thread-safety: const methods may run concurrently.
class RecordSealer {
 public:
  // Borrows `keyring`. Errors: LOCKED_MEMORY.
  static absl::StatusOr<std::unique_ptr<RecordSealer>> Create(
      const Keyring* keyring, SealPlan plan);

  const SealPlan& plan() const { return plan_; }

  // Fills `sealed` (its strings are reused) with the plan's outputs: fields,
  // views, index values. An output whose fields are not set is empty. Errors:
  // as Sealer::Seal; `sealed` then holds nothing of use.
  absl::Status Seal(const Record& record,
                    std::vector<std::string>* sealed) const;

  // Seals one text of one cell under today's key. Errors: as Sealer::Seal.
  absl::Status SealField(const Cell& cell, Scope scope, std::string_view text,
                         std::string* sealed) const;

 private:
  struct Target;

  RecordSealer(const Keyring* keyring, SealPlan plan, Secret seed)
      : keyring_(keyring), plan_(std::move(plan)), seed_(std::move(seed)) {}

  absl::Status CheckText(const SealPlan::Field& field,
                         std::string_view record_id,
                         std::string_view text) const;
  // Fills in the record's texts in the plan's order; the data() of those not
  // set stays null.
  absl::Status CollectTexts(const Record& record,
                            absl::Span<std::string_view> texts) const;
  absl::Status CheckAlive() const;
  static absl::StatusOr<Epoch> DayToSeal(const Record& record);
  absl::Status SealOne(KeySession* session, const Target& target,
                       std::string_view text, std::string* sealed) const;
  absl::Status SealView(KeySession* session, const Target& row,
                        const SealPlan::View& view,
                        const std::string_view* texts,
                        std::string* sealed) const;
  absl::Status IndexOne(KeySession* session, const Target& target,
                        std::string_view text, std::string* value) const;

  const Keyring* keyring_;
  SealPlan plan_;
  Secret seed_;  // 16 bytes
  mutable std::atomic<uint64_t> counter_{0};
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_FIELD_RECORD_SEALER_H_
