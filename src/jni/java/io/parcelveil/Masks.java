// SPDX-License-Identifier: Apache-2.0
package io.parcelveil;

/**
 * Masks: what makes 138****1234 out of a number. What is not understood is hidden more, never shown
 * more. Any number of threads.
 */
public final class Masks {
  private Masks() {}

  public static String mask(MaskRule rule, String text) {
    return Text.of(Native.mask(rule.id(), Text.bytes(text)));
  }

  /** Masks a phone field; a label shows a number that was declared virtual whole. */
  public static String maskPhoneOf(NumberOwner owner, MaskPreset preset, String text) {
    return Text.of(Native.maskPhoneOf(owner.ordinal(), preset.id(), Text.bytes(text)));
  }

  /** Masks one free line in which name, phone and address stand in any order. */
  public static String maskLine(MaskPreset preset, String line) {
    return Text.of(Native.maskLine(preset.id(), Text.bytes(line)));
  }

  public static MaskRule ruleFor(FieldKind kind, MaskPreset preset) {
    return MaskRule.values()[Native.maskRuleFor(kind.id(), preset.id()) - 1];
  }

  /** True where the text looks like the output of a mask, so that it is not the real value. */
  public static boolean looksMasked(FieldKind kind, String text) {
    return Native.maskLooksMasked(kind.id(), Text.bytes(text));
  }

  /** How many numbers fit a masked phone beside a masked address (or an empty one). */
  public static long countCandidates(MaskRule rule, String phone, String address) {
    return Native.maskCountCandidates(rule.id(), Text.bytes(phone), Text.bytes(address));
  }
}
