// SPDX-License-Identifier: Apache-2.0
// View: the masks of one party's name, phone and address, opened together.

#ifndef PARCELVEIL_VIEW_H_
#define PARCELVEIL_VIEW_H_

#include <memory>
#include <string_view>
#include <utility>

#include "parcelveil/ids.h"
#include "parcelveil/mask.h"

namespace parcelveil {

// Made by Opener::OpenViews only. Values copy; thread-safe while const. The
// views of one call share a buffer, which lives as long as any of them.
class View {
 public:
  View() = default;

  // Returns the mask of `slot`, an empty one where the view does not hold it.
  Masked operator[](Slot slot) const;

 private:
  friend class Opener;
  friend class ListEncoder;  // src/field/list.cc

  View(std::shared_ptr<const char[]> buffer, std::string_view entries)
      : buffer_(std::move(buffer)), entries_(entries) {}

  std::shared_ptr<const char[]> buffer_;
  std::string_view entries_;  // SPEC.md section 9, checked when it was opened
};

}  // namespace parcelveil

#endif  // PARCELVEIL_VIEW_H_
