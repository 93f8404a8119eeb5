// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** Who opens: which program of the company, or which of its people. */
public final class Role {
  /** Seals; opens only what may still be sealed. */
  public static final Role CONVERTER = new Role(2);
  /** Full values, one at a time, on the record. */
  public static final Role GATE = new Role(3);
  /** Masked views, nation-wide. */
  public static final Role LIST = new Role(4);
  /** Dial tokens. */
  public static final Role TELEPHONY = new Role(5);
  /** One outlet's views and last-four index. */
  public static final Role OUTLET = new Role(6);
  /** Full values, with two approvers. */
  public static final Role DISPUTE = new Role(7);
  /** References in the audit log. */
  public static final Role AUDITOR = new Role(8);

  final int id;

  private Role(int id) {
    this.id = id;
  }

  /** A role of your own: 64 to 65535; or any by its number. */
  public static Role of(int id) {
    if (id < 1 || id > 0xFFFF) {
      throw new IllegalArgumentException("no role has the number " + id);
    }
    return new Role(id);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Role && ((Role) other).id == id;
  }

  @Override
  public int hashCode() {
    return id;
  }

  @Override
  public String toString() {
    return "role " + id;
  }
}
