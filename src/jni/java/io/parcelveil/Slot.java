// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** Which field, view or index. */
public final class Slot {
  public static final Slot SENDER_NAME = new Slot(1);
  public static final Slot SENDER_PHONE = new Slot(2);
  public static final Slot SENDER_ADDRESS = new Slot(3);
  public static final Slot RECIPIENT_NAME = new Slot(4);
  public static final Slot RECIPIENT_PHONE = new Slot(5);
  public static final Slot RECIPIENT_ADDRESS = new Slot(6);
  public static final Slot RECIPIENT_PHONE_INDEX = new Slot(0x4001);
  public static final Slot RECIPIENT_LAST4_INDEX = new Slot(0x4002);
  public static final Slot SENDER_PHONE_INDEX = new Slot(0x4003);
  public static final Slot RECIPIENT_VIEW = new Slot(0x8001);
  public static final Slot SENDER_VIEW = new Slot(0x8002);

  final int id;

  private Slot(int id) {
    this.id = id;
  }

  /** A slot of your own, or any by its number: 1 to 65535. */
  public static Slot of(int id) {
    if (id < 1 || id > 0xFFFF) {
      throw new IllegalArgumentException("no slot has the number " + id);
    }
    return new Slot(id);
  }

  public int id() {
    return id;
  }

  static int[] ids(Slot... slots) {
    int[] ids = new int[slots.length];
    for (int i = 0; i < slots.length; ++i) {
      ids[i] = slots[i].id;
    }
    return ids;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Slot && ((Slot) other).id == id;
  }

  @Override
  public int hashCode() {
    return id;
  }

  @Override
  public String toString() {
    return "slot " + id;
  }
}
