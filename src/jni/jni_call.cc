// SPDX-License-Identifier: Apache-2.0
#include "src/jni/jni_call.h"

#include <cstring>
#include <utility>

namespace parcelveil::jni {
namespace {

// Ours, and always there; null with an exception where there is no memory.
jmethodID MethodOf(JNIEnv* env, jobject object, const char* name,
                   const char* signature) {
  const jclass type = env->GetObjectClass(object);
  const jmethodID method = env->GetMethodID(type, name, signature);
  env->DeleteLocalRef(type);
  return method;
}

}  // namespace

ByteInput::ByteInput(ByteInput&& other) noexcept
    : env_(other.env_),
      array_(other.array_),
      bytes_(std::exchange(other.bytes_, nullptr)) {}

ByteInput::~ByteInput() {
  if (bytes_ != nullptr) {
    env_->ReleaseByteArrayElements(array_, bytes_, JNI_ABORT);
  }
}

parcelveil_bytes ByteInput::bytes() const {
  if (bytes_ == nullptr) return {nullptr, 0};
  return {bytes_, static_cast<size_t>(env_->GetArrayLength(array_))};
}

std::vector<uint16_t> SlotsOf(JNIEnv* env, jintArray array) {
  std::vector<jint> ids(static_cast<size_t>(env->GetArrayLength(array)));
  env->GetIntArrayRegion(array, 0, static_cast<jsize>(ids.size()), ids.data());
  return {ids.begin(), ids.end()};
}

uint64_t HandleOf(JNIEnv* env, jobject handle) {
  if (handle == nullptr) return 0;
  const jclass type = env->FindClass("io/parcelveil/Handle");
  if (type == nullptr) return 0;
  const jfieldID number = env->GetFieldID(type, "number", "J");
  env->DeleteLocalRef(type);
  return static_cast<uint64_t>(env->GetLongField(handle, number));
}

jbyteArray NewBytes(JNIEnv* env, parcelveil_bytes bytes) {
  const auto size = static_cast<jsize>(bytes.size);
  const jbyteArray array = env->NewByteArray(size);
  if (array != nullptr && size > 0) {
    env->SetByteArrayRegion(array, 0, size,
                            static_cast<const jbyte*>(bytes.data));
  }
  return array;
}

void Wipe(JNIEnv* env, jbyteArray array) {
  const auto size = static_cast<size_t>(env->GetArrayLength(array));
  void* const bytes = env->GetPrimitiveArrayCritical(array, nullptr);
  if (bytes == nullptr) return;
  std::memset(bytes, 0, size);
  env->ReleasePrimitiveArrayCritical(array, bytes, 0);
}

bool Caller::IsDone(int32_t code) {
  if (env_->ExceptionCheck()) return false;
  if (code == 0) return true;
  const jclass type = env_->FindClass("io/parcelveil/ParcelveilException");
  if (type == nullptr) return false;
  const jmethodID make = env_->GetMethodID(type, "<init>", "(I[BJ[B)V");
  const char* const reason = parcelveil_reason_name(error_.reason);
  const jbyteArray name = NewBytes(env_, {reason, std::strlen(reason)});
  const jbyteArray message =
      NewBytes(env_, {error_.message, std::strlen(error_.message)});
  if (make == nullptr || name == nullptr || message == nullptr) return false;
  const auto thrown = static_cast<jthrowable>(env_->NewObject(
      type, make, code, name, jlong{error_.retry_after_ms}, message));
  if (thrown != nullptr) env_->Throw(thrown);
  return false;
}

int32_t ByteOutput::Take(void* self, parcelveil_bytes bytes) {
  auto* const output = static_cast<ByteOutput*>(self);
  output->array_ = NewBytes(output->env_, bytes);
  return output->array_ == nullptr ? 1 : 0;
}

int32_t ManyBytesOutput::Take(void* self, parcelveil_bytes bytes) {
  const auto* const output = static_cast<ManyBytesOutput*>(self);
  JNIEnv* const env = output->env_;
  const jmethodID take = MethodOf(env, output->taker_, "take", "([B)V");
  const jbyteArray array = take == nullptr ? nullptr : NewBytes(env, bytes);
  if (array == nullptr) return 1;
  env->CallVoidMethod(output->taker_, take, array);
  env->DeleteLocalRef(array);
  return env->ExceptionCheck() ? 1 : 0;
}

int32_t RowOutput::Take(void* self, const parcelveil_row* row) {
  const auto* const output = static_cast<RowOutput*>(self);
  JNIEnv* const env = output->env_;
  const auto count = static_cast<jsize>(row->num_fields);
  if (env->PushLocalFrame(count + 8) != 0) return 1;
  const jmethodID take = MethodOf(env, output->taker_, "take", "([B[I[[B)V");
  const jbyteArray waybill = NewBytes(env, row->waybill);
  const jintArray slots = env->NewIntArray(count);
  const jclass bytes = env->FindClass("[B");
  const jobjectArray texts =
      bytes == nullptr ? nullptr : env->NewObjectArray(count, bytes, nullptr);
  if (take != nullptr && waybill != nullptr && slots != nullptr &&
      texts != nullptr) {
    for (jsize i = 0; i < count; ++i) {
      const jint slot = row->fields[i].slot;
      env->SetIntArrayRegion(slots, i, 1, &slot);
      const jbyteArray text = NewBytes(env, row->fields[i].text);
      if (text == nullptr) break;
      env->SetObjectArrayElement(texts, i, text);
    }
    if (!env->ExceptionCheck()) {
      env->CallVoidMethod(output->taker_, take, waybill, slots, texts);
    }
  }
  env->PopLocalFrame(nullptr);
  return env->ExceptionCheck() ? 1 : 0;
}

}  // namespace parcelveil::jni
