// SPDX-License-Identifier: Apache-2.0
#include "src/keyring/normal_text.h"

#include "src/crypto/xchacha.h"
#include "src/text/normalise.h"
#include "src/wire/bytes.h"

namespace parcelveil::keyring {
namespace {

bool IsFourDigits(std::string_view text) {
  return text.size() == 4 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

NormalText::NormalText(IndexRule rule, std::string_view text,
                       std::string_view calling_code, Origin origin)
    : rule_(rule), text_(text.size()) {
  if (rule == IndexRule::kLast4 && origin == Origin::kSearch) {
    // No number to normalise, but spaces and full-width digits are.
    has_value_ = text::Normalise(text::NormaliseRule::kText, text, calling_code,
                                 text_.get()) &&
                 IsFourDigits(text_.view());
    if (has_value_) return;
  }
  has_value_ = text::Normalise(static_cast<text::NormaliseRule>(rule), text,
                               calling_code, text_.get());
}

bool operator==(const NormalText& a, const NormalText& b) {
  return a.has_value_ && b.has_value_ && a.rule_ == b.rule_ &&
         crypto::EqualSecrets(wire::AsBytes(a.view()), wire::AsBytes(b.view()));
}

}  // namespace parcelveil::keyring
