// Tells systemd how we are, over the datagram socket that it names: sd_notify(3) and a unit of Type=notify.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "exporter/clock.h"

namespace taskqueue {

/// Thread-safe; never blocks and never fails: systemd's own timeouts say what is wrong when a message is lost.
class Systemd {
 public:
  /// `socket`: the value of NOTIFY_SOCKET, a path or an abstract name after `@`; nothing: nobody is told anything.
  explicit Systemd(std::optional<std::string> socket) : socket_(std::move(socket)) {}

  void ready(std::string_view status) const;
  /// `now` becomes MONOTONIC_USEC, by which systemd tells this reload from an earlier one. `ready` ends it.
  void reloading(SteadyTime now) const;
  void stopping() const;
  /// What WatchdogSec= waits for.
  void alive() const;

 private:
  void tell(const std::string& message) const;

  const std::optional<std::string> socket_;
};

}  // namespace taskqueue
