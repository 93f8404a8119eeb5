// SPDX-License-Identifier: Apache-2.0
#include "src/jni/parcels_jni.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "src/jni/back_end_call.h"
#include "src/jni/jni_call.h"

namespace parcelveil::jni {
namespace {

struct JavaHost {
  JavaVM* vm;
  jobject object;  // a global reference
};

// This thread's way into the Java machine, for one callback. Nothing that it
// makes there outlives it, not even an exception.
class Callback {
 public:
  explicit Callback(void* context) : host_(*static_cast<JavaHost*>(context)) {
    void* env = nullptr;
    if (host_.vm->GetEnv(&env, JNI_VERSION_1_6) != JNI_OK) {
      is_attached_ = host_.vm->AttachCurrentThreadAsDaemon(&env, nullptr) == 0;
      if (!is_attached_) return;
    }
    env_ = static_cast<JNIEnv*>(env);
    if (env_->PushLocalFrame(16) == 0) return;
    env_->ExceptionClear();
    env_ = nullptr;
  }
  ~Callback() {
    if (env_ != nullptr) {
      env_->ExceptionClear();
      env_->PopLocalFrame(nullptr);
    }
    if (is_attached_) host_.vm->DetachCurrentThread();
  }
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;

  // Null where there is no way in.
  JNIEnv* env() const { return env_; }
  jobject object() const { return host_.object; }
  jmethodID Method(const char* name, const char* signature) const {
    return MethodOf(env_, host_.object, name, signature);
  }

