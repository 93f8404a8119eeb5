// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** What a gate is opened with. Set what is not as usual. */
public final class GateOptions {
  final Keyring keyring;
  final Parcels parcels;
  AlertTaker alerts = alert -> {};
  String passphraseFile = "";

  /** {@code keyring}: of the role GATE. */
  public GateOptions(Keyring keyring, Parcels parcels) {
    this.keyring = keyring;
    this.parcels = parcels;
  }

  public GateOptions alerts(AlertTaker alerts) {
    this.alerts = alerts;
    return this;
  }

  /** Instead of the directory's file {@code unlock}. */
  public GateOptions passphraseFile(String passphraseFile) {
    this.passphraseFile = passphraseFile;
    return this;
  }
}
