// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.util.LinkedHashMap;
import java.util.Map;

/** One parcel as the host's database has it now. */
public final class Parcel {
  final String recordId;
  final ParcelState state;
  int outlet;
  int version;
  long assignedTo;
  boolean noCoverage;
  private final Map<Slot, byte[]> cells = new LinkedHashMap<>();

  public Parcel(String recordId, ParcelState state) {
    this.recordId = recordId;
    this.state = state;
  }

  /** Its outlet; national otherwise. */
  public Parcel outlet(int outlet) {
    this.outlet = outlet;
    return this;
  }

  /** Of a row with a version of its own. */
  public Parcel version(int version) {
    this.version = version;
    return this;
  }

  /** The principal who has it; nobody otherwise. */
  public Parcel assignedTo(long principal) {
    this.assignedTo = principal;
    return this;
  }

  /** It may go on a route sheet. */
  public Parcel noCoverage() {
    this.noCoverage = true;
    return this;
  }

  /** A sealed cell, of a slot that was asked for; leave out what is NULL. */
  public Parcel cell(Slot slot, byte[] sealed) {
    cells.put(slot, sealed.clone());
    return this;
  }

  int[] slots() {
    return Slot.ids(cells.keySet().toArray(new Slot[0]));
  }

  byte[][] cells() {
    return cells.values().toArray(new byte[0][]);
  }
}
