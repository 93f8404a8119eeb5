// SPDX-License-Identifier: Apache-2.0
// Intake, the back end's side: from a kiosk's envelope to a sealed row.
//
// An envelope says for which record, source and version it was sealed, not that
// the source sealed it: who sends it is what the transport's login says.
// SPEC.md section 15.

#ifndef PARCELVEIL_INTAKE_CONVERTER_H_
#define PARCELVEIL_INTAKE_CONVERTER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/field.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/order.h"
#include "parcelveil/secret.h"

namespace parcelveil {

// What an order is to the table that it goes into.
enum class Admission : uint8_t {
  kNew,         // insert its row
  kCorrection,  // replace every sealed column of its row
};

// What the embedder's database knows of orders.
class OrderAdmissions {
 public:
  virtual ~OrderAdmissions() = default;
  // Says whether the order may be written now. Asked once an envelope has been
  // opened under `name`, within the caller's own transaction: two envelopes of
  // one order are decided by the row's unique key.
  // Errors, handed on as they are:
  //   NOT_ASSIGNED    the record id was not given out to this source
  //   ALREADY_EXISTS  there is a row whose version is not lower: a replay; also
  //                   any second order for a table without a version column
  //   WRONG_STATE     a correction after the parcel was picked up
  virtual absl::StatusOr<Admission> Admit(const OrderName& name) = 0;
};

// The texts of one order, zeroed when it dies.
// Ownership: owns its texts; move-only. Thread-safety: const may run
// concurrently.
class OpenedOrder {
 public:
  // Strictly ascending.
  std::vector<Slot> slots() const;
  // Calls f(std::string_view) with the text of `slot`; false where the order
  // has none. Keep no view of it.
  template <typename F>
  bool Use(Slot slot, F&& f) const {
    for (const Entry& entry : entries_) {
      if (entry.slot != slot) continue;
      texts_.Use([&](std::string_view texts) {
        std::forward<F>(f)(texts.substr(entry.offset, entry.size));
      });
      return true;
    }
    return false;
  }

 private:
  friend class IntakeConverter;

  struct Entry {
    Slot slot{};
    size_t offset = 0;
    size_t size = 0;
  };

  Plaintext texts_;
  std::vector<Entry> entries_;
};

// Thread-safety: const methods may run concurrently where those of
// `admissions` may.
// Ownership: borrows all three.
class IntakeConverter {
 public:
  struct Converted {
    Admission admission{};
    SealedRow row;  // every column is to be written together
  };

  // `keyring`: role CONVERTER. `sealer`: of the table that orders go into.
  IntakeConverter(const Keyring* keyring, const Sealer* sealer,
                  OrderAdmissions* admissions)
      : keyring_(keyring), sealer_(sealer), admissions_(admissions) {}

  // Opens an envelope, asks whether its order may be written, and seals its
  // texts, views and index values for `scope`, national before the parcel has
  // an outlet. Delete the envelope once the row is committed.
  // Errors: as Open, OrderAdmissions::Admit and Sealer::Seal.
  absl::StatusOr<Converted> Convert(const OrderName& name, Scope scope,
                                    std::string_view envelope) const;

  // Opens an envelope for what has to be known of its texts before they are
  // sealed, such as a route code. `source` of the name is the login's.
  // Errors:
  //   kInvalidArgument    MALFORMED: no envelope, no order inside
  //   kPermissionDenied   FORBIDDEN: another tenant's, or this role may not
  //                       open it, or no longer: its day's sealing is over
  //   kNotFound           KEY_UNKNOWN
  //   kFailedPrecondition KEY_DESTROYED
  //   kDataLoss           DECRYPT_FAILED: changed, or of another record, source
  //                       or version; KEY_MISMATCH
  //   kUnavailable        KEY_UNAVAILABLE: used in a forked child
  absl::StatusOr<OpenedOrder> Open(const OrderName& name,
                                   std::string_view envelope) const;

 private:
  const Keyring* const keyring_;
  const Sealer* const sealer_;
  OrderAdmissions* const admissions_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_INTAKE_CONVERTER_H_
