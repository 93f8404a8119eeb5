// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "parcelveil/postgres.h"
#include "src/base/status.h"
#include "src/cli/generate.h"
#include "src/cli/generate_waybill.h"

namespace parcelveil::cli {
namespace {

constexpr char kTable[] = R"sql(
CREATE TABLE waybill (
  waybill_no text PRIMARY KEY,
  order_id text NOT NULL,
  created_at timestamptz NOT NULL,
  outlet_id integer NOT NULL,
  courier_id integer NOT NULL,
  status text NOT NULL,
  route_code text NOT NULL,
  sender_name text,
  sender_phone text,
  sender_address text,
  recipient_name text,
  recipient_phone text,
  recipient_address text
))sql";
// After the rows: faster, and the index pages come out full.
constexpr char kIndexes[] = R"sql(
CREATE INDEX waybill_by_courier ON waybill (courier_id, status);
CREATE INDEX waybill_by_outlet ON waybill (outlet_id, created_at))sql";

// As COPY reads it.
void AppendCell(std::string_view text, char end, std::string* line) {
  for (char c : text) {
    switch (c) {
      case '\\':
        *line += "\\\\";
        break;
      case '\t':
        *line += "\\t";
        break;
      case '\n':
        *line += "\\n";
        break;
      case '\r':
        *line += "\\r";
        break;
      default:
        *line += c;
    }
  }
  *line += end;
}

std::string Line(const Waybill& row) {
  std::string line;
  for (const std::string* text :
       {&row.waybill_no, &row.order_id, &row.created_at}) {
    AppendCell(*text, '\t', &line);
  }
  absl::StrAppend(&line, row.outlet_id, "\t", row.courier_id, "\t");
  for (const std::string* text :
       {&row.status, &row.route_code, &row.sender.name.text,
        &row.sender.phone.text, &row.sender.address.text,
        &row.recipient.name.text, &row.recipient.phone.text}) {
    AppendCell(*text, '\t', &line);
  }
  AppendCell(row.recipient.address.text, '\n', &line);
  return line;
}

}  // namespace

absl::Status GeneratePostgres(const GenerateOptions& options,
                              const std::string& address) {
  constexpr char kWhat[] = "generate table \"waybill\"";
  PARCELVEIL_RETURN_IF_ERROR(CheckOptions(options));
  PARCELVEIL_ASSIGN_OR_RETURN(const auto db, PostgresConnection::Open(address));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto transaction,
      PostgresTransaction::Begin(db.get(),
                                 PostgresTransaction::Kind::kReadCommitted));
  PARCELVEIL_RETURN_IF_ERROR(db->Execute(kTable, kWhat));
  PARCELVEIL_ASSIGN_OR_RETURN(
      const auto copy,
      PostgresCopyIn::Begin(db.get(), "COPY waybill FROM STDIN", kWhat));
  WaybillSource source(options);
  for (int64_t i = 0; i < options.rows; ++i) {
    const Waybill row = source.Next();
    PARCELVEIL_RETURN_IF_ERROR(copy->Put(Line(row)));
    if (options.each) options.each(row);
  }
  PARCELVEIL_RETURN_IF_ERROR(copy->Finish());
  PARCELVEIL_RETURN_IF_ERROR(db->Execute(kIndexes, kWhat));
  return transaction->Commit();
}

}  // namespace parcelveil::cli