 private:
  const JavaHost host_;
  JNIEnv* env_ = nullptr;
  bool is_attached_ = false;
};

jintArray NewSlots(JNIEnv* env, const uint16_t* slots, size_t num_slots) {
  const std::vector<jint> ids(slots, slots + num_slots);
  const auto count = static_cast<jsize>(num_slots);
  const jintArray array = env->NewIntArray(count);
  if (array != nullptr) env->SetIntArrayRegion(array, 0, count, ids.data());
  return array;
}

jobjectArray NewValues(JNIEnv* env, const parcelveil_bytes* values,
                       size_t num_values) {
  const jclass bytes = env->FindClass("[B");
  if (bytes == nullptr) return nullptr;
  const auto count = static_cast<jsize>(num_values);
  const jobjectArray array = env->NewObjectArray(count, bytes, nullptr);
  for (jsize i = 0; array != nullptr && i < count; ++i) {
    const jbyteArray value = NewBytes(env, values[i]);
    if (value == nullptr) return nullptr;
    env->SetObjectArrayElement(array, i, value);
    env->DeleteLocalRef(value);
  }
  return array;
}

// Where GateHost gives its parcels, by way of NativeBackEnd.giveParcel.
struct Found {
  parcelveil_take_parcel take;
  void* context;
  int32_t code;
};

// GateHost's methods return false where the host's code has thrown.
int32_t CodeOf(const Callback& callback, jboolean is_done, int32_t code) {
  if (callback.env()->ExceptionCheck() || is_done != JNI_TRUE) {
    return PARCELVEIL_UNAVAILABLE;
  }
  return code;
}

int32_t Find(void* context, parcelveil_bytes record_id, const uint16_t* slots,
             size_t num_slots, parcelveil_take_parcel take,
             void* take_context) {
  const Callback callback(context);
  JNIEnv* const env = callback.env();
  if (env == nullptr) return PARCELVEIL_UNAVAILABLE;
  const jmethodID find = callback.Method("find", "([B[IJ)Z");
  const jbyteArray id = find == nullptr ? nullptr : NewBytes(env, record_id);
  const jintArray wanted =
      id == nullptr ? nullptr : NewSlots(env, slots, num_slots);
  if (wanted == nullptr) return PARCELVEIL_RESOURCE_EXHAUSTED;
  Found found = {take, take_context, PARCELVEIL_OK};
  const jboolean is_done = env->CallBooleanMethod(
      callback.object(), find, id, wanted,
      static_cast<jlong>(reinterpret_cast<intptr_t>(&found)));
  return CodeOf(callback, is_done, found.code);
}

int32_t FindByIndex(void* context, uint16_t index,
                    const parcelveil_bytes* values, size_t num_values,
                    const uint16_t* slots, size_t num_slots, size_t limit,
                    parcelveil_take_parcel take, void* take_context) {
  const Callback callback(context);
  JNIEnv* const env = callback.env();
  if (env == nullptr) return PARCELVEIL_UNAVAILABLE;
  const jmethodID find = callback.Method("findByIndex", "(I[[B[IIJ)Z");
  const jobjectArray among =
      find == nullptr ? nullptr : NewValues(env, values, num_values);
  const jintArray wanted =
      among == nullptr ? nullptr : NewSlots(env, slots, num_slots);
  if (wanted == nullptr) return PARCELVEIL_RESOURCE_EXHAUSTED;
  Found found = {take, take_context, PARCELVEIL_OK};
  const jboolean is_done = env->CallBooleanMethod(
      callback.object(), find, jint{index}, among, wanted,
      static_cast<jint>(limit),
      static_cast<jlong>(reinterpret_cast<intptr_t>(&found)));
  return CodeOf(callback, is_done, found.code);
}

int32_t CountAssigned(void* context, uint64_t principal, uint64_t* count) {
  const Callback callback(context);
  JNIEnv* const env = callback.env();
  if (env == nullptr) return PARCELVEIL_UNAVAILABLE;
  const jmethodID method = callback.Method("countAssigned", "(J)J");
  if (method == nullptr) return PARCELVEIL_RESOURCE_EXHAUSTED;
  const jlong assigned = env->CallLongMethod(callback.object(), method,
                                             static_cast<jlong>(principal));
  *count = static_cast<uint64_t>(assigned);
  return CodeOf(callback, assigned >= 0 ? JNI_TRUE : JNI_FALSE, PARCELVEIL_OK);
}

void Release(void* context) {
  const std::unique_ptr<JavaHost> host(static_cast<JavaHost*>(context));
  const Callback callback(context);
  if (callback.env() != nullptr) callback.env()->DeleteGlobalRef(host->object);
}

}  // namespace

parcelveil_parcels NewParcels(JNIEnv* env, jobject host) {
  auto kept = std::make_unique<JavaHost>();
  env->GetJavaVM(&kept->vm);
  kept->object = env->NewGlobalRef(host);
  return {sizeof(parcelveil_parcels),
          kept.release(),
          Find,
          FindByIndex,
          CountAssigned,
          Release};
}

void TellAlert(void* context, const parcelveil_alert* alert) {
  const Callback callback(context);
  JNIEnv* const env = callback.env();
  if (env == nullptr) return;
  const jmethodID tell = callback.Method("alert", "(IIJJ[B)V");
  const jbyteArray text =
      tell == nullptr ? nullptr : NewBytes(env, alert->text);
  if (text == nullptr) return;
  env->CallVoidMethod(callback.object(), tell, jint{alert->kind},
                      static_cast<jint>(alert->outlet),
                      static_cast<jlong>(alert->principal),
                      static_cast<jlong>(alert->device), text);
}

}  // namespace parcelveil::jni

// `to` is what the callback gave to GateHost.
extern "C" JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_giveParcel(
    JNIEnv* env, jclass, jlong to, jbyteArray record_id, jint outlet,
    jlong assigned_to, jint version, jint state, jboolean no_coverage,
    jintArray slots, jobjectArray cells) {
  using parcelveil::jni::Found;
  auto* const found = reinterpret_cast<Found*>(static_cast<intptr_t>(to));
  if (found->code != PARCELVEIL_OK) return;
  const parcelveil::jni::ByteInput id(env, record_id);
  const parcelveil::jni::FieldInputs sealed(env, slots, cells);
  const parcelveil_parcel parcel = {sizeof(parcel),
                                    static_cast<uint32_t>(outlet),
                                    static_cast<uint64_t>(assigned_to),
                                    static_cast<uint32_t>(version),
                                    static_cast<uint8_t>(state),
                                    static_cast<uint8_t>(no_coverage),
                                    id.bytes(),
                                    sealed.data(),
                                    sealed.size()};
  found->code = found->take(found->context, &parcel);
}
