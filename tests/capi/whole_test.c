// SPDX-License-Identifier: Apache-2.0
// The whole C ABI in the order of a parcel's day: sealed, listed masked, found
// and changed, revealed at the door, and every reveal on record.
//
//   whole_test KEYRING WORK      WORK is an empty folder

#include <time.h>

#include "tests/capi/fields.h"

static parcelveil_device EnrolDevice(parcelveil_gate gate) {
  const parcelveil_key_wrap wrap = PlainKeyWrap();
  parcelveil_principal courier;
  parcelveil_device device, again;
  uint8_t key[PARCELVEIL_KEY_SIZE], same[PARCELVEIL_KEY_SIZE];
  int32_t has = 0;
  memset(&courier, 0, sizeof(courier));
  courier.struct_size = sizeof(courier);
  courier.outlet = 5712;
  courier.id = COURIER;
  courier.role = PARCELVEIL_ROLE_LIST;
  courier.active = 1;
  CHECK_OK(parcelveil_device_create(&wrap, &device, &error));
  CHECK_OK(parcelveil_device_public_key(device, key, &error));
  CHECK_OK(parcelveil_gate_enrol(gate, 1, key, &courier,
                                 ((int64_t)time(NULL) + 86400) * 1000, TakeCopy,
                                 &copy, &error));
  CHECK_OK(parcelveil_device_enrol(device, Bytes(&copy), &error));
  CHECK_OK(parcelveil_device_has_new_state(device, &has, &error));
  CHECK(has == 1);
  CHECK_OK(parcelveil_device_state(device, TakeCopy, &copy, &error));
  CHECK_OK(parcelveil_device_has_new_state(device, &has, &error));
  CHECK(has == 0);
  // What was stored is the same device.
  CHECK_OK(parcelveil_device_load(Bytes(&copy), &wrap, &again, &error));
  CHECK_OK(parcelveil_device_public_key(again, same, &error));
  CHECK(memcmp(key, same, sizeof(key)) == 0);
  parcelveil_free(device);
  return again;
}

// Posts an ask; the reply is in `copy`.
static void Post(parcelveil_gate gate, parcelveil_ask ask) {
  static Copy request;
  CHECK_OK(parcelveil_ask_bytes(ask, TakeCopy, &request, &error));
  CHECK_OK(parcelveil_gate_handle(gate, Bytes(&request), Text("peer"), TakeCopy,
                                  &copy, &error));
}

static int32_t TakeLeaf(void *context, const parcelveil_leaf_proof *proof) {
  const uint64_t *const handles = context;
  return parcelveil_device_check_leaf(handles[0], handles[1], proof, &error);
}

static const uint16_t kAddress = PARCELVEIL_SLOT_RECIPIENT_ADDRESS;

static void RevealAddress(parcelveil_gate gate, parcelveil_device device) {
  parcelveil_ask ask;
  parcelveil_shown shown;
  parcelveil_log log;
  int64_t until = 0;
  uint64_t handles[2], leaf = 0;
  CHECK_OK(parcelveil_device_reveal(device, Text(WAYBILL), &kAddress, 1,
                                    PARCELVEIL_PURPOSE_DELIVER, Text(""), &ask,
                                    &error));
  Post(gate, ask);
  CHECK_OK(parcelveil_device_open(device, ask, Bytes(&copy), &shown, &error));
  CHECK_OK(parcelveil_shown_text(shown, 0, TakeCopy, &copy, &error));
  CHECK(strcmp(copy.data, ADDRESS) == 0);
  CHECK_OK(parcelveil_shown_until(shown, &until, &error));
  CHECK(until > (int64_t)time(NULL) * 1000);
  CHECK_OK(parcelveil_ask_bytes(ask, TakeCopy, &copy, &error));
  CHECK(copy.size == 0);  // spent

  // It is on the record, and the device can see that it is.
  CHECK_OK(parcelveil_gate_checkpoint(gate, TakeCopy, &copy, &error));
  CHECK_OK(parcelveil_shown_leaf(shown, &leaf, &error));
  CHECK_OK(parcelveil_log_of(gate, &log, &error));
  handles[0] = device;
  handles[1] = shown;
  CHECK_OK(parcelveil_log_prove_leaf(log, leaf, TakeLeaf, handles, &error));
  CHECK(parcelveil_log_prove_leaf(log, leaf - 1, TakeLeaf, handles, NULL) != 0);

  CHECK_OK(parcelveil_shown_forget(shown, &error));
  CHECK_OK(parcelveil_shown_text(shown, kAddress, TakeCopy, &copy, &error));
  CHECK(copy.size == 0);
  parcelveil_free(log);
  parcelveil_free(shown);
  parcelveil_free(ask);
}

