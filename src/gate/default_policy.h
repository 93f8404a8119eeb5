// SPDX-License-Identifier: Apache-2.0
// The built-in policy's text: examples/gate_policy.textproto, byte for byte.

#ifndef PARCELVEIL_SRC_GATE_DEFAULT_POLICY_H_
#define PARCELVEIL_SRC_GATE_DEFAULT_POLICY_H_

namespace parcelveil::gate {

extern const char kDefaultPolicyText[];

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_DEFAULT_POLICY_H_
