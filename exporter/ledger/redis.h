// Commands to a Redis: connections as needed, deadlines, a pause after a failed connect.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "exporter/clock.h"
#include "exporter/config/endpoint.h"
#include "exporter/ledger/redis_connection.h"
#include "exporter/locks.h"

namespace taskqueue {

/// Thread-safe.
class Redis {
 public:
  Redis() = default;
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;
  virtual ~Redis() = default;

  /// Sends all commands at once and gives a reply to each, errors among them. Fails after `patience` at the latest, not
  /// counting what the system takes to look up a name; then nobody knows which of them were done.
  [[nodiscard]] virtual Result<std::vector<RedisReply>, Failure> run(const std::vector<RedisCommand>& commands,
                                                                     Milliseconds patience) = 0;
};

/// A Redis at the other end of a network.
class RemoteRedis final : public Redis {
 public:
  /// The password file, where there is one, is read for each connection anew.
  RemoteRedis(RedisAddress address, std::filesystem::path password_file, Clock& clock);

  [[nodiscard]] Result<std::vector<RedisReply>, Failure> run(const std::vector<RedisCommand>& commands,
                                                             Milliseconds patience) override;

 private:
  using Connection = std::unique_ptr<RedisConnection>;
  [[nodiscard]] Result<Connection, Failure> borrow(SteadyTime deadline);
  [[nodiscard]] Result<Connection, Failure> connect(SteadyTime deadline) const;
  void give_back(Connection connection);
  void drop_idle();

  // Constant after construction.
  const RedisAddress address_;
  const std::filesystem::path password_file_;
  Clock& clock_;

  Mutex mutex_;
  std::vector<Connection> idle_ GUARDED_BY(mutex_);
  // After a failed connect nobody tries again at once: a Redis that is away costs nothing.
  std::optional<Failure> failed_ GUARDED_BY(mutex_);
  Milliseconds pause_ GUARDED_BY(mutex_){0};
  SteadyTime next_try_ GUARDED_BY(mutex_){};
};

}  // namespace taskqueue
