// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** What a field is. */
public enum FieldKind {
  NAME,
  PHONE,
  ADDRESS,
  TEXT;

  int id() {
    return ordinal() + 1;
  }
}
