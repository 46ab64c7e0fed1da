#include "exporter/api/credentials.h"

#include <algorithm>
#include <cstdlib>

#include "exporter/utc.h"

namespace taskqueue {
namespace {

/// Printable ASCII without the space: what ids, keys and tokens of both clouds are made of, and a header may hold.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

Result<Credentials, Failure> checked(Credentials keys, std::string_view giver) {
  const std::string beginning(giver);
  if (keys.id.empty()) return Unexpected(no_keys(beginning + " gives no key id"));
  if (keys.key.empty()) return Unexpected(no_keys(beginning + " gives no secret key"));
  if (!is_plain(keys.id) || !is_plain(keys.key.reveal()) || !is_plain(keys.token.reveal())) {
    return Unexpected(no_keys(beginning + " gives keys with a space or another character that no key has"));
  }
  return keys;
}

Result<Credentials, Failure> checked_temporary(Credentials keys, std::string_view giver, WallTime now) {
  auto good = checked(std::move(keys), giver);
  if (!good) return good;
  const std::string beginning(giver);
  if (good->token.empty()) return Unexpected(no_keys(beginning + " gives temporary keys without a token"));
  if (!good->expiry) return Unexpected(no_keys(beginning + " gives temporary keys and does not say when they expire"));
  if (*good->expiry <= now) {
    return Unexpected(no_keys(beginning + " gives keys that expired at " + utc_seconds(*good->expiry) + ": it is " +
                              utc_seconds(now) + " by our clock"));
  }
  return good;
}

Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  };
}

}  // namespace taskqueue
