// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.util.ArrayList;
import java.util.List;

/** Finds rows by a blind index. Any number of threads. */
public final class Finder extends Handle {
  private Finder(long number) {
    super(number, NativeBackEnd::free);
  }

  public static Finder create(Keyring keyring) throws ParcelveilException {
    return new Finder(NativeBackEnd.finderCreate(keyring));
  }

  /**
   * The index values of the rows of the last {@code backMillis}: query the index column with {@code
   * IN (...)}.
   */
  public List<byte[]> values(Find what, long backMillis) throws ParcelveilException {
    List<byte[]> values = new ArrayList<>();
    byte[] text = what.text();
    try {
      NativeBackEnd.finderValues(
          this,
          what.slot.id,
          what.by.id(),
          what.hasOutlet,
          what.outlet,
          text,
          backMillis,
          values::add);
    } finally {
      Text.wipe(text);
    }
    return values;
  }

  /** Opens the cells of what the query found: index values of others may be equal. */
  public Matches matches(Find what, List<SealedValue> cells) throws ParcelveilException {
    SealedValue.Arrays of = new SealedValue.Arrays(cells);
    Matches matches = new Matches();
    byte[] text = what.text();
    try {
      NativeBackEnd.finderMatches(
          this,
          what.slot.id,
          what.by.id(),
          what.hasOutlet,
          what.outlet,
          text,
          of.recordIds,
          of.sealed,
          of.versions,
          matches);
    } finally {
      Text.wipe(text);
    }
    return matches;
  }
}
