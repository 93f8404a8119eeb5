// SPDX-License-Identifier: Apache-2.0
// An extension that any SQLite program may load, to show masked columns:
//
//   SELECT pv_keyring('/etc/parcelveil/kr');          -- once a connection
//   SELECT pv_view(recipient_view, waybill_no, 'recipient_phone') FROM waybill;
//
// It loads the secret of LIST and no other, so that it can open views only: no
// SQL text holds a secret, and none can reach a full value.

#include <sqlite3ext.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "parcelveil/field.h"
#include "parcelveil/file.h"
#include "parcelveil/v1/schema.pb.h"
#include "src/base/status.h"

SQLITE_EXTENSION_INIT1

namespace parcelveil {
namespace {

constexpr const char* kUse =
    "pv_view(view, record_id, field[, version[, view name]])";

// What a connection has loaded. One thread at a time, as SQLite has it.
struct Loaded {
  std::unique_ptr<Keyring> keyring;
  std::unique_ptr<Opener> opener;
  Schema schema;
};

Loaded* LoadedOf(sqlite3_context* context) {
  return static_cast<Loaded*>(sqlite3_user_data(context));
}

void Fail(sqlite3_context* context, std::string_view message) {
  sqlite3_result_error(context, message.data(),
                       static_cast<int>(message.size()));
}

void Fail(sqlite3_context* context, const absl::Status& status) {
  Fail(context, {status.message().data(), status.message().size()});
}

// Integers as their decimal text.
std::string TextOf(sqlite3_value* value) {
  const void* text = sqlite3_value_text(value);
  if (text == nullptr) return "";
  return {static_cast<const char*>(text),
          static_cast<size_t>(sqlite3_value_bytes(value))};
}

// 'recipient_phone', in any case; Slot{0} where there is no such slot.
Slot SlotNamed(const std::string& text) {
  std::string name = text;
  absl::AsciiStrToUpper(&name);
  v1::SlotName slot;
  return v1::SlotName_Parse(name, &slot) ? Slot{static_cast<uint16_t>(slot)}
                                         : Slot{};
}

void LoadKeyringOf(sqlite3_context* context, int count,
                   sqlite3_value** values) {
  if (count < 1 || count > 3) {
    return Fail(context,
                "pv_keyring(directory[, passphrase file[, state directory]])");
  }
  LoadKeyringOptions options;
  if (count > 1) options.passphrase_file = TextOf(values[1]);
  if (count > 2) options.state_dir = TextOf(values[2]);
  auto keyring = LoadKeyring(TextOf(values[0]), Role::kList, options);
  if (!keyring.ok()) return Fail(context, keyring.status());
  auto opener = Opener::Create(keyring->get());
  if (!opener.ok()) return Fail(context, opener.status());
  Loaded* const loaded = LoadedOf(context);
  loaded->opener = *std::move(opener);
  loaded->keyring = *std::move(keyring);
  loaded->schema = loaded->keyring->schema();
  sqlite3_result_null(context);
}

// The view that is meant: the named one, or the first that shows `field`.
Slot ViewOf(const Schema& schema, Slot field, const std::string& name) {
  if (!name.empty()) return SlotNamed(name);
  for (const Schema::ViewSlot& view : schema.views()) {
    for (Slot shown : view.shows) {
      if (shown == field) return view.id;
    }
  }
  return Slot{};
}

// Opens what the arguments of pv_view name. Errors: of the call; the view's own
// result stands in `view`.
absl::Status OpenNamed(const Loaded& loaded, int count, sqlite3_value** values,
                       Slot* field, absl::StatusOr<View>* view) {
  if (loaded.opener == nullptr) {
    return absl::FailedPreconditionError(
        "pv_view: no keyring is loaded; SELECT pv_keyring('DIRECTORY') first");
  }
  *field = SlotNamed(TextOf(values[2]));
  const Slot of =
      ViewOf(loaded.schema, *field, count > 4 ? TextOf(values[4]) : "");
  if (*field == Slot{} || of == Slot{}) {
    return absl::InvalidArgumentError(
        "pv_view: no such field or view; name a field as the schema does "
        "('recipient_phone')");
  }
  const std::string record_id = TextOf(values[1]);
  const char* bytes = static_cast<const char*>(sqlite3_value_blob(values[0]));
  const std::string_view sealed(
      bytes, static_cast<size_t>(sqlite3_value_bytes(values[0])));
  const auto version =
      count > 3 ? static_cast<uint32_t>(sqlite3_value_int64(values[3])) : 0;
  const std::vector<SealedView> views = {{record_id, sealed, version}};
  *view = std::move(loaded.opener->OpenViews(of, views)[0]);
  return absl::OkStatus();
}

// A view that does not open (expired, foreign, damaged) is NULL, and does not
// end the query.
void ShowView(sqlite3_context* context, int count, sqlite3_value** values) {
  if (count < 3 || count > 5) return Fail(context, kUse);
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  Slot field;
  absl::StatusOr<View> view;
  const absl::Status status =
      OpenNamed(*LoadedOf(context), count, values, &field, &view);
  if (!status.ok()) return Fail(context, status);
  if (!view.ok()) return sqlite3_result_null(context);
  const std::string text = (*view)[field].text();
  sqlite3_result_text(context, text.data(), static_cast<int>(text.size()),
                      SQLITE_TRANSIENT);
}

// Why pv_view gives NULL: the reason's name; NULL where the view opens.
void ShowClosed(sqlite3_context* context, int count, sqlite3_value** values) {
  if (count < 3 || count > 5) return Fail(context, kUse);
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  Slot field;
  absl::StatusOr<View> view;
  const absl::Status status =
      OpenNamed(*LoadedOf(context), count, values, &field, &view);
  if (!status.ok()) return Fail(context, status);
  if (view.ok()) return sqlite3_result_null(context);
  const std::string reason(ReasonName(ReasonOf(view.status())));
  sqlite3_result_text(context, reason.data(), static_cast<int>(reason.size()),
                      SQLITE_TRANSIENT);
}

using Function = void (*)(sqlite3_context*, int, sqlite3_value**);

// Registers `function`, which SQL in the database's own triggers and views may
// not call: a file from elsewhere must not use a keyring of ours.
int Register(sqlite3* db, const char* name, Function function, Loaded* loaded) {
  return sqlite3_create_function_v2(db, name, -1,
                                    SQLITE_UTF8 | SQLITE_DIRECTONLY, loaded,
                                    function, nullptr, nullptr, nullptr);
}

}  // namespace
}  // namespace parcelveil

// The name that SQLite derives from parcelveil_sqlite.so.
extern "C" __attribute__((visibility("default"))) int
sqlite3_parcelveilsqlite_init(sqlite3* db, char** error,
                              const sqlite3_api_routines* api) {
  SQLITE_EXTENSION_INIT2(api);
  (void)error;
  using parcelveil::Loaded;
  auto loaded = std::make_unique<Loaded>(
      Loaded{nullptr, nullptr, parcelveil::Schema::Default()});
  // The first function owns what all of them use; SQLite lets go of it when
  // the connection closes, or at once where this fails.
  Loaded* const raw = loaded.release();
  const int status = sqlite3_create_function_v2(
      db, "pv_keyring", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, raw,
      parcelveil::LoadKeyringOf, nullptr, nullptr,
      [](void* owned) { delete static_cast<Loaded*>(owned); });
  if (status != SQLITE_OK) return status;
  const int shown =
      parcelveil::Register(db, "pv_view", parcelveil::ShowView, raw);
  if (shown != SQLITE_OK) return shown;
  return parcelveil::Register(db, "pv_closed", parcelveil::ShowClosed, raw);
}
