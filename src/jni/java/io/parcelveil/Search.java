// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** What to search for: parcels of one phone number. Set what is not as usual. */
public final class Search {
  final String phone;
  Slot index = Slot.RECIPIENT_PHONE_INDEX;
  int outlet;
  long backMillis = 7L * 24 * 3600 * 1000;
  Slot[] views = {Slot.RECIPIENT_VIEW};
  Purpose purpose = Purpose.COMPLAINT;
  String ticket = "";

  /** {@code phone} as it is written; the gate brings it into form. */
  public Search(String phone) {
    this.phone = phone;
  }

  /** Searches an outlet's parcels by the last four digits: then the phone is these. */
  public Search last4At(int outlet) {
    this.index = Slot.RECIPIENT_LAST4_INDEX;
    this.outlet = outlet;
    return this;
  }

  /** How long ago the parcel may have been sealed; a week otherwise. */
  public Search back(long millis) {
    this.backMillis = millis;
    return this;
  }

  public Search views(Slot... views) {
    this.views = views.clone();
    return this;
  }

  public Search purpose(Purpose purpose) {
    this.purpose = purpose;
    return this;
  }

  /** Lets the parcels that are found be asked for without assignment; at most 32 bytes. */
  public Search ticket(String ticket) {
    this.ticket = ticket;
    return this;
  }
}
