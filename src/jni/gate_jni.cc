// SPDX-License-Identifier: Apache-2.0
// NativeBackEnd.java: the gate.

#include <algorithm>
#include <vector>

#include "parcelveil/c_gate.h"
#include "src/jni/jni_call.h"
#include "src/jni/parcels_jni.h"

using parcelveil::jni::ByteInput;
using parcelveil::jni::ByteOutput;
using parcelveil::jni::Caller;
using parcelveil::jni::HandleOf;
using parcelveil::jni::NewParcels;
using parcelveil::jni::TellAlert;

namespace {

parcelveil_principal PrincipalOf(jlong id, jint role, jint outlet,
                                 jboolean active) {
  return {sizeof(parcelveil_principal), static_cast<uint32_t>(outlet),
          static_cast<uint64_t>(id), static_cast<uint16_t>(role), active};
}

using GateAndText = int32_t (*)(parcelveil_gate, parcelveil_bytes,
                                parcelveil_error*);

void CallWithText(JNIEnv* env, GateAndText call, jobject gate,
                  jbyteArray text) {
  Caller caller(env);
  const ByteInput input(env, text);
  caller.IsDone(call(HandleOf(env, gate), input.bytes(), caller.error()));
}

using GateToBytes = int32_t (*)(parcelveil_gate, parcelveil_take, void*,
                                parcelveil_error*);

jbyteArray CallForBytes(JNIEnv* env, GateToBytes call, jobject gate) {
  Caller caller(env);
  ByteOutput output(env);
  const int32_t code =
      call(HandleOf(env, gate), ByteOutput::Take, &output, caller.error());
  return caller.IsDone(code) ? output.array() : nullptr;
}

}  // namespace

