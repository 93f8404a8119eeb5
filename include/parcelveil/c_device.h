// SPDX-License-Identifier: Apache-2.0
// The C ABI of a handheld: ask a gate for one field of one parcel, show it for
// a while, forget it. c.h has the rules, device.h the whole story of each call
// and its errors.

#ifndef PARCELVEIL_C_DEVICE_H_
#define PARCELVEIL_C_DEVICE_H_

#include "parcelveil/c.h"

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef uint64_t parcelveil_device;
typedef uint64_t parcelveil_ask;    // one call at a time
typedef uint64_t parcelveil_shown;  // one call at a time
typedef uint64_t parcelveil_sheet;  // one call at a time

// Guards a device's state where the app stores it (Android: a Keystore key).
// Each call gives its result to `take` once and returns 0, or a code.
typedef struct parcelveil_key_wrap {
  uint32_t struct_size;
  void *context;
  int32_t (*wrap)(void *context, parcelveil_bytes state, parcelveil_take take,
                  void *take_context);
  int32_t (*unwrap)(void *context, parcelveil_bytes wrapped,
                    parcelveil_take take, void *take_context);
  void (*release)(void *context);  // last of all, once; may be NULL
} parcelveil_key_wrap;

// The device keeps `key_wrap`'s functions and context, not the struct.
// `release` is called for a call that succeeded, when nobody needs them any
// more.
int32_t parcelveil_device_create(const parcelveil_key_wrap *key_wrap,
                                 parcelveil_device *device,
                                 parcelveil_error *error);
int32_t parcelveil_device_load(parcelveil_bytes state,
                               const parcelveil_key_wrap *key_wrap,
                               parcelveil_device *device,
                               parcelveil_error *error);
int32_t parcelveil_device_public_key(parcelveil_device device,
                                     uint8_t key[PARCELVEIL_KEY_SIZE],
                                     parcelveil_error *error);
int32_t parcelveil_device_enrol(parcelveil_device device, parcelveil_bytes card,
                                parcelveil_error *error);
int32_t parcelveil_device_state(parcelveil_device device, parcelveil_take take,
                                void *context, parcelveil_error *error);
// 1 where the state is another than was last lent: store it anew.
int32_t parcelveil_device_has_new_state(parcelveil_device device, int32_t *has,
                                        parcelveil_error *error);

// One line of a list, or of what a search found.
typedef struct parcelveil_row {
  uint32_t struct_size;
  parcelveil_bytes waybill;
  const parcelveil_field *fields;  // masked, by ascending slot
  size_t num_fields;               // 0: not readable any more
} parcelveil_row;

typedef int32_t (*parcelveil_take_row)(void *context,
                                       const parcelveil_row *row);

// Asks for fields of one parcel; `ticket`, of a search, may be empty.
int32_t parcelveil_device_reveal(parcelveil_device device,
                                 parcelveil_bytes waybill,
                                 const uint16_t *slots, size_t num_slots,
                                 uint16_t purpose, parcelveil_bytes ticket,
                                 parcelveil_ask *ask, parcelveil_error *error);
// Asks for a token that the dialler takes instead of a number.
int32_t parcelveil_device_dial(parcelveil_device device,
                               parcelveil_bytes waybill, uint16_t phone,
                               uint16_t purpose, parcelveil_ask *ask,
                               parcelveil_error *error);

typedef struct parcelveil_sheet_order {
  uint32_t struct_size;
  uint16_t purpose;
  const parcelveil_bytes *waybills;  // 1 to 64
  size_t num_waybills;
  const uint16_t *slots;
  size_t num_slots;
} parcelveil_sheet_order;

// Asks for a route sheet, for a tour without coverage.
int32_t parcelveil_device_sheet(parcelveil_device device,
                                const parcelveil_sheet_order *order,
                                parcelveil_ask *ask, parcelveil_error *error);

typedef struct parcelveil_search_order {
  uint32_t struct_size;
  uint32_t outlet;  // 0: national
  int64_t back_ms;  // how long ago it may have been sealed
  uint16_t index;   // PARCELVEIL_SLOT_RECIPIENT_PHONE_INDEX
  uint16_t purpose;
  parcelveil_bytes phone;  // as it is written; or its last four digits
  parcelveil_bytes ticket;
  const uint16_t *views;  // PARCELVEIL_SLOT_RECIPIENT_VIEW
  size_t num_views;
} parcelveil_search_order;

