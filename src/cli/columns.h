// SPDX-License-Identifier: Apache-2.0
// Text laid out in columns, for people.

#ifndef PARCELVEIL_SRC_CLI_COLUMNS_H_
#define PARCELVEIL_SRC_CLI_COLUMNS_H_

#include <string>
#include <string_view>
#include <vector>

namespace parcelveil::cli {

// Returns `text` fit for a terminal and for JSON: valid UTF-8, without control
// characters (a value could hold a terminal's escape sequences).
std::string Printable(std::string_view text);

// How many cells of a terminal `text` takes: East Asian wide characters two.
size_t DisplayWidth(std::string_view text);

// Lines of cells, each column as wide as its widest cell; the last cell of a
// line is not padded.
class Columns {
 public:
  void AddLine(std::vector<std::string> cells);
  // Lines joined by line ends, none after the last.
  std::string ToText() const;

 private:
  std::vector<std::vector<std::string>> lines_;
};

}  // namespace parcelveil::cli

#endif  // PARCELVEIL_SRC_CLI_COLUMNS_H_