extern "C" {

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_gateInit(
    JNIEnv* env, jclass, jbyteArray directory, jbyteArray origin,
    jbyteArray passphrase_file) {
  Caller caller(env);
  const ByteInput dir(env, directory), name(env, origin);
  const ByteInput file(env, passphrase_file);
  caller.IsDone(parcelveil_gate_init(dir.bytes(), name.bytes(), file.bytes(),
                                     caller.error()));
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_NativeBackEnd_gateOpen(
    JNIEnv* env, jclass, jbyteArray directory, jobject keyring,
    jbyteArray passphrase_file, jobject host) {
  Caller caller(env);
  const ByteInput dir(env, directory), file(env, passphrase_file);
  const parcelveil_parcels parcels = NewParcels(env, host);
  parcelveil_gate_options options{};
  options.struct_size = sizeof(options);
  options.keyring = HandleOf(env, keyring);
  options.passphrase_file = file.bytes();
  options.parcels = &parcels;
  options.alert = TellAlert;
  options.alert_context = parcels.context;
  uint64_t gate = 0;
  const int32_t code =
      parcelveil_gate_open(dir.bytes(), &options, &gate, caller.error());
  if (code != 0) parcels.release(parcels.context);
  caller.IsDone(code);
  return static_cast<jlong>(gate);
}

JNIEXPORT jbyteArray JNICALL Java_io_parcelveil_NativeBackEnd_gateHandle(
    JNIEnv* env, jclass, jobject gate, jbyteArray request,
    jbyteArray connection) {
  Caller caller(env);
  ByteOutput output(env);
  const ByteInput ask(env, request), peer(env, connection);
  const int32_t code =
      parcelveil_gate_handle(HandleOf(env, gate), ask.bytes(), peer.bytes(),
                             ByteOutput::Take, &output, caller.error());
  return caller.IsDone(code) ? output.array() : nullptr;
}

JNIEXPORT jbyteArray JNICALL Java_io_parcelveil_NativeBackEnd_gateEnrol(
    JNIEnv* env, jclass, jobject gate, jlong device, jbyteArray device_key,
    jlong principal, jint role, jint outlet, jboolean active, jlong expires) {
  Caller caller(env);
  ByteOutput output(env);
  const ByteInput key(env, device_key);
  // What is no key is refused as one that is missing.
  const auto* const bytes = key.bytes().size == PARCELVEIL_KEY_SIZE
                                ? static_cast<const uint8_t*>(key.bytes().data)
                                : nullptr;
  const parcelveil_principal who = PrincipalOf(principal, role, outlet, active);
  const int32_t code = parcelveil_gate_enrol(
      HandleOf(env, gate), static_cast<uint64_t>(device), bytes, &who, expires,
      ByteOutput::Take, &output, caller.error());
  return caller.IsDone(code) ? output.array() : nullptr;
}

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_gateRevoke(
    JNIEnv* env, jclass, jobject gate, jlong device) {
  Caller caller(env);
  caller.IsDone(parcelveil_gate_revoke(
      HandleOf(env, gate), static_cast<uint64_t>(device), caller.error()));
}

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_gateAdmit(
    JNIEnv* env, jclass, jobject gate, jlong principal, jint role, jint outlet,
    jboolean active) {
  Caller caller(env);
  const parcelveil_principal who = PrincipalOf(principal, role, outlet, active);
  caller.IsDone(
      parcelveil_gate_admit(HandleOf(env, gate), &who, caller.error()));
}

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_gateSetActive(
    JNIEnv* env, jclass, jobject gate, jlong principal, jboolean active) {
  Caller caller(env);
  caller.IsDone(parcelveil_gate_set_active(HandleOf(env, gate),
                                           static_cast<uint64_t>(principal),
                                           active, caller.error()));
}

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_gateHold(
    JNIEnv* env, jclass, jobject gate, jbyteArray record_id) {
  CallWithText(env, parcelveil_gate_hold, gate, record_id);
}

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_gateRelease(
    JNIEnv* env, jclass, jobject gate, jbyteArray record_id) {
  CallWithText(env, parcelveil_gate_release, gate, record_id);
}

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_gateCheckNote(
    JNIEnv* env, jclass, jobject gate, jbyteArray note) {
  CallWithText(env, parcelveil_gate_check_note, gate, note);
}

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_gateApprove(
    JNIEnv* env, jclass, jobject gate, jlong approver, jbyteArray subject,
    jlong for_how) {
  Caller caller(env);
  const ByteInput what(env, subject);
  caller.IsDone(parcelveil_gate_approve(HandleOf(env, gate),
                                        static_cast<uint64_t>(approver),
                                        what.bytes(), for_how, caller.error()));
}

JNIEXPORT jbyteArray JNICALL Java_io_parcelveil_NativeBackEnd_gateCheckpoint(
    JNIEnv* env, jclass, jobject gate) {
  return CallForBytes(env, parcelveil_gate_checkpoint, gate);
}

JNIEXPORT jbyteArray JNICALL Java_io_parcelveil_NativeBackEnd_gateVerifierKey(
    JNIEnv* env, jclass, jobject gate) {
  return CallForBytes(env, parcelveil_gate_verifier_key, gate);
}

// In the order of GateStats' constructor.
JNIEXPORT jlongArray JNICALL
Java_io_parcelveil_NativeBackEnd_gateStats(JNIEnv* env, jclass, jobject gate) {
  Caller caller(env);
  parcelveil_gate_stats stats{};
  stats.struct_size = sizeof(stats);
  if (!caller.IsDone(parcelveil_gate_get_stats(HandleOf(env, gate), &stats,
                                               caller.error()))) {
    return nullptr;
  }
  std::vector<jlong> values = {static_cast<jlong>(stats.granted),
                               static_cast<jlong>(stats.retried),
                               static_cast<jlong>(stats.commits)};
  values.insert(values.end(), std::begin(stats.refused),
                std::end(stats.refused));
  const auto count = static_cast<jsize>(values.size());
  const jlongArray array = env->NewLongArray(count);
  if (array != nullptr) env->SetLongArrayRegion(array, 0, count, values.data());
  return array;
}

}  // extern "C"
