// SPDX-License-Identifier: Apache-2.0
// One waybill in a table of one row: how it is sealed, listed and changed, and
// how a gate reads it.

#ifndef PARCELVEIL_TESTS_CAPI_FIELDS_H_
#define PARCELVEIL_TESTS_CAPI_FIELDS_H_

#include "tests/capi/check.h"

#define WAYBILL "SF1000000000017"
#define ADDRESS "浙江省杭州市西湖区文三路90号东部软件园1号楼302室"
#define COURIER 1007

extern parcelveil_error error;
extern Copy copy;

// The host's database, as the gate asks it.
typedef struct Database {
  uint8_t state;
  int finds;
  int releases;
} Database;
extern Database database;

// What is stored of it in `column`.
parcelveil_bytes Cell(const char *column);

parcelveil_keyring Load(const char *directory, uint16_t role);
void Seal(const char *directory);
// A page of masks, and the same as a handheld takes it.
void List(const char *directory);
// Customer service: find by phone, change a field, look at another.
void FindAndChange(parcelveil_keyring keyring);
// Makes a gate over it in a new directory, and opens it.
parcelveil_gate OpenGate(const char *directory, parcelveil_keyring keyring);

#endif  // PARCELVEIL_TESTS_CAPI_FIELDS_H_
