#include "exporter/web/basic_auth.h"

#include <cstdint>
#include <string_view>
#include <utility>

namespace taskqueue::web {
namespace {

/// The value of a base64 letter; nothing for others.
std::optional<std::uint32_t> sextet(char c) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto found = letters.find(c);
  if (found == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint32_t>(found);
}

/// Padding may be missing, since some clients leave it out.
std::optional<std::string> decode_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const auto value = sextet(c);
    if (!value) return std::nullopt;
    pending = (pending << 6U) | *value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>((pending >> bits) & 0xFFU);
  }
  return bytes;
}

}  // namespace

std::optional<Login> login_of(const Request& request) {
  constexpr std::string_view scheme = "Basic ";
  const auto header = request.header("Authorization");
  if (!header || !same_ignoring_case(header->substr(0, scheme.size()), scheme)) return std::nullopt;
  const auto decoded = decode_base64(header->substr(scheme.size()));
  if (!decoded) return std::nullopt;
  const auto colon = decoded->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return Login{decoded->substr(0, colon), Secret(decoded->substr(colon + 1))};
}

}  // namespace taskqueue::web
