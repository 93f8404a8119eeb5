// SPDX-License-Identifier: Apache-2.0
// What a gate calls of the host's Java, from any thread.

#ifndef PARCELVEIL_SRC_JNI_PARCELS_JNI_H_
#define PARCELVEIL_SRC_JNI_PARCELS_JNI_H_

#include <jni.h>

#include "parcelveil/c_gate.h"

namespace parcelveil::jni {

// The functions over a GateHost object, which `release` drops.
parcelveil_parcels NewParcels(JNIEnv* env, jobject host);

// Tells the same object; `context` is that of its functions.
void TellAlert(void* context, const parcelveil_alert* alert);

}  // namespace parcelveil::jni

#endif  // PARCELVEIL_SRC_JNI_PARCELS_JNI_H_
