// SPDX-License-Identifier: Apache-2.0

#include "src/store/postgres/postgres_error.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "src/base/status.h"
#include "src/store/postgres/sqlstate.h"

namespace parcelveil {
namespace {

constexpr size_t kStateSize = 5;

std::string Text(std::string_view text) { return std::string(text); }

absl::Status Make(const SqlState& state, const std::string& what,
                  const std::string& why) {
  const std::string text =
      absl::StrCat(what, ": ", why, "; ", Text(state.remedy));
  return state.reason == Reason::kNone ? absl::Status(state.status, text)
                                       : MakeStatus(state.reason, text);
}

std::string_view Field(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text == nullptr ? std::string_view() : text;
}

// The message of a mistake in the SQL text quotes that text, which holds no
// values. Anything from inside a function may have been made of values.
bool IsAboutOurSql(const PGresult* result, std::string_view code) {
  return code.substr(0, 2) == "42" && Field(result, PG_DIAG_CONTEXT).empty();
}

// The names of the objects that the server blames.
std::string Objects(const PGresult* result) {
  struct {
    int field;
    const char* kind;
  } const kinds[] = {{PG_DIAG_TABLE_NAME, "table"},
                     {PG_DIAG_COLUMN_NAME, "column"},
                     {PG_DIAG_DATATYPE_NAME, "type"},
                     {PG_DIAG_CONSTRAINT_NAME, "constraint"}};
  std::string objects;
  for (const auto& kind : kinds) {
    const std::string_view name = Field(result, kind.field);
    if (name.empty()) continue;
    absl::StrAppend(&objects, objects.empty() ? " (" : ", ", kind.kind, " \"",
                    Text(name), "\"");
  }
  return objects.empty() ? objects : objects + ")";
}

bool IsState(std::string_view text) {
  return text.size() == kStateSize &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
                  absl::ascii_isupper(static_cast<unsigned char>(c));
         });
}

// Where the last "  28P01: " of a verbose message ends: that of the host that
// was tried last. libpq has no other way to tell it.
size_t FindState(std::string_view message) {
  for (size_t colon = message.rfind(": "); colon != std::string_view::npos;
       colon = message.rfind(": ", colon - 1)) {
    if (colon >= kStateSize + 2 && message[colon - kStateSize - 1] == ' ' &&
        IsState(message.substr(colon - kStateSize, kStateSize))) {
      return colon + 2;
    }
  }
  return std::string_view::npos;
}

std::string FirstLine(std::string_view text) {
  return Text(text.substr(0, text.find('\n')));
}

}  // namespace

absl::Status PostgresError(PGconn* conn, const PGresult* result,
                           const std::string& what) {
  const std::string_view code = Field(result, PG_DIAG_SQLSTATE);
  // Without a state it is libpq that speaks; of a connection that is gone its
  // words are about sockets, and the state may be any.
  if (PQstatus(conn) == CONNECTION_BAD) {
    const SqlState& state = FindSqlState(code.empty() ? "08" : code);
    if (state.status == absl::StatusCode::kUnavailable) {
      return Make(state, what, Text(state.condition));
    }
    return Make(
        FindSqlState("08"), what,
        absl::StrCat("the connection is lost: ", Text(state.condition)));
  }
  const SqlState& state = FindSqlState(code);
  if (result != nullptr && IsAboutOurSql(result, code)) {
    return Make(state, what, Text(Field(result, PG_DIAG_MESSAGE_PRIMARY)));
  }
  std::string why = Text(state.condition);
  if (!code.empty()) absl::StrAppend(&why, " ", Text(code));
  return Make(state, what, why + Objects(result));
}

absl::Status PostgresOpenError(PGconn* conn, const std::string& what) {
  const std::string_view message = PQerrorMessage(conn);
  const size_t text = FindState(message);
  if (text != std::string_view::npos) {
    const auto code = message.substr(text - kStateSize - 2, kStateSize);
    return Make(FindSqlState(code), what, FirstLine(message.substr(text)));
  }
  if (PQconnectionNeedsPassword(conn) != 0) {
    return Make(FindSqlState("28"), what, "the server asks for a password");
  }
  return MakeStatus(Reason::kUnavailable,
                    absl::StrCat(what, ": ", FirstLine(message),
                                 "; look at the address, and whether the "
                                 "server runs"));
}

}  // namespace parcelveil
