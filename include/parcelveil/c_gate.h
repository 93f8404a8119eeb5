// SPDX-License-Identifier: Apache-2.0
// The C ABI of a gate and its audit log. c.h has the rules; local_gate.h,
// gate.h, audit.h and audit_verify.h have the whole story of each call and its
// errors. In libparcelveil_c.so only.

#ifndef PARCELVEIL_C_GATE_H_
#define PARCELVEIL_C_GATE_H_

#include "parcelveil/c_device.h"
#include "parcelveil/c_field.h"

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

enum {
  PARCELVEIL_STATE_UNKNOWN = 0,
  PARCELVEIL_STATE_ACCEPTED = 1,
  PARCELVEIL_STATE_IN_TRANSIT = 2,
  PARCELVEIL_STATE_OUT_FOR_DELIVERY = 3,
  PARCELVEIL_STATE_EXCEPTION = 4,
  PARCELVEIL_STATE_SIGNED_OFF = 5,
  PARCELVEIL_STATE_RETURNING = 6,
  PARCELVEIL_ALERT_FORK = 0,
  PARCELVEIL_ALERT_LIST_DRIVEN = 1,
  PARCELVEIL_ALERT_AFTER_HOURS = 2,
  PARCELVEIL_ALERT_BREAKER = 3,
  PARCELVEIL_ALERT_TROUBLE = 4,
  PARCELVEIL_NUM_REPLY_CODES = 15
};

// Both may be used by any number of threads at once.
typedef uint64_t parcelveil_gate;
typedef uint64_t parcelveil_log;

// One parcel as the host's database has it now.
typedef struct parcelveil_parcel {
  uint32_t struct_size;
  uint32_t outlet;       // 0: national
  uint64_t assigned_to;  // a principal; 0: nobody
  uint32_t version;
  uint8_t state;
  uint8_t no_coverage;  // 1: may go on a route sheet
  parcelveil_bytes record_id;
  const parcelveil_field *cells;  // sealed, of the slots asked for; no NULLs
  size_t num_cells;
} parcelveil_parcel;

typedef int32_t (*parcelveil_take_parcel)(void *context,
                                          const parcelveil_parcel *parcel);

// What a gate asks the host's own database, from any thread. Each call returns
// 0 or a code, having given its parcels to `take`.
typedef struct parcelveil_parcels {
  uint32_t struct_size;
  void *context;
  // The parcel, from one consistent read; gives none where there is none.
  int32_t (*find)(void *context, parcelveil_bytes record_id,
                  const uint16_t *slots, size_t num_slots,
                  parcelveil_take_parcel take, void *take_context);
  // Those whose column of `index` holds one of `values`; at most `limit`. NULL:
  // no searches.
  int32_t (*find_by_index)(void *context, uint16_t index,
                           const parcelveil_bytes *values, size_t num_values,
                           const uint16_t *slots, size_t num_slots,
                           size_t limit, parcelveil_take_parcel take,
                           void *take_context);
  // How many are assigned to `principal` and not signed off.
  int32_t (*count_assigned)(void *context, uint64_t principal, uint64_t *count);
  void (*release)(void *context);  // last of all, once; may be NULL
} parcelveil_parcels;

typedef struct parcelveil_alert {
  uint32_t struct_size;
  uint32_t outlet;
  uint64_t principal;
  uint64_t device;
  parcelveil_bytes text;  // one sentence
  uint8_t kind;
} parcelveil_alert;

// Either `parcels`, or the SQLite file `database` with a wrapped table and its
// `map` (the text of it; empty: the built-in one).
typedef struct parcelveil_gate_options {
  uint32_t struct_size;
  parcelveil_keyring keyring;        // of the role GATE
  parcelveil_bytes passphrase_file;  // empty: the file `unlock` is used
  const parcelveil_parcels *parcels;
  parcelveil_bytes database;
  parcelveil_bytes map;
  // From any thread; may be NULL.
  void (*alert)(void *context, const parcelveil_alert *alert);
  void *alert_context;  // must outlive the gate and every call of it
} parcelveil_gate_options;

// Makes a gate's directory with new keys and the built-in policy. `origin`
// names its log: "courier.example/audit/7/gate-1".
int32_t parcelveil_gate_init(parcelveil_bytes directory,
                             parcelveil_bytes origin,
                             parcelveil_bytes passphrase_file,
                             parcelveil_error *error);
// Opens it; one process a directory. The gate keeps the functions and context
// of `parcels`, not the struct; `release` is called where this succeeded, when
// nobody needs them any more. Freed, the gate signs a last checkpoint.
int32_t parcelveil_gate_open(parcelveil_bytes directory,
                             const parcelveil_gate_options *options,
                             parcelveil_gate *gate, parcelveil_error *error);
// Lends the reply to a device's request, also where it refuses. `connection`
// names the transport's, for its rate limit; may be empty.
int32_t parcelveil_gate_handle(parcelveil_gate gate, parcelveil_bytes request,
                               parcelveil_bytes connection,
                               parcelveil_take take, void *context,
                               parcelveil_error *error);

