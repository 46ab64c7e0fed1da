#include "exporter/web/bcrypt.h"

#include <crypt.h>

#include <algorithm>
#include <memory>

#include "exporter/api/digest.h"
#include "exporter/ascii.h"

namespace taskqueue::web {
namespace {

constexpr std::size_t hash_length = 60;  // $2y$10$ and 53 letters
constexpr std::size_t prefix_length = 7;
// A check at this cost takes three seconds. It cannot be broken off, and the process must be able to end within five.
constexpr int highest_cost = 16;

bool is_bcrypt_letter(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '/';
}

bool has_shape(std::string_view text) {
  return text.size() == hash_length && text.starts_with("$2") &&
         std::string_view("abxy").find(text[2]) != std::string_view::npos && text[3] == '$' && is_digit(text[4]) &&
         is_digit(text[5]) && text[6] == '$' && std::ranges::all_of(text.substr(prefix_length), is_bcrypt_letter);
}

}  // namespace

Result<Secret, std::string> bcrypt_hash(std::string_view text) {
  using namespace std::string_literals;
  if (!has_shape(text)) {
    return Unexpected(R"(is no bcrypt hash, $2y$10$ and 53 more characters: htpasswd -nBC 10 "" writes one)"s);
  }
  const int cost = (text[4] - '0') * 10 + (text[5] - '0');
  if (cost < 4 || cost > 31) return Unexpected("is no bcrypt hash: its cost must be between 4 and 31"s);
  if (cost > highest_cost)
    return Unexpected("has a cost above 16: one check would take many seconds; 10 to 12 is usual"s);
  std::string hash(text);
  hash[2] = 'y';
  return Secret(std::move(hash));
}

bool bcrypt_matches(const Secret& hash, const Secret& password) {
  // It works in 32 KiB; too much for a thread's stack to be sure of.
  const auto workspace = std::make_unique<crypt_data>();
  // libcrypt would stop at a zero byte and take the beginning for the whole.
  const bool whole = password.reveal().find('\0') == std::string::npos;
  const char* const result = crypt_r(password.reveal().c_str(), hash.reveal().c_str(), workspace.get());
  return result != nullptr && whole && equal_in_constant_time(result, hash.reveal());
}

}  // namespace taskqueue::web
