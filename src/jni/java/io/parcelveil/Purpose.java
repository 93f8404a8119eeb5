// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** Why something is asked for. */
public enum Purpose {
  DELIVER,
  ADDRESS_CHECK,
  RETURN,
  COMPLAINT,
  DISPUTE,
  CUSTOMS,
  LAWFUL_REQUEST;

  int id() {
    return ordinal() + 1;
  }
}
