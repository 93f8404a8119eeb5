// SPDX-License-Identifier: Apache-2.0
// What a caller gets wrong gives an error code, never a crash: handles, NULLs,
// lengths, calls after the end, from other threads and from callbacks.

#include <pthread.h>
#include <stdatomic.h>

#include "tests/capi/check.h"

static parcelveil_error error = {sizeof(error), 0, 0, 0, {0}};
static Copy copy;

static parcelveil_device NewDevice(void) {
  const parcelveil_key_wrap wrap = PlainKeyWrap();
  parcelveil_device device;
  CHECK_OK(parcelveil_device_create(&wrap, &device, &error));
  return device;
}

static void RefusesWhatIsNoHandle(void) {
  const uint64_t handles[] = {0, 1, 42, UINT64_MAX, 0x7076000000000000};
  const parcelveil_device device = NewDevice();
  const parcelveil_device freed = NewDevice();
  int32_t has = 7;
  parcelveil_free(freed);
  for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); ++i) {
    CHECK_REFUSED("MALFORMED",
                  parcelveil_device_has_new_state(handles[i], &has, &error));
    parcelveil_free(handles[i]);
  }
  // One that was freed, twice, and one of another kind.
  parcelveil_free(freed);
  CHECK_REFUSED("MALFORMED",
                parcelveil_device_has_new_state(freed, &has, &error));
  CHECK_REFUSED("MALFORMED", parcelveil_shown_forget(device, &error));
  CHECK_REFUSED("MALFORMED", parcelveil_keyring_reload(device, &error));
  CHECK_REFUSED("MALFORMED", parcelveil_gate_revoke(device, 1, &error));
  CHECK(has == 7);
  // A new one never takes the number of an old one.
  CHECK(NewDevice() > freed);
  parcelveil_free(device);
}

static void RefusesNullsAndLengthsThatLie(void) {
  const parcelveil_device device = NewDevice();
  const parcelveil_bytes no_data = {NULL, 5};
  const parcelveil_bytes huge = {"x", SIZE_MAX};
  const parcelveil_bytes large = {"x", PARCELVEIL_MAX_SIZE + 1};
  const uint16_t slot = PARCELVEIL_SLOT_RECIPIENT_NAME;
  parcelveil_ask ask = 1;
  parcelveil_mask_style style;
  parcelveil_key_wrap wrap = PlainKeyWrap();
  parcelveil_device none = 1;
  CHECK_REFUSED("MALFORMED", parcelveil_device_enrol(device, no_data, &error));
  CHECK_REFUSED("MALFORMED", parcelveil_device_enrol(device, huge, &error));
  CHECK_REFUSED("MALFORMED", parcelveil_device_enrol(device, large, &error));
  CHECK_REFUSED("MALFORMED",
                parcelveil_device_reveal(device, Text("w"), NULL, 1, 1,
                                         Text(""), &ask, &error));
  CHECK(ask == 0);
  CHECK_REFUSED("MALFORMED",
                parcelveil_device_reveal(device, Text("w"), &slot, SIZE_MAX, 1,
                                         Text(""), &ask, &error));
  CHECK_REFUSED("MALFORMED",
                parcelveil_device_reveal(device, Text("w"), &slot, 1, 1,
                                         Text(""), NULL, &error));
  CHECK_REFUSED("MALFORMED",
                parcelveil_device_public_key(device, NULL, &error));
  CHECK_REFUSED("MALFORMED",
                parcelveil_device_state(device, NULL, NULL, &error));
  CHECK_REFUSED("MALFORMED",
                parcelveil_mask(0, Text("x"), TakeCopy, &copy, &error));
  CHECK_REFUSED("MALFORMED", parcelveil_mask_styled(NULL, Text("x"), TakeCopy,
                                                    &copy, &error));
  memset(&style, 0, sizeof(style));
  style.rule = PARCELVEIL_RULE_PHONE_34;
  style.struct_size = UINT32_MAX;
  CHECK_REFUSED("MALFORMED", parcelveil_mask_styled(&style, Text("x"), TakeCopy,
                                                    &copy, &error));
  CHECK_REFUSED("MALFORMED",
                parcelveil_device_sheet(device, NULL, &ask, &error));
  wrap.unwrap = NULL;
  CHECK_REFUSED("MALFORMED", parcelveil_device_create(&wrap, &none, &error));
  CHECK(none == 0);
  CHECK_REFUSED("MALFORMED",
                parcelveil_keyring_load(Text("kr"), NULL, &none, &error));
  // Before it is enrolled, a device can ask nobody.
  CHECK_REFUSED("WRONG_STATE",
                parcelveil_device_reveal(device, Text("w"), &slot, 1, 1,
                                         Text(""), &ask, &error));
  // An error that is not whole is not written; none is needed.
  parcelveil_error small = {4, 99, 0, 0, {0}};
  CHECK(parcelveil_device_enrol(device, Text(""), &small) ==
        PARCELVEIL_INVALID_ARGUMENT);
  CHECK(small.code == 99);
  CHECK(parcelveil_device_enrol(device, Text(""), NULL) ==
        PARCELVEIL_INVALID_ARGUMENT);
  parcelveil_free(device);
}

