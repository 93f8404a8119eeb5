// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.nio.CharBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** One waybill, to be sealed. Set what is not as usual. */
public final class Waybill {
  final String recordId;
  int outlet;
  int version;
  int day;
  private final Map<Slot, CharSequence> fields = new LinkedHashMap<>();

  public Waybill(String recordId) {
    this.recordId = recordId;
  }

  /** Its outlet; national otherwise. */
  public Waybill outlet(int outlet) {
    this.outlet = outlet;
    return this;
  }

  public Waybill version(int version) {
    this.version = version;
    return this;
  }

  /** The day that it is from, in days since 1970-01-01: for a migration only. */
  public Waybill day(int day) {
    this.day = day;
    return this;
  }

  public Waybill put(Slot slot, String text) {
    fields.put(slot, text);
    return this;
  }

  /** {@code text} is borrowed: zero it when the waybill was sealed. */
  public Waybill put(Slot slot, char[] text) {
    fields.put(slot, CharBuffer.wrap(text));
    return this;
  }

  int[] slots() {
    return Slot.ids(fields.keySet().toArray(new Slot[0]));
  }

  /** To be zeroed by the caller. */
  byte[][] texts() {
    return Text.secrets(fields.values().toArray(new CharSequence[0]));
  }
}
