// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

/** A gate in another process (gate_main.c), with one parcel of courier 1007. */
final class GateProcess implements AutoCloseable {
  static final String WAYBILL = "SF1000000000017";
  static final String ADDRESS = "浙江省杭州市西湖区文三路90号东部软件园1号楼302室";

  private final Process process;
  private final DataInputStream in;
  private final DataOutputStream out;

  GateProcess() throws IOException {
    Path work = Files.createTempDirectory(Paths.get(System.getProperty("test.work")), "gate");
    process =
        new ProcessBuilder(
                System.getProperty("test.gate"), System.getProperty("test.keyring"), work.toString())
            .redirectError(new File(work.toFile(), "stderr"))
            .start();
    in = new DataInputStream(process.getInputStream());
    out = new DataOutputStream(process.getOutputStream());
  }

  synchronized byte[] ask(char what, byte[] input) throws IOException {
    out.writeByte(what);
    out.writeInt(input.length);
    out.write(input);
    out.flush();
    return read();
  }

  byte[] handle(Ask ask) throws IOException, ParcelveilException {
    return ask('h', ask.bytes());
  }

  synchronized LeafProof prove(long index) throws IOException {
    byte[] leaf = ask('p', java.nio.ByteBuffer.allocate(8).putLong(index).array());
    byte[] checkpoint = read();
    return new LeafProof(index, leaf, checkpoint, read());
  }

  private byte[] read() throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return bytes;
  }

  /** A device that is enrolled here. */
  Device newDevice() throws IOException, ParcelveilException {
    Device device = Device.create(new PlainKeyWrap());
    device.enrol(ask('e', device.publicKey()));
    return device;
  }

  @Override
  public void close() throws IOException {
    out.close();
    process.destroy();
  }

  /** Keeps what it was given last, to see that it is zeroed. */
  static class PlainKeyWrap implements KeyWrap {
    byte[] given;
    byte[] returned;

    @Override
    public byte[] wrap(byte[] state) throws Exception {
      given = state;
      return state.clone();
    }

    @Override
    public byte[] unwrap(byte[] wrapped) throws Exception {
      returned = wrapped.clone();
      return returned;
    }
  }
}
