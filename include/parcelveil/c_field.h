// SPDX-License-Identifier: Apache-2.0
// The C ABI of a back end's fields: keyring, seal, views, open, find, change.
// c.h has the rules; keyring.h, field.h, finder.h and reseal.h have the whole
// story of each call and its errors. In libparcelveil_c.so only.

#ifndef PARCELVEIL_C_FIELD_H_
#define PARCELVEIL_C_FIELD_H_

#include "parcelveil/c.h"

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

enum {
  PARCELVEIL_ROLE_CONVERTER = 2,
  PARCELVEIL_ROLE_GATE = 3,
  PARCELVEIL_ROLE_LIST = 4,
  PARCELVEIL_ROLE_TELEPHONY = 5,
  PARCELVEIL_ROLE_OUTLET = 6,
  PARCELVEIL_ROLE_DISPUTE = 7,
  PARCELVEIL_ROLE_AUDITOR = 8,
  PARCELVEIL_INDEX_PHONE = 1,
  PARCELVEIL_INDEX_LAST4 = 2,
  PARCELVEIL_INDEX_TEXT = 3,
  PARCELVEIL_INDEX_VALUE_SIZE = 12,  // bytes
  PARCELVEIL_MAX_CANDIDATES = 2048
};

// All of them may be used by any number of threads at once.
typedef uint64_t parcelveil_keyring;
typedef uint64_t parcelveil_sealer;
typedef uint64_t parcelveil_opener;
typedef uint64_t parcelveil_finder;
typedef uint64_t parcelveil_resealer;

// A keyring directory (file.h has what is in it).
typedef struct parcelveil_keyring_options {
  uint32_t struct_size;
  uint32_t outlet;                   // of a scoped role; 0: none
  parcelveil_bytes passphrase_file;  // empty: the file `unlock` is used
  parcelveil_bytes state_dir;        // empty: the directory itself
  // Whose signature is accepted, PARCELVEIL_KEY_SIZE bytes each; empty: whom
  // the directory names.
  parcelveil_bytes signers;
  uint16_t role;
} parcelveil_keyring_options;

int32_t parcelveil_keyring_load(parcelveil_bytes directory,
                                const parcelveil_keyring_options *options,
                                parcelveil_keyring *keyring,
                                parcelveil_error *error);
// Takes up a newer file now; a keyring looks for one by itself, too.
int32_t parcelveil_keyring_reload(parcelveil_keyring keyring,
                                  parcelveil_error *error);

typedef struct parcelveil_keyring_health {
  uint32_t struct_size;
  int32_t last_reload;  // code: why the newest file was not taken; 0: it was
  uint64_t serial;
  int64_t created_ms;
  int64_t sealing_stops_ms;  // no key to seal under after this
  uint32_t tenant;
  int32_t needs_attention;  // 1: less than half of the days ahead are left
} parcelveil_keyring_health;

// Fills in `health`, whose struct_size is set.
int32_t parcelveil_keyring_get_health(parcelveil_keyring keyring,
                                      parcelveil_keyring_health *health,
                                      parcelveil_error *error);

// One waybill, to be sealed. Rows without outlet, version or day of their own
// have 0 (day: days since 1970-01-01, for a migration only).
typedef struct parcelveil_record {
  uint32_t struct_size;
  uint32_t outlet;
  uint32_t version;
  int32_t day;
  parcelveil_bytes record_id;
  const parcelveil_field *fields;  // each slot once
  size_t num_fields;
} parcelveil_record;

// What to store: one column, and its bytes.
typedef int32_t (*parcelveil_take_cell)(void *context, parcelveil_bytes column,
                                        parcelveil_bytes bytes);

// A value that so many rows share that its index values would stand out: rows
// with it cannot be found by it. `hot` may be NULL where there are none. `map`
// is a table map's text; empty: the built-in one.
int32_t parcelveil_sealer_create(parcelveil_keyring keyring,
                                 parcelveil_bytes map,
                                 const parcelveil_field *hot, size_t num_hot,
                                 parcelveil_sealer *sealer,
                                 parcelveil_error *error);
// Lends all that is to be written together: sealed fields, views, index values.
int32_t parcelveil_sealer_seal(parcelveil_sealer sealer,
                               const parcelveil_record *record,
                               parcelveil_take_cell take, void *context,
                               parcelveil_error *error);

// Where one sealed value lives.
typedef struct parcelveil_cell {
  uint32_t struct_size;
  uint32_t version;
  parcelveil_bytes record_id;
  uint16_t slot;
} parcelveil_cell;

int32_t parcelveil_sealer_seal_field(parcelveil_sealer sealer,
                                     const parcelveil_cell *cell,
                                     uint32_t outlet, parcelveil_bytes text,
                                     parcelveil_take take, void *context,
                                     parcelveil_error *error);