// Asks for parcels of one phone number, masked.
int32_t parcelveil_device_search(parcelveil_device device,
                                 const parcelveil_search_order *order,
                                 parcelveil_ask *ask, parcelveil_error *error);

// Lends what to post to the gate; post the same again where no answer came.
// Empty once the answer was opened.
int32_t parcelveil_ask_bytes(parcelveil_ask ask, parcelveil_take take,
                             void *context, parcelveil_error *error);

// Open the gate's reply. Its refusals come back as code, reason and
// retry_after_ms. When a reply opens, the ask is spent, and to be freed still.
int32_t parcelveil_device_open(parcelveil_device device, parcelveil_ask ask,
                               parcelveil_bytes reply, parcelveil_shown *shown,
                               parcelveil_error *error);
int32_t parcelveil_device_open_dial(parcelveil_device device,
                                    parcelveil_ask ask, parcelveil_bytes reply,
                                    parcelveil_take take, void *context,
                                    parcelveil_error *error);
int32_t parcelveil_device_open_sheet(parcelveil_device device,
                                     parcelveil_ask ask, parcelveil_bytes reply,
                                     parcelveil_sheet *sheet,
                                     parcelveil_error *error);
int32_t parcelveil_device_open_search(parcelveil_device device,
                                      parcelveil_ask ask,
                                      parcelveil_bytes reply,
                                      parcelveil_take_row take, void *context,
                                      parcelveil_error *error);

// Lends the text of `slot`; 0: of the one slot that was asked for. Empty where
// the parcel has none, and when its time is over.
int32_t parcelveil_shown_text(parcelveil_shown shown, uint16_t slot,
                              parcelveil_take take, void *context,
                              parcelveil_error *error);
int32_t parcelveil_shown_until(parcelveil_shown shown, int64_t *until_ms,
                               parcelveil_error *error);
// Zeroes the text now.
int32_t parcelveil_shown_forget(parcelveil_shown shown,
                                parcelveil_error *error);

// Lends the text of one entry's `slot`, and forgets it.
int32_t parcelveil_sheet_text(parcelveil_sheet sheet, parcelveil_bytes waybill,
                              uint16_t slot, parcelveil_take take,
                              void *context, parcelveil_error *error);
// Lends the waybills of the sheet, one by one.
int32_t parcelveil_sheet_waybills(parcelveil_sheet sheet, parcelveil_take take,
                                  void *context, parcelveil_error *error);
int32_t parcelveil_sheet_deadline(parcelveil_sheet sheet, int64_t *deadline_ms,
                                  parcelveil_error *error);
// Zeroes the key of the sheet now.
int32_t parcelveil_sheet_forget(parcelveil_sheet sheet,
                                parcelveil_error *error);

// Lends the rows of the day's list as the back end sends it (c_field.h).
int32_t parcelveil_list_parse(parcelveil_bytes list, parcelveil_take_row take,
                              void *context, int64_t *served_ms,
                              parcelveil_error *error);

// Lends the newest checkpoint of the gate's log; empty before the first.
int32_t parcelveil_device_checkpoint(parcelveil_device device,
                                     parcelveil_take take, void *context,
                                     parcelveil_error *error);
// Takes a checkpoint that came otherwise, with the hashes of a consistency
// proof, PARCELVEIL_KEY_SIZE bytes each.
int32_t parcelveil_device_witness(parcelveil_device device,
                                  parcelveil_bytes checkpoint,
                                  parcelveil_bytes proof,
                                  parcelveil_error *error);

typedef struct parcelveil_leaf_proof {
  uint32_t struct_size;
  uint64_t index;
  parcelveil_bytes leaf;        // as stored
  parcelveil_bytes checkpoint;  // that covers it
  parcelveil_bytes proof;       // its hashes, PARCELVEIL_KEY_SIZE bytes each
} parcelveil_leaf_proof;

// Which leaf of the log says that this was shown: ask the back end for its
// proof (parcelveil_log_prove_leaf) and check it.
int32_t parcelveil_shown_leaf(parcelveil_shown shown, uint64_t *index,
                              parcelveil_error *error);
int32_t parcelveil_device_check_leaf(parcelveil_device device,
                                     parcelveil_shown shown,
                                     const parcelveil_leaf_proof *proof,
                                     parcelveil_error *error);
// Lends two checkpoints that cannot both be true, where the log was seen to
// have forked; nothing otherwise. Hand both to the operators.
int32_t parcelveil_device_fork(parcelveil_device device, parcelveil_take take,
                               void *context, parcelveil_error *error);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // PARCELVEIL_C_DEVICE_H_
