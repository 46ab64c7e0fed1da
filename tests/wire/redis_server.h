// A real redis-server of a test's own, on a free port of loopback, that keeps nothing on disk.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "exporter/clock.h"
#include "exporter/ledger/redis.h"

namespace taskqueue {

class RedisServer {
 public:
  /// `options`: more of redis-server's own, for example "--requirepass", "word".
  explicit RedisServer(std::vector<std::string> options = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  [[nodiscard]] RedisAddress address() const { return {.host = "127.0.0.1", .port = port_}; }

  /// A client of the program under test.
  [[nodiscard]] std::unique_ptr<RemoteRedis> client();
  /// Runs one command as the test's own; errors are replies.
  RedisReply run(const RedisCommand& command);

  /// Forgets everything, like a server without persistence does.
  void restart();

 private:
  void start();
  void stop();

  SystemClock clock_;
  const std::vector<std::string> options_;
  const std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  int process_ = -1;
};

}  // namespace taskqueue
