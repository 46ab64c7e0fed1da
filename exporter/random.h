// Randomness, handed in so that tests can repeat it.
#pragma once

#include <cstdint>
#include <string>

namespace taskqueue {

class Random {
 public:
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;

  /// 64 unpredictable bits. Thread-safe.
  [[nodiscard]] virtual std::uint64_t bits() = 0;
};

/// The operating system's.
class SystemRandom final : public Random {
 public:
  [[nodiscard]] std::uint64_t bits() override;
};

/// 32 lower-case hex digits, 128 bits: a nonce that no other process draws.
[[nodiscard]] std::string nonce(Random& random);

}  // namespace taskqueue
