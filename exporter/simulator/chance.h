// Chance that is computed, not drawn: the same numbers always fall the same way.
#pragma once

#include <cstdint>
#include <string_view>

namespace taskqueue::simulator {

/// Spreads the bits of `x` so that neighbours have nothing in common. Source: splitmix64.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

/// 64 bits that belong to one thing (`index`) and one question about it (`purpose`).
[[nodiscard]] constexpr std::uint64_t draw(std::uint64_t seed, std::uint64_t index, std::uint64_t purpose) {
  return mix(mix(seed ^ (purpose * 0xd6e8feb86659fd93U)) ^ index);
}

/// A number for a text; the same everywhere. Source: FNV-1a.
[[nodiscard]] constexpr std::uint64_t number_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

/// The bits as a number in [0, 1).
[[nodiscard]] constexpr double share(std::uint64_t bits) {
  return static_cast<double>(bits >> 11U) * (1.0 / 9007199254740992.0);
}

/// A number that looks like none of its neighbours and leads back to `index`: identifiers are made of it.
[[nodiscard]] constexpr std::uint64_t scramble(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t x = (index ^ mix(seed)) * 0x9e3779b97f4a7c15U;
  x ^= x >> 32U;
  return x * 0xbf58476d1ce4e5b9U;
}

/// The index that scramble() made `x` of.
[[nodiscard]] constexpr std::uint64_t unscramble(std::uint64_t seed, std::uint64_t x) {
  constexpr auto inverse = [](std::uint64_t odd) {
    std::uint64_t guess = odd;  // right in the last three bits; each step doubles them
    for (int i = 0; i < 6; ++i) guess *= 2 - odd * guess;
    return guess;
  };
  x *= inverse(0xbf58476d1ce4e5b9U);
  x ^= x >> 32U;
  return (x * inverse(0x9e3779b97f4a7c15U)) ^ mix(seed);
}

}  // namespace taskqueue::simulator
