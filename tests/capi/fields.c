// SPDX-License-Identifier: Apache-2.0
#include "tests/capi/fields.h"

parcelveil_error error = {sizeof(error), 0, 0, 0, {0}};
Copy copy;

// The one row of the table.
typedef struct Row {
  Copy cells[16];
  char columns[16][64];
  size_t num_cells;
} Row;
static Row row;

static int32_t TakeCell(void *context, parcelveil_bytes column,
                        parcelveil_bytes bytes) {
  Row *const into = context;
  size_t i = 0;
  while (i < into->num_cells &&
         (strlen(into->columns[i]) != column.size ||
          memcmp(into->columns[i], column.data, column.size) != 0)) {
    ++i;
  }
  CHECK(i < 16 && column.size < 64);
  memcpy(into->columns[i], column.data, column.size);
  into->columns[i][column.size] = '\0';
  if (i == into->num_cells) ++into->num_cells;
  return TakeCopy(&into->cells[i], bytes);
}

parcelveil_bytes Cell(const char *column) {
  for (size_t i = 0; i < row.num_cells; ++i) {
    if (strcmp(row.columns[i], column) == 0) return Bytes(&row.cells[i]);
  }
  CHECK(!"that column");
  return Text("");
}

static const char *ColumnOf(uint16_t slot) {
  switch (slot) {
    case PARCELVEIL_SLOT_RECIPIENT_NAME:
      return "recipient_name_sealed";
    case PARCELVEIL_SLOT_RECIPIENT_PHONE:
      return "recipient_phone_sealed";
    case PARCELVEIL_SLOT_RECIPIENT_VIEW:
      return "recipient_view";
    default:
      return "recipient_address_sealed";
  }
}

Database database = {PARCELVEIL_STATE_OUT_FOR_DELIVERY, 0, 0};

static int32_t Give(const uint16_t *slots, size_t num_slots,
                    parcelveil_take_parcel take, void *take_context) {
  parcelveil_field cells[16];
  parcelveil_parcel parcel;
  CHECK(num_slots <= 16);
  memset(&parcel, 0, sizeof(parcel));
  for (size_t i = 0; i < num_slots; ++i) {
    cells[i].slot = slots[i];
    cells[i].text = Cell(ColumnOf(slots[i]));
  }
  parcel.struct_size = sizeof(parcel);
  parcel.outlet = 5712;
  parcel.assigned_to = COURIER;
  parcel.state = database.state;
  parcel.no_coverage = 1;
  parcel.record_id = Text(WAYBILL);
  parcel.cells = cells;
  parcel.num_cells = num_slots;
  return take(take_context, &parcel);
}

static int32_t Find(void *context, parcelveil_bytes id, const uint16_t *slots,
                    size_t num_slots, parcelveil_take_parcel take,
                    void *take_context) {
  Database *const self = context;
  ++self->finds;
  if (id.size != strlen(WAYBILL) || memcmp(id.data, WAYBILL, id.size) != 0) {
    return 0;
  }
  return Give(slots, num_slots, take, take_context);
}

static int32_t FindByIndex(void *context, uint16_t index,
                           const parcelveil_bytes *values, size_t num_values,
                           const uint16_t *slots, size_t num_slots,
                           size_t limit, parcelveil_take_parcel take,
                           void *take_context) {
  const parcelveil_bytes stored = Cell("recipient_phone_by_phone");
  (void)context;
  CHECK(index == PARCELVEIL_SLOT_RECIPIENT_PHONE_INDEX && limit > 0);
  for (size_t i = 0; i < num_values; ++i) {
    if (values[i].size == stored.size &&
        memcmp(values[i].data, stored.data, stored.size) == 0) {
      return Give(slots, num_slots, take, take_context);
    }
  }
  return 0;
}

static int32_t CountAssigned(void *context, uint64_t principal,
                             uint64_t *count) {
  (void)context;
  *count = principal == COURIER ? 1 : 0;
  return 0;
}

static void Release(void *context) { ++((Database *)context)->releases; }

parcelveil_keyring Load(const char *directory, uint16_t role) {
  parcelveil_keyring keyring;
  parcelveil_keyring_options options;
  memset(&options, 0, sizeof(options));
  options.struct_size = sizeof(options);
  options.role = role;
  CHECK_OK(
      parcelveil_keyring_load(Text(directory), &options, &keyring, &error));
  return keyring;
}

