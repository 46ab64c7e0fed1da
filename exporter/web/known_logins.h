// Logins that were right before, so that a scrape every few seconds does not cost a bcrypt each time.
#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "exporter/random.h"
#include "exporter/secret.h"
#include "exporter/web/basic_auth.h"

namespace taskqueue::web {

/// Holds digests under a key of its own, no passwords. A changed hash makes every login under the old one unknown. Only
/// what was right is kept: guesses take no memory. For one thread.
class KnownLogins {
 public:
  explicit KnownLogins(Random& random);

  [[nodiscard]] bool knows(const Login& login, const Secret& hash) const;
  void remember(const Login& login, const Secret& hash);

 private:
  [[nodiscard]] std::string digest(const Login& login, const Secret& hash) const;

  static constexpr std::size_t most = 256;
  std::string key_;
  std::set<std::string> digests_;
};

}  // namespace taskqueue::web
