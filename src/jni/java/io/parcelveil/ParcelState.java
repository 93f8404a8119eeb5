// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** Where a parcel is. */
public enum ParcelState {
  UNKNOWN,
  ACCEPTED,
  IN_TRANSIT,
  OUT_FOR_DELIVERY,
  EXCEPTION,
  SIGNED_OFF,
  RETURNING
}
