// SPDX-License-Identifier: Apache-2.0

#include "absl/strings/str_cat.h"
#include "parcelveil/postgres.h"

namespace parcelveil {
namespace {

// Takes the next part off `rest`, without its quotes; false where there is
// none, or its quotes do not close.
bool TakePart(std::string_view* rest, std::string* part) {
  part->clear();
  if (rest->empty() || rest->front() != '"') {
    const size_t end = rest->find_first_of(".\"");
    *part = std::string(rest->substr(0, end));
    *rest = end == std::string_view::npos ? "" : rest->substr(end);
    return !part->empty();
  }
  rest->remove_prefix(1);
  for (size_t quote = rest->find('"'); quote != std::string_view::npos;
       quote = rest->find('"')) {
    part->append(rest->substr(0, quote));
    rest->remove_prefix(quote + 1);
    if (rest->empty() || rest->front() != '"') return !part->empty();
    *part += '"';
    rest->remove_prefix(1);
  }
  return false;
}

}  // namespace

std::string QuotePostgresName(std::string_view name) {
  std::string quoted(1, '"');
  for (char c : name) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + '"';
}

absl::StatusOr<std::string> QuotePostgresTable(std::string_view name) {
  std::string quoted, part;
  std::string_view rest = name;
  while (TakePart(&rest, &part)) {
    absl::StrAppend(&quoted, quoted.empty() ? "" : ".",
                    QuotePostgresName(part));
    if (rest.empty()) return quoted;
    if (rest.front() != '.') break;
    rest.remove_prefix(1);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "read table name ", std::string(name),
      ": not a name; write table, schema.table, or a part with other "
      "characters in double quotes"));
}

}  // namespace parcelveil
