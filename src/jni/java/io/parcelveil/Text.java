// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Strings on their way in and out. */
final class Text {
  private Text() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String of(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /** The only copy of a secret, for the caller to zero. */
  static byte[] secret(CharSequence text) {
    byte[] most = new byte[3 * text.length()]; // a char never makes more
    ByteBuffer out = ByteBuffer.wrap(most);
    try {
      CoderResult result =
          StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text), out, true);
      if (result.isError()) {
        throw new IllegalArgumentException("encode text: half of a surrogate pair is missing");
      }
      return Arrays.copyOf(most, out.position());
    } finally {
      wipe(most);
    }
  }

  /** All of them, or none is left. */
  static byte[][] secrets(CharSequence... texts) {
    byte[][] secrets = new byte[texts.length][];
    try {
      for (int i = 0; i < texts.length; ++i) {
        secrets[i] = secret(texts[i]);
      }
    } catch (RuntimeException e) {
      wipe(secrets);
      throw e;
    }
    return secrets;
  }

  static void wipe(byte[]... secrets) {
    for (byte[] secret : secrets) {
      if (secret != null) {
        Arrays.fill(secret, (byte) 0);
      }
    }
  }
}
