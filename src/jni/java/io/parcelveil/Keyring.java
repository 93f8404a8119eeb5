// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/**
 * A keyring directory, opened with the keys of one role. What is made from it may be used after it
 * is closed. Any number of threads.
 */
public final class Keyring extends Handle {
  private Keyring(long number) {
    super(number, NativeBackEnd::free);
  }

  public static Keyring load(String directory, Role role) throws ParcelveilException {
    return load(directory, new KeyringOptions(role));
  }

  public static Keyring load(String directory, KeyringOptions options) throws ParcelveilException {
    return new Keyring(
        NativeBackEnd.keyringLoad(
            Text.bytes(directory),
            options.role.id,
            options.outlet,
            Text.bytes(options.passphraseFile),
            Text.bytes(options.stateDir),
            options.signers()));
  }

  /** Takes up a newer file now; a keyring looks for one by itself, too. */
  public void reload() throws ParcelveilException {
    NativeBackEnd.keyringReload(this);
  }

  public KeyringHealth health() throws ParcelveilException {
    return new KeyringHealth(NativeBackEnd.keyringHealth(this));
  }
}
