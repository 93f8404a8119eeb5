// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.util.ArrayList;
import java.util.List;

/**
 * One handheld: it asks a gate for fields of parcels, shows them for a while and forgets them. It
 * holds no key that opens a list. No I/O: bytes out, bytes in, over any transport.
 *
 * <p>A gate's refusals are exceptions with its reason: NOT_ASSIGNED, WRONG_STATE, QUOTA, STALE (the
 * clock is corrected by then: ask anew). Any number of threads may use a device; a {@link KeyWrap}
 * must not call back into the device that calls it.
 */
public final class Device extends Handle {
  private Device(long number) {
    super(number);
  }

  /** Makes a new device with a key pair of its own. */
  public static Device create(KeyWrap keyWrap) throws ParcelveilException {
    return new Device(Native.deviceCreate(keyWrap));
  }

  /** Loads what {@link #state} returned. */
  public static Device load(byte[] state, KeyWrap keyWrap) throws ParcelveilException {
    return new Device(Native.deviceLoad(state, keyWrap));
  }

  /** To be handed to the company over its own login, which gives a card back. */
  public byte[] publicKey() throws ParcelveilException {
    return Native.devicePublicKey(this);
  }

  /** Takes the card of a gate, which is asked from now on. */
  public void enrol(byte[] card) throws ParcelveilException {
    Native.deviceEnrol(this, card);
  }

  /** The state for the app to store, guarded by the key wrap. */
  public byte[] state() throws ParcelveilException {
    return Native.deviceState(this);
  }

  /** True where the state is another than was last returned: store it anew. */
  public boolean hasNewState() throws ParcelveilException {
    return Native.deviceHasNewState(this);
  }

  /** Asks for one field of one parcel. */
  public Ask reveal(String waybill, Slot slot, Purpose purpose) throws ParcelveilException {
    return reveal(waybill, new Slot[] {slot}, purpose, "");
  }

  /** Asks for fields of one parcel, under a search's ticket or an empty one. */
  public Ask reveal(String waybill, Slot[] slots, Purpose purpose, String ticket)
      throws ParcelveilException {
    return new Ask(
        Native.deviceReveal(
            this, Text.bytes(waybill), Slot.ids(slots), purpose.id(), Text.bytes(ticket)));
  }

  /** Asks for a token that the dialler takes instead of the recipient's number. */
  public Ask dial(String waybill) throws ParcelveilException {
    return dial(waybill, Slot.RECIPIENT_PHONE, Purpose.DELIVER);
  }

  public Ask dial(String waybill, Slot phone, Purpose purpose) throws ParcelveilException {
    return new Ask(Native.deviceDial(this, Text.bytes(waybill), phone.id, purpose.id()));
  }

  /** Asks for a route sheet of 1 to 64 waybills, for a tour without coverage. */
  public Ask sheet(List<String> waybills, Slot[] slots, Purpose purpose)
      throws ParcelveilException {
    byte[][] ids = new byte[waybills.size()][];
    for (int i = 0; i < ids.length; ++i) {
      ids[i] = Text.bytes(waybills.get(i));
    }
    return new Ask(Native.deviceSheet(this, ids, Slot.ids(slots), purpose.id()));
  }

  public Ask search(Search what) throws ParcelveilException {
    return new Ask(
        Native.deviceSearch(
            this,
            Text.bytes(what.phone),
            what.index.id,
            what.outlet,
            what.backMillis,
            Slot.ids(what.views),
            what.purpose.id(),
            Text.bytes(what.ticket)));
  }

  /** Opens the gate's reply. The ask is spent then, and good for another reply otherwise. */
  public Shown open(Ask ask, byte[] reply) throws ParcelveilException {
    return new Shown(Native.deviceOpen(this, ask, reply));
  }

  /** Returns the token for the dialler. */
  public String openDial(Ask ask, byte[] reply) throws ParcelveilException {
    return Text.of(Native.deviceOpenDial(this, ask, reply));
  }

  public RouteSheet openSheet(Ask ask, byte[] reply) throws ParcelveilException {
    return new RouteSheet(Native.deviceOpenSheet(this, ask, reply));
  }

  public List<MaskedRow> openSearch(Ask ask, byte[] reply) throws ParcelveilException {
    MaskedRow.Taker taker = new MaskedRow.Taker();
    Native.deviceOpenSearch(this, ask, reply, taker);
    return taker.rows;
  }

  /** The newest checkpoint of the gate's log; empty before the first. */
  public byte[] checkpoint() throws ParcelveilException {
    return Native.deviceCheckpoint(this);
  }

  /** Takes a checkpoint that came otherwise, with the hashes (32 bytes each) of its proof. */
  public void witness(byte[] checkpoint, byte[] proof) throws ParcelveilException {
    Native.deviceWitness(this, checkpoint, proof);
  }

  /** Checks that what is shown is on the record. */
  public void checkLeaf(Shown shown, LeafProof proof) throws ParcelveilException {
    Native.deviceCheckLeaf(this, shown, proof.index, proof.leaf, proof.checkpoint, proof.hashes);
  }

  /** Null unless the log of a gate was seen to have forked. */
  public Fork fork() throws ParcelveilException {
    List<byte[]> notes = new ArrayList<>();
    Native.deviceFork(this, notes::add);
    return notes.size() < 2 ? null : new Fork(notes.get(0), notes.get(1));
  }
}
