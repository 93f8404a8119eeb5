// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/xchacha.h"

#include <sodium.h>

#include <algorithm>
#include <string>

#include "gtest/gtest.h"
#include "src/wire/bytes.h"
#include "tests/testing/vectors.h"

namespace parcelveil::crypto {
namespace {

using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

absl::Span<uint8_t> Out(std::string* out) {
  return {reinterpret_cast<uint8_t*>(out->data()), out->size()};
}

std::string TextSpace(const Vector& vector) {
  const size_t sealed_size = vector.Bytes("sealed").size();
  return std::string(
      sealed_size < kXChaChaTagSize ? 0 : sealed_size - kXChaChaTagSize, 'x');
}

TEST(XChaChaTest, JudgesEveryVectorAsItShould) {
  int num_valid = 0;
  for (const Vector& vector : LoadVectors("negatives").List("aead")) {
    if (vector.Text("aead") != "xchacha20poly1305") continue;
    SCOPED_TRACE(vector.Text("what"));
    std::string text = TextSpace(vector);
    const bool opened =
        XChaChaOpen(wire::AsBytes(vector.Bytes("key")),
                    wire::AsBytes(vector.Bytes("nonce")),
                    wire::AsBytes(vector.Bytes("aad")),
                    wire::AsBytes(vector.Bytes("sealed")), Out(&text));
    EXPECT_EQ(opened, vector.Flag("valid"));
    if (!opened) {
      EXPECT_EQ(std::count(text.begin(), text.end(), '\0'),
                static_cast<ptrdiff_t>(text.size()));
      continue;
    }
    EXPECT_EQ(ToHex(text), vector.Text("plaintext"));
    std::string sealed(text.size() + kXChaChaTagSize, '\0');
    XChaChaSeal(wire::AsBytes(vector.Bytes("key")),
                wire::AsBytes(vector.Bytes("nonce")),
                wire::AsBytes(vector.Bytes("aad")), wire::AsBytes(text),
                Out(&sealed));
    EXPECT_EQ(ToHex(sealed), vector.Text("sealed"));
    ++num_valid;
  }
  EXPECT_EQ(num_valid, 2);
}

// HPKE and capabilities call libsodium with nonces of their own, so that the
// vectors cannot pass through them: here the call itself is judged.
TEST(LibsodiumTest, JudgesEveryChaChaVectorAsItShould) {
  int num_valid = 0;
  for (const Vector& vector : LoadVectors("negatives").List("aead")) {
    if (vector.Text("aead") != "chacha20poly1305") continue;
    const std::string sealed = vector.Bytes("sealed");
    const std::string aad = vector.Bytes("aad");
    std::string text = TextSpace(vector);
    const bool opened =
        crypto_aead_chacha20poly1305_ietf_decrypt(
            Out(&text).data(), nullptr, nullptr, wire::AsBytes(sealed).data(),
            sealed.size(), wire::AsBytes(aad).data(), aad.size(),
            wire::AsBytes(vector.Bytes("nonce")).data(),
            wire::AsBytes(vector.Bytes("key")).data()) == 0;
    EXPECT_EQ(opened, vector.Flag("valid")) << vector.Text("what");
    num_valid += opened ? 1 : 0;
  }
  EXPECT_EQ(num_valid, 2);
}

TEST(RandomBytesTest, FillsTheWholeBufferAnewEachTime) {
  std::string first(256, '\0');
  std::string second(256, '\0');
  RandomBytes(Out(&first));
  RandomBytes(Out(&second));
  EXPECT_NE(first, second);
  // 256 random bytes end in eight zeros once in 2^64 runs.
  EXPECT_NE(first.substr(248), std::string(8, '\0'));
}

TEST(EqualSecretsTest, ComparesBytesAndSizes) {
  const std::string key(32, 'k');
  std::string other = key;
  EXPECT_TRUE(EqualSecrets(wire::AsBytes(key), wire::AsBytes(other)));
  other.back() ^= 1;
  EXPECT_FALSE(EqualSecrets(wire::AsBytes(key), wire::AsBytes(other)));
  EXPECT_FALSE(
      EqualSecrets(wire::AsBytes(key), wire::AsBytes(key.substr(0, 31))));
}

}  // namespace
}  // namespace parcelveil::crypto
