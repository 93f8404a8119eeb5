// SPDX-License-Identifier: Apache-2.0
// The signer's host: makes today's card for kiosks.
//
//   make_card KEYRING_DIR CARD

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "absl/strings/escaping.h"
#include "parcelveil/keyring_admin.h"
#include "parcelveil/role_secret.h"

namespace {

using parcelveil::KeyringEditor;

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

absl::StatusOr<parcelveil::Secret> Signer(const std::string& dir) {
  std::string key = Read(dir + "/unlock");
  auto unlock = parcelveil::Secret::Take(
      {reinterpret_cast<uint8_t*>(key.data()), key.size()});
  if (!unlock.ok()) return unlock.status();
  return parcelveil::UnsealSecret(
      Read(dir + "/signer"),
      {parcelveil::Unlock::Kind::kRawKey, std::move(*unlock)});
}

absl::Status Main(const std::string& dir, const std::string& path) {
  KeyringEditor::LoadOptions options;
  const std::string hex = Read(dir + "/signer.pub").substr(0, 64);
  const std::string key = absl::HexStringToBytes(hex);
  options.signers.emplace_back();
  std::copy(key.begin(), key.end(), options.signers[0].begin());
  auto signer = Signer(dir);
  if (!signer.ok()) return signer.status();
  options.signer = std::move(*signer);
  auto editor =
      KeyringEditor::Load({Read(dir + "/keyring"), {}}, std::move(options));
  if (!editor.ok()) return editor.status();

  const parcelveil::Epoch today = (*editor)->Today();
  const absl::Time midnight =
      absl::FromCivil(DayOf(today) + 1, (*editor)->time_zone());
  auto card = (*editor)->IntakeCard(today, midnight);
  if (!card.ok()) return card.status();
  std::ofstream(path, std::ios::binary) << *card;
  std::cout << hex << '\n';  // what kiosks are to trust
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: make_card KEYRING_DIR CARD\n";
    return 2;
  }
  const absl::Status status = Main(argv[1], argv[2]);
  if (!status.ok()) std::cerr << "refused: " << status.message() << '\n';
  return status.ok() ? 0 : 1;
}
