// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** Two checkpoints of a gate's log that cannot both be true. Hand both to the operators. */
public final class Fork {
  private final byte[] kept;
  private final byte[] other;

  Fork(byte[] kept, byte[] other) {
    this.kept = kept;
    this.other = other;
  }

  public byte[] kept() {
    return kept.clone();
  }

  public byte[] other() {
    return other.clone();
  }
}
