// SPDX-License-Identifier: Apache-2.0
// A gate for another process to talk to: frames on standard input and output.
//
//   jni_test_gate KEYRING WORK      WORK is an empty folder
//
// In: one letter, a length of four bytes (big-endian), that many bytes. Out: a
// length and bytes. 'e' a device's key: its card; 'l' today's list; 'h' a
// request: its reply; 's' signs the parcel off; 'p' the index of a leaf: its
// proof, as three such strings; 'k' a checkpoint now.

#include <time.h>

#include "tests/capi/fields.h"

static parcelveil_gate gate;
static parcelveil_opener opener;
static uint64_t num_devices;

static uint32_t ReadLength(void) {
  uint32_t length = 0;
  for (int i = 0; i < 4; ++i)
    length = length << 8 | (uint32_t)(getchar() & 255);
  return length;
}

static void WriteBytes(parcelveil_bytes bytes) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    putchar((int)(bytes.size >> shift & 255));
  }
  fwrite(bytes.data, 1, bytes.size, stdout);
}

static int32_t Write(void *context, parcelveil_bytes bytes) {
  (void)context;
  WriteBytes(bytes);
  return 0;
}

static int32_t WriteProof(void *context, const parcelveil_leaf_proof *proof) {
  (void)context;
  WriteBytes(proof->leaf);
  WriteBytes(proof->checkpoint);
  WriteBytes(proof->proof);
  return 0;
}

static void Enrol(const Copy *key) {
  parcelveil_principal courier;
  CHECK(key->size == PARCELVEIL_KEY_SIZE);
  memset(&courier, 0, sizeof(courier));
  courier.struct_size = sizeof(courier);
  courier.outlet = 5712;
  courier.id = COURIER;
  courier.role = PARCELVEIL_ROLE_LIST;
  courier.active = 1;
  CHECK_OK(parcelveil_gate_enrol(
      gate, ++num_devices, (const uint8_t *)key->data, &courier,
      ((int64_t)time(NULL) + 86400) * 1000, Write, NULL, &error));
}

static void WriteList(void) {
  const parcelveil_sealed views[] = {{Text(WAYBILL), Cell("recipient_view"), 0},
                                     {Text("gone"), Text("damaged"), 0}};
  CHECK_OK(parcelveil_opener_encode_list(opener, PARCELVEIL_SLOT_RECIPIENT_VIEW,
                                         views, 2, 1764000000000, Write, NULL,
                                         &error));
}

static void ProveLeaf(const Copy *number) {
  parcelveil_log log;
  uint64_t index = 0;
  for (size_t i = 0; i < number->size; ++i) {
    index = index << 8 | (uint8_t)number->data[i];
  }
  CHECK_OK(parcelveil_log_of(gate, &log, &error));
  CHECK_OK(parcelveil_gate_checkpoint(gate, TakeCopy, &copy, &error));
  CHECK_OK(parcelveil_log_prove_leaf(log, index, WriteProof, NULL, &error));
  parcelveil_free(log);
}

static void Serve(int what, const Copy *input) {
  switch (what) {
    case 'e':
      Enrol(input);
      break;
    case 'l':
      WriteList();
      break;
    case 'h':
      CHECK_OK(parcelveil_gate_handle(gate, Bytes(input), Text(""), Write, NULL,
                                      &error));
      break;
    case 's':
      database.state = PARCELVEIL_STATE_SIGNED_OFF;
      WriteBytes(Text(""));
      break;
    case 'p':
      ProveLeaf(input);
      break;
    default:
      CHECK_OK(parcelveil_gate_checkpoint(gate, Write, NULL, &error));
  }
}

int main(int argc, char **argv) {
  static Copy input;
  char directory[4096];
  int what;
  CHECK(argc == 3);
  Seal(argv[1]);
  CHECK_OK(parcelveil_opener_create(Load(argv[1], PARCELVEIL_ROLE_LIST),
                                    &opener, &error));
  snprintf(directory, sizeof(directory), "%s/gate", argv[2]);
  gate = OpenGate(directory, Load(argv[1], PARCELVEIL_ROLE_GATE));
  while ((what = getchar()) != EOF) {
    input.size = ReadLength();
    CHECK(input.size < sizeof(input.data));
    CHECK(fread(input.data, 1, input.size, stdin) == input.size);
    Serve(what, &input);
    fflush(stdout);
  }
  parcelveil_free(gate);
  return 0;
}
