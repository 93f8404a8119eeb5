/* SPDX-License-Identifier: Apache-2.0 */
/* The program of somebody who writes C: one mask. */
#include <parcelveil/c.h>
#include <stdio.h>

static int32_t Print(void *context, parcelveil_bytes text) {
  (void)context;
  printf("%.*s\n", (int)text.size, (const char *)text.data);
  return 0;
}

int main(void) {
  const parcelveil_bytes phone = {"14112345678", 11};
  return parcelveil_mask(PARCELVEIL_RULE_PHONE_34, phone, Print, NULL, NULL);
}