static void DialAndTour(parcelveil_gate gate, parcelveil_device device) {
  const parcelveil_bytes waybill = Text(WAYBILL);
  parcelveil_sheet_order order;
  parcelveil_ask ask;
  parcelveil_sheet sheet;
  int64_t deadline = 0;
  CHECK_OK(parcelveil_device_dial(device, waybill,
                                  PARCELVEIL_SLOT_RECIPIENT_PHONE,
                                  PARCELVEIL_PURPOSE_DELIVER, &ask, &error));
  Post(gate, ask);
  CHECK_OK(parcelveil_device_open_dial(device, ask, Bytes(&copy), TakeCopy,
                                       &copy, &error));
  CHECK(copy.size > 40 && strstr(copy.data, "138") == NULL);
  parcelveil_free(ask);

  memset(&order, 0, sizeof(order));
  order.struct_size = sizeof(order);
  order.purpose = PARCELVEIL_PURPOSE_DELIVER;
  order.waybills = &waybill;
  order.num_waybills = 1;
  order.slots = &kAddress;
  order.num_slots = 1;
  CHECK_OK(parcelveil_device_sheet(device, &order, &ask, &error));
  Post(gate, ask);
  CHECK_OK(
      parcelveil_device_open_sheet(device, ask, Bytes(&copy), &sheet, &error));
  copy.calls = 0;
  CHECK_OK(parcelveil_sheet_waybills(sheet, TakeCopy, &copy, &error));
  CHECK(copy.calls == 1 && strcmp(copy.data, WAYBILL) == 0);
  CHECK_OK(parcelveil_sheet_deadline(sheet, &deadline, &error));
  CHECK(deadline > (int64_t)time(NULL) * 1000);
  CHECK_OK(parcelveil_sheet_text(sheet, waybill, 0, TakeCopy, &copy, &error));
  CHECK(strcmp(copy.data, ADDRESS) == 0);
  CHECK_OK(parcelveil_sheet_forget(sheet, &error));
  CHECK_REFUSED("STALE", parcelveil_sheet_text(sheet, waybill, 0, TakeCopy,
                                               &copy, &error));
  parcelveil_free(sheet);
  parcelveil_free(ask);
}

// Not a courier's to ask: the gate says so, with its reason.
static int32_t NoRow(void *context, const parcelveil_row *found) {
  (void)context;
  (void)found;
  return 1;
}

static void SearchIsRefused(parcelveil_gate gate, parcelveil_device device) {
  const uint16_t view = PARCELVEIL_SLOT_RECIPIENT_VIEW;
  parcelveil_search_order order;
  parcelveil_ask ask;
  memset(&order, 0, sizeof(order));
  order.struct_size = sizeof(order);
  order.back_ms = 86400000;
  order.index = PARCELVEIL_SLOT_RECIPIENT_PHONE_INDEX;
  order.purpose = PARCELVEIL_PURPOSE_COMPLAINT;
  order.phone = Text("13812341234");
  order.views = &view;
  order.num_views = 1;
  CHECK_OK(parcelveil_device_search(device, &order, &ask, &error));
  Post(gate, ask);
  CHECK_REFUSED("FORBIDDEN",
                parcelveil_device_open_search(device, ask, Bytes(&copy), NoRow,
                                              NULL, &error));
  parcelveil_free(ask);
}

