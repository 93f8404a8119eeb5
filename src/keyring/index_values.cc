// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/index_values.h"

#include <optional>

#include "src/base/status.h"
#include "src/base/utf8.h"
#include "src/keyring/index_hash.h"
#include "src/keyring/key_session.h"
#include "src/keyring/normal_text.h"
#include "src/wire/bytes.h"
#include "src/wire/index_value.h"

namespace parcelveil::keyring {
namespace {

constexpr size_t kMaxTextSize = 4095;

absl::Status NotToBeFound(Slot slot, const char* why) {
  return MakeStatus(Reason::kMalformed,
                    "look up " + Describe(slot) + ": " + why);
}

// A key that this role may not use any more holds no rows that it could open.
bool IsPassedOver(const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  return reason == Reason::kForbidden || reason == Reason::kKeyDestroyed ||
         reason == Reason::kKeyUnknown;
}

// Collects the values of one text, day by day.
class Collector {
 public:
  Collector(const Keyring* keyring, const IndexKeys& keys,
            std::string_view text, std::string_view calling_code)
      : session_(keyring),
        keys_(keys),
        text_(text),
        calling_code_(calling_code) {}

  // Adds the values of one day's gens.
  absl::Status AddDay(Epoch epoch) {
    std::optional<uint8_t> gen = session_.NextGen(keys_.slot, epoch, 0);
    // A newest day without keys may mean that a newer keyring is to be had.
    if (!gen.has_value() && epoch == keys_.last) gen = 0;
    while (gen.has_value()) {
      const absl::StatusOr<KeySession::Key> key =
          session_.ForOpening(keys_.slot, epoch, *gen, keys_.scope);
      if (key.ok()) {
        Add(*key);
      } else if (!IsPassedOver(key.status())) {
        return key.status();
      } else if (error_.ok()) {
        error_ = key.status();
      }
      gen = session_.NextGen(keys_.slot, epoch, *gen + 1);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<std::string>> Finish() && {
    if (values_.empty()) return error_;
    return std::move(values_);
  }

 private:
  void Add(const KeySession::Key& key) {
    // Keys of one index have one rule, unless the schema was changed.
    if (!normal_.has_value() || normal_->rule() != key.index_rule) {
      normal_.emplace(key.index_rule, text_, calling_code_,
                      NormalText::Origin::kSearch);
    }
    if (!normal_->has_value()) {
      error_ = NotToBeFound(keys_.slot,
                            "the text has no normal form by its rule; give a "
                            "whole number, or the last four digits");
      return;
    }
    values_.emplace_back(wire::AsText(
        wire::EncodeIndexValue({{key.gen, key.epoch, key.scope},
                                IndexValueOf(key, keys_.slot, *normal_)})));
  }

  KeySession session_;
  const IndexKeys keys_;
  const std::string_view text_;
  const std::string_view calling_code_;
  std::optional<NormalText> normal_;
  std::vector<std::string> values_;
  absl::Status error_;  // what is at fault where no value is found
};

}  // namespace

absl::StatusOr<std::vector<std::string>> IndexValues(
    const Keyring* keyring, const IndexKeys& keys, std::string_view text,
    std::string_view calling_code) {
  if (text.size() > kMaxTextSize) {
    return NotToBeFound(keys.slot, "the text has over 4095 bytes; shorten it");
  }
  if (!base::IsUtf8(text)) {
    return NotToBeFound(keys.slot, "the text is not UTF-8; convert it first");
  }
  if (keys.first > keys.last) {
    return NotToBeFound(keys.slot,
                        "its first day is after its last; swap them");
  }
  Collector collector(keyring, keys, text, calling_code);
  // Counted in a wider type: the first day may be the first one there is.
  for (int day = ToInt(keys.last); day >= ToInt(keys.first); --day) {
    PARCELVEIL_RETURN_IF_ERROR(
        collector.AddDay(Epoch{static_cast<uint16_t>(day)}));
  }
  return std::move(collector).Finish();
}

}  // namespace parcelveil::keyring
