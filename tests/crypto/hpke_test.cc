// SPDX-License-Identifier: Apache-2.0
#include "src/crypto/hpke.h"

#include <algorithm>
#include <array>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/crypto/x25519.h"
#include "src/wire/bytes.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::crypto {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::ForEveryWrongSize;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;
using ::testing::Each;

absl::Span<uint8_t> Out(std::string* out) {
  return {reinterpret_cast<uint8_t*>(out->data()), out->size()};
}

// RFC 9180 appendix A.2.1.
class HpkeVectorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string enc(32, '\0');
    ASSERT_THAT(sender_.SetUpSender(wire::AsBytes(vector_.Bytes("pkR")),
                                    wire::AsBytes(vector_.Bytes("skE")),
                                    vector_.Bytes("info"), Out(&enc)),
                IsOk());
    EXPECT_EQ(ToHex(enc), vector_.Text("enc"));
    ASSERT_THAT(recipient_.SetUpRecipient(wire::AsBytes(vector_.Bytes("enc")),
                                          wire::AsBytes(vector_.Bytes("skR")),
                                          vector_.Bytes("info")),
                IsOk());
  }

  const Vector vector_ = LoadVectors("hpke");
  HpkeKeys sender_;
  HpkeKeys recipient_;
};

TEST_F(HpkeVectorTest, SealsAndOpensEverySequence) {
  const auto encryptions = vector_.List("encryptions");
  EXPECT_EQ(encryptions.size(), 6u);
  const std::string text = vector_.Bytes("pt");
  for (const Vector& encryption : encryptions) {
    const uint64_t sequence = encryption.Number("sequence");
    std::string sealed(text.size() + kHpkeTagSize, '\0');
    sender_.Seal(sequence, encryption.Bytes("aad"), wire::AsBytes(text),
                 Out(&sealed));
    EXPECT_EQ(ToHex(sealed), encryption.Text("ct")) << sequence;
    std::string opened(text.size(), '\0');
    EXPECT_THAT(recipient_.Open(sequence, encryption.Bytes("aad"),
                                wire::AsBytes(sealed), Out(&opened)),
                IsOk());
    EXPECT_EQ(opened, text);
  }
}

TEST_F(HpkeVectorTest, ExportsTheSameOnBothSides) {
  const auto exports = vector_.List("exports");
  EXPECT_EQ(exports.size(), 3u);
  for (const Vector& exported : exports) {
    std::string of_sender(exported.Number("size"), '\0');
    std::string of_recipient = of_sender;
    sender_.Export(exported.Bytes("context"), Out(&of_sender));
    recipient_.Export(exported.Bytes("context"), Out(&of_recipient));
    EXPECT_EQ(ToHex(of_sender), exported.Text("value"));
    EXPECT_EQ(of_sender, of_recipient);
  }
}

TEST_F(HpkeVectorTest, LongExportsStartDifferentlyFromShortOnes) {
  std::string of_one_block(32, '\0');
  std::string of_many_blocks(255 * 32, '\0');
  sender_.Export("", Out(&of_one_block));
  sender_.Export("", Out(&of_many_blocks));
  EXPECT_NE(of_one_block, of_many_blocks.substr(0, 32));
  EXPECT_NE(of_many_blocks.substr(0, 32), of_many_blocks.substr(254 * 32));
}

TEST_F(HpkeVectorTest, AMessageOpensUnderItsOwnSequenceAndAadOnly) {
  const Vector first = vector_.List("encryptions").at(0);
  const std::string sealed = first.Bytes("ct");
  std::string opened(sealed.size() - kHpkeTagSize, 'x');
  EXPECT_THAT(recipient_.Open(1, first.Bytes("aad"), wire::AsBytes(sealed),
                              Out(&opened)),
              ReasonIs(Reason::kDecryptFailed));
  EXPECT_THAT(opened, Each('\0'));
  EXPECT_THAT(recipient_.Open(0, "", wire::AsBytes(sealed), Out(&opened)),
              ReasonIs(Reason::kDecryptFailed));
}

