// SPDX-License-Identifier: Apache-2.0
// Searching: from a sealed query to a few masked rows. Candidates are opened
// here and wiped; who asks learns which rows match, masked.

#ifndef PARCELVEIL_SRC_GATE_SEARCH_H_
#define PARCELVEIL_SRC_GATE_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "parcelveil/gate_store.h"
#include "parcelveil/ids.h"
#include "parcelveil/secret.h"
#include "src/gate/core.h"
#include "src/gate/record_ref.h"
#include "src/wire/reveal_request.h"

namespace parcelveil::gate {

inline constexpr size_t kMaxRowsShown = 20;

// A query and the wiped memory that it stands in.
struct OpenedQuery {
  Plaintext buffer;
  wire::SearchQuery query;
};

// Opens the query of a search. Errors: DECRYPT_FAILED; MALFORMED.
absl::StatusOr<OpenedQuery> OpenQuery(const Core& core,
                                      const wire::ParsedRequest& parsed);

struct FoundRows {
  struct Row {
    std::string record_id;
    std::vector<std::pair<Slot, std::string>> masked;  // ascending slots
  };
  uint32_t num_hits = 0;        // true matches
  std::vector<Row> rows;        // of these, at most kMaxRowsShown
  std::vector<RecordRef> refs;  // one a row
};

// Who searches for what, and which views of the rows are wanted.
struct SearchJob {
  const wire::SearchQuery* query;
  const std::vector<Slot>* views;
  Scope outlet = Scope::kNational;  // only parcels of this one, if it is one
};
// Errors: the database's; as RecordRefs. Nothing found is OK.
absl::StatusOr<FoundRows> FindRows(const Core& core,
                                   const KeyringInUse& keyring,
                                   const SearchJob& job);

}  // namespace parcelveil::gate

#endif  // PARCELVEIL_SRC_GATE_SEARCH_H_
