// Stands before the router: the rate limit, the headers and the passwords of the web configuration.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "exporter/clock.h"
#include "exporter/random.h"
#include "exporter/web/known_logins.h"
#include "exporter/web/mailbox.h"
#include "exporter/web/password_desk.h"
#include "exporter/web/rate_limiter.h"
#include "exporter/web/router.h"
#include "exporter/web/web_config_file.h"

namespace taskqueue::web {

/// For the server's thread.
class Doorman {
 public:
  /// Uses, does not own, its arguments. Without `config` everybody comes in; `random` is needed only with it.
  Doorman(const Router& router, const Clock& clock, std::shared_ptr<Mailbox> mailbox, WebConfigFile* config,
          Random* random);

  /// The door as it is now; null without a web configuration.
  [[nodiscard]] std::shared_ptr<const Door> door() const { return config_ == nullptr ? nullptr : config_->door(); }

  /// Hands the request to the router if it may come in.
  void answer(const Request& request, Respond respond);

 private:
  [[nodiscard]] bool admits(const Door& door);
  void ask_password(const Door& door, const Request& request, Respond respond);

  const Router& router_;
  const Clock& clock_;
  const std::shared_ptr<Mailbox> mailbox_;
  WebConfigFile* const config_;
  std::optional<RateLimiter> limiter_;
  std::shared_ptr<KnownLogins> known_;  // shared with verdicts that are under way
  std::optional<PasswordDesk> desk_;
};

}  // namespace taskqueue::web
