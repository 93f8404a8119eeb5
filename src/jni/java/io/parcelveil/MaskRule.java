// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** What a mask leaves visible. */
public enum MaskRule {
  /** 138****1234 */
  PHONE_34,
  /** 1******1234: for labels */
  PHONE_14,
  /** *******1234 */
  PHONE_LAST4,
  NAME_SURNAME,
  NAME_HIDDEN,
  ADDRESS_REGION,
  ADDRESS_STREET,
  ALL_HIDDEN;

  int id() {
    return ordinal() + 1;
  }
}
