// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One line of a list, or of what a search found: masked text, no secret. */
public final class MaskedRow {
  private final String waybill;
  private final Map<Slot, String> fields = new LinkedHashMap<>();

  MaskedRow(String waybill, int[] slots, byte[][] texts) {
    this.waybill = waybill;
    for (int i = 0; i < slots.length; ++i) {
      fields.put(Slot.of(slots[i]), Text.of(texts[i]));
    }
  }

  public String waybill() {
    return waybill;
  }

  /** The masked text of a field, empty where the row has none. */
  public String get(Slot slot) {
    String text = fields.get(slot);
    return text == null ? "" : text;
  }

  /** All of them, by ascending slot; none where the row is not readable any more. */
  public Map<Slot, String> fields() {
    return Collections.unmodifiableMap(fields);
  }

  /** Takes rows from the native side. */
  static final class Taker {
    final List<MaskedRow> rows = new ArrayList<>();

    void take(byte[] waybill, int[] slots, byte[][] texts) {
      rows.add(new MaskedRow(Text.of(waybill), slots, texts));
    }
  }
}