static void RevealIsRefused(parcelveil_gate gate, parcelveil_device device,
                            const char *reason) {
  parcelveil_ask ask;
  parcelveil_shown shown = 1;
  CHECK_OK(parcelveil_device_reveal(device, Text(WAYBILL), &kAddress, 1,
                                    PARCELVEIL_PURPOSE_DELIVER, Text(""), &ask,
                                    &error));
  Post(gate, ask);
  CHECK(parcelveil_device_open(device, ask, Bytes(&copy), &shown, &error) != 0);
  if (strcmp(parcelveil_reason_name(error.reason), reason) != 0) {
    fprintf(stderr, "%s, not %s: %s\n", parcelveil_reason_name(error.reason),
            reason, error.message);
    exit(1);
  }
  CHECK(shown == 0);
  parcelveil_free(ask);
}

static void Operate(parcelveil_gate gate, parcelveil_device device) {
  parcelveil_gate_stats stats;
  parcelveil_principal boss;
  memset(&boss, 0, sizeof(boss));
  boss.struct_size = sizeof(boss);
  boss.id = 2001;
  boss.role = PARCELVEIL_ROLE_DISPUTE;
  boss.active = 1;
  CHECK_OK(parcelveil_gate_admit(gate, &boss, &error));
  CHECK_OK(parcelveil_gate_hold(gate, Text(WAYBILL), &error));
  RevealIsRefused(gate, device, "NEEDS_APPROVAL");
  CHECK_OK(parcelveil_gate_approve(gate, 2001, Text(WAYBILL), 600000, &error));
  CHECK_OK(parcelveil_gate_release(gate, Text(WAYBILL), &error));
  CHECK_OK(parcelveil_gate_set_active(gate, COURIER, 0, &error));
  RevealIsRefused(gate, device, "SUSPENDED");
  CHECK_OK(parcelveil_gate_set_active(gate, COURIER, 1, &error));
  database.state = PARCELVEIL_STATE_SIGNED_OFF;
  RevealIsRefused(gate, device, "WRONG_STATE");
  CHECK_OK(parcelveil_gate_revoke(gate, 1, &error));
  RevealIsRefused(gate, device, "SUSPENDED");
  stats.struct_size = sizeof(stats);
  CHECK_OK(parcelveil_gate_get_stats(gate, &stats, &error));
  CHECK(stats.granted == 3 && stats.commits > 0);
  CHECK(database.finds > 0);
}

// Checks the log as it is published, knowing its key alone.
static void Audit(parcelveil_gate gate, parcelveil_device device,
                  const char *published) {
  static Copy key, note;
  parcelveil_log log, copied;
  parcelveil_log_report report;
  uint64_t size = 0;
  CHECK_OK(parcelveil_gate_verifier_key(gate, TakeCopy, &key, &error));
  CHECK_OK(parcelveil_gate_checkpoint(gate, TakeCopy, &note, &error));
  CHECK_OK(parcelveil_gate_check_note(gate, Bytes(&note), &error));
  CHECK_OK(parcelveil_log_of(gate, &log, &error));
  CHECK_OK(parcelveil_log_size(log, &size, &error));
  CHECK_OK(parcelveil_log_export(log, Text(published), &error));
  CHECK_OK(parcelveil_log_open(Text(published), &copied, &error));
  report.struct_size = sizeof(report);
  copy.calls = 0;
  CHECK_OK(parcelveil_log_verify(copied, Bytes(&key), Bytes(&note), &report,
                                 TakeCopy, &copy, &error));
  CHECK(report.is_sound == 1 && copy.calls == 0);
  CHECK(report.num_leaves == size && report.size == size);

  // A checkpoint that reaches the device by another way.
  CHECK_OK(
      parcelveil_log_prove_consistency(log, 0, size, TakeCopy, &copy, &error));
  CHECK(parcelveil_device_witness(device, Bytes(&note), Text("x"), NULL) ==
        PARCELVEIL_INVALID_ARGUMENT);
  CHECK_OK(parcelveil_device_checkpoint(device, TakeCopy, &copy, &error));
  CHECK(copy.size > 0);
  copy.calls = 0;
  CHECK_OK(parcelveil_device_fork(device, TakeCopy, &copy, &error));
  CHECK(copy.calls == 0);
  parcelveil_free(copied);
  parcelveil_free(log);
}

