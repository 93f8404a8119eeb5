// SPDX-License-Identifier: Apache-2.0
// Native.java, the masks.

#include "src/jni/jni_call.h"

using parcelveil::jni::ByteInput;
using parcelveil::jni::ByteOutput;
using parcelveil::jni::Caller;

extern "C" {

JNIEXPORT void JNICALL Java_io_parcelveil_Native_free(JNIEnv*, jclass,
                                                      jlong handle) {
  parcelveil_free(static_cast<uint64_t>(handle));
}

JNIEXPORT jbyteArray JNICALL Java_io_parcelveil_Native_mask(JNIEnv* env, jclass,
                                                            jint rule,
                                                            jbyteArray text) {
  Caller caller(env);
  ByteOutput output(env);
  const ByteInput input(env, text);
  const int32_t code =
      parcelveil_mask(static_cast<uint8_t>(rule), input.bytes(),
                      ByteOutput::Take, &output, caller.error());
  return caller.IsDone(code) ? output.array() : nullptr;
}

JNIEXPORT jbyteArray JNICALL Java_io_parcelveil_Native_maskPhoneOf(
    JNIEnv* env, jclass, jint owner, jint preset, jbyteArray text) {
  Caller caller(env);
  ByteOutput output(env);
  const ByteInput input(env, text);
  const int32_t code = parcelveil_mask_phone_of(
      static_cast<uint8_t>(owner), static_cast<uint8_t>(preset), input.bytes(),
      ByteOutput::Take, &output, caller.error());
  return caller.IsDone(code) ? output.array() : nullptr;
}

JNIEXPORT jbyteArray JNICALL Java_io_parcelveil_Native_maskLine(
    JNIEnv* env, jclass, jint preset, jbyteArray line) {
  Caller caller(env);
  ByteOutput output(env);
  const ByteInput input(env, line);
  const int32_t code =
      parcelveil_mask_line(static_cast<uint8_t>(preset), input.bytes(),
                           ByteOutput::Take, &output, caller.error());
  return caller.IsDone(code) ? output.array() : nullptr;
}

JNIEXPORT jint JNICALL Java_io_parcelveil_Native_maskRuleFor(JNIEnv* env,
                                                             jclass, jint kind,
                                                             jint preset) {
  Caller caller(env);
  uint8_t rule = 0;
  caller.IsDone(parcelveil_mask_rule_for(static_cast<uint8_t>(kind),
                                         static_cast<uint8_t>(preset), &rule,
                                         caller.error()));
  return rule;
}

JNIEXPORT jboolean JNICALL Java_io_parcelveil_Native_maskLooksMasked(
    JNIEnv* env, jclass, jint kind, jbyteArray text) {
  Caller caller(env);
  const ByteInput input(env, text);
  int32_t looks = 0;
  caller.IsDone(parcelveil_mask_looks_masked(
      static_cast<uint8_t>(kind), input.bytes(), &looks, caller.error()));
  return looks != 0 ? JNI_TRUE : JNI_FALSE;
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_Native_maskCountCandidates(
    JNIEnv* env, jclass, jint rule, jbyteArray phone, jbyteArray address) {
  Caller caller(env);
  const ByteInput number(env, phone), place(env, address);
  uint64_t count = 0;
  caller.IsDone(parcelveil_mask_count_candidates(static_cast<uint8_t>(rule),
                                                 number.bytes(), place.bytes(),
                                                 &count, caller.error()));
  return static_cast<jlong>(count);
}

}  // extern "C"
