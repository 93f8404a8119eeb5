// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import static io.parcelveil.DeviceTest.assertRefused;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** Both sides in one process: a table of one row, a gate over it, and devices that ask. */
public class GateTest {
  private static final int OUTLET = 5712;
  private static final Principal COURIER = new Principal(1007, Role.LIST, OUTLET);
  private static final Principal DESK = new Principal(3001, Role.of(64), 0);

  /** The host's database. */
  private static final class OneRow implements Parcels {
    final SealedRow row;
    volatile ParcelState state = ParcelState.OUT_FOR_DELIVERY;
    volatile boolean isDown;

    OneRow() throws ParcelveilException {
      try (Keyring keyring = BackEndTest.load(Role.CONVERTER);
          Sealer sealer = Sealer.create(keyring)) {
        row = sealer.seal(BackEndTest.newWaybill());
      }
    }

    private Parcel give(List<Slot> slots) {
      if (isDown) {
        throw new IllegalStateException("no connection");
      }
      Parcel parcel =
          new Parcel(BackEndTest.WAYBILL, state)
              .outlet(OUTLET)
              .assignedTo(COURIER.id)
              .noCoverage();
      for (Slot slot : slots) {
        parcel.cell(slot, row.get(columnOf(slot)));
      }
      return parcel;
    }

    private static String columnOf(Slot slot) {
      return slot.equals(Slot.RECIPIENT_NAME)
          ? "recipient_name_sealed"
          : slot.equals(Slot.RECIPIENT_PHONE)
              ? "recipient_phone_sealed"
              : slot.equals(Slot.RECIPIENT_VIEW) ? "recipient_view" : "recipient_address_sealed";
    }

    @Override
    public Parcel find(String recordId, List<Slot> slots) {
      Parcel parcel = give(slots);
      return recordId.equals(BackEndTest.WAYBILL) ? parcel : null;
    }

    @Override
    public List<Parcel> findByIndex(
        Slot index, List<byte[]> values, List<Slot> slots, int limit) {
      assertEquals(Slot.RECIPIENT_PHONE_INDEX, index);
      for (byte[] value : values) {
        if (Arrays.equals(value, row.get("recipient_phone_by_phone"))) {
          return Collections.singletonList(give(slots));
        }
      }
      return Collections.emptyList();
    }

    @Override
    public long countAssigned(long principal) {
      return principal == COURIER.id ? 1 : 0;
    }
  }

  private final List<GateAlert> alerts = Collections.synchronizedList(new ArrayList<>());
  private OneRow database;
  private String directory;
  private Gate gate;
  private long devices;

  private static Gate open(String directory, OneRow database, AlertTaker alerts)
      throws ParcelveilException {
    try (Keyring keyring = BackEndTest.load(Role.GATE)) {
      return Gate.open(directory, new GateOptions(keyring, database).alerts(alerts));
    }
  }

  @Before
  public void setUp() throws Exception {
    database = new OneRow();
    directory =
        Files.createTempDirectory(Paths.get(System.getProperty("test.work")), "java") + "/gate";
    Gate.init(directory, "depot.example/audit/1/g");
    gate = open(directory, database, alerts::add);
  }

  @After
  public void tearDown() {
    gate.close();
  }

  private Device newDevice(Principal who) throws ParcelveilException {
    Device device = Device.create(new GateProcess.PlainKeyWrap());
    long expires = System.currentTimeMillis() + 86400000;
    device.enrol(gate.enrol(++devices, device.publicKey(), who, expires));
    return device;
  }

  private Shown reveal(Device device) throws ParcelveilException {
    try (Ask ask =
        device.reveal(BackEndTest.WAYBILL, Slot.RECIPIENT_ADDRESS, Purpose.DELIVER)) {
      return device.open(ask, gate.handle(ask.bytes(), "connection 1"));
    }
  }

  @Test
  public void goesFromASealToAMaskedListToOneReveal() throws Exception {
    byte[] list;
    try (Keyring keyring = BackEndTest.load(Role.LIST);
        Opener opener = Opener.create(keyring)) {
      SealedValue view = new SealedValue(BackEndTest.WAYBILL, database.row.get("recipient_view"));
      list =
          opener.encodeList(
              Slot.RECIPIENT_VIEW,
              Collections.singletonList(view),
              System.currentTimeMillis());
    }
    MaskedRow line = MaskedList.parse(list).rows().get(0);
    assertEquals("138****1234", line.get(Slot.RECIPIENT_PHONE));
    try (Device device = newDevice(COURIER);
        Ask ask = device.reveal(line.waybill(), Slot.RECIPIENT_ADDRESS, Purpose.DELIVER);
        Shown shown = device.open(ask, gate.handle(ask.bytes()))) {
      shown.use(text -> assertEquals(BackEndTest.ADDRESS, new String(text)));
      assertEquals(1, gate.stats().granted());
      assertTrue(gate.stats().commits() > 0);
      byte[] checkpoint = gate.checkpoint();
      try (AuditLog log = AuditLog.of(gate)) {
        device.checkLeaf(shown, log.proveLeaf(shown.leafIndex()));
        assertEquals(shown.leafIndex() + 1, log.size());
        LogReport report = log.verify(gate.verifierKey(), checkpoint);
        assertEquals("", report.problem());
        assertTrue(report.isSound());
        assertEquals(log.size(), report.size());
        assertEquals(0, report.numUnsigned());
      }
    }
    assertTrue(gate.verifierKey().startsWith("depot.example/audit/1/g+"));
  }

