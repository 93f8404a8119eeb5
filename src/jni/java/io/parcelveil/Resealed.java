// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** What to write of a row that was changed, all of it in one update. */
public final class Resealed {
  private final SealedRow row;
  private final int day;

  Resealed(SealedRow row, int day) {
    this.row = row;
    this.day = day;
  }

  public SealedRow row() {
    return row;
  }

  /** The day that retention counts from now, in days since 1970-01-01. */
  public int day() {
    return day;
  }
}
