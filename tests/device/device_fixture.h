// SPDX-License-Identifier: Apache-2.0
// A device that is enrolled at a fake gate, both with clocks of their own.

#ifndef PARCELVEIL_TESTS_DEVICE_DEVICE_FIXTURE_H_
#define PARCELVEIL_TESTS_DEVICE_DEVICE_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parcelveil/device.h"
#include "src/base/status.h"
#include "src/crypto/xchacha.h"
#include "src/wire/bytes.h"
#include "src/wire/reveal_request.h"
#include "tests/device/fake_gate.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace parcelveil::testing {

// Wraps under a key made of one byte, as a keystore would.
class TestKeyWrap : public KeyWrap {
 public:
  explicit TestKeyWrap(uint8_t byte) : key_(32, byte) {}

  absl::StatusOr<std::string> Wrap(absl::Span<const uint8_t> state) override {
    std::vector<uint8_t> wrapped(kNonceSize + state.size() + 16);
    const absl::Span<uint8_t> out = absl::MakeSpan(wrapped);
    crypto::RandomBytes(out.subspan(0, kNonceSize));
    crypto::XChaChaSeal(key_, out.subspan(0, kNonceSize), {}, state,
                        out.subspan(kNonceSize));
    return std::string(wire::AsText(wrapped));
  }

  absl::StatusOr<Secret> Unwrap(std::string_view wrapped) override {
    const absl::Span<const uint8_t> in = wire::AsBytes(wrapped);
    std::vector<uint8_t> state(in.size() - std::min(in.size(), kOverhead));
    if (state.empty() ||
        !crypto::XChaChaOpen(key_, in.subspan(0, kNonceSize), {},
                             in.subspan(kNonceSize), absl::MakeSpan(state))) {
      return MakeStatus(Reason::kDecryptFailed,
                        "unwrap state: another key wrapped it; enrol anew");
    }
    return Secret::Take(absl::MakeSpan(state));
  }

 private:
  static constexpr size_t kNonceSize = crypto::kXChaChaNonceSize;
  static constexpr size_t kOverhead = kNonceSize + 16;

  std::vector<uint8_t> key_;
};

inline constexpr std::string_view kWaybill = "SF1234567890123";
inline const std::string kAddress = "粤海街道科技园路1号3栋B座1502室";

class DeviceTest : public ::testing::Test {
 protected:
  DeviceTest() { EXPECT_THAT(device_->Enrol(gate_.Card()), IsOk()); }

  static wire::RevealRequest RequestOf(const Ask& ask) {
    return wire::ParseRevealRequest(ask.bytes())->request;
  }
  static std::string TextOf(const Plaintext& text) {
    return text.Use([](std::string_view view) { return std::string(view); });
  }
  // An ask for the address of kWaybill.
  Ask AskAddress() {
    return device_
        ->Reveal(kWaybill, {Slot::kRecipientAddress}, Purpose::kDeliver)
        .value();
  }
  std::string GrantAddress(const Ask& ask,
                           absl::Duration ttl = absl::Minutes(15)) {
    return gate_.Grant(ask.bytes(), {{Slot::kRecipientAddress, kAddress}}, ttl);
  }
  // What opening `reply` comes to; `ask` stays for another try.
  absl::Status OpenStatus(Ask* ask, std::string_view reply) {
    return device_->Open(std::move(*ask), reply).status();
  }

  FakeClock gate_clock_{absl::FromUnixMillis(1793838600000)};
  FakeClock clock_{absl::FromUnixMillis(1793838600000)};
  TestKeyWrap key_wrap_{1};
  FakeGate gate_{1, &gate_clock_};
  std::unique_ptr<Device> device_ = Device::Create(&key_wrap_, &clock_).value();
};

}  // namespace parcelveil::testing

#endif  // PARCELVEIL_TESTS_DEVICE_DEVICE_FIXTURE_H_
