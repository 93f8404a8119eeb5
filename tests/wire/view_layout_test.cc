// SPDX-License-Identifier: Apache-2.0
#include "src/wire/view_layout.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "src/wire/bytes.h"
#include "tests/testing/damage.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/vectors.h"

namespace parcelveil::wire {
namespace {

using ::parcelveil::testing::ForEveryFlippedBit;
using ::parcelveil::testing::ForEveryWrongSize;
using ::parcelveil::testing::FromHex;
using ::parcelveil::testing::IsOk;
using ::parcelveil::testing::LoadVectors;
using ::parcelveil::testing::ReasonIs;
using ::parcelveil::testing::ToHex;
using ::parcelveil::testing::Vector;

// Writes the entries of `view` again, each found by its slot.
std::string Rewrite(std::string_view view) {
  std::string again;
  Reader reader(view);
  while (reader.size() > 0) {
    const Slot slot{reader.Get<uint16_t>()};
    reader.Get<uint8_t>();
    reader.Take(reader.Get<uint16_t>());
    AppendViewEntry(FindViewEntry(view, slot).value(), &again);
  }
  return again;
}

TEST(ViewLayoutTest, IsWrittenAndReadAsEveryVectorSays) {
  for (const Vector& vector : LoadVectors("view").List("cases")) {
    SCOPED_TRACE(vector.Text("what"));
    const std::string view = vector.Bytes("plaintext");
    std::string written;
    EXPECT_THAT(CheckView(view), IsOk());
    for (const Vector& entry : vector.List("entries")) {
      const Slot slot{static_cast<uint16_t>(entry.Number("slot"))};
      const std::string text = entry.Bytes("text");
      AppendViewEntry({slot, static_cast<uint8_t>(entry.Number("rule")), text},
                      &written);
      const auto found = FindViewEntry(view, slot);
      ASSERT_TRUE(found.has_value());
      EXPECT_EQ(found->rule, entry.Number("rule"));
      EXPECT_EQ(found->text, text);
    }
    EXPECT_EQ(ToHex(written), vector.Text("plaintext"));
  }
}

TEST(ViewLayoutTest, EveryMalformedVectorIsRefused) {
  for (const char* list : {"malformed_layout", "malformed_content"}) {
    const auto cases = LoadVectors("view").List(list);
    ASSERT_FALSE(cases.empty());
    for (const Vector& vector : cases) {
      EXPECT_THAT(CheckView(vector.Bytes("plaintext")),
                  ReasonIs(Reason::kMalformed))
          << vector.Text("what");
    }
  }
}

TEST(ViewLayoutTest, AnEmptyViewAndAnEmptyEntryAreViews) {
  EXPECT_THAT(CheckView(""), IsOk());
  EXPECT_EQ(FindViewEntry("", Slot::kSenderName), std::nullopt);
  const std::string view = FromHex("0001040000");
  EXPECT_THAT(CheckView(view), IsOk());
  EXPECT_EQ(FindViewEntry(view, Slot::kSenderName)->text, "");
  EXPECT_EQ(FindViewEntry(view, Slot::kSenderPhone), std::nullopt);
}

TEST(ViewLayoutTest, TakesEveryFieldSlotAndRuleAndNoOther) {
  for (int slot = 0; slot <= 0xFFFF; ++slot) {
    std::string view;
    AppendViewEntry({Slot{static_cast<uint16_t>(slot)}, 1, "x"}, &view);
    EXPECT_EQ(CheckView(view).ok(), slot >= 1 && slot <= 0x3FFF) << slot;
  }
  for (int rule = 0; rule <= 255; ++rule) {
    std::string view;
    AppendViewEntry({Slot{64}, static_cast<uint8_t>(rule), "x"}, &view);
    EXPECT_EQ(CheckView(view).ok(), rule >= 1 && rule <= 8) << rule;
  }
}

TEST(ViewLayoutTest, AViewCutWithinAnEntryIsRefused) {
  const Vector vector = LoadVectors("view").List("cases").at(0);
  ForEveryWrongSize(vector.Bytes("plaintext"), [](const std::string& damaged) {
    // Between two entries a cut leaves a view: the AEAD notices that.
    if (CheckView(damaged).ok()) {
      EXPECT_EQ(Rewrite(damaged), damaged);
      return;
    }
    EXPECT_THAT(CheckView(damaged), ReasonIs(Reason::kMalformed));
  });
}

TEST(ViewLayoutTest, WhatAFlippedBitLeavesWellFormedHasOneSpelling) {
  const Vector vector = LoadVectors("view").List("cases").at(0);
  int num_accepted = 0;
  ForEveryFlippedBit(vector.Bytes("plaintext"),
                     [&](const std::string& damaged, size_t) {
                       if (!CheckView(damaged).ok()) return;
                       EXPECT_EQ(Rewrite(damaged), damaged);
                       ++num_accepted;
                     });
  EXPECT_GT(num_accepted, 0);
}

}  // namespace
}  // namespace parcelveil::wire
