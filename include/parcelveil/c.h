// SPDX-License-Identifier: Apache-2.0
// The C ABI: what another language binds. Valid C99; the one part of this
// library that is binary-stable: nothing is removed or changes its meaning.
//
// Here are its rules and the masks. c_device.h is a handheld's side, c_field.h
// and c_gate.h are a back end's. libparcelveil_c.so has all four;
// libparcelveil_c_device.so, smaller, has c.h and c_device.h.
//
// The rules, once:
// - A call returns 0 or a code that equals absl::StatusCode, and says why in
//   the caller's `error`, which may be NULL. Codes and reasons are for
//   programs, messages for people; neither holds a value or a key.
// - A handle is a number, never reused; 0 is none. What is no handle of the
//   right kind, or one that was freed, is refused with MALFORMED. Every handle
//   that a call gives is freed once with parcelveil_free. What a handle was
//   made from may be freed first.
// - Handles may be used by any number of threads, and freed while in use: a
//   call that has begun ends as if nothing had happened. An ask, what is shown
//   and a sheet serve one call at a time: a second meanwhile gets CONFLICT.
// - No memory changes its owner. What goes in is borrowed until the call
//   returns. What comes out is lent to a `take` until that returns; opened text
//   is zeroed then, so keep no pointer to it. A `take` returns 0 to go on;
//   anything else ends the call with PARCELVEIL_CANCELLED.
// - Out parameters are written on success; a handle is 0 otherwise.
// - From a callback anything may be called but on the handle whose call called
//   back: that gets CONFLICT. A callback must not throw or longjmp.
// - A pointer and its length travel together; NULL with length 0 is empty, with
//   any other it is MALFORMED, as is more than PARCELVEIL_MAX_SIZE bytes or
//   PARCELVEIL_MAX_COUNT items, and NULL for what must be there. Text is UTF-8
//   and needs no final zero.
// - A struct's `struct_size` is its sizeof, set by the caller; fields that do
//   not matter are zero. Times are milliseconds since 1970, UTC.
// - After fork, a child makes its own: inherited keys refuse (KEY_UNAVAILABLE).

#ifndef PARCELVEIL_C_H_
#define PARCELVEIL_C_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

enum {
  PARCELVEIL_MAX_SIZE = 1 << 24,
  PARCELVEIL_MAX_COUNT = 65535,
  PARCELVEIL_MESSAGE_SIZE = 236,
  PARCELVEIL_KEY_SIZE = 32  // of a public key, and of a hash
};

// Codes: absl::StatusCode.
enum {
  PARCELVEIL_OK = 0,
  PARCELVEIL_CANCELLED = 1,
  PARCELVEIL_INVALID_ARGUMENT = 3,
  PARCELVEIL_NOT_FOUND = 5,
  PARCELVEIL_ALREADY_EXISTS = 6,
  PARCELVEIL_PERMISSION_DENIED = 7,
  PARCELVEIL_RESOURCE_EXHAUSTED = 8,
  PARCELVEIL_FAILED_PRECONDITION = 9,
  PARCELVEIL_ABORTED = 10,
  PARCELVEIL_INTERNAL = 13,
  PARCELVEIL_UNAVAILABLE = 14,
  PARCELVEIL_DATA_LOSS = 15,
  PARCELVEIL_UNAUTHENTICATED = 16
};

typedef struct parcelveil_bytes {
  const void *data;
  size_t size;
} parcelveil_bytes;

typedef struct parcelveil_error {
  uint32_t struct_size;
  int32_t code;
  int64_t retry_after_ms;  // of QUOTA and RATE_LIMITED, where it is known
  uint32_t reason;         // parcelveil::Reason (reason.h); 0: none
  char message[PARCELVEIL_MESSAGE_SIZE];  // ends with a zero, cut where long
} parcelveil_error;

// Takes what a call lends, or what a callback gives back.
typedef int32_t (*parcelveil_take)(void *context, parcelveil_bytes bytes);

typedef struct parcelveil_field {
  uint16_t slot;
  parcelveil_bytes text;
} parcelveil_field;

// "0.1.0". Lives as long as the process, as does a reason's name:
// "NOT_ASSIGNED"; "UNKNOWN" for a number that is none.
const char *parcelveil_version(void);
const char *parcelveil_reason_name(uint32_t reason);

// Frees any handle. 0 and what is no handle any more are passed over.
void parcelveil_free(uint64_t handle);

// As in secret.h: for containers that cannot lock memory, before anything else;
// and no core dumps, no ptrace.
void parcelveil_allow_unlocked_memory(void);
int32_t parcelveil_harden_process(parcelveil_error *error);

