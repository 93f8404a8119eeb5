// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** The native side: one method for each function of the C ABI (c.h, c_device.h). */
final class Native {
  static {
    System.loadLibrary("parcelveil_c_device");
    System.loadLibrary("parcelveil_jni");
  }

  private Native() {}

  static native void free(long handle);

  // None of these can fail but for what their callers check, or for want of memory.
  static native byte[] mask(int rule, byte[] text);

  static native byte[] maskPhoneOf(int owner, int preset, byte[] text);

  static native byte[] maskLine(int preset, byte[] line);

  static native int maskRuleFor(int kind, int preset);

  static native boolean maskLooksMasked(int kind, byte[] text);

  static native long maskCountCandidates(int rule, byte[] phone, byte[] address);

  static native long deviceCreate(KeyWrap keyWrap) throws ParcelveilException;

  static native long deviceLoad(byte[] state, KeyWrap keyWrap) throws ParcelveilException;

  static native byte[] devicePublicKey(Handle device) throws ParcelveilException;

  static native void deviceEnrol(Handle device, byte[] card) throws ParcelveilException;

  static native byte[] deviceState(Handle device) throws ParcelveilException;

  static native boolean deviceHasNewState(Handle device) throws ParcelveilException;

  static native long deviceReveal(
      Handle device, byte[] waybill, int[] slots, int purpose, byte[] ticket)
      throws ParcelveilException;

  static native long deviceDial(Handle device, byte[] waybill, int phone, int purpose)
      throws ParcelveilException;

  static native long deviceSheet(Handle device, byte[][] waybills, int[] slots, int purpose)
      throws ParcelveilException;

  static native long deviceSearch(
      Handle device,
      byte[] phone,
      int index,
      int outlet,
      long backMillis,
      int[] views,
      int purpose,
      byte[] ticket)
      throws ParcelveilException;

  static native byte[] askBytes(Handle ask) throws ParcelveilException;

  static native long deviceOpen(Handle device, Handle ask, byte[] reply)
      throws ParcelveilException;

  static native byte[] deviceOpenDial(Handle device, Handle ask, byte[] reply)
      throws ParcelveilException;

  static native long deviceOpenSheet(Handle device, Handle ask, byte[] reply)
      throws ParcelveilException;

  static native void deviceOpenSearch(
      Handle device, Handle ask, byte[] reply, MaskedRow.Taker taker) throws ParcelveilException;

  static native void shownText(Handle shown, int slot, TextUser user) throws ParcelveilException;

  static native long shownUntil(Handle shown) throws ParcelveilException;

  static native long shownLeaf(Handle shown) throws ParcelveilException;

  static native void shownForget(Handle shown) throws ParcelveilException;

  static native void sheetText(Handle sheet, byte[] waybill, int slot, TextUser user)
      throws ParcelveilException;

  static native void sheetWaybills(Handle sheet, ByteTaker taker) throws ParcelveilException;

  static native long sheetDeadline(Handle sheet) throws ParcelveilException;

  static native void sheetForget(Handle sheet) throws ParcelveilException;

  static native long listParse(byte[] list, MaskedRow.Taker taker) throws ParcelveilException;

  static native byte[] deviceCheckpoint(Handle device) throws ParcelveilException;

  static native void deviceWitness(Handle device, byte[] checkpoint, byte[] proof)
      throws ParcelveilException;

  static native void deviceCheckLeaf(
      Handle device, Handle shown, long index, byte[] leaf, byte[] checkpoint, byte[] hashes)
      throws ParcelveilException;

  static native void deviceFork(Handle device, ByteTaker taker) throws ParcelveilException;
}
