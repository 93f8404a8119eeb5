// SPDX-License-Identifier: Apache-2.0
// Opened text as the Java machine takes it: UTF-16, in an array that is zeroed.
// A collector that moves arrays may leave a copy behind until it reuses the
// memory; there is no way to forbid that which works on every machine.

#include <cstring>
#include <string_view>
#include <vector>

#include "src/jni/jni_call.h"

namespace parcelveil::jni {
namespace {

// Zeroes what it held.
class Chars {
 public:
  explicit Chars(size_t most) { chars_.reserve(most); }
  ~Chars() {
    volatile jchar* const chars = chars_.data();
    for (size_t i = 0; i < chars_.size(); ++i) chars[i] = 0;
  }
  void Add(uint32_t code) {
    if (code < 0x10000) {
      chars_.push_back(static_cast<jchar>(code));
      return;
    }
    chars_.push_back(static_cast<jchar>(0xD7C0 + (code >> 10)));
    chars_.push_back(static_cast<jchar>(0xDC00 | (code & 0x3FF)));
  }
  const jchar* data() const { return chars_.data(); }
  size_t size() const { return chars_.size(); }

 private:
  std::vector<jchar> chars_;  // never grows past what was reserved
};

// `text` is UTF-8, as everything that was sealed; what is not comes out as
// U+FFFD.
void Decode(std::string_view text, Chars* chars) {
  constexpr uint32_t kReplacement = 0xFFFD;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<uint8_t>(text[i++]);
    const int more = lead < 0x80                    ? 0
                     : lead >= 0xC2 && lead < 0xE0  ? 1
                     : lead >= 0xE0 && lead < 0xF0  ? 2
                     : lead >= 0xF0 && lead <= 0xF4 ? 3
                                                    : -1;
    uint32_t code = more <= 0 ? lead : lead & (0x3F >> more);
    int taken = 0;
    for (; taken < more && i < text.size(); ++taken, ++i) {
      const auto next = static_cast<uint8_t>(text[i]);
      if ((next & 0xC0) != 0x80) break;
      code = code << 6 | (next & 0x3F);
    }
    chars->Add(taken == more && code <= 0x10FFFF ? code : kReplacement);
  }
}

void WipeChars(JNIEnv* env, jcharArray array) {
  const auto size = static_cast<size_t>(env->GetArrayLength(array));
  void* const chars = env->GetPrimitiveArrayCritical(array, nullptr);
  if (chars == nullptr) return;
  std::memset(chars, 0, size * sizeof(jchar));
  env->ReleasePrimitiveArrayCritical(array, chars, 0);
}

}  // namespace

int32_t TextOutput::Take(void* self, parcelveil_bytes text) {
  const auto* const output = static_cast<TextOutput*>(self);
  JNIEnv* const env = output->env_;
  Chars chars(text.size);  // a byte never makes more than one
  Decode({static_cast<const char*>(text.data), text.size}, &chars);
  const jclass type = env->FindClass("io/parcelveil/TextUser");
  if (type == nullptr) return 1;
  const jmethodID use = env->GetMethodID(type, "use", "([C)V");
  const auto size = static_cast<jsize>(chars.size());
  const jcharArray array = use == nullptr ? nullptr : env->NewCharArray(size);
  if (array == nullptr) return 1;
  env->SetCharArrayRegion(array, 0, size, chars.data());
  env->CallVoidMethod(output->user_, use, array);
  // Nothing but this may be called while an exception is on its way.
  const jthrowable thrown = env->ExceptionOccurred();
  env->ExceptionClear();
  WipeChars(env, array);
  if (thrown == nullptr) return 0;
  env->Throw(thrown);
  return 1;
}

}  // namespace parcelveil::jni
