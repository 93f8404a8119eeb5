// SPDX-License-Identifier: Apache-2.0
// What is behind a Gate.

#ifndef PARCELVEIL_SRC_GATE_GATE_STATE_H_
#define PARCELVEIL_SRC_GATE_GATE_STATE_H_

#include <utility>

#include "parcelveil/gate.h"
#include "src/gate/core.h"

namespace parcelveil {

class Gate::State {
 public:
  State(GateOptions options, gate::Core::Made made)
      : core(std::move(options), std::move(made)) {}

  gate::Core core;
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_GATE_GATE_STATE_H_
