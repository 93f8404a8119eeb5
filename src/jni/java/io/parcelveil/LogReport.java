// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** What came out of checking a log. */
public final class LogReport {
  private final boolean isSound;
  private final String problem;
  private final long numLeaves;
  private final long numUnsigned;
  private final long size;
  private final byte[] root;

  // Called by the native side; `problem` may be null.
  LogReport(
      boolean isSound, byte[] problem, long numLeaves, long numUnsigned, long size, byte[] root) {
    this.isSound = isSound;
    this.problem = problem == null ? "" : Text.of(problem);
    this.numLeaves = numLeaves;
    this.numUnsigned = numUnsigned;
    this.size = size;
    this.root = root;
  }

  public boolean isSound() {
    return isSound;
  }

  /** One sentence; empty where it is sound. */
  public String problem() {
    return problem;
  }

  public long numLeaves() {
    return numLeaves;
  }

  /** Those after the checkpoint. */
  public long numUnsigned() {
    return numUnsigned;
  }

  /** Of the checkpoint. */
  public long size() {
    return size;
  }

  /** Of the checkpoint: 32 bytes. */
  public byte[] root() {
    return root.clone();
  }
}
