// SPDX-License-Identifier: Apache-2.0
// A KeyWrap object as the C ABI takes it.

#include <memory>

#include "src/jni/jni_call.h"

namespace parcelveil::jni {
namespace {

struct JavaKeyWrap {
  JavaVM* vm;
  jobject object;  // a global reference
};

// Every call comes from a thread of the Java machine.
JNIEnv* EnvOf(const JavaKeyWrap& wrap) {
  void* env = nullptr;
  if (wrap.vm->GetEnv(&env, JNI_VERSION_1_6) != JNI_OK) return nullptr;
  return static_cast<JNIEnv*>(env);
}

// Calls `name` with an array, and gives what it returns; both are zeroed where
// they are secret, also when it throws.
int32_t CallJava(void* context, const char* name, parcelveil_bytes bytes,
                 parcelveil_take take, void* take_context) {
  const auto& wrap = *static_cast<JavaKeyWrap*>(context);
  JNIEnv* const env = EnvOf(wrap);
  if (env == nullptr) return PARCELVEIL_FAILED_PRECONDITION;
  const jclass type = env->FindClass("io/parcelveil/KeyWrap");
  if (type == nullptr) return PARCELVEIL_INTERNAL;
  const jmethodID method = env->GetMethodID(type, name, "([B)[B");
  const jbyteArray given = method == nullptr ? nullptr : NewBytes(env, bytes);
  if (given == nullptr) return PARCELVEIL_RESOURCE_EXHAUSTED;
  const auto result = static_cast<jbyteArray>(
      env->CallObjectMethod(wrap.object, method, given));
  const jthrowable thrown = env->ExceptionOccurred();
  env->ExceptionClear();
  Wipe(env, given);
  int32_t code = PARCELVEIL_FAILED_PRECONDITION;
  if (thrown != nullptr) {
    env->Throw(thrown);
  } else if (result != nullptr) {
    const ByteCopy copy(env, result);
    Wipe(env, result);
    code = take(take_context, copy.bytes());
  }
  return code;
}

int32_t Wrap(void* context, parcelveil_bytes state, parcelveil_take take,
             void* take_context) {
  return CallJava(context, "wrap", state, take, take_context);
}
int32_t Unwrap(void* context, parcelveil_bytes wrapped, parcelveil_take take,
               void* take_context) {
  return CallJava(context, "unwrap", wrapped, take, take_context);
}
void Release(void* context) {
  const std::unique_ptr<JavaKeyWrap> wrap(static_cast<JavaKeyWrap*>(context));
  JNIEnv* const env = EnvOf(*wrap);
  if (env != nullptr) env->DeleteGlobalRef(wrap->object);
}

}  // namespace

parcelveil_key_wrap NewKeyWrap(JNIEnv* env, jobject key_wrap) {
  auto wrap = std::make_unique<JavaKeyWrap>();
  env->GetJavaVM(&wrap->vm);
  wrap->object = env->NewGlobalRef(key_wrap);
  return {sizeof(parcelveil_key_wrap), wrap.release(), Wrap, Unwrap, Release};
}

}  // namespace parcelveil::jni
