// SPDX-License-Identifier: Apache-2.0

#include "src/cli/columns.h"

#include "gtest/gtest.h"

namespace parcelveil::cli {
namespace {

TEST(ColumnsTest, CountsWideCharactersAsTwo) {
  EXPECT_EQ(DisplayWidth("138****1234"), 11u);
  EXPECT_EQ(DisplayWidth("张**"), 4u);
  EXPECT_EQ(DisplayWidth("（Ａ）ｱ"), 7u);  // the last one is half-width
  EXPECT_EQ(DisplayWidth("𠮷🐼"), 4u);
  EXPECT_EQ(DisplayWidth("e\xCC\x81\xE2\x80\x8B"), 1u);  // accent, zero width
}

TEST(ColumnsTest, AlignsAndLeavesTheLastCellAlone) {
  Columns columns;
  columns.AddLine({"id", "name", "phone"});
  columns.AddLine({"SF1", "欧阳**", "138****1234"});
  columns.AddLine({"SF22", "closed: a long reason"});
  EXPECT_EQ(columns.ToText(),
            "id    name    phone\n"
            "SF1   欧阳**  138****1234\n"
            "SF22  closed: a long reason");
}

TEST(ColumnsTest, LetsNoEscapeSequenceReachATerminal) {
  EXPECT_EQ(Printable("a\x1B[31mb\nc\x7F"), "a [31mb c ");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "x"),
            " x");  // C1 control
  EXPECT_EQ(Printable("\xE2\x80\xAE"
                      "x"),
            " x");                                    // right-to-left override
  EXPECT_EQ(Printable("\xC3\x28"), "\xEF\xBF\xBD(");  // not UTF-8
  EXPECT_EQ(Printable("张三"), "张三");
}

}  // namespace
}  // namespace parcelveil::cli
