// SPDX-License-Identifier: Apache-2.0
#include "parcelveil/secret.h"

#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "src/base/secure_arena.h"
#include "src/base/status.h"
#include "src/base/wipe.h"

namespace parcelveil {
namespace {

constexpr size_t kMaxSecretSize = 32768;

}  // namespace

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  if (bytes_ != nullptr) base::FreeSecret(bytes_, size_);
  bytes_ = std::exchange(other.bytes_, nullptr);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

Secret::~Secret() {
  if (bytes_ != nullptr) base::FreeSecret(bytes_, size_);
}

absl::StatusOr<Secret> Secret::Zero(size_t size) {
  if (size == 0 || size > kMaxSecretSize) {
    return MakeStatus(Reason::kMalformed,
                      "make secret: its size is not 1 to 32768 bytes; pass one "
                      "key at a time");
  }
  PARCELVEIL_ASSIGN_OR_RETURN(uint8_t * bytes, base::AllocateSecret(size));
  return Secret(bytes, size);
}

absl::StatusOr<Secret> Secret::Random(size_t size) {
  PARCELVEIL_ASSIGN_OR_RETURN(Secret secret, Zero(size));
  randombytes_buf(secret.bytes_, secret.size_);
  return secret;
}

absl::StatusOr<Secret> Secret::Take(absl::Span<uint8_t> raw) {
  base::WipeOnExit wipe(raw);
  PARCELVEIL_ASSIGN_OR_RETURN(Secret secret, Zero(raw.size()));
  std::copy(raw.begin(), raw.end(), secret.bytes_);
  return secret;
}

bool Secret::alive() const {
  return bytes_ != nullptr && base::IsSecretAlive(bytes_);
}

bool operator==(const Secret& a, const Secret& b) {
  if (a.size_ != b.size_) return false;
  if (a.empty()) return true;
  return a.alive() && b.alive() &&
         sodium_memcmp(a.bytes_, b.bytes_, a.size_) == 0;
}

Plaintext& Plaintext::operator=(Plaintext&& other) noexcept {
  if (this == &other) return *this;
  Wipe();
  bytes_ = std::move(other.bytes_);
  capacity_ = std::exchange(other.capacity_, 0);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

void Plaintext::Wipe() {
  if (size_ != 0) sodium_memzero(bytes_.get(), size_);
  size_ = 0;
}

absl::Span<uint8_t> Plaintext::Resize(size_t size) {
  Wipe();
  if (size > capacity_) {
    bytes_ = std::make_unique<uint8_t[]>(size);
    capacity_ = size;
  }
  size_ = size;
  return {bytes_.get(), size_};
}

void Plaintext::Shrink(size_t size) {
  if (size >= size_) return;
  sodium_memzero(bytes_.get() + size, size_ - size);
  size_ = size;
}

absl::Status HardenProcess() {
  const rlimit no_core{0, 0};
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
      setrlimit(RLIMIT_CORE, &no_core) != 0) {
    return absl::InternalError(
        "harden process: the kernel refused; check seccomp and container "
        "limits");
  }
  return absl::OkStatus();
}

}  // namespace parcelveil
