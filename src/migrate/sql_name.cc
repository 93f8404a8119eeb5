// SPDX-License-Identifier: Apache-2.0

#include "src/migrate/sql_name.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace parcelveil::migrate {
namespace {

std::string QuoteWith(char quote, std::string_view text) {
  std::string quoted(1, quote);
  for (char c : text) {
    quoted += c;
    if (c == quote) quoted += quote;
  }
  return quoted + quote;
}

bool IsNameByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
         c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  absl::AsciiStrToLower(&lower);
  return lower;
}

}  // namespace

std::string Quote(std::string_view name) { return QuoteWith('"', name); }
std::string QuoteText(std::string_view text) { return QuoteWith('\'', text); }

bool HasWord(std::string_view sql, std::string_view name) {
  const std::string text = Lower(sql);
  const std::string word = Lower(name);
  for (size_t at = text.find(word); at != std::string::npos;
       at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool starts = at == 0 || !IsNameByte(text[at - 1]);
    const bool ends = end == text.size() || !IsNameByte(text[end]);
    if (starts && ends) return true;
  }
  return false;
}

std::string LacksField(const TableMap& map, const std::string& row) {
  return absl::StrJoin(
      map.columns, " OR ", [&](std::string* out, const auto& column) {
        absl::StrAppend(out, "(", row, Quote(column.name), " IS NOT NULL AND ",
                        row, Quote(column.sealed_column), " IS NULL)");
      });
}

std::string LacksAny(const TableMap& map, const std::string& row) {
  std::string condition = LacksField(map, row);
  for (const auto& column : map.columns) {
    for (const auto& index : column.indexes) {
      absl::StrAppend(&condition, " OR (", row, Quote(column.name),
                      " IS NOT NULL AND ", row, Quote(index.column),
                      " IS NULL)");
    }
  }
  for (const auto& view : map.views) {
    absl::StrAppend(&condition, " OR ", row, Quote(view.column), " IS NULL");
  }
  return condition;
}

std::vector<std::string> AddedColumns(const TableMap& map) {
  std::vector<std::string> columns;
  for (const auto& column : map.columns) {
    columns.push_back(column.sealed_column);
  }
  for (const auto& view : map.views) columns.push_back(view.column);
  for (const auto& column : map.columns) {
    for (const auto& index : column.indexes) columns.push_back(index.column);
  }
  return columns;
}

}  // namespace parcelveil::migrate
