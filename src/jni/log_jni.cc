// SPDX-License-Identifier: Apache-2.0
// NativeBackEnd.java: the audit log.

#include "parcelveil/c_gate.h"
#include "src/jni/jni_call.h"

using parcelveil::jni::ByteInput;
using parcelveil::jni::ByteOutput;
using parcelveil::jni::Caller;
using parcelveil::jni::HandleOf;
using parcelveil::jni::ManyBytesOutput;
using parcelveil::jni::NewBytes;

namespace {

// To a ByteTaker: leaf, checkpoint, hashes.
int32_t TakeLeaf(void* context, const parcelveil_leaf_proof* proof) {
  for (const parcelveil_bytes bytes :
       {proof->leaf, proof->checkpoint, proof->proof}) {
    if (ManyBytesOutput::Take(context, bytes) != 0) return 1;
  }
  return 0;
}

// Of LogReport's constructor.
jobject NewReport(JNIEnv* env, const parcelveil_log_report& report,
                  jbyteArray problem) {
  const jclass type = env->FindClass("io/parcelveil/LogReport");
  if (type == nullptr) return nullptr;
  const jmethodID make = env->GetMethodID(type, "<init>", "(Z[BJJJ[B)V");
  const jbyteArray root =
      make == nullptr ? nullptr
                      : NewBytes(env, {report.root, sizeof(report.root)});
  if (root == nullptr) return nullptr;
  return env->NewObject(type, make, static_cast<jboolean>(report.is_sound != 0),
                        problem, static_cast<jlong>(report.num_leaves),
                        static_cast<jlong>(report.num_unsigned),
                        static_cast<jlong>(report.size), root);
}

}  // namespace

extern "C" {

JNIEXPORT jlong JNICALL Java_io_parcelveil_NativeBackEnd_logOf(JNIEnv* env,
                                                               jclass,
                                                               jobject gate) {
  Caller caller(env);
  uint64_t log = 0;
  caller.IsDone(parcelveil_log_of(HandleOf(env, gate), &log, caller.error()));
  return static_cast<jlong>(log);
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_NativeBackEnd_logOpen(
    JNIEnv* env, jclass, jbyteArray directory) {
  Caller caller(env);
  const ByteInput dir(env, directory);
  uint64_t log = 0;
  caller.IsDone(parcelveil_log_open(dir.bytes(), &log, caller.error()));
  return static_cast<jlong>(log);
}

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_logExport(
    JNIEnv* env, jclass, jobject log, jbyteArray directory) {
  Caller caller(env);
  const ByteInput dir(env, directory);
  caller.IsDone(
      parcelveil_log_export(HandleOf(env, log), dir.bytes(), caller.error()));
}

JNIEXPORT jlong JNICALL Java_io_parcelveil_NativeBackEnd_logSize(JNIEnv* env,
                                                                 jclass,
                                                                 jobject log) {
  Caller caller(env);
  uint64_t num_leaves = 0;
  caller.IsDone(
      parcelveil_log_size(HandleOf(env, log), &num_leaves, caller.error()));
  return static_cast<jlong>(num_leaves);
}

JNIEXPORT void JNICALL Java_io_parcelveil_NativeBackEnd_logProveLeaf(
    JNIEnv* env, jclass, jobject log, jlong index, jobject taker) {
  Caller caller(env);
  ManyBytesOutput output(env, taker);
  caller.IsDone(parcelveil_log_prove_leaf(HandleOf(env, log),
                                          static_cast<uint64_t>(index),
                                          TakeLeaf, &output, caller.error()));
}

JNIEXPORT jbyteArray JNICALL
Java_io_parcelveil_NativeBackEnd_logProveConsistency(JNIEnv* env, jclass,
                                                     jobject log, jlong old,
                                                     jlong size) {
  Caller caller(env);
  ByteOutput output(env);
  const int32_t code = parcelveil_log_prove_consistency(
      HandleOf(env, log), static_cast<uint64_t>(old),
      static_cast<uint64_t>(size), ByteOutput::Take, &output, caller.error());
  return caller.IsDone(code) ? output.array() : nullptr;
}

JNIEXPORT jobject JNICALL Java_io_parcelveil_NativeBackEnd_logVerify(
    JNIEnv* env, jclass, jobject log, jbyteArray verifier_key,
    jbyteArray trusted) {
  Caller caller(env);
  ByteOutput problem(env);
  const ByteInput key(env, verifier_key), known(env, trusted);
  parcelveil_log_report report{};
  report.struct_size = sizeof(report);
  const int32_t code = parcelveil_log_verify(
      HandleOf(env, log), key.bytes(), known.bytes(), &report, ByteOutput::Take,
      &problem, caller.error());
  return caller.IsDone(code) ? NewReport(env, report, problem.array())
                             : nullptr;
}

}  // extern "C"
