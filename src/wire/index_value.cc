// SPDX-License-Identifier: Apache-2.0
#include "src/wire/index_value.h"

#include "src/base/status.h"
#include "src/wire/bytes.h"

namespace parcelveil::wire {
namespace {

constexpr uint8_t kIndexType = 0x31;

}  // namespace

IndexValueBytes EncodeIndexValue(const IndexValue& index_value) {
  IndexValueBytes bytes;
  Writer writer(bytes.data());
  writer.Put(kIndexType);
  writer.Put(index_value.key.gen);
  writer.Put(ToInt(index_value.key.epoch));
  writer.Put(ToInt(index_value.key.scope));
  writer.Put(index_value.value);
  return bytes;
}

absl::StatusOr<IndexValue> ParseIndexValue(std::string_view bytes) {
  Reader reader(bytes);
  const bool is_index = reader.Get<uint8_t>() == kIndexType;
  IndexValue index_value;
  index_value.key.gen = reader.Get<uint8_t>();
  index_value.key.epoch = Epoch{reader.Get<uint16_t>()};
  index_value.key.scope = Scope{reader.Get<uint32_t>()};
  index_value.value = reader.Get<uint32_t>();
  if (!is_index || !reader.AtEnd()) {
    return MakeStatus(Reason::kMalformed,
                      "parse index value: it is not an index value of version "
                      "1; pass the column's bytes unchanged");
  }
  return index_value;
}

uint32_t TruncateHash(absl::Span<const uint8_t> hash, int bits) {
  Reader reader(AsText(hash));
  return static_cast<uint32_t>(reader.Get<uint64_t>() >> (64 - bits));
}

void EncodeIndexMessagePrefix(uint8_t rule, Slot slot, uint8_t* out) {
  Writer writer(out);
  writer.Put(rule);
  writer.Put(ToInt(slot));
}

}  // namespace parcelveil::wire
