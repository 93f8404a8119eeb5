// SPDX-License-Identifier: Apache-2.0
// NativeBackEnd.java: the resealer.

#include <vector>

#include "src/jni/back_end_call.h"
#include "src/jni/jni_call.h"

using parcelveil::jni::ByteCopy;
using parcelveil::jni::ByteInput;
using parcelveil::jni::Caller;
using parcelveil::jni::CopiesOf;
using parcelveil::jni::HandleOf;
using parcelveil::jni::TakeCell;
using parcelveil::jni::Taker;

namespace {

// A stored row, borrowed while this lives.
class RowInput {
 public:
  RowInput(JNIEnv* env, jbyteArray id, jint version, jobjectArray columns,
           jobjectArray cells)
      : id_(env, id),
        columns_(CopiesOf(env, columns)),
        cells_(CopiesOf(env, cells)) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      stored_.push_back({columns_[i].bytes(), cells_[i].bytes()});
    }
    row_ = {sizeof(row_), static_cast<uint32_t>(version), id_.bytes(),
            stored_.data(), stored_.size()};
  }
  const parcelveil_stored_row* row() const { return &row_; }

 private:
  const ByteInput id_;
  const std::vector<ByteCopy> columns_, cells_;
  std::vector<parcelveil_column> stored_;
  parcelveil_stored_row row_;
};

}  // namespace

extern "C" {

JNIEXPORT jlong JNICALL Java_io_parcelveil_NativeBackEnd_resealerCreate(
    JNIEnv* env, jclass, jobject keyring, jbyteArray map) {
  Caller caller(env);
  const ByteInput text(env, map);
  uint64_t resealer = 0;
  caller.IsDone(parcelveil_resealer_create(HandleOf(env, keyring), text.bytes(),
                                           &resealer, caller.error()));
  return static_cast<jlong>(resealer);
}

JNIEXPORT jint JNICALL Java_io_parcelveil_NativeBackEnd_resealerChange(
    JNIEnv* env, jclass, jobject resealer, jbyteArray id, jint version,
    jobjectArray columns, jobjectArray cells, jint slot, jbyteArray text,
    jobject to) {
  Caller caller(env);
  const RowInput input(env, id, version, columns, cells);
  const ByteCopy value(env, text);
  Taker taker = {env, to};
  int32_t day = 0;
  caller.IsDone(parcelveil_resealer_change(
      HandleOf(env, resealer), input.row(), static_cast<uint16_t>(slot),
      value.bytes(), TakeCell, &taker, &day, caller.error()));
  return day;
}

JNIEXPORT jint JNICALL Java_io_parcelveil_NativeBackEnd_resealerMove(
    JNIEnv* env, jclass, jobject resealer, jbyteArray id, jint version,
    jobjectArray columns, jobjectArray cells, jint outlet, jobject to) {
  Caller caller(env);
  const RowInput input(env, id, version, columns, cells);
  Taker taker = {env, to};
  int32_t day = 0;
  caller.IsDone(parcelveil_resealer_move(
      HandleOf(env, resealer), input.row(), static_cast<uint32_t>(outlet),
      TakeCell, &taker, &day, caller.error()));
  return day;
}

JNIEXPORT jint JNICALL Java_io_parcelveil_NativeBackEnd_resealerRotate(
    JNIEnv* env, jclass, jobject resealer, jbyteArray id, jint version,
    jobjectArray columns, jobjectArray cells, jobject to) {
  Caller caller(env);
  const RowInput input(env, id, version, columns, cells);
  Taker taker = {env, to};
  int32_t day = 0;
  caller.IsDone(parcelveil_resealer_rotate(HandleOf(env, resealer), input.row(),
                                           TakeCell, &taker, &day,
                                           caller.error()));
  return day;
}

}  // extern "C"
