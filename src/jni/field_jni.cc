// SPDX-License-Identifier: Apache-2.0
// NativeBackEnd.java: keyring, seal, open, views.

#include "src/jni/back_end_call.h"
#include "src/jni/jni_call.h"

using parcelveil::jni::ByteCopy;
using parcelveil::jni::ByteInput;
using parcelveil::jni::ByteOutput;
using parcelveil::jni::Caller;
using parcelveil::jni::CellAt;
using parcelveil::jni::FieldInputs;
using parcelveil::jni::HandleOf;
using parcelveil::jni::MethodOf;
using parcelveil::jni::NewException;
using parcelveil::jni::NewFields;
using parcelveil::jni::SealedInputs;
using parcelveil::jni::TakeCell;
using parcelveil::jni::Taker;
using parcelveil::jni::TextOutput;

namespace {

// To an OpenedView.Taker.
int32_t TakeView(void* context, const parcelveil_view* view) {
  const auto& [env, taker] = *static_cast<Taker*>(context);
  if (env->PushLocalFrame(16) != 0) return 1;
  const jmethodID take = MethodOf(
      env, taker, "take", "(ILio/parcelveil/ParcelveilException;[I[[B)V");
  jintArray slots;
  jobjectArray texts;
  if (take != nullptr &&
      NewFields(env, view->fields, view->num_fields, &slots, &texts)) {
    const jthrowable closed =
        view->closed == nullptr
            ? nullptr
            : NewException(env, view->closed->code, *view->closed);
    if (!env->ExceptionCheck()) {
      env->CallVoidMethod(taker, take, static_cast<jint>(view->position),
                          closed, slots, texts);
    }
  }
  env->PopLocalFrame(nullptr);
  return env->ExceptionCheck() ? 1 : 0;
}

}  // namespace

