// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** The native side of a back end: one method for each function of c_field.h and c_gate.h. */
final class NativeBackEnd {
  static {
    System.loadLibrary("parcelveil_c");
    System.loadLibrary("parcelveil_back_end_jni");
  }

  private NativeBackEnd() {}

  static native void free(long handle);

  static native long keyringLoad(
      byte[] directory,
      int role,
      int outlet,
      byte[] passphraseFile,
      byte[] stateDir,
      byte[] signers)
      throws ParcelveilException;

  static native void keyringReload(Handle keyring) throws ParcelveilException;

  static native long[] keyringHealth(Handle keyring) throws ParcelveilException;

  static native long sealerCreate(Handle keyring, byte[] map, int[] hotSlots, byte[][] hotTexts)
      throws ParcelveilException;

  static native void sealerSeal(
      Handle sealer,
      byte[] recordId,
      int outlet,
      int version,
      int day,
      int[] slots,
      byte[][] texts,
      SealedRow row)
      throws ParcelveilException;

  static native byte[] sealerSealField(
      Handle sealer, byte[] recordId, int version, int slot, int outlet, byte[] text)
      throws ParcelveilException;

  static native long resealerCreate(Handle keyring, byte[] map) throws ParcelveilException;

  // Each returns the day.
  static native int resealerChange(
      Handle resealer,
      byte[] recordId,
      int version,
      byte[][] columns,
      byte[][] cells,
      int slot,
      byte[] text,
      SealedRow row)
      throws ParcelveilException;

  static native int resealerMove(
      Handle resealer,
      byte[] recordId,
      int version,
      byte[][] columns,
      byte[][] cells,
      int outlet,
      SealedRow row)
      throws ParcelveilException;

  static native int resealerRotate(
      Handle resealer,
      byte[] recordId,
      int version,
      byte[][] columns,
      byte[][] cells,
      SealedRow row)
      throws ParcelveilException;

  static native long openerCreate(Handle keyring) throws ParcelveilException;

  static native void openerOpen(
      Handle opener, byte[] recordId, int version, int slot, byte[] sealed, TextUser user)
      throws ParcelveilException;

  static native void openerOpenViews(
      Handle opener,
      int slot,
      byte[][] recordIds,
      byte[][] sealed,
      int[] versions,
      OpenedView.Taker taker)
      throws ParcelveilException;

  static native byte[] openerEncodeList(
      Handle opener,
      int slot,
      byte[][] recordIds,
      byte[][] sealed,
      int[] versions,
      long servedMillis)
      throws ParcelveilException;

  static native long finderCreate(Handle keyring) throws ParcelveilException;

  static native void finderValues(
      Handle finder,
      int slot,
      int by,
      boolean hasOutlet,
      int outlet,
      byte[] text,
      long backMillis,
      ByteTaker taker)
      throws ParcelveilException;

  static native void finderMatches(
      Handle finder,
      int slot,
      int by,
      boolean hasOutlet,
      int outlet,
      byte[] text,
      byte[][] recordIds,
      byte[][] sealed,
      int[] versions,
      Matches matches)
      throws ParcelveilException;

  static native void gateInit(byte[] directory, byte[] origin, byte[] passphraseFile)
      throws ParcelveilException;

  static native long gateOpen(
      byte[] directory, Handle keyring, byte[] passphraseFile, GateHost host)
      throws ParcelveilException;

  // Gives a parcel to the callback that asked for it.
  static native void giveParcel(
      long to,
      byte[] recordId,
      int outlet,
      long assignedTo,
      int version,
      int state,
      boolean noCoverage,
      int[] slots,
      byte[][] cells);

  static native byte[] gateHandle(Handle gate, byte[] request, byte[] connection)
      throws ParcelveilException;

  static native byte[] gateEnrol(
      Handle gate,
      long device,
      byte[] deviceKey,
      long principal,
      int role,
      int outlet,
      boolean active,
      long expiresMillis)
      throws ParcelveilException;

  static native void gateRevoke(Handle gate, long device) throws ParcelveilException;

  static native void gateAdmit(Handle gate, long principal, int role, int outlet, boolean active)
      throws ParcelveilException;

  static native void gateSetActive(Handle gate, long principal, boolean active)
      throws ParcelveilException;

  static native void gateHold(Handle gate, byte[] recordId) throws ParcelveilException;

  static native void gateRelease(Handle gate, byte[] recordId) throws ParcelveilException;

  static native void gateApprove(Handle gate, long approver, byte[] subject, long forMillis)
      throws ParcelveilException;

  static native void gateCheckNote(Handle gate, byte[] note) throws ParcelveilException;

  static native long[] gateStats(Handle gate) throws ParcelveilException;

  static native byte[] gateCheckpoint(Handle gate) throws ParcelveilException;

  static native byte[] gateVerifierKey(Handle gate) throws ParcelveilException;

  static native long logOf(Handle gate) throws ParcelveilException;

  static native long logOpen(byte[] directory) throws ParcelveilException;

  static native void logExport(Handle log, byte[] directory) throws ParcelveilException;

  static native long logSize(Handle log) throws ParcelveilException;

  static native void logProveLeaf(Handle log, long index, ByteTaker taker)
      throws ParcelveilException;

  static native byte[] logProveConsistency(Handle log, long oldSize, long size)
      throws ParcelveilException;

  static native LogReport logVerify(Handle log, byte[] verifierKey, byte[] trusted)
      throws ParcelveilException;
}
