// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What to store of a waybill, all of it in one write: sealed fields, views, index values. */
public final class SealedRow {
  private final Map<String, byte[]> cells = new LinkedHashMap<>();

  SealedRow() {}

  /** By column. */
  public Map<String, byte[]> cells() {
    return Collections.unmodifiableMap(cells);
  }

  /** What goes into {@code column}; null where the row has nothing for it. */
  public byte[] get(String column) {
    return cells.get(column);
  }

  // Called by the native side.
  void take(byte[] column, byte[] bytes) {
    cells.put(Text.of(column), bytes);
  }
}
