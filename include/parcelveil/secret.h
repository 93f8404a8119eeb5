// SPDX-License-Identifier: Apache-2.0
// Secret and Plaintext: how keys and opened text are held in memory.
//
// Neither can be copied, printed, streamed or compared early-out. SPEC.md
// section 11 says what the memory behind them promises.

#ifndef PARCELVEIL_SECRET_H_
#define PARCELVEIL_SECRET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace parcelveil {

// Key bytes in guarded, locked memory that is left out of core dumps, wiped in
// a forked child and zeroed when the Secret dies.
//
// Thread-safety: const methods may run concurrently.
// Ownership: owns its bytes; move-only. A moved-from Secret is empty.
class Secret {
 public:
  Secret() = default;
  Secret(Secret&& other) noexcept
      : bytes_(std::exchange(other.bytes_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  // Returns `size` (1..32768) zero bytes, to be filled through UseMutable.
  // Errors:
  //   kResourceExhausted  LOCKED_MEMORY: the kernel refuses to lock that much
  static absl::StatusOr<Secret> Zero(size_t size);
  // Returns `size` random bytes (getrandom through libsodium). Errors: as Zero.
  static absl::StatusOr<Secret> Random(size_t size);
  // Moves the bytes of `raw` in and zeroes `raw`, also on error. Errors: as
  // Zero.
  static absl::StatusOr<Secret> Take(absl::Span<uint8_t> raw);

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // False in a process forked after this Secret was made: its bytes are gone.
  bool alive() const;

  // Calls `f` with the bytes and returns what it returns. Keep no view of
  // them. In a forked child the bytes read as zeros: check alive() first.
  template <typename F>
  auto Use(F&& f) const {
    return std::forward<F>(f)(absl::Span<const uint8_t>(bytes_, size_));
  }
  template <typename F>
  auto UseMutable(F&& f) {
    return std::forward<F>(f)(absl::Span<uint8_t>(bytes_, size_));
  }

  // Compares in constant time; sizes are public. Secrets that a forked child
  // inherited equal none, not even themselves.
  friend bool operator==(const Secret& a, const Secret& b);
  friend bool operator!=(const Secret& a, const Secret& b) { return !(a == b); }

 private:
  Secret(uint8_t* bytes, size_t size) : bytes_(bytes), size_(size) {}

  uint8_t* bytes_ = nullptr;
  size_t size_ = 0;
};

std::ostream& operator<<(std::ostream&, const Secret&) = delete;
template <typename Sink>
void AbslStringify(Sink& sink, const Secret&) {
  sink.Append("[secret]");
}
inline void PrintTo(const Secret&, std::ostream* os) { *os << "[secret]"; }

// Opened text: on the ordinary heap, zeroed when it dies or is reused.
//
// Ownership: owns its bytes; move-only. A moved-from Plaintext is empty.
// Thread-safety: const methods may run concurrently.
class Plaintext {
 public:
  Plaintext() = default;
  Plaintext(Plaintext&& other) noexcept
      : bytes_(std::move(other.bytes_)),
        capacity_(std::exchange(other.capacity_, 0)),
        size_(std::exchange(other.size_, 0)) {}
  Plaintext& operator=(Plaintext&& other) noexcept;
  ~Plaintext() { Wipe(); }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Calls `f` with the text (exactly the bytes that were sealed) and returns
  // what it returns. Keep no view of it.
  template <typename F>
  auto Use(F&& f) const {
    return std::forward<F>(f)(
        std::string_view(reinterpret_cast<const char*>(bytes_.get()), size_));
  }

  // Zeroes the text now; the buffer stays for reuse.
  void Wipe();

  // Gives `size` zeroed bytes to fill, reusing the buffer where it is large
  // enough (what it held is zeroed first).
  absl::Span<uint8_t> Resize(size_t size);
  // Drops the end of the text, zeroing it. `size` must not exceed size().
  void Shrink(size_t size);

 private:
  std::unique_ptr<uint8_t[]> bytes_;
  size_t capacity_ = 0;
  size_t size_ = 0;
};

std::ostream& operator<<(std::ostream&, const Plaintext&) = delete;
template <typename Sink>
void AbslStringify(Sink& sink, const Plaintext&) {
  sink.Append("[plaintext]");
}
inline void PrintTo(const Plaintext&, std::ostream* os) {
  *os << "[plaintext]";
}

// Lets secrets live in memory that the kernel would not lock (it may then
// reach the swap). For containers that cannot raise RLIMIT_MEMLOCK; call it
// before the first Secret is made. Process-wide; thread-safe.
void AllowUnlockedMemory();

// Turns off core dumps and ptrace attachment for this process
// (PR_SET_DUMPABLE 0, RLIMIT_CORE 0). Never called behind a host's back.
// Errors: kInternal where the kernel refuses.
absl::Status HardenProcess();

}  // namespace parcelveil

#endif  // PARCELVEIL_SECRET_H_
