// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** Whose number a phone field holds; nobody guesses it from the digits. */
public enum NumberOwner {
  UNKNOWN,
  REAL,
  VIRTUAL
}
