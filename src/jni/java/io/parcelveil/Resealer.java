// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.nio.CharBuffer;

/** Changes sealed rows, so that views and index values go along. Any number of threads. */
public final class Resealer extends Handle {
  private Resealer(long number) {
    super(number, NativeBackEnd::free);
  }

  public static Resealer create(Keyring keyring) throws ParcelveilException {
    return create(keyring, "");
  }

  /** {@code map} is a table map's text. */
  public static Resealer create(Keyring keyring, String map) throws ParcelveilException {
    return new Resealer(NativeBackEnd.resealerCreate(keyring, Text.bytes(map)));
  }

  /** With another text of one field. */
  public Resealed change(StoredRow row, Slot slot, char[] text) throws ParcelveilException {
    SealedRow changed = new SealedRow();
    byte[] utf8 = Text.secret(CharBuffer.wrap(text));
    try {
      int day =
          NativeBackEnd.resealerChange(
              this,
              Text.bytes(row.recordId),
              row.version,
              row.columns(),
              row.cells(),
              slot.id,
              utf8,
              changed);
      return new Resealed(changed, day);
    } finally {
      Text.wipe(utf8);
    }
  }

  /** For another outlet. */
  public Resealed move(StoredRow row, int outlet) throws ParcelveilException {
    SealedRow moved = new SealedRow();
    int day =
        NativeBackEnd.resealerMove(
            this,
            Text.bytes(row.recordId),
            row.version,
            row.columns(),
            row.cells(),
            outlet,
            moved);
    return new Resealed(moved, day);
  }

  /** Under the newest keys of its own day. */
  public Resealed rotate(StoredRow row) throws ParcelveilException {
    SealedRow rotated = new SealedRow();
    int day =
        NativeBackEnd.resealerRotate(
            this, Text.bytes(row.recordId), row.version, row.columns(), row.cells(), rotated);
    return new Resealed(rotated, day);
  }
}
