// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** What somebody should look at. */
public final class GateAlert {
  /** Why. */
  public enum Kind {
    /** The log has forked: the gate has stopped. */
    FORK,
    LIST_DRIVEN,
    AFTER_HOURS,
    BREAKER,
    /** The store, the log or the parcels failed. */
    TROUBLE
  }

  private final Kind kind;
  private final int outlet;
  private final long principal;
  private final long device;
  private final String text;

  GateAlert(Kind kind, int outlet, long principal, long device, String text) {
    this.kind = kind;
    this.outlet = outlet;
    this.principal = principal;
    this.device = device;
    this.text = text;
  }

  public Kind kind() {
    return kind;
  }

  public int outlet() {
    return outlet;
  }

  public long principal() {
    return principal;
  }

  public long device() {
    return device;
  }

  /** One sentence. */
  public String text() {
    return text;
  }
}
