// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.util.ArrayList;
import java.util.List;

/**
 * What a gate has shown, to whom: append-only, and open to anybody's check. Any number of threads.
 */
public final class AuditLog extends Handle {
  private AuditLog(long number) {
    super(number, NativeBackEnd::free);
  }

  /** That of a gate that is open. */
  public static AuditLog of(Gate gate) throws ParcelveilException {
    return new AuditLog(NativeBackEnd.logOf(gate));
  }

  /** One that was published to a folder. */
  public static AuditLog open(String directory) throws ParcelveilException {
    return new AuditLog(NativeBackEnd.logOpen(Text.bytes(directory)));
  }

  /** Publishes it there, or what an earlier call has not. */
  public void export(String directory) throws ParcelveilException {
    NativeBackEnd.logExport(this, Text.bytes(directory));
  }

  /** How many leaves it has. */
  public long size() throws ParcelveilException {
    return NativeBackEnd.logSize(this);
  }

  /** What {@link Device#checkLeaf} takes. */
  public LeafProof proveLeaf(long index) throws ParcelveilException {
    List<byte[]> proof = new ArrayList<>();
    NativeBackEnd.logProveLeaf(this, index, proof::add);
    return new LeafProof(index, proof.get(0), proof.get(1), proof.get(2));
  }

  /** What {@link Device#witness} takes. */
  public byte[] proveConsistency(long oldSize, long size) throws ParcelveilException {
    return NativeBackEnd.logProveConsistency(this, oldSize, size);
  }

  /**
   * Recomputes the whole log and compares it with its checkpoint and with {@code trusted}, one that
   * was verified before, or an empty one. {@code verifierKey}: of {@link Gate#verifierKey}.
   */
  public LogReport verify(String verifierKey, byte[] trusted) throws ParcelveilException {
    return NativeBackEnd.logVerify(this, Text.bytes(verifierKey), trusted);
  }
}