typedef struct parcelveil_principal {
  uint32_t struct_size;
  uint32_t outlet;
  uint64_t id;  // not 0
  uint16_t role;
  uint8_t active;
} parcelveil_principal;

// Makes a device that of a principal, and lends the card to hand to it.
int32_t parcelveil_gate_enrol(parcelveil_gate gate, uint64_t device,
                              const uint8_t device_key[PARCELVEIL_KEY_SIZE],
                              const parcelveil_principal *principal,
                              int64_t expires_ms, parcelveil_take take,
                              void *context, parcelveil_error *error);
int32_t parcelveil_gate_revoke(parcelveil_gate gate, uint64_t device,
                               parcelveil_error *error);
// Makes somebody known who has no device: an approver.
int32_t parcelveil_gate_admit(parcelveil_gate gate,
                              const parcelveil_principal *principal,
                              parcelveil_error *error);
int32_t parcelveil_gate_set_active(parcelveil_gate gate, uint64_t principal,
                                   int32_t active, parcelveil_error *error);
// A held record needs a second person's approval.
int32_t parcelveil_gate_hold(parcelveil_gate gate, parcelveil_bytes record_id,
                             parcelveil_error *error);
int32_t parcelveil_gate_release(parcelveil_gate gate,
                                parcelveil_bytes record_id,
                                parcelveil_error *error);
int32_t parcelveil_gate_approve(parcelveil_gate gate, uint64_t approver,
                                parcelveil_bytes subject, int64_t for_how_ms,
                                parcelveil_error *error);
// A checkpoint that somebody hands in. A fork of the log stops the gate.
int32_t parcelveil_gate_check_note(parcelveil_gate gate, parcelveil_bytes note,
                                   parcelveil_error *error);

// Counters since the gate was opened.
typedef struct parcelveil_gate_stats {
  uint32_t struct_size;
  uint64_t granted;
  uint64_t retried;
  uint64_t commits;
  uint64_t refused[PARCELVEIL_NUM_REPLY_CODES];  // by reason; [0] is 0
} parcelveil_gate_stats;

// Fills in `stats`, whose struct_size is set.
int32_t parcelveil_gate_get_stats(parcelveil_gate gate,
                                  parcelveil_gate_stats *stats,
                                  parcelveil_error *error);

// Lends the newest checkpoint, signing one first where leaves lack it.
int32_t parcelveil_gate_checkpoint(parcelveil_gate gate, parcelveil_take take,
                                   void *context, parcelveil_error *error);
// Lends what checks the log: "<origin>+<key id>+<key>".
int32_t parcelveil_gate_verifier_key(parcelveil_gate gate, parcelveil_take take,
                                     void *context, parcelveil_error *error);

// The log of a gate that is open, and one that was published to a folder.
int32_t parcelveil_log_of(parcelveil_gate gate, parcelveil_log *log,
                          parcelveil_error *error);
int32_t parcelveil_log_open(parcelveil_bytes directory, parcelveil_log *log,
                            parcelveil_error *error);
// Publishes it there, or what an earlier call has not.
int32_t parcelveil_log_export(parcelveil_log log, parcelveil_bytes directory,
                              parcelveil_error *error);
int32_t parcelveil_log_size(parcelveil_log log, uint64_t *num_leaves,
                            parcelveil_error *error);

typedef int32_t (*parcelveil_take_leaf)(void *context,
                                        const parcelveil_leaf_proof *proof);

// Lends what parcelveil_device_check_leaf takes.
int32_t parcelveil_log_prove_leaf(parcelveil_log log, uint64_t index,
                                  parcelveil_take_leaf take, void *context,
                                  parcelveil_error *error);
// Lends what parcelveil_device_witness takes.
int32_t parcelveil_log_prove_consistency(parcelveil_log log, uint64_t old_size,
                                         uint64_t size, parcelveil_take take,
                                         void *context,
                                         parcelveil_error *error);

typedef struct parcelveil_log_report {
  uint32_t struct_size;
  int32_t is_sound;  // 0: `problem` was lent
  uint64_t num_leaves;
  uint64_t num_unsigned;  // of them, after the checkpoint
  uint64_t size;          // of the checkpoint
  uint8_t root[PARCELVEIL_KEY_SIZE];
} parcelveil_log_report;

// Recomputes the whole log and compares it with its checkpoint and with
// `trusted`, one that was verified before, or empty. Fills in `report`, whose
// struct_size is set; lends a sentence where the log is wrong.
int32_t parcelveil_log_verify(parcelveil_log log, parcelveil_bytes verifier_key,
                              parcelveil_bytes trusted,
                              parcelveil_log_report *report,
                              parcelveil_take problem, void *context,
                              parcelveil_error *error);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // PARCELVEIL_C_GATE_H_
