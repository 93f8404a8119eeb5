// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** Fields of one parcel, until their time is over. One call at a time. */
public final class Shown extends Handle {
  Shown(long number) {
    super(number);
  }

  /** Lends the text of the one slot that was asked for; empty when its time is over. */
  public void use(TextUser user) throws ParcelveilException {
    Native.shownText(this, 0, user);
  }

  /** Lends the text of {@code slot}; empty where the parcel has none. */
  public void use(Slot slot, TextUser user) throws ParcelveilException {
    Native.shownText(this, slot.id, user);
  }

  public long untilMillis() throws ParcelveilException {
    return Native.shownUntil(this);
  }

  /** The leaf of the gate's log that says so, for {@link Device#checkLeaf}. */
  public long leafIndex() throws ParcelveilException {
    return Native.shownLeaf(this);
  }

  /** Zeroes the text now. */
  public void forget() throws ParcelveilException {
    Native.shownForget(this);
  }
}