// Callbacks that come back, stop, give nothing or too much.
static parcelveil_device inner;
static int32_t inner_code;

static int32_t CallBack(void *context, parcelveil_bytes bytes) {
  int32_t has;
  (void)bytes;
  inner_code = parcelveil_device_has_new_state(inner, &has, NULL);
  if (context != NULL) parcelveil_free(inner);
  return 0;
}

static int32_t Stop(void *context, parcelveil_bytes bytes) {
  (void)context;
  (void)bytes;
  return 1;
}

static int32_t GiveNothing(void *context, parcelveil_bytes bytes,
                           parcelveil_take take, void *take_context) {
  (void)context;
  (void)bytes;
  (void)take;
  (void)take_context;
  return 0;
}

static int32_t GiveTwice(void *context, parcelveil_bytes bytes,
                         parcelveil_take take, void *take_context) {
  (void)context;
  take(take_context, bytes);
  take(take_context, bytes);
  return 0;
}

static int32_t GiveAway(void *context, parcelveil_bytes bytes,
                        parcelveil_take take, void *take_context) {
  (void)context;
  (void)take_context;
  return take(NULL, bytes);
}

// Calls back under the device's own lock.
static int32_t WrapAndCallBack(void *context, parcelveil_bytes bytes,
                               parcelveil_take take, void *take_context) {
  (void)context;
  CallBack(NULL, bytes);
  return take(take_context, bytes);
}

static void SurvivesCallbacks(void) {
  int32_t (*const bad[])(void *, parcelveil_bytes, parcelveil_take, void *) = {
      GiveNothing, GiveTwice, GiveAway};
  parcelveil_key_wrap wrap = PlainKeyWrap();
  parcelveil_device device;
  int32_t has;
  inner = NewDevice();
  CHECK(parcelveil_device_state(inner, Stop, NULL, &error) ==
        PARCELVEIL_CANCELLED);
  CHECK_OK(parcelveil_device_state(inner, CallBack, NULL, &error));
  CHECK(inner_code == PARCELVEIL_ABORTED);
  // Freed by the callback of its own call: the call ends all the same.
  CHECK_OK(parcelveil_device_state(inner, CallBack, &copy, &error));
  CHECK_REFUSED("MALFORMED",
                parcelveil_device_has_new_state(inner, &has, &error));

  wrap.wrap = WrapAndCallBack;
  CHECK_OK(parcelveil_device_create(&wrap, &inner, &error));
  CHECK_OK(parcelveil_device_state(inner, TakeCopy, &copy, &error));
  CHECK(inner_code == PARCELVEIL_ABORTED);
  parcelveil_free(inner);
  for (size_t i = 0; i < 3; ++i) {
    wrap.wrap = bad[i];
    CHECK_OK(parcelveil_device_create(&wrap, &device, &error));
    CHECK(parcelveil_device_state(device, TakeCopy, &copy, &error) ==
          PARCELVEIL_INVALID_ARGUMENT);
    parcelveil_free(device);
  }
}

// A handle is freed while other threads call with it.
static _Atomic(parcelveil_device) shared;
static atomic_int running;

static void *Use(void *context) {
  static const uint16_t slot = PARCELVEIL_SLOT_RECIPIENT_NAME;
  Copy *const mine = context;
  while (atomic_load(&running)) {
    const parcelveil_device device = atomic_load(&shared);
    parcelveil_ask ask;
    const int32_t state = parcelveil_device_state(device, TakeCopy, mine, NULL);
    const int32_t asked = parcelveil_device_reveal(device, Text("w"), &slot, 1,
                                                   1, Text(""), &ask, NULL);
    CHECK(state == 0 || state == PARCELVEIL_INVALID_ARGUMENT);
    CHECK(asked == PARCELVEIL_INVALID_ARGUMENT ||
          asked == PARCELVEIL_FAILED_PRECONDITION);
  }
  return NULL;
}

static void SurvivesThreads(void) {
  static Copy copies[3];
  pthread_t threads[3];
  atomic_store(&running, 1);
  atomic_store(&shared, NewDevice());
  for (int i = 0; i < 3; ++i) {
    CHECK(pthread_create(&threads[i], NULL, Use, &copies[i]) == 0);
  }
  for (int i = 0; i < 500; ++i) {
    const parcelveil_device old = atomic_exchange(&shared, NewDevice());
    parcelveil_free(old);
  }
  atomic_store(&running, 0);
  for (int i = 0; i < 3; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(void) {
  RefusesWhatIsNoHandle();
  RefusesNullsAndLengthsThatLie();
  SurvivesCallbacks();
  SurvivesThreads();
  puts("nothing broke");
  return 0;
}