extern "C" {

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_free(JNIEnv*, jclass,
                                                             jlong handle) {
  parcelveil_free(static_cast<uint64_t>(handle));
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_NativeBackEnd_keyringLoad(
    JNIEnv* env, jclass, jbyteArray directory, jint role, jint outlet,
    jbyteArray passphrase_file, jbyteArray state_dir, jbyteArray signers) {
  Caller caller(env);
  const ByteInput dir(env, directory), file(env, passphrase_file);
  const ByteInput state(env, state_dir), keys(env, signers);
  parcelveil_keyring_options options{};
  options.struct_size = sizeof(options);
  options.outlet = static_cast<uint32_t>(outlet);
  options.passphrase_file = file.bytes();
  options.state_dir = state.bytes();
  options.signers = keys.bytes();
  options.role = static_cast<uint16_t>(role);
  uint64_t keyring = 0;
  caller.IsDone(
      parcelveil_keyring_load(dir.bytes(), &options, &keyring, caller.error()));
  return static_cast<jlong>(keyring);
}

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_keyringReload(
    JNIEnv* env, jclass, jobject keyring) {
  Caller caller(env);
  caller.IsDone(
      parcelveil_keyring_reload(HandleOf(env, keyring), caller.error()));
}

// In the order of KeyringHealth's constructor.
JNIEXPORT jlongArray JNICALL Java_io_parcelveil_NativeBackEnd_keyringHealth(
    JNIEnv* env, jclass, jobject keyring) {
  Caller caller(env);
  parcelveil_keyring_health health{};
  health.struct_size = sizeof(health);
  if (!caller.IsDone(parcelveil_keyring_get_health(HandleOf(env, keyring),
                                                   &health, caller.error()))) {
    return nullptr;
  }
  const jlong values[] = {
      health.last_reload,   static_cast<jlong>(health.serial),
      health.created_ms,    health.sealing_stops_ms,
      jlong{health.tenant}, health.needs_attention};
  const jlongArray array = env->NewLongArray(6);
  if (array != nullptr) env->SetLongArrayRegion(array, 0, 6, values);
  return array;
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_NativeBackEnd_sealerCreate(
    JNIEnv* env, jclass, jobject keyring, jbyteArray map, jintArray hot_slots,
    jobjectArray hot_texts) {
  Caller caller(env);
  const ByteInput text(env, map);
  const FieldInputs hot(env, hot_slots, hot_texts);
  uint64_t sealer = 0;
  caller.IsDone(parcelveil_sealer_create(HandleOf(env, keyring), text.bytes(),
                                         hot.data(), hot.size(), &sealer,
                                         caller.error()));
  return static_cast<jlong>(sealer);
}

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_sealerSeal(
    JNIEnv* env, jclass, jobject sealer, jbyteArray record_id, jint outlet,
    jint version, jint day, jintArray slots, jobjectArray texts, jobject row) {
  Caller caller(env);
  const ByteInput id(env, record_id);
  const FieldInputs fields(env, slots, texts);
  const parcelveil_record record = {sizeof(record),
                                    static_cast<uint32_t>(outlet),
                                    static_cast<uint32_t>(version),
                                    day,
                                    id.bytes(),
                                    fields.data(),
                                    fields.size()};
  Taker taker = {env, row};
  caller.IsDone(parcelveil_sealer_seal(HandleOf(env, sealer), &record, TakeCell,
                                       &taker, caller.error()));
}

JNIEXPORT jbyteArray JNICALL Java_io_parcelveil_NativeBackEnd_sealerSealField(
    JNIEnv* env, jclass, jobject sealer, jbyteArray record_id, jint version,
    jint slot, jint outlet, jbyteArray text) {
  Caller caller(env);
  ByteOutput output(env);
  const ByteInput id(env, record_id);
  const ByteCopy value(env, text);
  const parcelveil_cell cell = CellAt(id, version, slot);
  const int32_t code = parcelveil_sealer_seal_field(
      HandleOf(env, sealer), &cell, static_cast<uint32_t>(outlet),
      value.bytes(), ByteOutput::Take, &output, caller.error());
  return caller.IsDone(code) ? output.array() : nullptr;
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_NativeBackEnd_openerCreate(
    JNIEnv* env, jclass, jobject keyring) {
  Caller caller(env);
  uint64_t opener = 0;
  caller.IsDone(parcelveil_opener_create(HandleOf(env, keyring), &opener,
                                         caller.error()));
  return static_cast<jlong>(opener);
}

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_openerOpen(
    JNIEnv* env, jclass, jobject opener, jbyteArray record_id, jint version,
    jint slot, jbyteArray sealed, jobject user) {
  Caller caller(env);
  TextOutput output(env, user);
  const ByteInput id(env, record_id), bytes(env, sealed);
  const parcelveil_cell cell = CellAt(id, version, slot);
  caller.IsDone(parcelveil_opener_open(HandleOf(env, opener), &cell,
                                       bytes.bytes(), TextOutput::Take, &output,
                                       caller.error()));
}

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_openerOpenViews(
    JNIEnv* env, jclass, jobject opener, jint slot, jobjectArray ids,
    jobjectArray sealed, jintArray versions, jobject taker) {
  Caller caller(env);
  const SealedInputs views(env, ids, sealed, versions);
  Taker into = {env, taker};
  caller.IsDone(parcelveil_opener_open_views(
      HandleOf(env, opener), static_cast<uint16_t>(slot), views.data(),
      views.size(), TakeView, &into, caller.error()));
}

JNIEXPORT jbyteArray JNICALL Java_io_parcelveil_NativeBackEnd_openerEncodeList(
    JNIEnv* env, jclass, jobject opener, jint slot, jobjectArray ids,
    jobjectArray sealed, jintArray versions, jlong served) {
  Caller caller(env);
  ByteOutput output(env);
  const SealedInputs views(env, ids, sealed, versions);
  const int32_t code = parcelveil_opener_encode_list(
      HandleOf(env, opener), static_cast<uint16_t>(slot), views.data(),
      views.size(), served, ByteOutput::Take, &output, caller.error());
  return caller.IsDone(code) ? output.array() : nullptr;
}

}  // extern "C"
