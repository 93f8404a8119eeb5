// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/** Takes several things from the native side, one by one. */
interface ByteTaker {
  void take(byte[] bytes);
}