  @Test
  public void refusesWhatTheParcelsStateForbids() throws Exception {
    database.state = ParcelState.SIGNED_OFF;
    try (Device device = newDevice(COURIER)) {
      assertRefused("WRONG_STATE", () -> reveal(device));
      Ask unknown = device.reveal("SF9", Slot.RECIPIENT_ADDRESS, Purpose.DELIVER);
      assertRefused("NOT_ASSIGNED", () -> device.open(unknown, gate.handle(unknown.bytes())));
      assertEquals(2, gate.stats().refused());
      assertEquals(0, gate.stats().granted());
    }
  }

  @Test
  public void holdsARecordUntilASecondPersonApproves() throws Exception {
    Principal boss = new Principal(2001, Role.DISPUTE, OUTLET);
    gate.admit(boss);
    gate.hold(BackEndTest.WAYBILL);
    try (Device device = newDevice(COURIER)) {
      assertRefused("NEEDS_APPROVAL", () -> reveal(device));
      gate.approve(boss.id, BackEndTest.WAYBILL, 600000);
      reveal(device).close();
      gate.release(BackEndTest.WAYBILL);
      gate.setActive(COURIER.id, false);
      assertRefused("SUSPENDED", () -> reveal(device));
      gate.setActive(COURIER.id, true);
      reveal(device).close();
      gate.revoke(devices);
      assertRefused("SUSPENDED", () -> reveal(device));
    }
  }

  @Test
  public void searchesForTheServiceDesk() throws Exception {
    try (Device device = newDevice(DESK);
        Ask ask = device.search(new Search("138 1234 1234").ticket("T-1"))) {
      List<MaskedRow> rows = device.openSearch(ask, gate.handle(ask.bytes()));
      assertEquals(1, rows.size());
      assertEquals("138****1234", rows.get(0).get(Slot.RECIPIENT_PHONE));
    }
  }

