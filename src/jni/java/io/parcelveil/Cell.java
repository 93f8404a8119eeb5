// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** Where one sealed value lives; it opens nowhere else. */
public final class Cell {
  final String recordId;
  final Slot slot;
  final int version;

  public Cell(String recordId, Slot slot) {
    this(recordId, slot, 0);
  }

  /** Of a row with a version of its own. */
  public Cell(String recordId, Slot slot, int version) {
    this.recordId = recordId;
    this.slot = slot;
    this.version = version;
  }
}
