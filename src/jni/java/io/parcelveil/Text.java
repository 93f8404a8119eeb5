// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.nio.charset.StandardCharsets;

/** Strings that are no secret, on their way in and out. */
final class Text {
  private Text() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String of(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
