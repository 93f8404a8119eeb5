// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** What to watch of a keyring. */
public final class KeyringHealth {
  private final long[] values;

  KeyringHealth(long[] values) {
    this.values = values;
  }

  /** Why the newest file was not taken, a code of absl::StatusCode; 0: it was. */
  public int lastReload() {
    return (int) values[0];
  }

  public long serial() {
    return values[1];
  }

  public long createdMillis() {
    return values[2];
  }

  /** There is no key to seal under after this. */
  public long sealingStopsMillis() {
    return values[3];
  }

  public long tenant() {
    return values[4];
  }

  /** True where less than half of the days ahead are left. */
  public boolean needsAttention() {
    return values[5] != 0;
  }
}
