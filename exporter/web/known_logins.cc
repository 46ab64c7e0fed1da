#include "exporter/web/known_logins.h"

#include "exporter/api/digest.h"

namespace taskqueue::web {

KnownLogins::KnownLogins(Random& random) {
  for (int i = 0; i < 4; ++i) {
    for (std::uint64_t bits = random.bits(), left = sizeof bits; left > 0; --left, bits >>= 8U)
      key_ += static_cast<char>(bits & 0xFFU);
  }
}

bool KnownLogins::knows(const Login& login, const Secret& hash) const { return digests_.contains(digest(login, hash)); }

void KnownLogins::remember(const Login& login, const Secret& hash) {
  if (digests_.size() >= most) digests_.clear();
  digests_.insert(digest(login, hash));
}

std::string KnownLogins::digest(const Login& login, const Secret& hash) const {
  // The lengths keep apart what would else read the same.
  const auto part = [](const std::string& text) { return std::to_string(text.size()) + ':' + text; };
  return hmac_sha256(key_, part(login.user) + part(hash.reveal()) + part(login.password.reveal()));
}

}  // namespace taskqueue::web
