// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Which of the cells that a query found hold what is looked for: which, never what. */
public final class Matches {
  private final List<Integer> found = new ArrayList<>();
  private final List<Integer> closed = new ArrayList<>();

  Matches() {}

  /** Positions of those that do. */
  public List<Integer> found() {
    return Collections.unmodifiableList(found);
  }

  /** Positions of those that do not open. */
  public List<Integer> closed() {
    return Collections.unmodifiableList(closed);
  }

  // Called by the native side.
  void take(int position, boolean isClosed) {
    (isClosed ? closed : found).add(position);
  }
}