int32_t parcelveil_opener_create(parcelveil_keyring keyring,
                                 parcelveil_opener *opener,
                                 parcelveil_error *error);
// Lends the text of one field.
int32_t parcelveil_opener_open(parcelveil_opener opener,
                               const parcelveil_cell *cell,
                               parcelveil_bytes sealed, parcelveil_take take,
                               void *context, parcelveil_error *error);

// A sealed field or view of one row.
typedef struct parcelveil_sealed {
  parcelveil_bytes record_id;
  parcelveil_bytes sealed;
  uint32_t version;
} parcelveil_sealed;

// One row's view: `closed` says why it does not open, NULL where it does.
typedef struct parcelveil_view {
  uint32_t struct_size;
  const parcelveil_error *closed;
  size_t position;                 // in what was given
  const parcelveil_field *fields;  // masked, by ascending slot
  size_t num_fields;
} parcelveil_view;

typedef int32_t (*parcelveil_take_view)(void *context,
                                        const parcelveil_view *view);

// Lends every view of `slot`, in their order; a row that does not open does not
// end the list.
int32_t parcelveil_opener_open_views(parcelveil_opener opener, uint16_t slot,
                                     const parcelveil_sealed *views,
                                     size_t num_views,
                                     parcelveil_take_view take, void *context,
                                     parcelveil_error *error);
// Lends the same as a handheld's list (parcelveil_list_parse).
int32_t parcelveil_opener_encode_list(parcelveil_opener opener, uint16_t slot,
                                      const parcelveil_sealed *views,
                                      size_t num_views, int64_t served_ms,
                                      parcelveil_take take, void *context,
                                      parcelveil_error *error);

// What is looked for.
typedef struct parcelveil_search {
  uint32_t struct_size;
  uint16_t slot;  // the field's
  uint8_t by;     // PARCELVEIL_INDEX_PHONE
  // 1: `outlet` counts, also where it is 0 (national); 0: whatever is right for
  // an index that is not kept by outlet.
  uint8_t has_outlet;
  uint32_t outlet;
  parcelveil_bytes text;
} parcelveil_search;

typedef int32_t (*parcelveil_take_position)(void *context, size_t position,
                                            int32_t is_closed);

int32_t parcelveil_finder_create(parcelveil_keyring keyring,
                                 parcelveil_finder *finder,
                                 parcelveil_error *error);
// Lends the index values of the rows of the last `back_ms`, one by one: query
// the index column with `IN (...)`.
int32_t parcelveil_finder_values(parcelveil_finder finder,
                                 const parcelveil_search *search,
                                 int64_t back_ms, parcelveil_take take,
                                 void *context, parcelveil_error *error);
// Opens the cells of what the query found and gives the positions of those
// that hold what is looked for, then of those that do not open.
int32_t parcelveil_finder_matches(parcelveil_finder finder,
                                  const parcelveil_search *search,
                                  const parcelveil_sealed *cells,
                                  size_t num_cells,
                                  parcelveil_take_position take, void *context,
                                  parcelveil_error *error);

// One column of a row as it is stored.
typedef struct parcelveil_column {
  parcelveil_bytes column;
  parcelveil_bytes bytes;
} parcelveil_column;

// A stored row. Leave out what is NULL.
typedef struct parcelveil_stored_row {
  uint32_t struct_size;
  uint32_t version;
  parcelveil_bytes record_id;
  const parcelveil_column *columns;
  size_t num_columns;
} parcelveil_stored_row;

int32_t parcelveil_resealer_create(parcelveil_keyring keyring,
                                   parcelveil_bytes map,
                                   parcelveil_resealer *resealer,
                                   parcelveil_error *error);
// Each lends what to write, all of it in one update of the row that was read
// under a lock: with another text of one field; for another outlet; under the
// newest keys of its own day. `day`, which may be NULL, is set to the day that
// retention counts from then (days since 1970-01-01).
int32_t parcelveil_resealer_change(parcelveil_resealer resealer,
                                   const parcelveil_stored_row *row,
                                   uint16_t slot, parcelveil_bytes text,
                                   parcelveil_take_cell take, void *context,
                                   int32_t *day, parcelveil_error *error);
int32_t parcelveil_resealer_move(parcelveil_resealer resealer,
                                 const parcelveil_stored_row *row,
                                 uint32_t outlet, parcelveil_take_cell take,
                                 void *context, int32_t *day,
                                 parcelveil_error *error);
int32_t parcelveil_resealer_rotate(parcelveil_resealer resealer,
                                   const parcelveil_stored_row *row,
                                   parcelveil_take_cell take, void *context,
                                   int32_t *day, parcelveil_error *error);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // PARCELVEIL_C_FIELD_H_
