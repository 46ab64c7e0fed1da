// What every connection of a server shares.
#pragma once

#include <functional>
#include <memory>

#include "exporter/clock.h"
#include "exporter/log.h"
#include "exporter/web/crowd.h"
#include "exporter/web/doorman.h"
#include "exporter/web/limits.h"
#include "exporter/web/mailbox.h"

namespace taskqueue::web {

/// References to what the server owns or was given; all outlive every connection.
struct Premises {
  Doorman& doorman;
  const Limits& limits;
  const Clock& clock;
  Log& log;
  Crowd& crowd;
  const std::function<void()>& on_bug;
  std::shared_ptr<Mailbox> mailbox;
};

}  // namespace taskqueue::web
