// SPDX-License-Identifier: Apache-2.0
// Annotated messages: sealing the strings of your own protobuf messages.
//
// The option (parcelveil.v1.field) says what a string is; the keyring's schema
// says what to do with it. A message type that holds annotated strings holds
// one RECORD_ID field (string, bytes or integer) and one
// parcelveil.v1.SealedRecord beside them:
//
//   import "parcelveil/v1/annotations.proto";
//   import "parcelveil/v1/sealed_record.proto";
//   message Order {
//     string waybill_no = 1 [(parcelveil.v1.field) = {kind: RECORD_ID}];
//     string phone = 2
//         [(parcelveil.v1.field) = {party: RECIPIENT kind: PHONE}];
//     parcelveil.v1.SealedRecord sealed = 15;
//   }
//
// Nested messages (singular, repeated, map values, oneofs) are sealed with the
// message that holds them, each as a record of its own with its own record id
// and SealedRecord. What is packed into a google.protobuf.Any or unknown to the
// type is bytes to us and travels as it is. SPEC.md section 10.

#ifndef PARCELVEIL_MESSAGE_H_
#define PARCELVEIL_MESSAGE_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "parcelveil/ids.h"
#include "parcelveil/keyring.h"
#include "parcelveil/secret.h"

namespace google::protobuf {
class Descriptor;
class Message;
}  // namespace google::protobuf

namespace parcelveil {

// What holds for every record of one message.
struct SealOptions {
  // The outlet that the parcel is routed to; national without it.
  Scope scope = Scope::kNational;
  // The record's own past day, for a migration: needs BACKFILL keys.
  std::optional<absl::CivilDay> day;
  // The row version, bound into the cells and kept in the SealedRecord.
  uint32_t version = 0;
};

// Seals messages of one type and the types nested in it, shows their masks, or
// opens one field; each as far as the keyring's role may. Works by reflection:
// generated and dynamic messages alike. Every call does all or nothing: on
// error the message is unchanged.
//
// Thread-safety: const methods may run concurrently on different messages.
// Ownership: borrows the keyring and the descriptor, which must outlive it.
class MessageSealer {
 public:
  // Walks the types once. Errors: kInvalidArgument MALFORMED naming the field
  // or message: an annotated field that is not a singular string, a slot that
  // the schema lacks or that two fields share, a missing or second record id or
  // SealedRecord, no annotated field anywhere; kResourceExhausted
  // LOCKED_MEMORY.
  static absl::StatusOr<std::unique_ptr<MessageSealer>> Create(
      const Keyring* keyring, const google::protobuf::Descriptor* type);
  ~MessageSealer();

  // Takes the annotated strings out of `message` (zeroed, then cleared) and
  // puts cells of them, their views and index values into each SealedRecord.
  //
  // A string that is not set gets no cell: one declared `optional` or in a
  // oneof is set even where it is empty, any other while it is not empty. A
  // record that is sealed and holds no text stays as it is, so a second call
  // changes nothing.
  //
  // References into map fields do not survive the call, and a map's values are
  // not zeroed: protobuf keeps a copy out of our reach.
  // Errors: as Sealer::Seal, and
  //   kInvalidArgument    MALFORMED: another type, no record id, a damaged
  //                       SealedRecord; ALREADY_MASKED: after ShowViews
  //   kFailedPrecondition WRONG_STATE: text beside sealed cells; clear one
  absl::Status Seal(google::protobuf::Message* message,
                    const SealOptions& options = {}) const;

  // Puts the masks where the strings were and marks each record masked, so that
  // it cannot be sealed again; the cells stay. A field that no view of this
  // role shows stays empty; one that several show gets the lowest view's mask.
  // Errors: as Opener::Open, and
  //   kInvalidArgument    MALFORMED: as Seal
  //   kPermissionDenied   FORBIDDEN: the schema gives the role no view of it
  //   kFailedPrecondition WRONG_STATE: a record holds text that is not masked
  absl::Status ShowViews(google::protobuf::Message* message) const;

  // Opens the cell of `slot` in `message` itself (not in messages nested in
  // it: pass those). `message` is sealed or masked, and stays as it is.
  // Errors: as Opener::Open, and
  //   kInvalidArgument    MALFORMED: as Seal, or the type has no such field
  //   kNotFound           there is no such cell: the field was not set
  absl::StatusOr<Plaintext> OpenField(const google::protobuf::Message& message,
                                      Slot slot) const;

 private:
  class State;
  explicit MessageSealer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_MESSAGE_H_
