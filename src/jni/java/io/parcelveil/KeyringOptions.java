// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.io.ByteArrayOutputStream;

/** How to load a keyring. Set what is not as usual. */
public final class KeyringOptions {
  final Role role;
  int outlet;
  String passphraseFile = "";
  String stateDir = "";
  private final ByteArrayOutputStream signers = new ByteArrayOutputStream();

  public KeyringOptions(Role role) {
    this.role = role;
  }

  /** Of a role that is for one outlet. */
  public KeyringOptions outlet(int outlet) {
    this.outlet = outlet;
    return this;
  }

  /** Instead of the directory's file {@code unlock}. */
  public KeyringOptions passphraseFile(String passphraseFile) {
    this.passphraseFile = passphraseFile;
    return this;
  }

  /** Where the newest serial is remembered; the directory itself otherwise. */
  public KeyringOptions stateDir(String stateDir) {
    this.stateDir = stateDir;
    return this;
  }

  /** One whose signature is accepted (32 bytes); whom the directory names otherwise. */
  public KeyringOptions signer(byte[] publicKey) {
    signers.write(publicKey, 0, publicKey.length);
    return this;
  }

  byte[] signers() {
    return signers.toByteArray();
  }
}
