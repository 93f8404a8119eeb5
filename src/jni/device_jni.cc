// SPDX-License-Identifier: Apache-2.0
// Native.java, the device.

#include <vector>

#include "src/jni/jni_call.h"

using parcelveil::jni::ByteInput;
using parcelveil::jni::ByteOutput;
using parcelveil::jni::Caller;
using parcelveil::jni::HandleOf;
using parcelveil::jni::ManyBytesOutput;
using parcelveil::jni::NewBytes;
using parcelveil::jni::NewKeyWrap;
using parcelveil::jni::SlotsOf;

extern "C" {

JNIEXPORT jlong JNICALL
Java_io_parcelveil_Native_deviceCreate(JNIEnv* env, jclass, jobject key_wrap) {
  Caller caller(env);
  uint64_t device = 0;
  const parcelveil_key_wrap wrap = NewKeyWrap(env, key_wrap);
  const int32_t code = parcelveil_device_create(&wrap, &device, caller.error());
  if (code != 0) wrap.release(wrap.context);
  caller.IsDone(code);
  return static_cast<jlong>(device);
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_Native_deviceLoad(JNIEnv* env,
                                                             jclass,
                                                             jbyteArray state,
                                                             jobject key_wrap) {
  Caller caller(env);
  uint64_t device = 0;
  const parcelveil_key_wrap wrap = NewKeyWrap(env, key_wrap);
  const ByteInput input(env, state);
  const int32_t code =
      parcelveil_device_load(input.bytes(), &wrap, &device, caller.error());
  if (code != 0) wrap.release(wrap.context);
  caller.IsDone(code);
  return static_cast<jlong>(device);
}

JNIEXPORT jbyteArray JNICALL
Java_io_parcelveil_Native_devicePublicKey(JNIEnv* env, jclass, jobject device) {
  Caller caller(env);
  uint8_t key[PARCELVEIL_KEY_SIZE];
  const int32_t code =
      parcelveil_device_public_key(HandleOf(env, device), key, caller.error());
  return caller.IsDone(code) ? NewBytes(env, {key, sizeof(key)}) : nullptr;
}

JNIEXPORT void JNICALL Java_io_parcelveil_Native_deviceEnrol(JNIEnv* env,
                                                             jclass,
                                                             jobject device,
                                                             jbyteArray card) {
  Caller caller(env);
  const ByteInput input(env, card);
  caller.IsDone(parcelveil_device_enrol(HandleOf(env, device), input.bytes(),
                                        caller.error()));
}

JNIEXPORT jbyteArray JNICALL
Java_io_parcelveil_Native_deviceState(JNIEnv* env, jclass, jobject device) {
  Caller caller(env);
  ByteOutput output(env);
  const int32_t code = parcelveil_device_state(
      HandleOf(env, device), ByteOutput::Take, &output, caller.error());
  return caller.IsDone(code) ? output.array() : nullptr;
}

JNIEXPORT jboolean JNICALL Java_io_parcelveil_Native_deviceHasNewState(
    JNIEnv* env, jclass, jobject device) {
  Caller caller(env);
  int32_t has = 0;
  caller.IsDone(parcelveil_device_has_new_state(HandleOf(env, device), &has,
                                                caller.error()));
  return has != 0 ? JNI_TRUE : JNI_FALSE;
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_Native_deviceReveal(
    JNIEnv* env, jclass, jobject device, jbyteArray waybill, jintArray slots,
    jint purpose, jbyteArray ticket) {
  Caller caller(env);
  const ByteInput id(env, waybill), of(env, ticket);
  const std::vector<uint16_t> wanted = SlotsOf(env, slots);
  uint64_t ask = 0;
  caller.IsDone(parcelveil_device_reveal(
      HandleOf(env, device), id.bytes(), wanted.data(), wanted.size(),
      static_cast<uint16_t>(purpose), of.bytes(), &ask, caller.error()));
  return static_cast<jlong>(ask);
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_Native_deviceDial(
    JNIEnv* env, jclass, jobject device, jbyteArray waybill, jint phone,
    jint purpose) {
  Caller caller(env);
  const ByteInput id(env, waybill);
  uint64_t ask = 0;
  caller.IsDone(parcelveil_device_dial(
      HandleOf(env, device), id.bytes(), static_cast<uint16_t>(phone),
      static_cast<uint16_t>(purpose), &ask, caller.error()));
  return static_cast<jlong>(ask);
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_Native_deviceSheet(
    JNIEnv* env, jclass, jobject device, jobjectArray waybills, jintArray slots,
    jint purpose) {
  Caller caller(env);
  std::vector<ByteInput> inputs;
  std::vector<parcelveil_bytes> ids;
  const jsize count = env->GetArrayLength(waybills);
  if (env->PushLocalFrame(count) != 0) return 0;
  for (jsize i = 0; i < count; ++i) {
    inputs.emplace_back(
        env, static_cast<jbyteArray>(env->GetObjectArrayElement(waybills, i)));
    ids.push_back(inputs.back().bytes());
  }
  const std::vector<uint16_t> wanted = SlotsOf(env, slots);
  const parcelveil_sheet_order order = {
      sizeof(order), static_cast<uint16_t>(purpose),
      ids.data(),    ids.size(),
      wanted.data(), wanted.size()};
  uint64_t ask = 0;
  const int32_t code = parcelveil_device_sheet(HandleOf(env, device), &order,
                                               &ask, caller.error());
  inputs.clear();
  env->PopLocalFrame(nullptr);
  caller.IsDone(code);
  return static_cast<jlong>(ask);
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_Native_deviceSearch(
    JNIEnv* env, jclass, jobject device, jbyteArray phone, jint index,
    jint outlet, jlong back_millis, jintArray views, jint purpose,
    jbyteArray ticket) {
  Caller caller(env);
  const ByteInput number(env, phone), of(env, ticket);
  const std::vector<uint16_t> wanted = SlotsOf(env, views);
  parcelveil_search_order order{};
  order.struct_size = sizeof(order);
  order.outlet = static_cast<uint32_t>(outlet);
  order.back_ms = back_millis;
  order.index = static_cast<uint16_t>(index);
  order.purpose = static_cast<uint16_t>(purpose);
  order.phone = number.bytes();
  order.ticket = of.bytes();
  order.views = wanted.data();
  order.num_views = wanted.size();
  uint64_t ask = 0;
  caller.IsDone(parcelveil_device_search(HandleOf(env, device), &order, &ask,
                                         caller.error()));
  return static_cast<jlong>(ask);
}

JNIEXPORT jbyteArray JNICALL Java_io_parcelveil_Native_askBytes(JNIEnv* env,
                                                                jclass,
                                                                jobject ask) {
  Caller caller(env);
  ByteOutput output(env);
  const int32_t code = parcelveil_ask_bytes(
      HandleOf(env, ask), ByteOutput::Take, &output, caller.error());
  return caller.IsDone(code) ? output.array() : nullptr;
}

JNIEXPORT jbyteArray JNICALL Java_io_parcelveil_Native_deviceCheckpoint(
    JNIEnv* env, jclass, jobject device) {
  Caller caller(env);
  ByteOutput output(env);
  const int32_t code = parcelveil_device_checkpoint(
      HandleOf(env, device), ByteOutput::Take, &output, caller.error());
  return caller.IsDone(code) ? output.array() : nullptr;
}

JNIEXPORT void JNICALL Java_io_parcelveil_Native_deviceWitness(
    JNIEnv* env, jclass, jobject device, jbyteArray checkpoint,
    jbyteArray proof) {
  Caller caller(env);
  const ByteInput note(env, checkpoint), hashes(env, proof);
  caller.IsDone(parcelveil_device_witness(HandleOf(env, device), note.bytes(),
                                          hashes.bytes(), caller.error()));
}

JNIEXPORT void JNICALL Java_io_parcelveil_Native_deviceCheckLeaf(
    JNIEnv* env, jclass, jobject device, jobject shown, jlong index,
    jbyteArray leaf, jbyteArray checkpoint, jbyteArray hashes) {
  Caller caller(env);
  const ByteInput stored(env, leaf), note(env, checkpoint), path(env, hashes);
  const parcelveil_leaf_proof proof = {
      sizeof(proof), static_cast<uint64_t>(index), stored.bytes(), note.bytes(),
      path.bytes()};
  caller.IsDone(parcelveil_device_check_leaf(
      HandleOf(env, device), HandleOf(env, shown), &proof, caller.error()));
}

JNIEXPORT void JNICALL Java_io_parcelveil_Native_deviceFork(JNIEnv* env, jclass,
                                                            jobject device,
                                                            jobject taker) {
  Caller caller(env);
  ManyBytesOutput output(env, taker);
  caller.IsDone(parcelveil_device_fork(
      HandleOf(env, device), ManyBytesOutput::Take, &output, caller.error()));
}

}  // extern "C"
