// SPDX-License-Identifier: Apache-2.0
#include "src/wire/keyring_file.h"

#include <algorithm>

#include "src/base/status.h"
#include "src/wire/bytes.h"

namespace parcelveil::wire {
namespace {

constexpr std::string_view kMagic = "PVKEYRNG";
constexpr uint8_t kVersion = 0x01;
constexpr size_t kHeaderSize = 16;  // magic 8 | version 1 | zero 3 | length 4

template <size_t N>
std::array<uint8_t, N> TakeArray(Reader* reader) {
  std::array<uint8_t, N> bytes{};
  const std::string_view taken = reader->Take(N);
  std::copy(taken.begin(), taken.end(), bytes.begin());
  return bytes;
}

}  // namespace

absl::StatusOr<KeyringFile> ParseKeyringFile(std::string_view file) {
  Reader reader(file);
  const bool is_keyring = reader.Take(kMagic.size()) == kMagic &&
                          reader.Get<uint8_t>() == kVersion &&
                          reader.Take(3) == std::string_view("\0\0\0", 3);
  const uint32_t size = reader.Get<uint32_t>();
  KeyringFile parsed;
  parsed.payload = reader.Take(size);
  parsed.signed_bytes = file.substr(0, kHeaderSize + parsed.payload.size());
  parsed.signer = TakeArray<32>(&reader);
  parsed.signature = TakeArray<64>(&reader);
  if (!is_keyring || size > kMaxKeyringPayloadSize || !reader.AtEnd()) {
    return MakeStatus(Reason::kMalformed,
                      "parse keyring: it is not a whole keyring file of "
                      "version 1; restore it from a copy");
  }
  return parsed;
}

absl::StatusOr<std::string> StartKeyringFile(std::string_view payload) {
  if (payload.size() > kMaxKeyringPayloadSize) {
    return absl::ResourceExhaustedError(
        "write keyring: it would exceed 64 MiB; destroy old days or keep "
        "outlets in files of their own");
  }
  std::string file(kHeaderSize, '\0');
  Writer writer(reinterpret_cast<uint8_t*>(file.data()));
  writer.Put(kMagic);
  writer.Put(kVersion);
  writer.Put(std::string_view("\0\0\0", 3));
  writer.Put(static_cast<uint32_t>(payload.size()));
  file.append(payload);
  return file;
}

void FinishKeyringFile(const std::array<uint8_t, 32>& signer,
                       const std::array<uint8_t, 64>& signature,
                       std::string* file) {
  file->append(AsText(signer)).append(AsText(signature));
}

}  // namespace parcelveil::wire
