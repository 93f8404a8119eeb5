// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** A question to the gate, with the one key that opens its answer. One call at a time. */
public final class Ask extends Handle {
  Ask(long number) {
    super(number);
  }

  /**
   * What to post to the gate. No answer came? Post the same again: it costs nothing more. Empty once
   * the answer was opened.
   */
  public byte[] bytes() throws ParcelveilException {
    return Native.askBytes(this);
  }
}
