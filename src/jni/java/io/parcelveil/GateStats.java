// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** Counters since a gate was opened. */
public final class GateStats {
  private static final int REFUSED = 3;

  private final long[] values;

  GateStats(long[] values) {
    this.values = values;
  }

  public long granted() {
    return values[0];
  }

  public long retried() {
    return values[1];
  }

  public long commits() {
    return values[2];
  }

  /** All refusals. */
  public long refused() {
    long sum = 0;
    for (int i = REFUSED; i < values.length; ++i) {
      sum += values[i];
    }
    return sum;
  }

  /** Those of one reply code, 1 to 14 (SPEC.md has them). */
  public long refused(int reply) {
    return values[REFUSED + reply];
  }
}
