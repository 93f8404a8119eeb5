// SPDX-License-Identifier: Apache-2.0
// NativeBackEnd.java: the finder.

#include "src/jni/back_end_call.h"
#include "src/jni/jni_call.h"

using parcelveil::jni::ByteCopy;
using parcelveil::jni::Caller;
using parcelveil::jni::HandleOf;
using parcelveil::jni::ManyBytesOutput;
using parcelveil::jni::MethodOf;
using parcelveil::jni::SealedInputs;
using parcelveil::jni::Taker;

namespace {

// To a Matches.
int32_t TakePosition(void* context, size_t position, int32_t is_closed) {
  const auto& [env, matches] = *static_cast<Taker*>(context);
  const jmethodID take = MethodOf(env, matches, "take", "(IZ)V");
  if (take == nullptr) return 1;
  env->CallVoidMethod(matches, take, static_cast<jint>(position),
                      static_cast<jboolean>(is_closed != 0));
  return env->ExceptionCheck() ? 1 : 0;
}

parcelveil_search SearchOf(jint slot, jint by, jboolean has_outlet, jint outlet,
                           const ByteCopy& text) {
  return {sizeof(parcelveil_search),     static_cast<uint16_t>(slot),
          static_cast<uint8_t>(by),      has_outlet,
          static_cast<uint32_t>(outlet), text.bytes()};
}

}  // namespace

extern "C" {

JNIEXPORT jlong JNICALL Java_io_parcelveil_NativeBackEnd_finderCreate(
    JNIEnv* env, jclass, jobject keyring) {
  Caller caller(env);
  uint64_t finder = 0;
  caller.IsDone(parcelveil_finder_create(HandleOf(env, keyring), &finder,
                                         caller.error()));
  return static_cast<jlong>(finder);
}

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_finderValues(
    JNIEnv* env, jclass, jobject finder, jint slot, jint by,
    jboolean has_outlet, jint outlet, jbyteArray text, jlong back,
    jobject taker) {
  Caller caller(env);
  ManyBytesOutput output(env, taker);
  const ByteCopy value(env, text);
  const parcelveil_search search =
      SearchOf(slot, by, has_outlet, outlet, value);
  caller.IsDone(parcelveil_finder_values(HandleOf(env, finder), &search, back,
                                         ManyBytesOutput::Take, &output,
                                         caller.error()));
}

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_finderMatches(
    JNIEnv* env, jclass, jobject finder, jint slot, jint by,
    jboolean has_outlet, jint outlet, jbyteArray text, jobjectArray ids,
    jobjectArray sealed, jintArray versions, jobject matches) {
  Caller caller(env);
  const ByteCopy value(env, text);
  const SealedInputs cells(env, ids, sealed, versions);
  const parcelveil_search search =
      SearchOf(slot, by, has_outlet, outlet, value);
  Taker taker = {env, matches};
  caller.IsDone(parcelveil_finder_matches(
      HandleOf(env, finder), &search, cells.data(), cells.size(), TakePosition,
      &taker, caller.error()));
}

}  // extern "C"
