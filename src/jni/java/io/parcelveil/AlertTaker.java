// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** Takes a gate's alerts, from any thread. */
@FunctionalInterface
public interface AlertTaker {
  void alert(GateAlert alert);
}
