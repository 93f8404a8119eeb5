// SPDX-License-Identifier: Apache-2.0
// parcelveil wrap verify

#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/cli/json.h"
#include "src/cli/progress.h"
#include "src/cli/wrap_step.h"

namespace parcelveil::cli {
namespace {

void PrintVerify(const TableMap& map, const std::string& role,
                 const VerifyResult& result, Session* session) {
  if (session->json) {
    session->Print(JsonObject()
                       .Add("table", map.table)
                       .Add("rows", result.num_rows)
                       .Add("fields", result.num_fields)
                       .Add("views", result.num_views)
                       .Add("indexes", result.num_indexes)
                       .Add("listed", result.num_listed)
                       .Add("to_go", result.num_to_go)
                       .Add("closed", result.num_closed)
                       .Add("mismatches", result.num_mismatches)
                       .Add("counts", result.counts)
                       .Add("read_only", result.is_read_only)
                       .Take());
    return;
  }
  for (const VerifyResult::Mismatch& mismatch : result.mismatches) {
    session->Print(absl::StrCat("row ", mismatch.row_key, ", column ",
                                mismatch.column, ": ", mismatch.what));
  }
  session->Print(
      absl::StrCat("Opened ", FormatCount(result.num_fields), " fields and ",
                   FormatCount(result.num_views), " views of ",
                   Rows(result.num_rows), " as ", role, " and computed ",
                   FormatCount(result.num_indexes), " look-up values again: ",
                   result.num_mismatches == 0
                       ? std::string("all of them agree with the plaintext.")
                       : absl::StrCat(FormatCount(result.num_mismatches),
                                      " do not agree.")));
  if (result.counts) {
    session->Print(
        "This was all of it: `parcelveil wrap finish` may remove the "
        "plaintext.");
  }
  if (result.is_read_only) {
    session->Print(
        "It does not count for `parcelveil wrap finish`: this database only "
        "reads, so that nothing can be noted in it.");
  }
  if (result.num_listed > 0) {
    session->Print(absl::StrCat(Rows(result.num_listed),
                                " could not be sealed; see `parcelveil wrap "
                                "status --listed`."));
  }
}

absl::Status JudgeVerify(const TableMap& map, const std::string& role,
                         const VerifyResult& result) {
  const std::string what = absl::StrCat("verify table \"", map.table, "\": ");
  if (result.num_mismatches > 0) {
    return absl::DataLossError(
        absl::StrCat(what, FormatCount(result.num_mismatches),
                     " sealed values are not what the plaintext says; do not "
                     "finish, find out who wrote them"));
  }
  if (result.was_stopped) {
    return absl::UnavailableError(
        absl::StrCat(what, "stopped after ", Rows(result.num_rows),
                     "; it starts from the beginning when run again"));
  }
  if (result.num_closed > 0) {
    return MakeStatus(
        Reason::kForbidden,
        absl::StrCat(what, role, " may not open ", Rows(result.num_closed),
                     " any more; verify with --role CONVERTER in the days "
                     "after the run, later with --role STEWARD"));
  }
  const bool may_count = !result.is_read_only;
  if (result.num_to_go > 0 || (may_count && !result.counts)) {
    return MakeStatus(Reason::kWrongState,
                      absl::StrCat(what, Rows(result.num_to_go),
                                   " were written meanwhile or are still to "
                                   "go; run `parcelveil wrap run`, then verify "
                                   "again"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WrapVerify(const WrapFlags& flags, Session* session) {
  Role role = Role::kGate;
  if (!flags.role.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(role, ParseRole(flags.role));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(
      Wrapped wrapped,
      OpenTable(flags.table, SqliteDatabase::Access::kReadWrite));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto keyring,
                              LoadKeyringAs(flags.table, role));
  VerifyOptions options;
  options.stop = CatchStopSignals();
  VerifyResult result;
  {
    Progress progress("verified");
    options.progress = [&](int64_t done, int64_t total) {
      progress.Show(done, total);
    };
    PARCELVEIL_ASSIGN_OR_RETURN(result,
                                wrapped.migration->Verify(*keyring, options));
  }
  PrintVerify(wrapped.map, NameOf(role), result, session);
  return JudgeVerify(wrapped.map, NameOf(role), result);
}

}  // namespace parcelveil::cli
