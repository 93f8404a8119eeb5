// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/**
 * Guards a device's state where the app stores it; on Android, an AES-GCM key of the Keystore. What
 * either throws comes out of the call that needed it.
 */
public interface KeyWrap {
  /** Returns {@code state}, which is zeroed afterwards, encrypted and authenticated. */
  byte[] wrap(byte[] state) throws Exception;

  /** Returns what {@link #wrap} was given; the array is zeroed afterwards. */
  byte[] unwrap(byte[] wrapped) throws Exception;
}
