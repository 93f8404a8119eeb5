// SPDX-License-Identifier: Apache-2.0
// Between the Java machine and the C ABI: arrays in, arrays out, exceptions.

#ifndef PARCELVEIL_SRC_JNI_JNI_CALL_H_
#define PARCELVEIL_SRC_JNI_JNI_CALL_H_

#include <jni.h>

#include <cstdint>
#include <vector>

#include "parcelveil/c_device.h"

namespace parcelveil::jni {

// A byte array, borrowed while this lives; null is empty.
class ByteInput {
 public:
  ByteInput(JNIEnv* env, jbyteArray array)
      : env_(env),
        array_(array),
        bytes_(array == nullptr ? nullptr
                                : env->GetByteArrayElements(array, nullptr)) {}
  ByteInput(ByteInput&& other) noexcept;
  ByteInput& operator=(ByteInput&&) = delete;
  ~ByteInput();

  parcelveil_bytes bytes() const;

 private:
  JNIEnv* const env_;
  const jbyteArray array_;
  jbyte* bytes_;
};

// A copy of a byte array, zeroed when this goes: for what is secret, and for
// many. Null is empty.
class ByteCopy {
 public:
  ByteCopy(JNIEnv* env, jbyteArray array);
  ByteCopy(ByteCopy&&) = default;
  ByteCopy& operator=(ByteCopy&&) = delete;
  ~ByteCopy();

  parcelveil_bytes bytes() const { return {copy_.data(), copy_.size()}; }

 private:
  std::vector<jbyte> copy_;
};
std::vector<ByteCopy> CopiesOf(JNIEnv* env, jobjectArray arrays);

std::vector<uint16_t> SlotsOf(JNIEnv* env, jintArray array);
// The number behind a Handle object, 0 for null.
uint64_t HandleOf(JNIEnv* env, jobject handle);
jbyteArray NewBytes(JNIEnv* env, parcelveil_bytes bytes);
// Fields as slots and texts. False where there is an exception.
bool NewFields(JNIEnv* env, const parcelveil_field* fields, size_t num_fields,
               jintArray* slots, jobjectArray* texts);
// A ParcelveilException; null with another on its way.
jthrowable NewException(JNIEnv* env, int32_t code,
                        const parcelveil_error& error);
// Of one of our own classes; null with an exception where there is no memory.
jmethodID MethodOf(JNIEnv* env, jobject object, const char* name,
                   const char* signature);
// Zeroes it.
void Wipe(JNIEnv* env, jbyteArray array);

// One call of the C ABI: its error, and the exception that comes of it.
class Caller {
 public:
  explicit Caller(JNIEnv* env) : env_(env) {
    error_.struct_size = sizeof(error_);
  }

  parcelveil_error* error() { return &error_; }
  // Throws what went wrong, unless a callback has thrown already. True where
  // nothing did.
  bool IsDone(int32_t code);

 private:
  JNIEnv* const env_;
  parcelveil_error error_{};
};

// Takes one lent thing into a new byte array.
class ByteOutput {
 public:
  explicit ByteOutput(JNIEnv* env) : env_(env) {}
  static int32_t Take(void* self, parcelveil_bytes bytes);
  jbyteArray array() const { return array_; }

 private:
  JNIEnv* const env_;
  jbyteArray array_ = nullptr;
};

// Lends opened text to a TextUser as a char array that is zeroed afterwards.
class TextOutput {
 public:
  TextOutput(JNIEnv* env, jobject user) : env_(env), user_(user) {}
  static int32_t Take(void* self, parcelveil_bytes text);

 private:
  JNIEnv* const env_;
  const jobject user_;
};

// Gives each lent thing to a ByteTaker.
class ManyBytesOutput {
 public:
  ManyBytesOutput(JNIEnv* env, jobject taker) : env_(env), taker_(taker) {}
  static int32_t Take(void* self, parcelveil_bytes bytes);

 private:
  JNIEnv* const env_;
  const jobject taker_;
};

// Gives each lent row to a MaskedRow.Taker.
class RowOutput {
 public:
  RowOutput(JNIEnv* env, jobject taker) : env_(env), taker_(taker) {}
  static int32_t Take(void* self, const parcelveil_row* row);

 private:
  JNIEnv* const env_;
  const jobject taker_;
};

// Makes a device's key wrap of a KeyWrap object; `release` drops it.
parcelveil_key_wrap NewKeyWrap(JNIEnv* env, jobject key_wrap);

}  // namespace parcelveil::jni

#endif  // PARCELVEIL_SRC_JNI_JNI_CALL_H_
