// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.util.Collections;
import java.util.List;

/** The day's list, as the back end sends it. */
public final class MaskedList {
  private final long servedMillis;
  private final List<MaskedRow> rows;

  private MaskedList(long servedMillis, List<MaskedRow> rows) {
    this.servedMillis = servedMillis;
    this.rows = Collections.unmodifiableList(rows);
  }

  /** Takes no key and checks no signature: a list comes over the app's own login. */
  public static MaskedList parse(byte[] list) throws ParcelveilException {
    MaskedRow.Taker taker = new MaskedRow.Taker();
    long served = Native.listParse(list, taker);
    return new MaskedList(served, taker.rows);
  }

  public long servedMillis() {
    return servedMillis;
  }

  public List<MaskedRow> rows() {
    return rows;
  }
}
