// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.util.ArrayList;
import java.util.List;

/** Values for a tour without coverage; one entry is open at a time. One call at a time. */
public final class RouteSheet extends Handle {
  RouteSheet(long number) {
    super(number);
  }

  public List<String> waybills() throws ParcelveilException {
    List<String> waybills = new ArrayList<>();
    Native.sheetWaybills(this, bytes -> waybills.add(Text.of(bytes)));
    return waybills;
  }

  public Entry entry(String waybill) {
    return new Entry(waybill);
  }

  /** After this nothing opens any more. */
  public long deadlineMillis() throws ParcelveilException {
    return Native.sheetDeadline(this);
  }

  /** Zeroes the key of the sheet now. */
  public void forget() throws ParcelveilException {
    Native.sheetForget(this);
  }

  /** One waybill of the sheet: opened for each use, and forgotten after it. */
  public final class Entry {
    private final byte[] waybill;

    private Entry(String waybill) {
      this.waybill = Text.bytes(waybill);
    }

    /** Lends the text of the first slot that the sheet is for. */
    public void use(TextUser user) throws ParcelveilException {
      Native.sheetText(RouteSheet.this, waybill, 0, user);
    }

    public void use(Slot slot, TextUser user) throws ParcelveilException {
      Native.sheetText(RouteSheet.this, waybill, slot.id, user);
    }
  }
}
