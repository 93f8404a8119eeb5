// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/passphrase.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/wire/bytes.h"
#include "src/wire/sealed_secret.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::crypto {
namespace {

using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::StatusIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;
using ::testing::HasSubstr;

// The commit value of a sealed secret is the second half of what is stretched.
TEST(StretchPassphraseTest, GivesTheCommitValueOfTheVector) {
  int num_cases = 0;
  for (const Vector& vector : LoadVectors("sealed_secret").List("cases")) {
    if (vector.Number("kdf") != 1) continue;
    const std::string file = vector.Bytes("file");
    PARCELVEIL_ASSERT_OK_AND_ASSIGN(const wire::SealedSecret parts,
                                    wire::ParseSealedSecret(file));
    std::array<uint8_t, 64> okm;
    ASSERT_THAT(StretchPassphrase(wire::AsBytes(vector.Bytes("unlock")),
                                  parts.salt, {parts.passes, parts.memory_size},
                                  absl::MakeSpan(okm)),
                IsOk());
    EXPECT_EQ(ToHex(absl::MakeSpan(okm).subspan(32)), ToHex(parts.commit));
    ++num_cases;
  }
  EXPECT_EQ(num_cases, 1);
}

TEST(StretchPassphraseTest, SaysHowMuchMemoryIsMissing) {
  std::array<uint8_t, 16> salt{};
  std::array<uint8_t, 64> okm;
  // More than crypto_pwhash takes at all, so no host has it.
  const absl::Status status =
      StretchPassphrase(wire::AsBytes("passphrase"), salt,
                        {3, uint64_t{1} << 43}, absl::MakeSpan(okm));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted,
                               HasSubstr("8388608 MiB")));
}

}  // namespace
}  // namespace parcelveil::crypto
