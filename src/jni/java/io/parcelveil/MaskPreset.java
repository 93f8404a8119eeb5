// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** Which rule each kind of field gets. */
public enum MaskPreset {
  HANDHELD,
  REGION,
  LABEL;

  int id() {
    return ordinal() + 1;
  }
}
