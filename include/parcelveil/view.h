// SPDX-License-Identifier: Apache-2.0
// View: the masks of one party's name, phone and address, opened together.

#ifndef PARCELVEIL_VIEW_H_
#define PARCELVEIL_VIEW_H_

#include <string>

#include "parcelveil/ids.h"
#include "parcelveil/mask.h"

namespace parcelveil {

// Made by Opener::OpenViews only. Values copy; thread-safe while const.
class View {
 public:
  View() = default;

  // Returns the mask of `slot`, an empty one where the view does not hold it.
  Masked operator[](Slot slot) const;

 private:
  friend class Opener;

  std::string entries_;  // SPEC.md section 9, checked when it was opened
};

}  // namespace parcelveil

#endif  // PARCELVEIL_VIEW_H_
