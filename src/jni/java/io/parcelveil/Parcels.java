// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.util.List;

/**
 * What a gate asks the host's own database, from any thread. What a call throws goes to the
 * thread's uncaught-exception handler, and the gate refuses until it does not throw any more.
 */
public interface Parcels {
  /** The parcel, from one consistent read, with the cells of {@code slots}; null: there is none. */
  Parcel find(String recordId, List<Slot> slots) throws Exception;

  /** Those whose column of {@code index} holds one of {@code values}; at most {@code limit}. */
  List<Parcel> findByIndex(Slot index, List<byte[]> values, List<Slot> slots, int limit)
      throws Exception;

  /** How many are assigned to {@code principal} and not signed off. */
  long countAssigned(long principal) throws Exception;
}
