// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import static io.parcelveil.DeviceTest.assertRefused;
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

/** A back end's fields: sealed, listed, opened. */
public class BackEndTest {
  static final String WAYBILL = "SF1000000000017";
  static final String ADDRESS = "浙江省杭州市西湖区文三路90号东部软件园1号楼302室";
  private static final Cell CELL = new Cell(WAYBILL, Slot.RECIPIENT_ADDRESS);

  private Keyring keyring;
  private Sealer sealer;
  private SealedRow row;
  private char[] kept;

  static Keyring load(Role role) throws ParcelveilException {
    return Keyring.load(System.getProperty("test.keyring"), role);
  }

  static Waybill newWaybill() {
    return new Waybill(WAYBILL)
        .outlet(5712)
        .put(Slot.RECIPIENT_NAME, "王小明")
        .put(Slot.RECIPIENT_PHONE, "13812341234")
        .put(Slot.RECIPIENT_ADDRESS, ADDRESS.toCharArray());
  }

  @Before
  public void setUp() throws Exception {
    keyring = load(Role.CONVERTER);
    sealer = Sealer.create(keyring);
    row = sealer.seal(newWaybill());
  }

  @After
  public void tearDown() {
    sealer.close();
    keyring.close();
  }

  private static Opener openerOf(Role role) throws ParcelveilException {
    // An opener goes on without the handle that it was made from.
    try (Keyring with = load(role)) {
      return Opener.create(with);
    }
  }

  @Test
  public void sealsAWaybillIntoTheColumnsOfItsTable() throws Exception {
    assertTrue(row.cells().keySet().contains("recipient_phone_by_phone"));
    byte[] address = row.get("recipient_address_sealed");
    assertFalse(Text.of(address).contains("文三路"));
    assertNull(row.get("sender_name_sealed"));
    assertRefused(
        "ALREADY_MASKED",
        () -> sealer.seal(new Waybill(WAYBILL).put(Slot.RECIPIENT_PHONE, "138****1234")));
    try {
      sealer.seal(new Waybill(WAYBILL).put(Slot.RECIPIENT_NAME, "\ud842"));
      fail("half a character was sealed");
    } catch (IllegalArgumentException e) {
      assertTrue(e.getMessage(), e.getMessage().contains("surrogate"));
    }
  }

  @Test
  public void listsAPageMaskedAndSaysWhatDoesNotOpen() throws Exception {
    byte[] view = row.get("recipient_view");
    List<SealedValue> page =
        Arrays.asList(new SealedValue(WAYBILL, view), new SealedValue("SF1000000000025", view));
    try (Opener opener = openerOf(Role.LIST)) {
      List<OpenedView> views = opener.openViews(Slot.RECIPIENT_VIEW, page);
      assertEquals(2, views.size());
      assertNull(views.get(0).closed());
      assertEquals(WAYBILL, views.get(0).row().waybill());
      assertEquals("138****1234", views.get(0).row().get(Slot.RECIPIENT_PHONE));
      assertEquals(3, views.get(0).row().fields().size());
      assertEquals("DECRYPT_FAILED", views.get(1).closed().reason());
      assertEquals("SF1000000000025", views.get(1).row().waybill());
      assertTrue(views.get(1).row().fields().isEmpty());
      List<SealedValue> longPage = Collections.nCopies(300, page.get(0));
      assertEquals(300, opener.openViews(Slot.RECIPIENT_VIEW, longPage).size());
      byte[] list = opener.encodeList(Slot.RECIPIENT_VIEW, page, 1764000000000L);
      MaskedList sent = MaskedList.parse(list);
      assertEquals(1764000000000L, sent.servedMillis());
      assertEquals("138****1234", sent.rows().get(0).get(Slot.RECIPIENT_PHONE));
    }
  }

  @Test
  public void opensAFieldForTheRoleThatMayAndWipesIt() throws Exception {
    byte[] sealed = row.get("recipient_address_sealed");
    try (Opener list = openerOf(Role.LIST);
        Opener dispute = openerOf(Role.DISPUTE)) {
      assertRefused("FORBIDDEN", () -> list.open(CELL, sealed, text -> fail("it opened")));
      dispute.open(
          CELL,
          sealed,
          text -> {
            assertEquals(ADDRESS, new String(text));
            kept = text;
          });
      assertArrayEquals(new char[ADDRESS.length()], kept);
      assertRefused(
          "DECRYPT_FAILED",
          () -> dispute.open(new Cell("SF2", Slot.RECIPIENT_ADDRESS), sealed, text -> {}));
    }
  }

