// SPDX-License-Identifier: Apache-2.0
// Native.java, replies and what is shown of them.

#include "src/jni/jni_call.h"

using parcelveil::jni::ByteInput;
using parcelveil::jni::ByteOutput;
using parcelveil::jni::Caller;
using parcelveil::jni::HandleOf;
using parcelveil::jni::ManyBytesOutput;
using parcelveil::jni::RowOutput;
using parcelveil::jni::TextOutput;

extern "C" {

JNIEXPORT jlong JNICALL Java_io_parcelveil_Native_deviceOpen(
    JNIEnv* env, jclass, jobject device, jobject ask, jbyteArray reply) {
  Caller caller(env);
  const ByteInput input(env, reply);
  uint64_t shown = 0;
  caller.IsDone(parcelveil_device_open(HandleOf(env, device),
                                       HandleOf(env, ask), input.bytes(),
                                       &shown, caller.error()));
  return static_cast<jlong>(shown);
}

JNIEXPORT jbyteArray JNICALL Java_io_parcelveil_Native_deviceOpenDial(
    JNIEnv* env, jclass, jobject device, jobject ask, jbyteArray reply) {
  Caller caller(env);
  ByteOutput output(env);
  const ByteInput input(env, reply);
  const int32_t code = parcelveil_device_open_dial(
      HandleOf(env, device), HandleOf(env, ask), input.bytes(),
      ByteOutput::Take, &output, caller.error());
  return caller.IsDone(code) ? output.array() : nullptr;
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_Native_deviceOpenSheet(
    JNIEnv* env, jclass, jobject device, jobject ask, jbyteArray reply) {
  Caller caller(env);
  const ByteInput input(env, reply);
  uint64_t sheet = 0;
  caller.IsDone(parcelveil_device_open_sheet(HandleOf(env, device),
                                             HandleOf(env, ask), input.bytes(),
                                             &sheet, caller.error()));
  return static_cast<jlong>(sheet);
}

JNIEXPORT void JNICALL Java_io_parcelveil_Native_deviceOpenSearch(
    JNIEnv* env, jclass, jobject device, jobject ask, jbyteArray reply,
    jobject taker) {
  Caller caller(env);
  RowOutput output(env, taker);
  const ByteInput input(env, reply);
  caller.IsDone(parcelveil_device_open_search(
      HandleOf(env, device), HandleOf(env, ask), input.bytes(), RowOutput::Take,
      &output, caller.error()));
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_Native_listParse(JNIEnv* env, jclass,
                                                            jbyteArray list,
                                                            jobject taker) {
  Caller caller(env);
  RowOutput output(env, taker);
  const ByteInput input(env, list);
  int64_t served = 0;
  caller.IsDone(parcelveil_list_parse(input.bytes(), RowOutput::Take, &output,
                                      &served, caller.error()));
  return served;
}

JNIEXPORT void JNICALL Java_io_parcelveil_Native_shownText(JNIEnv* env, jclass,
                                                           jobject shown,
                                                           jint slot,
                                                           jobject user) {
  Caller caller(env);
  TextOutput output(env, user);
  caller.IsDone(
      parcelveil_shown_text(HandleOf(env, shown), static_cast<uint16_t>(slot),
                            TextOutput::Take, &output, caller.error()));
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_Native_shownUntil(JNIEnv* env,
                                                             jclass,
                                                             jobject shown) {
  Caller caller(env);
  int64_t until = 0;
  caller.IsDone(
      parcelveil_shown_until(HandleOf(env, shown), &until, caller.error()));
  return until;
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_Native_shownLeaf(JNIEnv* env, jclass,
                                                            jobject shown) {
  Caller caller(env);
  uint64_t index = 0;
  caller.IsDone(
      parcelveil_shown_leaf(HandleOf(env, shown), &index, caller.error()));
  return static_cast<jlong>(index);
}

JNIEXPORT void JNICALL Java_io_parcelveil_Native_shownForget(JNIEnv* env,
                                                             jclass,
                                                             jobject shown) {
  Caller caller(env);
  caller.IsDone(parcelveil_shown_forget(HandleOf(env, shown), caller.error()));
}

JNIEXPORT void JNICALL Java_io_parcelveil_Native_sheetText(JNIEnv* env, jclass,
                                                           jobject sheet,
                                                           jbyteArray waybill,
                                                           jint slot,
                                                           jobject user) {
  Caller caller(env);
  TextOutput output(env, user);
  const ByteInput id(env, waybill);
  caller.IsDone(parcelveil_sheet_text(
      HandleOf(env, sheet), id.bytes(), static_cast<uint16_t>(slot),
      TextOutput::Take, &output, caller.error()));
}

JNIEXPORT void JNICALL Java_io_parcelveil_Native_sheetWaybills(JNIEnv* env,
                                                               jclass,
                                                               jobject sheet,
                                                               jobject taker) {
  Caller caller(env);
  ManyBytesOutput output(env, taker);
  caller.IsDone(parcelveil_sheet_waybills(
      HandleOf(env, sheet), ManyBytesOutput::Take, &output, caller.error()));
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_Native_sheetDeadline(JNIEnv* env,
                                                                jclass,
                                                                jobject sheet) {
  Caller caller(env);
  int64_t deadline = 0;
  caller.IsDone(parcelveil_sheet_deadline(HandleOf(env, sheet), &deadline,
                                          caller.error()));
  return deadline;
}

JNIEXPORT void JNICALL Java_io_parcelveil_Native_sheetForget(JNIEnv* env,
                                                             jclass,
                                                             jobject sheet) {
  Caller caller(env);
  caller.IsDone(parcelveil_sheet_forget(HandleOf(env, sheet), caller.error()));
}

}  // extern "C"