void Seal(const char *directory) {
  const parcelveil_keyring keyring = Load(directory, PARCELVEIL_ROLE_CONVERTER);
  parcelveil_sealer sealer;
  const parcelveil_field fields[] = {
      {PARCELVEIL_SLOT_RECIPIENT_NAME, Text("王小明")},
      {PARCELVEIL_SLOT_RECIPIENT_PHONE, Text("13812341234")},
      {PARCELVEIL_SLOT_RECIPIENT_ADDRESS, Text(ADDRESS)}};
  const parcelveil_field masked = {PARCELVEIL_SLOT_RECIPIENT_PHONE,
                                   Text("138****1234")};
  parcelveil_record record;
  parcelveil_cell cell;
  parcelveil_keyring_health health;
  memset(&record, 0, sizeof(record));
  record.struct_size = sizeof(record);
  record.outlet = 5712;
  record.record_id = Text(WAYBILL);
  record.fields = fields;
  record.num_fields = 3;
  CHECK_OK(
      parcelveil_sealer_create(keyring, Text(""), NULL, 0, &sealer, &error));
  CHECK_OK(parcelveil_sealer_seal(sealer, &record, TakeCell, &row, &error));
  record.fields = &masked;
  record.num_fields = 1;
  CHECK_REFUSED("ALREADY_MASKED", parcelveil_sealer_seal(
                                      sealer, &record, TakeCell, &row, &error));
  memset(&cell, 0, sizeof(cell));
  cell.struct_size = sizeof(cell);
  cell.record_id = Text(WAYBILL);
  cell.slot = PARCELVEIL_SLOT_RECIPIENT_NAME;
  CHECK_OK(parcelveil_sealer_seal_field(sealer, &cell, 0, Text("王"), TakeCopy,
                                        &copy, &error));
  CHECK(copy.size > 0);
  health.struct_size = sizeof(health);
  CHECK_OK(parcelveil_keyring_get_health(keyring, &health, &error));
  CHECK(health.last_reload == 0 && health.serial > 0);
  CHECK(health.sealing_stops_ms > health.created_ms);
  CHECK_OK(parcelveil_keyring_reload(keyring, &error));
  parcelveil_free(keyring);  // the sealer goes on
  record.fields = fields;
  record.num_fields = 3;
  CHECK_OK(parcelveil_sealer_seal(sealer, &record, TakeCell, &row, &error));
  parcelveil_free(sealer);
}

static int32_t TakeView(void *context, const parcelveil_view *view) {
  int *const seen = context;
  if (view->position == 0) {
    CHECK(view->closed == NULL && view->num_fields == 3);
    CHECK(view->fields[1].slot == PARCELVEIL_SLOT_RECIPIENT_PHONE);
    CHECK(view->fields[1].text.size == 11);
    CHECK(memcmp(view->fields[1].text.data, "138****1234", 11) == 0);
  } else {
    CHECK(view->closed != NULL && view->num_fields == 0);
    CHECK(strcmp(parcelveil_reason_name(view->closed->reason),
                 "DECRYPT_FAILED") == 0);
  }
  ++*seen;
  return 0;
}

static int32_t TakeRow(void *context, const parcelveil_row *listed) {
  int *const seen = context;
  CHECK(listed->waybill.size == strlen(WAYBILL));
  if (listed->num_fields > 0) {
    CHECK(listed->num_fields == 3);
    CHECK(memcmp(listed->fields[1].text.data, "138****1234", 11) == 0);
  }
  ++*seen;
  return 0;
}

void List(const char *directory) {
  const parcelveil_keyring keyring = Load(directory, PARCELVEIL_ROLE_LIST);
  const parcelveil_sealed views[] = {
      {Text(WAYBILL), Cell("recipient_view"), 0},
      {Text("SF1000000000025"), Cell("recipient_view"), 0}};
  parcelveil_opener opener;
  parcelveil_cell cell;
  int seen = 0;
  int64_t served = 0;
  CHECK_OK(parcelveil_opener_create(keyring, &opener, &error));
  CHECK_OK(parcelveil_opener_open_views(opener, PARCELVEIL_SLOT_RECIPIENT_VIEW,
                                        views, 2, TakeView, &seen, &error));
  CHECK(seen == 2);
  CHECK_OK(parcelveil_opener_encode_list(opener, PARCELVEIL_SLOT_RECIPIENT_VIEW,
                                         views, 1, 1764000000000, TakeCopy,
                                         &copy, &error));
  CHECK_OK(
      parcelveil_list_parse(Bytes(&copy), TakeRow, &seen, &served, &error));
  CHECK(seen == 3 && served == 1764000000000);
  memset(&cell, 0, sizeof(cell));
  cell.struct_size = sizeof(cell);
  cell.record_id = Text(WAYBILL);
  cell.slot = PARCELVEIL_SLOT_RECIPIENT_ADDRESS;
  CHECK_REFUSED(
      "FORBIDDEN",
      parcelveil_opener_open(opener, &cell, Cell("recipient_address_sealed"),
                             TakeCopy, &copy, &error));
  parcelveil_free(opener);
  parcelveil_free(keyring);
}

