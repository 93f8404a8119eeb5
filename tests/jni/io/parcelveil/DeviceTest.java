// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

public class DeviceTest {
  private static final Slot[] ADDRESS = {Slot.RECIPIENT_ADDRESS};

  private GateProcess gate;
  private Device device;
  private char[] kept;

  @Before
  public void setUp() throws Exception {
    gate = new GateProcess();
    device = gate.newDevice();
  }

  @After
  public void tearDown() throws Exception {
    device.close();
    gate.close();
  }

  interface Call {
    void run() throws Exception;
  }

  static void assertRefused(String reason, Call call) throws Exception {
    try {
      call.run();
    } catch (ParcelveilException e) {
      assertEquals(e.getMessage(), reason, e.reason());
      assertTrue(e.code() > 0);
      return;
    }
    fail("not refused: " + reason);
  }

  private static boolean isZero(char[] chars) {
    for (char c : chars) {
      if (c != 0) {
        return false;
      }
    }
    return true;
  }

  @Test
  public void showsAnAddressAtTheDoorAndWipesIt() throws Exception {
    try (Ask ask = device.reveal(GateProcess.WAYBILL, Slot.RECIPIENT_ADDRESS, Purpose.DELIVER);
        Shown shown = device.open(ask, gate.handle(ask))) {
      shown.use(
          text -> {
            assertEquals(GateProcess.ADDRESS, new String(text));
            kept = text;
          });
      assertTrue(isZero(kept));
      shown.use(Slot.RECIPIENT_NAME, text -> assertEquals(0, text.length));
      assertTrue(shown.untilMillis() > System.currentTimeMillis());
      assertEquals(0, ask.bytes().length);
      device.checkLeaf(shown, gate.prove(shown.leafIndex()));
      long other = shown.leafIndex() - 1;
      assertRefused("NONE", () -> device.checkLeaf(shown, gate.prove(other)));
      shown.forget();
      shown.use(text -> assertEquals(0, text.length));
    }
    assertTrue(device.checkpoint().length > 0);
    assertNull(device.fork());
  }

  @Test
  public void wipesTheTextWhenItsUserThrows() throws Exception {
    try (Ask ask = device.reveal(GateProcess.WAYBILL, Slot.RECIPIENT_ADDRESS, Purpose.DELIVER);
        Shown shown = device.open(ask, gate.handle(ask))) {
      try {
        shown.use(
            text -> {
              kept = text;
              throw new IllegalStateException("no screen");
            });
        fail("nothing came out");
      } catch (IllegalStateException e) {
        assertEquals("no screen", e.getMessage());
      }
      assertTrue(kept.length > 0 && isZero(kept));
    }
  }

  @Test
  public void listsMaskedRows() throws Exception {
    MaskedList list = MaskedList.parse(gate.ask('l', new byte[0]));
    assertEquals(2, list.rows().size());
    assertEquals(1764000000000L, list.servedMillis());
    assertEquals("138****1234", list.rows().get(0).get(Slot.RECIPIENT_PHONE));
    assertTrue(list.rows().get(1).fields().isEmpty());
    assertRefused("MALFORMED", () -> MaskedList.parse(new byte[] {1, 2, 3}));
  }

  @Test
  public void dialsWithATokenThatShowsNoDigits() throws Exception {
    try (Ask ask = device.dial(GateProcess.WAYBILL)) {
      String token = device.openDial(ask, gate.handle(ask));
      assertTrue(token.length() > 40);
      assertFalse(token.contains("13812341234"));
    }
  }

  @Test
  public void takesASheetOnTour() throws Exception {
    List<String> waybills = Collections.singletonList(GateProcess.WAYBILL);
    try (Ask ask = device.sheet(waybills, ADDRESS, Purpose.DELIVER);
        RouteSheet sheet = device.openSheet(ask, gate.handle(ask))) {
      assertEquals(waybills, sheet.waybills());
      sheet
          .entry(GateProcess.WAYBILL)
          .use(text -> assertEquals(GateProcess.ADDRESS, new String(text)));
      assertTrue(sheet.deadlineMillis() > System.currentTimeMillis());
      sheet.forget();
      assertRefused("STALE", () -> sheet.entry(GateProcess.WAYBILL).use(text -> {}));
    }
  }

  @Test
  public void refusesWithTheGatesReason() throws Exception {
    try (Ask ask = device.search(new Search("13812341234"))) {
      byte[] reply = gate.handle(ask);
      assertRefused("FORBIDDEN", () -> device.openSearch(ask, reply));
    }
    gate.ask('s', new byte[0]);
    try (Ask ask = device.reveal(GateProcess.WAYBILL, Slot.RECIPIENT_ADDRESS, Purpose.DELIVER)) {
      byte[] reply = gate.handle(ask);
      assertRefused("WRONG_STATE", () -> device.open(ask, reply));
    }
  }

  @Test
  public void storesAndLoadsItsState() throws Exception {
    GateProcess.PlainKeyWrap wrap = new GateProcess.PlainKeyWrap();
    byte[] state = device.state();
    assertFalse(device.hasNewState());
    try (Device loaded = Device.load(state, wrap)) {
      assertArrayEquals(device.publicKey(), loaded.publicKey());
      assertArrayEquals(new byte[state.length], wrap.returned);
      loaded.state();
      assertArrayEquals(new byte[wrap.given.length], wrap.given);
      try (Ask ask = loaded.reveal(GateProcess.WAYBILL, ADDRESS, Purpose.DELIVER, "");
          Shown shown = loaded.open(ask, gate.handle(ask))) {
        shown.use(text -> assertEquals(GateProcess.ADDRESS, new String(text)));
      }
    }
    assertRefused("MALFORMED", () -> Device.load(new byte[] {1}, wrap));
  }

  @Test
  public void givesOutWhatAKeyWrapThrows() throws Exception {
    KeyWrap locked =
        new KeyWrap() {
          @Override
          public byte[] wrap(byte[] state) throws Exception {
            throw new java.io.IOException("keystore is locked");
          }

          @Override
          public byte[] unwrap(byte[] wrapped) {
            return null;
          }
        };
    try (Device guarded = Device.create(locked)) {
      guarded.state();
      fail("nothing came out");
    } catch (Exception e) {
      assertEquals("keystore is locked", e.getMessage());
    }
    assertRefused("NONE", () -> Device.load(device.state(), locked));
  }

  @Test
  public void takesACheckpointThatCameOtherwise() throws Exception {
    try (Device fresh = gate.newDevice()) {
      byte[] checkpoint = gate.ask('k', new byte[0]);
      fresh.witness(checkpoint, new byte[0]);
      assertArrayEquals(checkpoint, fresh.checkpoint());
      byte[] changed = checkpoint.clone();
      changed[changed.length - 3] ^= 1;
      try {
        fresh.witness(changed, new byte[0]);
        fail("a changed checkpoint was taken");
      } catch (ParcelveilException e) {
        assertTrue(Arrays.asList("MALFORMED", "UNAUTHENTICATED").contains(e.reason()));
      }
    }
  }
}