// Slots (ids.h) and purposes (reveal.h); slots of your own are numbers.
enum {
  PARCELVEIL_SLOT_SENDER_NAME = 1,
  PARCELVEIL_SLOT_SENDER_PHONE = 2,
  PARCELVEIL_SLOT_SENDER_ADDRESS = 3,
  PARCELVEIL_SLOT_RECIPIENT_NAME = 4,
  PARCELVEIL_SLOT_RECIPIENT_PHONE = 5,
  PARCELVEIL_SLOT_RECIPIENT_ADDRESS = 6,
  PARCELVEIL_SLOT_RECIPIENT_PHONE_INDEX = 0x4001,
  PARCELVEIL_SLOT_RECIPIENT_LAST4_INDEX = 0x4002,
  PARCELVEIL_SLOT_SENDER_PHONE_INDEX = 0x4003,
  PARCELVEIL_SLOT_RECIPIENT_VIEW = 0x8001,
  PARCELVEIL_SLOT_SENDER_VIEW = 0x8002,
  PARCELVEIL_PURPOSE_DELIVER = 1,
  PARCELVEIL_PURPOSE_ADDRESS_CHECK = 2,
  PARCELVEIL_PURPOSE_RETURN = 3,
  PARCELVEIL_PURPOSE_COMPLAINT = 4,
  PARCELVEIL_PURPOSE_DISPUTE = 5,
  PARCELVEIL_PURPOSE_CUSTOMS = 6,
  PARCELVEIL_PURPOSE_LAWFUL_REQUEST = 7
};

// Masks: mask.h has the meaning of each value.
enum {
  PARCELVEIL_KIND_NAME = 1,
  PARCELVEIL_KIND_PHONE = 2,
  PARCELVEIL_KIND_ADDRESS = 3,
  PARCELVEIL_KIND_TEXT = 4,
  PARCELVEIL_RULE_PHONE_34 = 1,
  PARCELVEIL_RULE_PHONE_14 = 2,
  PARCELVEIL_RULE_PHONE_LAST4 = 3,
  PARCELVEIL_RULE_NAME_SURNAME = 4,
  PARCELVEIL_RULE_NAME_HIDDEN = 5,
  PARCELVEIL_RULE_ADDRESS_REGION = 6,
  PARCELVEIL_RULE_ADDRESS_STREET = 7,
  PARCELVEIL_RULE_ALL_HIDDEN = 8,
  PARCELVEIL_PRESET_HANDHELD = 1,
  PARCELVEIL_PRESET_REGION = 2,
  PARCELVEIL_PRESET_LABEL = 3,
  PARCELVEIL_STAR_ASTERISK = 0,
  PARCELVEIL_STAR_FULL_WIDTH = 1,
  PARCELVEIL_STAR_DOT = 2,
  PARCELVEIL_STAR_BLOCK = 3,
  PARCELVEIL_OWNER_UNKNOWN = 0,
  PARCELVEIL_OWNER_REAL = 1,
  PARCELVEIL_OWNER_VIRTUAL = 2,
  PARCELVEIL_DIGITS_OF_THE_RULE = 255
};

typedef struct parcelveil_mask_style {
  uint32_t struct_size;
  uint8_t rule;
  uint8_t head_digits;  // at most; PARCELVEIL_DIGITS_OF_THE_RULE
  uint8_t tail_digits;
  uint8_t star;
  uint8_t width;  // stars of each hidden part; 0: its length may show
} parcelveil_mask_style;

// Each lends one masked text, empty for an empty one.
// Errors: MALFORMED for a rule, preset, star or owner that is none.
int32_t parcelveil_mask(uint8_t rule, parcelveil_bytes text,
                        parcelveil_take take, void *context,
                        parcelveil_error *error);
int32_t parcelveil_mask_styled(const parcelveil_mask_style *style,
                               parcelveil_bytes text, parcelveil_take take,
                               void *context, parcelveil_error *error);
int32_t parcelveil_mask_phone_of(uint8_t owner, uint8_t preset,
                                 parcelveil_bytes text, parcelveil_take take,
                                 void *context, parcelveil_error *error);
int32_t parcelveil_mask_line(uint8_t preset, parcelveil_bytes line,
                             parcelveil_take take, void *context,
                             parcelveil_error *error);
// The rule of `preset` for a kind of field.
int32_t parcelveil_mask_rule_for(uint8_t kind, uint8_t preset, uint8_t *rule,
                                 parcelveil_error *error);
// 1 where `text` looks like the output of a mask, else 0.
int32_t parcelveil_mask_looks_masked(uint8_t kind, parcelveil_bytes text,
                                     int32_t *looks_masked,
                                     parcelveil_error *error);
// How many numbers fit a masked phone, made by `rule`, beside a masked address.
int32_t parcelveil_mask_count_candidates(uint8_t rule, parcelveil_bytes phone,
                                         parcelveil_bytes address,
                                         uint64_t *count,
                                         parcelveil_error *error);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // PARCELVEIL_C_H_
