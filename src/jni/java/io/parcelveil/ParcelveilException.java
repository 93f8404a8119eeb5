// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.nio.charset.StandardCharsets;

/** Why a call failed. Branch on {@link #reason}, never on the message. */
public final class ParcelveilException extends Exception {
  private static final long serialVersionUID = 1;

  private final int code;
  private final String reason;
  private final long retryAfterMillis;

  // Called by the native side.
  ParcelveilException(int code, byte[] reason, long retryAfterMillis, byte[] message) {
    super(new String(message, StandardCharsets.UTF_8));
    this.code = code;
    this.reason = new String(reason, StandardCharsets.US_ASCII);
    this.retryAfterMillis = retryAfterMillis;
  }

  /** The code of absl::StatusCode: 7 is PERMISSION_DENIED. */
  public int code() {
    return code;
  }

  /** "NOT_ASSIGNED", "WRONG_STATE", "QUOTA"; "NONE" where there is only a code. */
  public String reason() {
    return reason;
  }

  /** How long to wait after QUOTA or RATE_LIMITED; 0 where that is not known. */
  public long retryAfterMillis() {
    return retryAfterMillis;
  }
}