static void Masks(void) {
  parcelveil_mask_style style;
  uint8_t rule = 0;
  int32_t looks = 0;
  uint64_t count = 0;
  CHECK_OK(parcelveil_mask(PARCELVEIL_RULE_PHONE_34, Text("13812341234"),
                           TakeCopy, &copy, &error));
  CHECK(strcmp(copy.data, "138****1234") == 0);
  memset(&style, 0, sizeof(style));
  style.struct_size = sizeof(style);
  style.rule = PARCELVEIL_RULE_PHONE_34;
  style.head_digits = 0;
  style.tail_digits = PARCELVEIL_DIGITS_OF_THE_RULE;
  CHECK_OK(parcelveil_mask_styled(&style, Text("13812341234"), TakeCopy, &copy,
                                  &error));
  CHECK(strcmp(copy.data, "*******1234") == 0);
  CHECK_OK(parcelveil_mask_phone_of(
      PARCELVEIL_OWNER_VIRTUAL, PARCELVEIL_PRESET_LABEL,
      Text("15012345678-9012"), TakeCopy, &copy, &error));
  CHECK(strcmp(copy.data, "15012345678-9012") == 0);
  CHECK_OK(parcelveil_mask_line(PARCELVEIL_PRESET_HANDHELD,
                                Text("王小明 13812341234"), TakeCopy, &copy,
                                &error));
  CHECK(strstr(copy.data, "138****1234") != NULL);
  CHECK_OK(parcelveil_mask_rule_for(PARCELVEIL_KIND_PHONE,
                                    PARCELVEIL_PRESET_LABEL, &rule, &error));
  CHECK(rule == PARCELVEIL_RULE_PHONE_14);
  CHECK_OK(parcelveil_mask_looks_masked(PARCELVEIL_KIND_PHONE,
                                        Text("138****1234"), &looks, &error));
  CHECK(looks == 1);
  CHECK_OK(parcelveil_mask_count_candidates(
      PARCELVEIL_RULE_PHONE_34, Text("138****1234"), Text("浙江省杭州市***"),
      &count, &error));
  CHECK(count > 10 && count < 100);
}

int main(int argc, char **argv) {
  parcelveil_keyring full;
  parcelveil_gate gate;
  parcelveil_device device;
  char gate_dir[4096], published[4096];
  CHECK(argc == 3);
  snprintf(gate_dir, sizeof(gate_dir), "%s/gate", argv[2]);
  snprintf(published, sizeof(published), "%s/published", argv[2]);
  CHECK(strcmp(parcelveil_version(), "0.1.0") == 0);
  Masks();
  Seal(argv[1]);
  List(argv[1]);
  full = Load(argv[1], PARCELVEIL_ROLE_GATE);
  FindAndChange(full);
  gate = OpenGate(gate_dir, full);
  parcelveil_free(full);
  device = EnrolDevice(gate);
  RevealAddress(gate, device);
  DialAndTour(gate, device);
  SearchIsRefused(gate, device);
  Operate(gate, device);
  Audit(gate, device, published);
  parcelveil_free(device);
  CHECK(database.releases == 0);
  parcelveil_free(gate);
  CHECK(database.releases == 1);
  parcelveil_free(gate);
  puts("all as it should be");
  return 0;
}
