// SPDX-License-Identifier: Apache-2.0
#include "src/jni/jni_call.h"

#include <cstring>
#include <utility>

namespace parcelveil::jni {
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

ByteCopy::ByteCopy(JNIEnv* env, jbyteArray array)
    : copy_(array == nullptr
                ? 0
                : static_cast<size_t>(env->GetArrayLength(array))) {
  if (copy_.empty()) return;
  env->GetByteArrayRegion(array, 0, static_cast<jsize>(copy_.size()),
                          copy_.data());
}

ByteCopy::~ByteCopy() {
  volatile jbyte* const bytes = copy_.data();
  for (size_t i = 0; i < copy_.size(); ++i) bytes[i] = 0;
}

std::vector<ByteCopy> CopiesOf(JNIEnv* env, jobjectArray arrays) {
  std::vector<ByteCopy> copies;
  const jsize count = env->GetArrayLength(arrays);
  copies.reserve(static_cast<size_t>(count));
  for (jsize i = 0; i < count; ++i) {
    const auto array =
        static_cast<jbyteArray>(env->GetObjectArrayElement(arrays, i));
    copies.emplace_back(env, array);
    env->DeleteLocalRef(array);
  }
  return copies;
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

bool NewFields(JNIEnv* env, const parcelveil_field* fields, size_t num_fields,
               jintArray* slots, jobjectArray* texts) {
  const auto count = static_cast<jsize>(num_fields);
  const jclass bytes = env->FindClass("[B");
  *slots = bytes == nullptr ? nullptr : env->NewIntArray(count);
  *texts =
      *slots == nullptr ? nullptr : env->NewObjectArray(count, bytes, nullptr);
  if (*texts == nullptr) return false;
  for (jsize i = 0; i < count; ++i) {
    const jint slot = fields[i].slot;
    env->SetIntArrayRegion(*slots, i, 1, &slot);
    const jbyteArray text = NewBytes(env, fields[i].text);
    if (text == nullptr) return false;
    env->SetObjectArrayElement(*texts, i, text);
    env->DeleteLocalRef(text);
  }
  return true;
}

jthrowable NewException(JNIEnv* env, int32_t code,
                        const parcelveil_error& error) {
  const jclass type = env->FindClass("io/parcelveil/ParcelveilException");
  if (type == nullptr) return nullptr;
  const jmethodID make = env->GetMethodID(type, "<init>", "(I[BJ[B)V");
  const char* const reason = parcelveil_reason_name(error.reason);
  const jbyteArray name = NewBytes(env, {reason, std::strlen(reason)});
  const jbyteArray message =
      NewBytes(env, {error.message, std::strlen(error.message)});
  if (make == nullptr || name == nullptr || message == nullptr) return nullptr;
  return static_cast<jthrowable>(env->NewObject(
      type, make, code, name, jlong{error.retry_after_ms}, message));
}

jmethodID MethodOf(JNIEnv* env, jobject object, const char* name,
                   const char* signature) {
  const jclass type = env->GetObjectClass(object);
  const jmethodID method = env->GetMethodID(type, name, signature);
  env->DeleteLocalRef(type);
  return method;
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
  const jthrowable thrown = NewException(env_, code, error_);
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
  if (env->PushLocalFrame(8) != 0) return 1;
  const jmethodID take = MethodOf(env, output->taker_, "take", "([B[I[[B)V");
  const jbyteArray waybill =
      take == nullptr ? nullptr : NewBytes(env, row->waybill);
  jintArray slots;
  jobjectArray texts;
  if (waybill != nullptr &&
      NewFields(env, row->fields, row->num_fields, &slots, &texts)) {
    env->CallVoidMethod(output->taker_, take, waybill, slots, texts);
  }
  env->PopLocalFrame(nullptr);
  return env->ExceptionCheck() ? 1 : 0;
}

}  // namespace parcelveil::jni
