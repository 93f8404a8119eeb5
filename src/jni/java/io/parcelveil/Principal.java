// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** Somebody who asks a gate, or approves. */
public final class Principal {
  final long id;
  final Role role;
  final int outlet;
  final boolean active;

  /** {@code id}: not 0. {@code outlet}: 0 for none. */
  public Principal(long id, Role role, int outlet) {
    this(id, role, outlet, true);
  }

  public Principal(long id, Role role, int outlet, boolean active) {
    this.id = id;
    this.role = role;
    this.outlet = outlet;
    this.active = active;
  }
}
