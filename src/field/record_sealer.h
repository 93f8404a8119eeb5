// SPDX-License-Identifier: Apache-2.0
// Seals a record by a plan: what Sealer does for rows and messages alike.

#ifndef PARCELVEIL_SRC_FIELD_RECORD_SEALER_H_
#define PARCELVEIL_SRC_FIELD_RECORD_SEALER_H_

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "parcelveil/field.h"
#include "parcelveil/keyring.h"
#include "parcelveil/secret.h"
#include "src/field/hot_list.h"
#include "src/field/seal_plan.h"
#include "src/keyring/key_session.h"

namespace parcelveil {

// Thread-safety: const methods may run concurrently.
class RecordSealer {
 public:
  // Borrows `keyring`. Errors: LOCKED_MEMORY.
  static absl::StatusOr<std::unique_ptr<RecordSealer>> Create(
      const Keyring* keyring, SealPlan plan,
      absl::Span<const HotValue> hot_values = {});

  const SealPlan& plan() const { return plan_; }

  // Where the plan's output `output` goes; used until the next is asked for.
  using Outputs = absl::FunctionRef<std::string*(size_t output)>;

  // Seals into `outputs` what is set of the plan's fields, views and index
  // values, in their order. Errors: as Sealer::Seal; what was written is then
  // of no use.
  absl::Status Seal(const Record& record, Outputs outputs) const;
  // As above, into `sealed` (its strings are reused), where an output whose
  // fields are not set is empty.
  absl::Status Seal(const Record& record,
                    std::vector<std::string>* sealed) const;

  // Seals one text of one cell under today's key. Errors: as Sealer::Seal.
  absl::Status SealField(const Cell& cell, Scope scope, std::string_view text,
                         std::string* sealed) const;

 private:
  struct Row;
  struct Output;

  RecordSealer(const Keyring* keyring, SealPlan plan, Secret seed,
               std::unique_ptr<HotList> hot_list)
      : keyring_(keyring),
        plan_(std::move(plan)),
        seed_(std::move(seed)),
        hot_list_(std::move(hot_list)) {}

  absl::Status CheckText(const SealPlan::Field& field,
                         std::string_view record_id,
                         std::string_view text) const;
  // Fill in the texts of the plan's fields and those of its views; the data()
  // of what is not set stays null. Views' texts lie in a buffer of the thread.
  absl::Status CollectTexts(const Record& record,
                            std::string_view* texts) const;
  absl::Status MaskViews(const Record& record, const std::string_view* texts,
                         std::string_view* views) const;
  absl::Status CheckAlive() const;
  static absl::StatusOr<Epoch> DayToSeal(const Record& record);
  absl::Status SealOne(Row* row, Output output, std::string_view text,
                       std::string* sealed) const;
  absl::Status IndexOne(Row* row, const SealPlan::Index& index,
                        std::string_view text, std::string* value) const;

  const Keyring* keyring_;
  SealPlan plan_;
  Secret seed_;  // 16 bytes
  std::unique_ptr<HotList> hot_list_;
  mutable std::atomic<uint64_t> counter_{0};
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_FIELD_RECORD_SEALER_H_
