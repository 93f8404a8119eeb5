// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/**
 * Something on the native side. It goes when it is closed, or some time after the last reference to
 * it is gone, if that was forgotten. Calls after that are refused (MALFORMED).
 */
abstract class Handle implements AutoCloseable {
  private static final ReferenceQueue<Handle> QUEUE = new ReferenceQueue<>();
  // Keeps the references alive until they are done with.
  private static final Set<Leftover> LEFTOVERS = Collections.synchronizedSet(new HashSet<Leftover>());

  static {
    Thread reaper = new Thread(Handle::reap, "parcelveil reaper");
    reaper.setDaemon(true);
    reaper.start();
  }

  /** Frees a number: that of the library which gave it. */
  interface Freer {
    void free(long number);
  }

  /** What is left when a handle was forgotten. */
  private static final class Leftover extends PhantomReference<Handle> {
    private final long number;
    private final Freer freer;

    Leftover(Handle of, long number, Freer freer) {
      super(of, QUEUE);
      this.number = number;
      this.freer = freer;
    }

    /** Once, whoever comes first. */
    void free() {
      if (LEFTOVERS.remove(this)) {
        freer.free(number);
      }
    }
  }

  // Read by the native side, which is given this object: so it lives during each call.
  private volatile long number;
  private final Leftover leftover;

  Handle(long number) {
    this(number, Native::free);
  }

  Handle(long number, Freer freer) {
    this.number = number;
    leftover = new Leftover(this, number, freer);
    LEFTOVERS.add(leftover);
  }

  @Override
  public final void close() {
    number = 0;
    leftover.free();
  }

  private static void reap() {
    while (true) {
      try {
        ((Leftover) QUEUE.remove()).free();
      } catch (InterruptedException e) {
        // Nobody has a reason to: go on.
      }
    }
  }
}
