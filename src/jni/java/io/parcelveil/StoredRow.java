// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.util.LinkedHashMap;
import java.util.Map;

/** A row as it was read, under a lock. Leave out what is NULL. */
public final class StoredRow {
  final String recordId;
  final int version;
  private final Map<String, byte[]> cells = new LinkedHashMap<>();

  public StoredRow(String recordId) {
    this(recordId, 0);
  }

  /** Of a row with a version of its own. */
  public StoredRow(String recordId, int version) {
    this.recordId = recordId;
    this.version = version;
  }

  public StoredRow put(String column, byte[] bytes) {
    cells.put(column, bytes.clone());
    return this;
  }

  byte[][] columns() {
    byte[][] columns = new byte[cells.size()][];
    int i = 0;
    for (String column : cells.keySet()) {
      columns[i++] = Text.bytes(column);
    }
    return columns;
  }

  byte[][] cells() {
    return cells.values().toArray(new byte[0][]);
  }
}