  @Test
  public void sealsOneFieldAlone() throws Exception {
    Cell name = new Cell(WAYBILL, Slot.RECIPIENT_NAME, 3);
    // A name of two chars each, outside of the basic plane.
    byte[] sealed = sealer.sealField(name, 5712, "𠮷田".toCharArray());
    try (Opener dispute = openerOf(Role.DISPUTE)) {
      dispute.open(name, sealed, text -> assertEquals("𠮷田", new String(text)));
      assertRefused(
          "DECRYPT_FAILED",
          () -> dispute.open(new Cell(WAYBILL, Slot.RECIPIENT_NAME), sealed, text -> {}));
    }
  }

  @Test
  public void leavesAHotValueOutOfTheIndex() throws Exception {
    HotValue hot = new HotValue(Slot.RECIPIENT_PHONE, "13812341234");
    try (Sealer careful = Sealer.create(keyring, "", hot)) {
      byte[] first = careful.seal(newWaybill()).get("recipient_phone_by_phone");
      byte[] second = careful.seal(newWaybill()).get("recipient_phone_by_phone");
      assertFalse(Arrays.equals(first, second));
      assertArrayEquals(
          row.get("recipient_phone_by_phone"),
          sealer.seal(newWaybill()).get("recipient_phone_by_phone"));
    }
  }

  private StoredRow stored() {
    StoredRow stored = new StoredRow(WAYBILL);
    row.cells().forEach(stored::put);
    return stored;
  }

  private static String nameIn(SealedRow changed) throws ParcelveilException {
    try (Opener list = openerOf(Role.LIST)) {
      SealedValue view = new SealedValue(WAYBILL, changed.get("recipient_view"));
      List<OpenedView> views =
          list.openViews(Slot.RECIPIENT_VIEW, Collections.singletonList(view));
      return views.get(0).row().get(Slot.RECIPIENT_NAME);
    }
  }

  @Test
  public void changesAFieldWithItsView() throws Exception {
    try (Keyring gate = load(Role.GATE);
        Resealer resealer = Resealer.create(gate)) {
      Resealed changed =
          resealer.change(stored(), Slot.RECIPIENT_NAME, "李小红".toCharArray());
      assertTrue(nameIn(changed.row()).startsWith("李"));
      assertNull(changed.row().get("recipient_address_sealed"));
      assertTrue(changed.day() > 20000);
      Resealed moved = resealer.move(stored(), 5713);
      assertFalse(
          Arrays.equals(
              row.get("recipient_phone_by_last4"), moved.row().get("recipient_phone_by_last4")));
      resealer.rotate(stored());
      StoredRow other = new StoredRow("SF2");
      row.cells().forEach(other::put);
      assertRefused("DECRYPT_FAILED", () -> resealer.rotate(other));
    }
  }

  @Test
  public void watchesItsKeyring() throws Exception {
    keyring.reload();
    KeyringHealth health = keyring.health();
    assertEquals(0, health.lastReload());
    assertTrue(health.serial() > 0 && health.tenant() > 0);
    assertTrue(health.createdMillis() <= System.currentTimeMillis());
    assertTrue(health.sealingStopsMillis() > System.currentTimeMillis());
    assertFalse(health.needsAttention());
    KeyringOptions stranger = new KeyringOptions(Role.LIST).signer(new byte[32]);
    assertRefused(
        "UNAUTHENTICATED", () -> Keyring.load(System.getProperty("test.keyring"), stranger));
  }

  @Test
  public void refusesCallsAfterClose() throws Exception {
    Opener opener = openerOf(Role.LIST);
    opener.close();
    assertRefused(
        "MALFORMED",
        () -> opener.openViews(Slot.RECIPIENT_VIEW, Collections.<SealedValue>emptyList()));
    assertRefused("MALFORMED", () -> opener.open(CELL, new byte[1], text -> {}));
    sealer.close();
    assertRefused("MALFORMED", () -> sealer.seal(newWaybill()));
    keyring.close();
    keyring.close();
    assertRefused("MALFORMED", () -> Sealer.create(keyring));
    assertRefused("MALFORMED", () -> Opener.create(null));
  }
}
