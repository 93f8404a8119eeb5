// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.util.ArrayList;
import java.util.List;

/** One row of a page: masked text, or why it does not open. */
public final class OpenedView {
  private final MaskedRow row;
  private final ParcelveilException closed;

  private OpenedView(MaskedRow row, ParcelveilException closed) {
    this.row = row;
    this.closed = closed;
  }

  /** Without fields where it does not open. */
  public MaskedRow row() {
    return row;
  }

  /** Why it does not open; null where it does. */
  public ParcelveilException closed() {
    return closed;
  }

  /** Takes views from the native side. */
  static final class Taker {
    final List<OpenedView> views = new ArrayList<>();
    private final List<SealedValue> of;

    Taker(List<SealedValue> of) {
      this.of = of;
    }

    void take(int position, ParcelveilException closed, int[] slots, byte[][] texts) {
      views.add(
          new OpenedView(new MaskedRow(of.get(position).recordId, slots, texts), closed));
    }
  }
}
