// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.nio.CharBuffer;

/** What a {@link Finder} looks for. Set what is not as usual. */
public final class Find {
  final Slot slot;
  final IndexKind by;
  private final CharSequence text;
  boolean hasOutlet;
  int outlet;

  /** {@code slot}: the field's; {@code text}: as it is written. */
  public Find(Slot slot, IndexKind by, String text) {
    this.slot = slot;
    this.by = by;
    this.text = text;
  }

  /** {@code text} is borrowed: zero it when all was found. */
  public Find(Slot slot, IndexKind by, char[] text) {
    this.slot = slot;
    this.by = by;
    this.text = CharBuffer.wrap(text);
  }

  /** For an index that is kept by outlet; 0: its national rows. */
  public Find at(int outlet) {
    this.hasOutlet = true;
    this.outlet = outlet;
    return this;
  }

  /** To be zeroed by the caller. */
  byte[] text() {
    return Text.secret(text);
  }
}
