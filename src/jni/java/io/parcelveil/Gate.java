// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/**
 * A gate over the host's own database, kept in a directory: it answers what devices ask, and
 * records what it shows. One process a directory; any number of threads. Closed, it signs a last
 * checkpoint.
 */
public final class Gate extends Handle {
  private Gate(long number) {
    super(number, NativeBackEnd::free);
  }

  /** Makes a directory; {@code origin} names its log: "courier.example/audit/7/gate-1". */
  public static void init(String directory, String origin) throws ParcelveilException {
    init(directory, origin, "");
  }

  public static void init(String directory, String origin, String passphraseFile)
      throws ParcelveilException {
    NativeBackEnd.gateInit(Text.bytes(directory), Text.bytes(origin), Text.bytes(passphraseFile));
  }

  public static Gate open(String directory, GateOptions options) throws ParcelveilException {
    return new Gate(
        NativeBackEnd.gateOpen(
            Text.bytes(directory),
            options.keyring,
            Text.bytes(options.passphraseFile),
            new GateHost(options.parcels, options.alerts)));
  }

  /** The reply to a device's request, also where it refuses. */
  public byte[] handle(byte[] request) throws ParcelveilException {
    return handle(request, "");
  }

  /** {@code connection} names the transport's, for its rate limit. */
  public byte[] handle(byte[] request, String connection) throws ParcelveilException {
    return NativeBackEnd.gateHandle(this, request, Text.bytes(connection));
  }

  /** Makes a device that of a principal, and returns the card to hand to it. */
  public byte[] enrol(long device, byte[] deviceKey, Principal who, long expiresMillis)
      throws ParcelveilException {
    return NativeBackEnd.gateEnrol(
        this, device, deviceKey, who.id, who.role.id, who.outlet, who.active, expiresMillis);
  }

  public void revoke(long device) throws ParcelveilException {
    NativeBackEnd.gateRevoke(this, device);
  }

  /** Makes somebody known who has no device: an approver. */
  public void admit(Principal who) throws ParcelveilException {
    NativeBackEnd.gateAdmit(this, who.id, who.role.id, who.outlet, who.active);
  }

  public void setActive(long principal, boolean active) throws ParcelveilException {
    NativeBackEnd.gateSetActive(this, principal, active);
  }

  /** A held record needs a second person's approval. */
  public void hold(String recordId) throws ParcelveilException {
    NativeBackEnd.gateHold(this, Text.bytes(recordId));
  }

  public void release(String recordId) throws ParcelveilException {
    NativeBackEnd.gateRelease(this, Text.bytes(recordId));
  }

  public void approve(long approver, String subject, long forMillis) throws ParcelveilException {
    NativeBackEnd.gateApprove(this, approver, Text.bytes(subject), forMillis);
  }

  /** Takes a checkpoint that somebody hands in. A fork of the log stops the gate. */
  public void checkNote(byte[] note) throws ParcelveilException {
    NativeBackEnd.gateCheckNote(this, note);
  }

  public GateStats stats() throws ParcelveilException {
    return new GateStats(NativeBackEnd.gateStats(this));
  }

  /** The newest checkpoint; one is signed first where leaves lack it. */
  public byte[] checkpoint() throws ParcelveilException {
    return NativeBackEnd.gateCheckpoint(this);
  }

  /** What checks the log: "&lt;origin&gt;+&lt;key id&gt;+&lt;key&gt;". */
  public String verifierKey() throws ParcelveilException {
    return Text.of(NativeBackEnd.gateVerifierKey(this));
  }
}