static int32_t TakePosition(void *context, size_t position, int32_t is_closed) {
  CHECK(position == 0 && is_closed == 0);
  ++*(int *)context;
  return 0;
}

void FindAndChange(parcelveil_keyring keyring) {
  const parcelveil_sealed cell = {Text(WAYBILL), Cell("recipient_phone_sealed"),
                                  0};
  parcelveil_column columns[16];
  parcelveil_stored_row stored;
  parcelveil_search search;
  parcelveil_finder finder;
  parcelveil_opener opener;
  parcelveil_resealer resealer;
  parcelveil_cell at;
  int32_t day = 0;
  int found = 0;
  memset(&search, 0, sizeof(search));
  search.struct_size = sizeof(search);
  search.slot = PARCELVEIL_SLOT_RECIPIENT_PHONE;
  search.by = PARCELVEIL_INDEX_PHONE;
  search.text = Text("+86 138 1234 1234");
  CHECK_OK(parcelveil_finder_create(keyring, &finder, &error));
  CHECK_OK(parcelveil_finder_values(finder, &search, 86400000, TakeCopy, &copy,
                                    &error));
  CHECK(copy.size == PARCELVEIL_INDEX_VALUE_SIZE);
  CHECK_OK(parcelveil_finder_matches(finder, &search, &cell, 1, TakePosition,
                                     &found, &error));
  CHECK(found == 1);

  memset(&stored, 0, sizeof(stored));
  stored.struct_size = sizeof(stored);
  stored.record_id = Text(WAYBILL);
  stored.columns = columns;
  stored.num_columns = row.num_cells;
  for (size_t i = 0; i < row.num_cells; ++i) {
    columns[i].column = Text(row.columns[i]);
    columns[i].bytes = Bytes(&row.cells[i]);
  }
  CHECK_OK(parcelveil_resealer_create(keyring, Text(""), &resealer, &error));
  CHECK_OK(parcelveil_resealer_change(
      resealer, &stored, PARCELVEIL_SLOT_RECIPIENT_NAME, Text("李小红"),
      TakeCell, &row, &day, &error));
  CHECK(day > 20000);
  CHECK_OK(parcelveil_resealer_move(resealer, &stored, 5712, TakeCell, &row,
                                    NULL, &error));
  CHECK_OK(parcelveil_resealer_rotate(resealer, &stored, TakeCell, &row, NULL,
                                      &error));
  memset(&at, 0, sizeof(at));
  at.struct_size = sizeof(at);
  at.record_id = Text(WAYBILL);
  at.slot = PARCELVEIL_SLOT_RECIPIENT_ADDRESS;
  CHECK_OK(parcelveil_opener_create(keyring, &opener, &error));
  CHECK_OK(parcelveil_opener_open(opener, &at, Cell("recipient_address_sealed"),
                                  TakeCopy, &copy, &error));
  CHECK(strcmp(copy.data, ADDRESS) == 0);
  parcelveil_free(finder);
  parcelveil_free(resealer);
  parcelveil_free(opener);
}

static int alerts;

static void Alert(void *context, const parcelveil_alert *alert) {
  (void)context;
  (void)alert;
  ++alerts;
}

parcelveil_gate OpenGate(const char *directory, parcelveil_keyring keyring) {
  parcelveil_gate gate;
  parcelveil_gate_options options;
  parcelveil_parcels parcels;
  memset(&parcels, 0, sizeof(parcels));
  parcels.struct_size = sizeof(parcels);
  parcels.context = &database;
  parcels.find = Find;
  parcels.find_by_index = FindByIndex;
  parcels.count_assigned = CountAssigned;
  parcels.release = Release;
  memset(&options, 0, sizeof(options));
  options.struct_size = sizeof(options);
  options.keyring = keyring;
  options.parcels = &parcels;
  options.alert = Alert;
  CHECK_OK(parcelveil_gate_init(
      Text(directory), Text("depot.example/audit/1/g"), Text(""), &error));
  CHECK_REFUSED(
      "ALREADY_EXISTS",
      parcelveil_gate_init(Text(directory), Text("depot.example/audit/1/g"),
                           Text(""), &error));
  CHECK_OK(parcelveil_gate_open(Text(directory), &options, &gate, &error));
  return gate;
}
