// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.util.List;

/** Opens views and fields, as its keyring's role may. Any number of threads. */
public final class Opener extends Handle {
  private Opener(long number) {
    super(number, NativeBackEnd::free);
  }

  public static Opener create(Keyring keyring) throws ParcelveilException {
    return new Opener(NativeBackEnd.openerCreate(keyring));
  }

  /** Lends the text of one field. */
  public void open(Cell cell, byte[] sealed, TextUser user) throws ParcelveilException {
    NativeBackEnd.openerOpen(
        this, Text.bytes(cell.recordId), cell.version, cell.slot.id, sealed, user);
  }

  /** Opens a page of views, in their order; a row that does not open does not end it. */
  public List<OpenedView> openViews(Slot view, List<SealedValue> page) throws ParcelveilException {
    SealedValue.Arrays of = new SealedValue.Arrays(page);
    OpenedView.Taker taker = new OpenedView.Taker(page);
    NativeBackEnd.openerOpenViews(this, view.id, of.recordIds, of.sealed, of.versions, taker);
    return taker.views;
  }

  /** The same as a handheld's list, for {@link MaskedList#parse}. */
  public byte[] encodeList(Slot view, List<SealedValue> page, long servedMillis)
      throws ParcelveilException {
    SealedValue.Arrays of = new SealedValue.Arrays(page);
    return NativeBackEnd.openerEncodeList(
        this, view.id, of.recordIds, of.sealed, of.versions, servedMillis);
  }
}
