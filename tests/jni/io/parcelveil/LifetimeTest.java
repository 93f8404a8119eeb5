// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import static io.parcelveil.DeviceTest.assertRefused;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.Test;

/** Handles that are closed early, late, twice, never, and under others' hands. */
public class LifetimeTest {
  @Test
  public void refusesCallsAfterClose() throws Exception {
    Device device = Device.create(new GateProcess.PlainKeyWrap());
    device.close();
    device.close();
    assertRefused("MALFORMED", device::state);
    assertRefused("MALFORMED", () -> device.dial("SF1"));
  }

  @Test
  public void refusesToBeUsedFromItsOwnCallback() throws Exception {
    Device[] self = new Device[1];
    KeyWrap wrap =
        new GateProcess.PlainKeyWrap() {
          @Override
          public byte[] wrap(byte[] state) throws Exception {
            assertRefused("CONFLICT", () -> self[0].hasNewState());
            return super.wrap(state);
          }
        };
    self[0] = Device.create(wrap);
    assertTrue(self[0].state().length > 0);
    self[0].close();
  }

  // The key wrap is held by the native device alone: when it goes, so did that.
  private static WeakReference<KeyWrap> forget() throws Exception {
    KeyWrap wrap = new GateProcess.PlainKeyWrap();
    Device.create(wrap).state();
    return new WeakReference<>(wrap);
  }

  @Test
  public void leaksNothingThatWasForgotten() throws Exception {
    List<WeakReference<KeyWrap>> forgotten = new ArrayList<>();
    for (int i = 0; i < 200; ++i) {
      forgotten.add(forget());
    }
    for (WeakReference<KeyWrap> wrap : forgotten) {
      for (int tries = 0; wrap.get() != null; ++tries) {
        if (tries == 500) {
          fail("a forgotten device is still there");
        }
        System.gc();
        Thread.sleep(1);
      }
    }
  }

  @Test
  public void servesManyThreadsWhileTheCollectorRuns() throws Exception {
    try (GateProcess gate = new GateProcess();
        Device device = gate.newDevice()) {
      ExecutorService threads = Executors.newFixedThreadPool(4);
      List<Future<Integer>> results = new ArrayList<>();
      for (int t = 0; t < 4; ++t) {
        results.add(
            threads.submit(
                () -> {
                  int seen = 0;
                  for (int i = 0; i < 5; ++i) {
                    System.gc();
                    Ask ask =
                        device.reveal(
                            GateProcess.WAYBILL, Slot.RECIPIENT_ADDRESS, Purpose.DELIVER);
                    // Neither is closed.
                    device
                        .open(ask, gate.handle(ask))
                        .use(text -> assertEquals(GateProcess.ADDRESS, new String(text)));
                    ++seen;
                  }
                  return seen;
                }));
      }
      for (Future<Integer> result : results) {
        assertEquals(5, result.get().intValue());
      }
      threads.shutdown();
    }
  }

  @Test
  public void survivesAHandleClosedInUse() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    for (int i = 0; i < 100; ++i) {
      Device device = Device.create(new GateProcess.PlainKeyWrap());
      Future<Integer> state =
          threads.submit(
              () -> {
                try {
                  return device.state().length > 0 ? 0 : 1;
                } catch (ParcelveilException e) {
                  return "MALFORMED".equals(e.reason()) ? 0 : 1;
                }
              });
      threads.submit(device::close);
      assertEquals(0, state.get().intValue());
    }
    threads.shutdown();
  }
}
