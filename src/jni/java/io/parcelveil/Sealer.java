// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.nio.CharBuffer;

/** Seals waybills before they are stored. Any number of threads. */
public final class Sealer extends Handle {
  private Sealer(long number) {
    super(number, NativeBackEnd::free);
  }

  /** With the built-in table map, for a {@link Keyring} of CONVERTER or of another that seals. */
  public static Sealer create(Keyring keyring) throws ParcelveilException {
    return create(keyring, "");
  }

  /** {@code map} is a table map's text. */
  public static Sealer create(Keyring keyring, String map, HotValue... hot)
      throws ParcelveilException {
    Slot[] slots = new Slot[hot.length];
    CharSequence[] values = new CharSequence[hot.length];
    for (int i = 0; i < hot.length; ++i) {
      slots[i] = hot[i].slot;
      values[i] = hot[i].text;
    }
    byte[][] texts = Text.secrets(values);
    try {
      return new Sealer(
          NativeBackEnd.sealerCreate(keyring, Text.bytes(map), Slot.ids(slots), texts));
    } finally {
      Text.wipe(texts);
    }
  }

  /** Seals all of a waybill; refuses text that is masked already (ALREADY_MASKED). */
  public SealedRow seal(Waybill waybill) throws ParcelveilException {
    SealedRow row = new SealedRow();
    byte[][] texts = waybill.texts();
    try {
      NativeBackEnd.sealerSeal(
          this,
          Text.bytes(waybill.recordId),
          waybill.outlet,
          waybill.version,
          waybill.day,
          waybill.slots(),
          texts,
          row);
    } finally {
      Text.wipe(texts);
    }
    return row;
  }

  /** Seals one value alone, without view and index; {@code outlet} is 0 where it is national. */
  public byte[] sealField(Cell cell, int outlet, char[] text) throws ParcelveilException {
    byte[] utf8 = Text.secret(CharBuffer.wrap(text));
    try {
      return NativeBackEnd.sealerSealField(
          this, Text.bytes(cell.recordId), cell.version, cell.slot.id, outlet, utf8);
    } finally {
      Text.wipe(utf8);
    }
  }
}
