// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** What shows a device that its request is on the record. The host carries it. */
public final class LeafProof {
  final long index;
  final byte[] leaf;
  final byte[] checkpoint;
  final byte[] hashes;

  /** {@code hashes}: 32 bytes each, lowest first. */
  public LeafProof(long index, byte[] leaf, byte[] checkpoint, byte[] hashes) {
    this.index = index;
    this.leaf = leaf.clone();
    this.checkpoint = checkpoint.clone();
    this.hashes = hashes.clone();
  }
}
