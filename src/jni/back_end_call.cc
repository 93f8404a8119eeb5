// SPDX-License-Identifier: Apache-2.0
#include "src/jni/back_end_call.h"

namespace parcelveil::jni {

int32_t TakeCell(void* taker, parcelveil_bytes column, parcelveil_bytes bytes) {
  const auto& [env, row] = *static_cast<Taker*>(taker);
  const jmethodID take = MethodOf(env, row, "take", "([B[B)V");
  const jbyteArray name = take == nullptr ? nullptr : NewBytes(env, column);
  const jbyteArray cell = name == nullptr ? nullptr : NewBytes(env, bytes);
  if (cell == nullptr) return 1;
  env->CallVoidMethod(row, take, name, cell);
  env->DeleteLocalRef(cell);
  env->DeleteLocalRef(name);
  return env->ExceptionCheck() ? 1 : 0;
}

}  // namespace parcelveil::jni
