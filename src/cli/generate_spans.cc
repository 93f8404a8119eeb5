// SPDX-License-Identifier: Apache-2.0

#include "src/cli/generate_spans.h"

#include <filesystem>
#include <string_view>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "src/cli/json.h"

namespace parcelveil::cli {
namespace {

std::string Field(const Text& field) {
  JsonList spans;
  for (const Span& span : field.spans) {
    JsonList item;
    item.Add(NameOf(span.part));
    item.AddRaw(std::to_string(span.begin));
    item.AddRaw(std::to_string(span.end));
    spans.AddRaw(item.Take());
  }
  return JsonObject()
      .Add("text", field.text)
      .AddRaw("spans", spans.Take())
      .Take();
}

}  // namespace

absl::Status SpanFile::Create(const std::string& path) {
  if (std::filesystem::exists(path)) {
    return absl::AlreadyExistsError(
        absl::StrCat("generate spans \"", path,
                     "\": the file exists; name a new one or remove it"));
  }
  path_ = path;
  file_.open(path, std::ios::binary);
  if (file_) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("generate spans \"", path,
                   "\": it cannot be written; name a file in a folder you can "
                   "write to"));
}

void SpanFile::Add(const Waybill& row) {
  file_ << JsonObject()
               .Add("waybill_no", row.waybill_no)
               .AddRaw("sender_name", Field(row.sender.name))
               .AddRaw("sender_phone", Field(row.sender.phone))
               .AddRaw("sender_address", Field(row.sender.address))
               .AddRaw("recipient_name", Field(row.recipient.name))
               .AddRaw("recipient_phone", Field(row.recipient.phone))
               .AddRaw("recipient_address", Field(row.recipient.address))
               .Take()
        << '\n';
}

absl::Status SpanFile::Finish() {
  file_.close();
  if (file_) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("generate spans \"", path_,
                   "\": the disk fails or is full; make room, then run it "
                   "again"));
}

void SpanFile::Remove() {
  file_.close();
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace parcelveil::cli
