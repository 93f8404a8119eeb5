// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/**
 * A value that so many rows share that its index values would stand out: rows with it cannot be
 * found by it.
 */
public final class HotValue {
  final Slot slot;
  final String text;

  public HotValue(Slot slot, String text) {
    this.slot = slot;
    this.text = text;
  }
}