  @Test
  public void refusesAndTellsWhileTheDatabaseIsDown() throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread here = Thread.currentThread();
    Thread.UncaughtExceptionHandler before = here.getUncaughtExceptionHandler();
    here.setUncaughtExceptionHandler((thread, e) -> thrown.set(e));
    try (Device device = newDevice(COURIER)) {
      database.isDown = true;
      assertRefused("UNAVAILABLE", () -> reveal(device));
      assertEquals("no connection", thrown.get().getMessage());
      assertEquals(GateAlert.Kind.TROUBLE, alerts.get(0).kind());
      assertTrue(alerts.get(0).text().length() > 0);
      database.isDown = false;
      reveal(device).close();
    } finally {
      here.setUncaughtExceptionHandler(before);
    }
  }

  @Test
  public void refusesWhatIsNoGateOfThisRole() throws Exception {
    assertRefused("ALREADY_EXISTS", () -> Gate.init(directory, "depot.example/audit/1/g"));
    gate.close();
    try (Keyring list = BackEndTest.load(Role.LIST)) {
      assertRefused(
          "FORBIDDEN", () -> Gate.open(directory, new GateOptions(list, database)));
    }
    assertRefused("MALFORMED", () -> gate.handle(new byte[1]));
    assertRefused("MALFORMED", () -> gate.stats());
    gate = open(directory, database, alerts::add);
    assertRefused("MALFORMED", () -> gate.enrol(9, new byte[31], COURIER, Long.MAX_VALUE));
    assertRefused("MALFORMED", () -> gate.checkNote(new byte[] {1}));
    assertTrue(gate.handle(new byte[] {1, 2, 3}).length > 0);
  }

  // The native gate alone holds the database: when it goes, so did that.
  private WeakReference<Parcels> forget() throws Exception {
    OneRow other = new OneRow();
    gate.close();
    Gate forgotten = open(directory, other, alert -> {});
    assertEquals(0, forgotten.stats().granted());
    return new WeakReference<>(other);
  }

  @Test
  public void leaksNothingThatWasForgotten() throws Exception {
    WeakReference<Parcels> other = forget();
    for (int tries = 0; other.get() != null; ++tries) {
      if (tries == 500) {
        fail("a forgotten gate is still there");
      }
      System.gc();
      Thread.sleep(1);
    }
    gate = open(directory, database, alerts::add); // its lock went, too
    try (Device device = newDevice(COURIER)) {
      reveal(device).close();
    }
  }

  @Test
  public void servesManyThreadsWhileTheCollectorRuns() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Device device = newDevice(COURIER)) {
      List<Future<?>> results = new ArrayList<>();
      for (int t = 0; t < 4; ++t) {
        results.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 5; ++i) {
                    System.gc();
                    reveal(device)
                        .use(text -> assertEquals(BackEndTest.ADDRESS, new String(text)));
                  }
                  return null;
                }));
      }
      for (Future<?> result : results) {
        result.get();
      }
      assertEquals(20, gate.stats().granted() + gate.stats().retried());
    } finally {
      threads.shutdown();
    }
  }

  @Test
  public void findsByAnIndexAndTellsWhichNeverWhat() throws Exception {
    Find phone = new Find(Slot.RECIPIENT_PHONE, IndexKind.PHONE, "+86 138 1234 1234");
    Find other = new Find(Slot.RECIPIENT_PHONE, IndexKind.PHONE, "13900000000".toCharArray());
    byte[] sealed = database.row.get("recipient_phone_sealed");
    List<SealedValue> cells =
        Arrays.asList(
            new SealedValue("SF2", sealed), new SealedValue(BackEndTest.WAYBILL, sealed));
    try (Keyring keyring = BackEndTest.load(Role.GATE);
        Finder finder = Finder.create(keyring)) {
      List<byte[]> values = finder.values(phone, 86400000);
      byte[] stored = database.row.get("recipient_phone_by_phone");
      assertArrayEquals(stored, values.get(values.size() - 1));
      Matches matches = finder.matches(phone, cells);
      assertEquals(Collections.singletonList(1), matches.found());
      assertEquals(Collections.singletonList(0), matches.closed());
      assertTrue(finder.matches(other, cells).found().isEmpty());
    }
  }

  @Test
  public void findsByLastFourDigitsAtOneOutlet() throws Exception {
    Find last4 = new Find(Slot.RECIPIENT_PHONE, IndexKind.LAST4, "1234").at(OUTLET);
    byte[] stored = database.row.get("recipient_phone_by_last4");
    try (Keyring keyring = BackEndTest.load(Role.GATE);
        Finder finder = Finder.create(keyring)) {
      assertTrue(contains(finder.values(last4, 86400000), stored));
      assertFalse(contains(finder.values(last4.at(OUTLET + 1), 86400000), stored));
    }
  }

  private static boolean contains(List<byte[]> values, byte[] value) {
    for (byte[] one : values) {
      if (Arrays.equals(one, value)) {
        return true;
      }
    }
    return false;
  }

  @Test
  public void provesToAnybodyThatItsLogWasOnlyAddedTo() throws Exception {
    String published = directory + "-log";
    byte[] older = gate.checkpoint();
    try (Device witness = newDevice(COURIER);
        Device device = newDevice(COURIER);
        AuditLog log = AuditLog.of(gate)) {
      reveal(witness).close();
      long known = log.size();
      older = gate.checkpoint();
      witness.witness(older, log.proveConsistency(sizeOf(witness.checkpoint()), known));
      reveal(device).close();
      byte[] newer = gate.checkpoint();
      witness.witness(newer, log.proveConsistency(known, log.size()));
      reveal(device).close();
      byte[] unproven = gate.checkpoint();
      assertRefused("LOG_ROLLED_BACK", () -> witness.witness(unproven, new byte[0]));
      log.export(published);
      assertRefused("MALFORMED", () -> log.verify("no key", new byte[0]));
    }
    String key = gate.verifierKey();
    try (AuditLog log = AuditLog.open(published)) {
      assertTrue(log.verify(key, older).isSound());
      Path tile = firstTile(published);
      byte[] bytes = Files.readAllBytes(tile);
      bytes[bytes.length / 2] ^= 1;
      Files.write(tile, bytes);
    }
    try (AuditLog log = AuditLog.open(published)) {
      LogReport report = log.verify(key, older);
      assertFalse(report.isSound());
      assertTrue(report.problem().length() > 0);
    }
  }

  // A checkpoint's second line.
  private static long sizeOf(byte[] checkpoint) {
    return Long.parseLong(Text.of(checkpoint).split("\n")[1]);
  }

  private static Path firstTile(String directory) throws Exception {
    try (Stream<Path> files = Files.walk(Paths.get(directory))) {
      return files
          .filter(file -> file.toString().contains("entries") && Files.isRegularFile(file))
          .findFirst()
          .get();
    }
  }
}
