// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** How an index finds. */
public enum IndexKind {
  PHONE,
  LAST4,
  TEXT;

  int id() {
    return ordinal() + 1;
  }
}
