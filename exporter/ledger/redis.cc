#include "exporter/ledger/redis.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <utility>

namespace taskqueue {
namespace {

constexpr std::size_t most_idle = 4;
constexpr Milliseconds first_pause{50};
// Not longer: a Redis that is back is to be found within a short lease.
constexpr Milliseconds longest_pause{400};

Result<Secret, Failure> read_password(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  if (!std::getline(stream, line) || line.empty()) {
    return Unexpected(Failure{.kind = FailureKind::credentials,
                              .sentence = "the password file of Redis cannot be read, or is empty: " + file.string()});
  }
  if (line.back() == '\r') line.pop_back();
  return Secret(std::move(line));
}

/// True if who answers there is a replica now: after a failover the address leads elsewhere, an old connection does
/// not. Before Redis 7 the error of a script has the code of what it called in the middle of its sentence.
bool comes_from_replica(const RedisReply& reply) {
  return reply.is_error() &&
         (reply.text.find("READONLY") != std::string::npos || reply.text.find("MASTERDOWN") != std::string::npos);
}

}  // namespace

RemoteRedis::RemoteRedis(RedisAddress address, std::filesystem::path password_file, Clock& clock)
    : address_(std::move(address)), password_file_(std::move(password_file)), clock_(clock) {}

Result<std::vector<RedisReply>, Failure> RemoteRedis::run(const std::vector<RedisCommand>& commands,
                                                          Milliseconds patience) {
  const SteadyTime deadline = clock_.steady_now() + patience;
  auto connection = borrow(deadline);
  if (!connection) return Unexpected(connection.error());
  auto replies = (*connection)->run(commands, deadline);
  if (!replies) return replies;
  if (std::ranges::any_of(*replies, comes_from_replica)) {
    drop_idle();
  } else {
    give_back(std::move(*connection));
  }
  return replies;
}

Result<RemoteRedis::Connection, Failure> RemoteRedis::borrow(SteadyTime deadline) {
  {
    const Lock lock(mutex_);
    while (!idle_.empty()) {
      Connection connection = std::move(idle_.back());
      idle_.pop_back();
      if (connection->is_usable()) return connection;
    }
    if (failed_ && clock_.steady_now() < next_try_) return Unexpected(*failed_);
  }
  auto connection = connect(deadline);
  const Lock lock(mutex_);
  if (connection) {
    failed_.reset();
    pause_ = Milliseconds{0};
  } else {
    failed_ = connection.error();
    pause_ = std::clamp(2 * pause_, first_pause, longest_pause);
    next_try_ = clock_.steady_now() + pause_;
  }
  return connection;
}

Result<RemoteRedis::Connection, Failure> RemoteRedis::connect(SteadyTime deadline) const {
  RedisAddress address = address_;
  if (!password_file_.empty()) {
    auto password = read_password(password_file_);
    if (!password) return Unexpected(password.error());
    address.password = std::move(*password);
  }
  return RedisConnection::open(address, clock_, deadline);
}

void RemoteRedis::give_back(Connection connection) {
  const Lock lock(mutex_);
  if (idle_.size() < most_idle) idle_.push_back(std::move(connection));
}

void RemoteRedis::drop_idle() {
  const Lock lock(mutex_);
  idle_.clear();
}

}  // namespace taskqueue
