// SPDX-License-Identifier: Apache-2.0
// What a back end's calls take of Java's arrays, and give.

#ifndef PARCELVEIL_SRC_JNI_BACK_END_CALL_H_
#define PARCELVEIL_SRC_JNI_BACK_END_CALL_H_

#include <jni.h>

#include <cstdint>
#include <vector>

#include "parcelveil/c_field.h"
#include "src/jni/jni_call.h"

namespace parcelveil::jni {

// Fields by slot, with copies of their texts that are zeroed.
class FieldInputs {
 public:
  FieldInputs(JNIEnv* env, jintArray slots, jobjectArray texts)
      : texts_(CopiesOf(env, texts)) {
    const std::vector<uint16_t> numbers = SlotsOf(env, slots);
    for (size_t i = 0; i < texts_.size(); ++i) {
      fields_.push_back({numbers[i], texts_[i].bytes()});
    }
  }
  const parcelveil_field* data() const { return fields_.data(); }
  size_t size() const { return fields_.size(); }

 private:
  const std::vector<ByteCopy> texts_;
  std::vector<parcelveil_field> fields_;
};

// Sealed fields or views of many rows.
class SealedInputs {
 public:
  SealedInputs(JNIEnv* env, jobjectArray ids, jobjectArray sealed,
               jintArray versions)
      : ids_(CopiesOf(env, ids)), sealed_(CopiesOf(env, sealed)) {
    std::vector<jint> numbers(ids_.size());
    env->GetIntArrayRegion(versions, 0, static_cast<jsize>(numbers.size()),
                           numbers.data());
    for (size_t i = 0; i < ids_.size(); ++i) {
      rows_.push_back({ids_[i].bytes(), sealed_[i].bytes(),
                       static_cast<uint32_t>(numbers[i])});
    }
  }
  const parcelveil_sealed* data() const { return rows_.data(); }
  size_t size() const { return rows_.size(); }

 private:
  const std::vector<ByteCopy> ids_, sealed_;
  std::vector<parcelveil_sealed> rows_;
};

// Who is called back, for what is lent one by one.
struct Taker {
  JNIEnv* env;
  jobject object;
};

// A parcelveil_take_cell to a SealedRow, which a Taker has.
int32_t TakeCell(void* taker, parcelveil_bytes column, parcelveil_bytes bytes);

inline parcelveil_cell CellAt(const ByteInput& id, jint version, jint slot) {
  return {sizeof(parcelveil_cell), static_cast<uint32_t>(version), id.bytes(),
          static_cast<uint16_t>(slot)};
}

}  // namespace parcelveil::jni

#endif  // PARCELVEIL_SRC_JNI_BACK_END_CALL_H_
