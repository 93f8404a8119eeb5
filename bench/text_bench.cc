// SPDX-License-Identifier: Apache-2.0
// Masks and normal forms: a mobile beside copying and starring its bytes, names
// and addresses beside the same rule written with std::regex.

#include <benchmark/benchmark.h>

#include <cstring>
#include <regex>
#include <string>
#include <string_view>

#include "parcelveil/mask.h"
#include "src/text/normalise.h"

namespace parcelveil {
namespace {

constexpr std::string_view kPhone = "13812345678";
constexpr std::string_view kName = "欧阳晓明";
constexpr std::string_view kAddress =
    "江苏省苏州市姑苏区平江路128号3幢2单元501室";

// The least that a mask of a mobile does, in a buffer of the caller: of a size
// that the compiler knows, so that each call becomes a store or two.
void BM_Baseline_CopyAndStar(benchmark::State& state) {
  constexpr size_t kSize = 11;
  std::string out(kSize, '\0');
  const char* text = kPhone.data();
  for (auto _ : state) {
    benchmark::DoNotOptimize(text);
    std::memcpy(out.data(), text, kSize);
    std::memset(out.data() + 3, '*', 4);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_Baseline_CopyAndStar);

// The same of a size that is known at run time only.
void BM_Baseline_CopyAndStarAnySize(benchmark::State& state) {
  std::string out(kPhone.size(), '\0');
  std::string_view text = kPhone;
  for (auto _ : state) {
    benchmark::DoNotOptimize(text);
    std::memcpy(out.data(), text.data(), text.size());
    std::memset(out.data() + 3, '*', text.size() - 7);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_Baseline_CopyAndStarAnySize);

void RunMask(benchmark::State& state, MaskRule rule, std::string_view text,
             const char* baseline) {
  Masked masked;
  for (auto _ : state) {
    benchmark::DoNotOptimize(text);
    MaskInto(rule, text, &masked);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
  state.SetLabel(baseline);
}

void BM_Mask_Phone(benchmark::State& state) {
  RunMask(state, MaskRule::kPhone34, kPhone, "BM_Baseline_CopyAndStar");
}
BENCHMARK(BM_Mask_Phone);

void BM_Normalise_Phone(benchmark::State& state) {
  std::string out;
  std::string_view text = kPhone;
  for (auto _ : state) {
    benchmark::DoNotOptimize(text);
    text::Normalise(text::NormaliseRule::kPhone, text, "86", &out);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
  state.SetLabel("BM_Baseline_CopyAndStar");
}
BENCHMARK(BM_Normalise_Phone);

void RunRegex(benchmark::State& state, const char* pattern,
              std::string_view text) {
  const std::regex regex(pattern, std::regex::optimize);
  const std::string input(text);
  for (auto _ : state) {
    std::smatch match;
    std::string out = "***";
    if (std::regex_search(input, match, regex)) out = match.str(1) + "***";
    benchmark::DoNotOptimize(out);
  }
}

// A label, a surname, compound ones first, the given name, a title.
void BM_Baseline_RegexName(benchmark::State& state) {
  RunRegex(
      state,
      "^[ ]*(?:(?:收件人|收货人|寄件人|发件人|联系人|收件|收货|姓名|客户)"
      "(?::|：| )*)?(欧阳|司马|诸葛|上官|夏侯|尉迟|皇甫|慕容|令狐|东方|南宫|"
      "独孤|宇文|长孙|轩辕|公孙|端木|司徒|闻人|百里|"
      "[\xE3-\xE9][\x80-\xBF]{2})((?:[\xE3-\xE9][\x80-\xBF]{2}| )+?)"
      "(?:先生|女士|小姐|老师|师傅|经理|主任|同学|医生|阿姨|收)?[ ]*$",
      kName);
}
BENCHMARK(BM_Baseline_RegexName);

// Province, city, county, township and road.
void BM_Baseline_RegexAddress(benchmark::State& state) {
  RunRegex(state,
           "^((?:.+?(?:省|自治区))?(?:.+?(?:市|自治州|盟))?"
           "(?:.+?(?:区|县|市|旗))?(?:.+?(?:镇|乡|街道))?"
           "(?:.+?(?:路|街|大道|巷|村))?)",
           kAddress);
}
BENCHMARK(BM_Baseline_RegexAddress);

void BM_Mask_Name(benchmark::State& state) {
  RunMask(state, MaskRule::kNameSurname, kName, "BM_Baseline_RegexName");
}
BENCHMARK(BM_Mask_Name);

void BM_Mask_Address(benchmark::State& state) {
  RunMask(state, MaskRule::kAddressStreet, kAddress,
          "BM_Baseline_RegexAddress");
}
BENCHMARK(BM_Mask_Address);

}  // namespace
}  // namespace parcelveil

BENCHMARK_MAIN();
