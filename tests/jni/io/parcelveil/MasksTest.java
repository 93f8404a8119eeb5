// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

public class MasksTest {
  @Test
  public void masksByRule() {
    assertEquals("138****1234", Masks.mask(MaskRule.PHONE_34, "13812341234"));
    assertEquals("1******1234", Masks.mask(MaskRule.PHONE_14, "13812341234"));
    assertEquals("***", Masks.mask(MaskRule.ALL_HIDDEN, "王小明"));
    assertEquals("", Masks.mask(MaskRule.NAME_SURNAME, ""));
  }

  @Test
  public void masksALine() {
    String masked = Masks.maskLine(MaskPreset.HANDHELD, "王小明 13812341234 浙江省杭州市西湖区文三路90号");
    assertTrue(masked, masked.contains("138****1234"));
    assertFalse(masked, masked.contains("小明"));
    assertFalse(masked, masked.contains("90号"));
  }

  @Test
  public void showsAVirtualNumberOnALabel() {
    String number = "15012345678-9012";
    assertEquals(number, Masks.maskPhoneOf(NumberOwner.VIRTUAL, MaskPreset.LABEL, number));
    assertEquals(MaskRule.PHONE_14, Masks.ruleFor(FieldKind.PHONE, MaskPreset.LABEL));
  }

  @Test
  public void knowsAMask() {
    assertTrue(Masks.looksMasked(FieldKind.PHONE, "138****1234"));
    assertFalse(Masks.looksMasked(FieldKind.PHONE, "13812341234"));
    long count = Masks.countCandidates(MaskRule.PHONE_34, "138****1234", "浙江省杭州市***");
    assertTrue(count > 10 && count < 100);
  }
}
