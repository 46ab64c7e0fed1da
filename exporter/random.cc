#include "exporter/random.h"

#include <random>

namespace taskqueue {

std::uint64_t SystemRandom::bits() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

std::string nonce(Random& random) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (int half = 0; half < 2; ++half) {
    std::uint64_t bits = random.bits();
    for (int i = 0; i < 16; ++i, bits >>= 4U) text += digits[bits & 15U];
  }
  return text;
}

}  // namespace taskqueue
