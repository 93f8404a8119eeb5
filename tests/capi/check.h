// SPDX-License-Identifier: Apache-2.0
// What the C tests share.

#ifndef PARCELVEIL_TESTS_CAPI_CHECK_H_
#define PARCELVEIL_TESTS_CAPI_CHECK_H_

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parcelveil/c_gate.h"

#define CHECK(condition)                                                      \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                                \
    }                                                                         \
  } while (0)

// The call succeeds; `error` is the test's.
#define CHECK_OK(call)                                                 \
  do {                                                                 \
    const int32_t code_ = (call);                                      \
    if (code_ != 0 || error.code != 0) {                               \
      fprintf(stderr, "%s:%d: %d %s: %s\n", __FILE__, __LINE__, code_, \
              parcelveil_reason_name(error.reason), error.message);    \
      exit(1);                                                         \
    }                                                                  \
  } while (0)

// The call is refused for that reason.
#define CHECK_REFUSED(name, call)                                             \
  do {                                                                        \
    const int32_t code_ = (call);                                             \
    if (code_ == 0 || code_ != error.code ||                                  \
        strcmp(parcelveil_reason_name(error.reason), name) != 0 ||            \
        error.message[0] == '\0') {                                           \
      fprintf(stderr, "%s:%d: %d %s: %s, not " name "\n", __FILE__, __LINE__, \
              code_, parcelveil_reason_name(error.reason), error.message);    \
      exit(1);                                                                \
    }                                                                         \
  } while (0)

static inline parcelveil_bytes Text(const char *text) {
  const parcelveil_bytes bytes = {text, strlen(text)};
  return bytes;
}

// A copy of what was lent; longer things are refused.
typedef struct Copy {
  size_t size;
  int calls;
  char data[16384];
} Copy;

static inline int32_t TakeCopy(void *context, parcelveil_bytes bytes) {
  Copy *const copy = context;
  if (bytes.size >= sizeof(copy->data)) return 1;
  if (bytes.size > 0) memcpy(copy->data, bytes.data, bytes.size);
  copy->data[bytes.size] = '\0';
  copy->size = bytes.size;
  ++copy->calls;
  return 0;
}

static inline parcelveil_bytes Bytes(const Copy *copy) {
  const parcelveil_bytes bytes = {copy->data, copy->size};
  return bytes;
}

// Guards a device's state with nothing: the tests look at what it does, not
// how well.
static inline int32_t PlainWrap(void *context, parcelveil_bytes bytes,
                                parcelveil_take take, void *take_context) {
  (void)context;
  return take(take_context, bytes);
}

static inline parcelveil_key_wrap PlainKeyWrap(void) {
  parcelveil_key_wrap wrap;
  memset(&wrap, 0, sizeof(wrap));
  wrap.struct_size = sizeof(wrap);
  wrap.wrap = PlainWrap;
  wrap.unwrap = PlainWrap;
  return wrap;
}

#endif  // PARCELVEIL_TESTS_CAPI_CHECK_H_
