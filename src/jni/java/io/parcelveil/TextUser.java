// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/**
 * Draws opened text. The array is zeroed when this returns: keep nothing of it, and make no String
 * of it, which nobody can zero.
 */
@FunctionalInterface
public interface TextUser {
  void use(char[] text);
}
