// SPDX-License-Identifier: Apache-2.0
// Schema to and from its protobuf message.

#ifndef PARCELVEIL_SRC_KEYRING_SCHEMA_CODEC_H_
#define PARCELVEIL_SRC_KEYRING_SCHEMA_CODEC_H_

#include "absl/status/statusor.h"
#include "parcelveil/schema.h"
#include "parcelveil/v1/schema.pb.h"

namespace parcelveil {

class SchemaCodec {
 public:
  // Errors: kInvalidArgument MALFORMED naming the entry that is wrong.
  static absl::StatusOr<Schema> FromProto(const v1::Schema& message);
  static v1::Schema ToProto(const Schema& schema);
};

}  // namespace parcelveil

#endif  // PARCELVEIL_SRC_KEYRING_SCHEMA_CODEC_H_
