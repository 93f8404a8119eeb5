// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Between a gate and the host's code: called by the native side, and throws nothing. */
final class GateHost {
  private final Parcels parcels;
  private final AlertTaker alerts;

  GateHost(Parcels parcels, AlertTaker alerts) {
    this.parcels = parcels;
    this.alerts = alerts;
  }

  // False where the host's code threw. `to` is the native side's, until this returns.
  boolean find(byte[] recordId, int[] slots, long to) {
    try {
      Parcel parcel = parcels.find(Text.of(recordId), slots(slots));
      if (parcel != null) {
        give(parcel, to);
      }
      return true;
    } catch (Throwable e) {
      report(e);
      return false;
    }
  }

  boolean findByIndex(int index, byte[][] values, int[] slots, int limit, long to) {
    try {
      for (Parcel parcel :
          parcels.findByIndex(Slot.of(index), Arrays.asList(values), slots(slots), limit)) {
        give(parcel, to);
      }
      return true;
    } catch (Throwable e) {
      report(e);
      return false;
    }
  }

  // -1 where the host's code threw.
  long countAssigned(long principal) {
    try {
      return parcels.countAssigned(principal);
    } catch (Throwable e) {
      report(e);
      return -1;
    }
  }

  void alert(int kind, int outlet, long principal, long device, byte[] text) {
    try {
      alerts.alert(
          new GateAlert(
              GateAlert.Kind.values()[kind], outlet, principal, device, Text.of(text)));
    } catch (Throwable e) {
      report(e);
    }
  }

  private static List<Slot> slots(int[] ids) {
    List<Slot> slots = new ArrayList<>();
    for (int id : ids) {
      slots.add(Slot.of(id));
    }
    return slots;
  }

  private static void give(Parcel parcel, long to) {
    NativeBackEnd.giveParcel(
        to,
        Text.bytes(parcel.recordId),
        parcel.outlet,
        parcel.assignedTo,
        parcel.version,
        parcel.state.ordinal(),
        parcel.noCoverage,
        parcel.slots(),
        parcel.cells());
  }

  private static void report(Throwable thrown) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
  }
}