// A recipient's key pair and one message to it.
class HpkeMessageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(HpkeSeal(X25519Public(wire::AsBytes(sk_)), "info", "aad",
                         wire::AsBytes(text_), Out(&sealed_)),
                IsOk());
  }
  absl::Status Open(std::string_view sealed, std::string* opened) {
    opened->assign(sealed.size() < 48 ? 0 : sealed.size() - 48, 'x');
    return HpkeOpen(wire::AsBytes(sk_), "info", "aad", wire::AsBytes(sealed),
                    Out(opened));
  }

  const std::string sk_ = std::string(32, '\x11');
  const std::string text_ = std::string(32, 'k');
  std::string sealed_ = std::string(80, '\0');
};

TEST_F(HpkeMessageTest, OpensForItsRecipient) {
  std::string opened;
  EXPECT_THAT(Open(sealed_, &opened), IsOk());
  EXPECT_EQ(opened, text_);
}

TEST_F(HpkeMessageTest, UsesAFreshKeyForEveryMessage) {
  std::string again(80, '\0');
  ASSERT_THAT(HpkeSeal(X25519Public(wire::AsBytes(sk_)), "info", "aad",
                       wire::AsBytes(text_), Out(&again)),
              IsOk());
  EXPECT_NE(again.substr(0, 32), sealed_.substr(0, 32));
  EXPECT_NE(again.substr(32), sealed_.substr(32));
}

TEST_F(HpkeMessageTest, IsBoundToKeyInfoAndAad) {
  std::string opened(32, 'x');
  EXPECT_THAT(HpkeOpen(wire::AsBytes(std::string(32, '\x12')), "info", "aad",
                       wire::AsBytes(sealed_), Out(&opened)),
              ReasonIs(Reason::kDecryptFailed));
  EXPECT_THAT(HpkeOpen(wire::AsBytes(sk_), "inf0", "aad",
                       wire::AsBytes(sealed_), Out(&opened)),
              ReasonIs(Reason::kDecryptFailed));
  EXPECT_THAT(HpkeOpen(wire::AsBytes(sk_), "info", "", wire::AsBytes(sealed_),
                       Out(&opened)),
              ReasonIs(Reason::kDecryptFailed));
  EXPECT_THAT(opened, Each('\0'));
}

TEST_F(HpkeMessageTest, IsRefusedAtEveryOtherSize) {
  ForEveryWrongSize(sealed_, [&](const std::string& damaged) {
    std::string opened;
    EXPECT_THAT(Open(damaged, &opened), ReasonIs(Reason::kDecryptFailed));
  });
}

TEST_F(HpkeMessageTest, IsRefusedWithAnyBitFlipped) {
  ForEveryFlippedBit(sealed_, [&](const std::string& damaged, size_t) {
    std::string opened;
    EXPECT_THAT(Open(damaged, &opened), ReasonIs(Reason::kDecryptFailed));
  });
}

TEST(HpkeTest, RefusesEveryLowOrderPointOnBothSides) {
  const std::string text(32, 'k');
  for (const Vector& vector : LoadVectors("negatives").List("x25519")) {
    if (vector.Flag("valid")) continue;
    SCOPED_TRACE(vector.Text("what"));
    const std::string point = vector.Bytes("public");
    std::string sealed(80, '\0');
    EXPECT_THAT(HpkeSeal(wire::AsBytes(point), "", "", wire::AsBytes(text),
                         Out(&sealed)),
                ReasonIs(Reason::kMalformed));
    std::string opened(32, '\0');
    EXPECT_THAT(
        HpkeOpen(wire::AsBytes(std::string(32, '\x11')), "", "",
                 wire::AsBytes(point + std::string(48, '\0')), Out(&opened)),
        ReasonIs(Reason::kDecryptFailed));
  }
}

}  // namespace
}  // namespace parcelveil::crypto
