// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import java.util.List;

/** A sealed field or view of one row, as it was stored. */
public final class SealedValue {
  final String recordId;
  final byte[] sealed;
  final int version;

  public SealedValue(String recordId, byte[] sealed) {
    this(recordId, sealed, 0);
  }

  /** Of a row with a version of its own. */
  public SealedValue(String recordId, byte[] sealed, int version) {
    this.recordId = recordId;
    this.sealed = sealed.clone();
    this.version = version;
  }

  /** Many of them as the native side takes them. */
  static final class Arrays {
    final byte[][] recordIds;
    final byte[][] sealed;
    final int[] versions;

    Arrays(List<SealedValue> values) {
      recordIds = new byte[values.size()][];
      sealed = new byte[values.size()][];
      versions = new int[values.size()];
      for (int i = 0; i < versions.length; ++i) {
        recordIds[i] = Text.bytes(values.get(i).recordId);
        sealed[i] = values.get(i).sealed;
        versions[i] = values.get(i).version;
      }
    }
  }
}
