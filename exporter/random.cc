#include "exporter/random.h"

#include <unistd.h>

#include <stdexcept>

namespace taskqueue {

std::uint64_t SystemRandom::bits() {
  std::uint64_t bits = 0;
  // For so few bytes it fails only where there is no kernel to ask.
  if (::getentropy(&bits, sizeof bits) != 0) throw std::runtime_error("the kernel gives no random numbers");
  return bits;
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
